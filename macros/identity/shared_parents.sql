{#
    The ultimate parent that all accounts of a domain have, where several share one: columns domain, account_id. `domains`
    names a CTE with those two; needs CTE standings.
#}
{% macro shared_parents(domains) -%}
    select {{ domains }}.domain, min(standings.ultimate_parent_account_id) as account_id
    from {{ domains }}
    inner join standings on {{ domains }}.account_id = standings.account_id
    group by {{ domains }}.domain
    having count(distinct standings.ultimate_parent_account_id) = 1 and count(*) > 1
{%- endmacro %}
