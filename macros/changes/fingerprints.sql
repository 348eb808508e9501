{# One number for the rows of a set, whatever their order: two sets that differ share it by chance once in 2^64 times. #}
{% macro fingerprint(expressions) -%}sum({{ hashed(expressions) }}){%- endmacro %}


{# The hash of some columns. #}
{% macro hashed(expressions) -%}{{ return(adapter.dispatch('hashed')(expressions)) }}{%- endmacro %}
{% macro default__hashed(expressions) -%}hash({{ expressions | join(', ') }}){%- endmacro %}
{% macro spark__hashed(expressions) -%}cast(xxhash64({{ expressions | join(', ') }}) as decimal(38, 0)){%- endmacro %}


{# The hash of all columns of the only relation that is read from. #}
{% macro row_fingerprint() -%}{{ return(adapter.dispatch('row_fingerprint')()) }}{%- endmacro %}
{% macro default__row_fingerprint() -%}{{ hashed(['*columns(*)']) }}{%- endmacro %}
{% macro spark__row_fingerprint() -%}{{ hashed(['*']) }}{%- endmacro %}


{# The type of a fingerprint. #}
{% macro fingerprint_type() -%}{{ return(adapter.dispatch('fingerprint_type')()) }}{%- endmacro %}
{% macro default__fingerprint_type() -%}hugeint{%- endmacro %}
{% macro spark__fingerprint_type() -%}decimal(38, 0){%- endmacro %}
