{#
    Incremental by subject: a lead or an account whose inputs changed is worked out anew, whole; the rows of all others
    stay. int_subjects__changed says who that is.

    A model of this kind has `materialized='incremental'`, `incremental_strategy='by_subject'` and reads its inputs
    through `is_changed` (or `is_changed_epoch` where rows are keyed by epoch). Its rows of a subject must follow from
    the inputs of that subject alone. Where they follow from more, `also` names the model that lists whom that concerns.
#}
{% macro get_incremental_by_subject_sql(arguments) -%}
{%- set meta = config.get('meta', {}) -%}
{%- set columns = arguments['dest_columns'] | map(attribute='name') | list -%}
{{ replace_rows(arguments, changed_rows(meta['subject'], columns, meta.get('also'))) }}
{%- endmacro %}


{# The condition for a stored row of a changed subject: by the subject's own id where the table has it. #}
{% macro changed_rows(subject, columns, also=none) -%}
{%- if subject ~ '_id' in columns -%}
{{ in_changed(subject, subject ~ '_id', 'subject_id', also) }}
{%- else -%}
{{ in_changed(subject, epoch_base('epoch_key'), 'epoch_base') }}
{%- endif -%}
{%- endmacro %}


{#
    Whether a row belongs to a subject that is worked out anew in this build; every row does in a full one. Asked while dbt
    reads the project too, so that it sees the reference.
#}
{% macro is_changed(subject, column, also=none) -%}
{%- if is_incremental() or not execute %}{{ in_changed(subject, column, 'subject_id', also) }}{% else %}1 = 1{% endif -%}
{%- endmacro %}


{# The same for a row that is keyed by epoch. #}
{% macro is_changed_epoch(subject, column='epoch_key') -%}
{%- if is_incremental() or not execute %}{{ in_changed(subject, epoch_base(column), 'epoch_base') }}{% else %}1 = 1{% endif -%}
{%- endmacro %}


{% macro in_changed(subject, expression, column, also=none) -%}
{{ expression }} in (
        select {{ column }} from {{ ref('int_subjects__changed') }} where subject_type = '{{ subject }}'
        {%- if also %}
        union all
        select {{ subject }}_id from {{ ref(also) }} where {{ subject }}_id > ''
        {%- endif %}
    )
{%- endmacro %}


{# Epoch keys count from a base that is the subject's own; twenty bits are more facts than any lead has. #}
{% macro epochs_per_subject() -%}1048576{%- endmacro %}


{# The base that an epoch key counts from. #}
{% macro epoch_base(column) -%}{{ column }} - mod({{ column }}, {{ epochs_per_subject() }}){%- endmacro %}


{# Whether an instant lies between the last build's and this one's. Needs CTE since (since_us, until_us). #}
{% macro is_between_builds(instant) -%}
({{ instant }} > since.since_us and {{ instant }} <= since.until_us)
{%- endmacro %}


{# Whether some rule of some version counts engagements of a type. #}
{% macro is_counted_type(column='engagement_type') -%}
{{ column }} in (select engagement_type from {{ ref('int_definitions__counters') }})
{%- endmacro %}
