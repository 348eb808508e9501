{#
    The ids that a record lists as merged into it, between semicolons: a single one may arrive in brackets, several with commas.
#}
{% macro merged_ids(column) -%}
translate({{ column }}, '[] ,', '   ;')
{%- endmacro %}


{# One id of such a list: it reads as a number with decimals where only one was ever there. #}
{% macro merged_id(part='part') -%}
{{ regex_replace_all(part, "'[.]0+$'", "''") }}
{%- endmacro %}


{#
    Whether the records of a group are all gone, from their is_deleted and merged_into_record_key: deleted, or merged into one
    that is. A merged-away record need not be flagged itself.
#}
{% macro are_all_gone() -%}
(
            min(case when is_deleted then 1 else 0 end) = 1
            or (
                min(case when is_deleted or merged_into_record_key is not null then 1 else 0 end) = 1
                and max(case when is_deleted and merged_into_record_key is null then 1 else 0 end) = 1
            )
        )
{%- endmacro %}
