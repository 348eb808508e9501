{#
    Incremental by subject: a lead or an account whose inputs changed is worked out anew; the rows of all others stay.
    int_subjects__changed says who that is.

    A model of this kind has `materialized='incremental'`, `incremental_strategy='by_subject'` and reads its inputs
    through `is_changed` (or `is_changed_epoch` where rows are keyed by epoch). Its rows of a subject must follow from
    the inputs of that subject alone. Where they follow from more, `also` names the model that lists whom that concerns.

    With `goes_on` in its meta, a subject of whose past nothing changed goes on from the last build's instant: only rows that
    end after it go, and come anew (ADR 0197). `goes_on` names the column that says when a row ends. Rows that are spans
    (from_us, to_us) are worked out from what `going_on` gives and from the model's own last spans, `openings`. Rows that tell
    evidence go on (`resumes` is `evidence_resume_us`) if nothing of the past's evidence changed either; they are worked out
    from rows that `is_new` names.
#}
{% macro get_incremental_by_subject_sql(arguments) -%}
{%- set meta = config.get('meta', {}) -%}
{%- set columns = arguments['dest_columns'] | map(attribute='name') | list -%}
{%- if meta.get('goes_on') -%}
{%- set resumes = meta.get('resumes', 'resume_us') -%}
{%- set last_instant = '(select max(' ~ resumes ~ ') from ' ~ ref('int_subjects__changed') ~ ')' -%}
{{ replace_rows(
    arguments,
    changed_rows(meta['subject'], columns, among=resumes ~ ' = ' ~ always_us()),
    changed_rows(meta['subject'], columns, among=resumes ~ ' > ' ~ always_us()) ~ ' and ' ~ meta['goes_on'] ~ ' > ' ~ last_instant
) }}
{%- else -%}
{{ replace_rows(arguments, changed_rows(meta['subject'], columns, meta.get('also'))) }}
{%- endif -%}
{%- endmacro %}


{# The condition for a stored row of a changed subject: by the subject's own id where the table has it. #}
{% macro changed_rows(subject, columns, also=none, among=none) -%}
{%- if subject ~ '_id' in columns -%}
{{ in_changed(subject, subject ~ '_id', 'subject_id', also, among) }}
{%- else -%}
{{ in_changed(subject, epoch_base('epoch_key'), 'epoch_base', also, among) }}
{%- endif -%}
{%- endmacro %}


{# Whether this build asks who changed. So it seems while dbt reads the project too, which then sees every reference. #}
{% macro is_by_subject() -%}{{ return(is_incremental() or not execute) }}{%- endmacro %}


{# Whether a row belongs to a subject that is worked out anew in this build; every row does in a full one. #}
{% macro is_changed(subject, column, also=none) -%}
{%- if is_by_subject() %}{{ in_changed(subject, column, 'subject_id', also) }}{% else %}1 = 1{% endif -%}
{%- endmacro %}


{# The same for a row that is keyed by epoch. #}
{% macro is_changed_epoch(subject, column='epoch_key') -%}
{%- if is_by_subject() %}{{ in_changed(subject, epoch_base(column), 'epoch_base') }}{% else %}1 = 1{% endif -%}
{%- endmacro %}


{# The last complete build's instant in microseconds, or this one's if it is earlier; nothing in a build from scratch. #}
{% macro last_instant_us() -%}
{%- set built = adapter.get_relation(this.database, this.schema, 'int_subjects__built') if execute -%}
{%- if built and not flags.FULL_REFRESH -%}
{{ return(run_query('select least(max(built_us), ' ~ as_of_us() ~ ') from ' ~ built).columns[0].values()[0]) }}
{%- endif -%}
{{ return(none) }}
{%- endmacro %}


{#
    The rows of whoever is worked out anew, with `resume_us`: up to when what the subject follows from is what the last
    build knew. `column` holds the subject's id, or is epoch_key; with `instant` only rows where that column lies later.
#}
{% macro going_on(subject, relation, column, instant=none) -%}
    {%- if is_by_subject() %}
    select
        stored.*,
        changed.resume_us
    from {{ relation }} as stored
    inner join {{ ref('int_subjects__changed') }} as changed
        on
            changed.subject_type = '{{ subject }}'
            {%- if column == 'epoch_key' %}
            and {{ epoch_base('stored.epoch_key') }} = changed.epoch_base
            {%- else %}
            and stored.{{ column }} = changed.subject_id
            {%- endif %}
            {%- if instant %}
            and stored.{{ instant }} > changed.resume_us
            {%- endif %}
    {%- else %}
    select
        stored.*,
        {{ always_us() }} as resume_us
    from {{ relation }} as stored
    {%- endif %}
{%- endmacro %}


{#
    Whether a row of the subject in `column` happened after what its last evidence was told of; every row does in a full
    build.
#}
{% macro is_new(subject, column, instant_us) -%}
{%- if is_by_subject() -%}
(
            {{ in_changed(subject, column, 'subject_id', among='evidence_resume_us = ' ~ always_us()) }}
            or (
                {{ in_changed(subject, column, 'subject_id') }}
                and {{ instant_us }} > (select max(evidence_resume_us) from {{ ref('int_subjects__changed') }})
            )
        )
{%- else -%}1 = 1{%- endif -%}
{%- endmacro %}


{# A model's own stored spans that lasted when their subject was last worked out; none of whoever starts over. #}
{% macro openings(subject, column='epoch_key') -%}
    select *
    from (
        {{ going_on(subject, this, column, 'to_us') }}
    ) as lasting
    where from_us <= resume_us
{%- endmacro %}


{#
    CTE `spans` from CTE found_spans of a model that is keyed by epoch: one that lasts at the instant from which its subject
    goes on began when the stored one did. `columns` stand before from_us; epoch_key and `keys` tell which span it is.
#}
{% macro begun_when_stored(subject, spans, columns, keys) -%}
openings as (

    {{ openings(subject) }}

),

{{ spans }} as (

    select
        {% for column in columns -%}
        found_spans.{{ column }},
        {% endfor -%}
        coalesce(openings.from_us, found_spans.from_us) as from_us,
        found_spans.to_us
    from found_spans
    left join openings
        on
            found_spans.from_us = openings.resume_us
            and found_spans.epoch_key = openings.epoch_key
            {%- for key in keys %}
            and found_spans.{{ key }} = openings.{{ key }}
            {%- endfor %}

)
{%- endmacro %}


{% macro in_changed(subject, expression, column, also=none, among=none) -%}
{{ expression }} in (
        select {{ column }} from {{ ref('int_subjects__changed') }} where subject_type = '{{ subject }}'
        {%- if among %} and {{ among }}{% endif %}
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
