{#
    Incremental by key: the rows of keys that may have changed are worked out anew and replaced in one transaction; all
    others stay. A model of this kind has `materialized='incremental'`, `incremental_strategy='by_changed_key'`, says in its meta
    which model lists those keys (`changed`) and in which column (`key`), and reads its inputs through `is_among`.
#}
{% macro get_incremental_by_changed_key_sql(arguments) -%}
{%- set meta = config.get('meta', {}) -%}
{%- set names = get_quoted_csv(arguments['dest_columns'] | map(attribute='name') | list) -%}
    delete from {{ arguments['target_relation'] }}
    where {{ meta['key'] }} in (select {{ meta['key'] }} from {{ ref(meta['changed']) }});

    insert into {{ arguments['target_relation'] }} ({{ names }})
    select {{ names }} from {{ arguments['temp_relation'] }}
{%- endmacro %}


{# Whether a row belongs to a key that is worked out anew in this build; every row does in a full one. #}
{% macro is_among(changed, key, column=none) -%}
{%- set condition = (column or key) ~ ' in (select ' ~ key ~ ' from ' ~ ref(changed) ~ ')' -%}
{%- if is_incremental() %}{{ condition }}{% else %}1 = 1{% endif -%}
{%- endmacro %}


{# One number for a row: a hash of all columns of the only relation that is read from. #}
{% macro row_fingerprint() -%}{{ return(adapter.dispatch('row_fingerprint')()) }}{%- endmacro %}
{% macro default__row_fingerprint() -%}hash(*columns(*)){%- endmacro %}
{% macro spark__row_fingerprint() -%}cast(xxhash64(*) as decimal(38, 0)){%- endmacro %}


{# The same of some columns. #}
{% macro hashed(expressions) -%}{{ return(adapter.dispatch('hashed')(expressions)) }}{%- endmacro %}
{% macro default__hashed(expressions) -%}hash({{ expressions | join(', ') }}){%- endmacro %}
{% macro spark__hashed(expressions) -%}cast(xxhash64({{ expressions | join(', ') }}) as decimal(38, 0)){%- endmacro %}


{# The type of a sum of such numbers. #}
{% macro fingerprint_type() -%}{{ return(adapter.dispatch('fingerprint_type')()) }}{%- endmacro %}
{% macro default__fingerprint_type() -%}hugeint{%- endmacro %}
{% macro spark__fingerprint_type() -%}decimal(38, 0){%- endmacro %}
