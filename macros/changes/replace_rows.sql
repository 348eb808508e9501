{#
    What every incremental strategy of the project does, in one transaction: the stored rows that `condition` names go (all
    of them without one), those that `other_condition` names too, and the rows worked out anew come.
#}
{% macro replace_rows(arguments, condition=none, other_condition=none) -%}
{%- set names = get_quoted_csv(arguments['dest_columns'] | map(attribute='name') | list) -%}
    delete from {{ arguments['target_relation'] }}
    {%- if condition %} where {{ condition }}{% endif %};
    {% if other_condition %}
    delete from {{ arguments['target_relation'] }} where {{ other_condition }};
    {% endif %}
    insert into {{ arguments['target_relation'] }} ({{ names }})
    select {{ names }} from {{ arguments['temp_relation'] }}
{%- endmacro %}
