{#
    What every incremental strategy of the project does, in one transaction: the stored rows that `condition` names go (all
    of them without one), and the rows worked out anew come.
#}
{% macro replace_rows(arguments, condition=none) -%}
{%- set names = get_quoted_csv(arguments['dest_columns'] | map(attribute='name') | list) -%}
    delete from {{ arguments['target_relation'] }}
    {%- if condition %} where {{ condition }}{% endif %};

    insert into {{ arguments['target_relation'] }} ({{ names }})
    select {{ names }} from {{ arguments['temp_relation'] }}
{%- endmacro %}
