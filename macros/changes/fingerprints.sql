{#
    One number for the rows of a set, whatever their order: two sets that differ share it by chance once in 2^64 times. With
    `where`, for the rows that it names.
#}
{% macro fingerprint(expressions, where=none) -%}
{{ as_fingerprint('sum(' ~ only_where(hashed(expressions), where) ~ ')') }}
{%- endmacro %}


{# What one row adds to a fingerprint. #}
{% macro hashed(expressions) -%}
{{ return(adapter.dispatch('hashed')(expressions)) }}
{%- endmacro %}
{% macro default__hashed(expressions) -%}hash({{ expressions | join(', ') }}){%- endmacro %}
{% macro spark__hashed(expressions) -%}{{ as_fingerprint('xxhash64(' ~ expressions | join(', ') ~ ')') }}{%- endmacro %}


{% macro as_fingerprint(number) -%}cast({{ number }} as decimal(38, 0)){%- endmacro %}


{% macro only_where(value, where) -%}
{{ 'case when ' ~ where ~ ' then ' ~ value ~ ' end' if where else value }}
{%- endmacro %}


{# The end of a span as it was known at an instant: an end that came later had not come. #}
{% macro ended_by(end, instant_us) -%}
case when {{ end }} > {{ instant_us }} then {{ never_us() }} else {{ end }} end
{%- endmacro %}


{#
    What a set of rows adds to a subject's fingerprints: `fingerprint` of all that is told of them, `steps` without the
    `evidence`, and in a night both as they were at the last instant, `past` and `past_steps`: of the rows that `past_when`
    names, told by `past_columns` where an end may have come since.
#}
{% macro fingerprints_of(columns, past_us, evidence=[], past_when=none, past_columns=none) -%}
{{ fingerprint(columns + evidence) }} as fingerprint,
        {{ fingerprint(columns) }} as steps
        {%- if past_us %},
        {{ fingerprint((past_columns or columns) + evidence, past_when) }} as past,
        {{ fingerprint(past_columns or columns, past_when) }} as past_steps
        {%- endif %}
{%- endmacro %}


{# The same of spans (from_us, to_us) that `columns` name: those that had begun by the last instant, as their end was known then. #}
{% macro fingerprints_of_spans(columns, past_us) -%}
{{ fingerprints_of(
    columns + ['from_us', 'to_us'],
    past_us,
    past_when='from_us <= ' ~ past_us,
    past_columns=columns + ['from_us', ended_by('to_us', past_us)]
) }}
{%- endmacro %}
