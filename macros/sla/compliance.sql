{#
    What each promise is called now: one row per commitment of those clocks, as the newest version among them words it. A
    version without a label says so: max_by alone would look for one in older versions on some engines.
#}
{% macro newest_promises(clocks, condition) -%}
select
        commitment_id,
        nullif(max_by(coalesce(commitment_label, ''), policy_version), '') as commitment_label,
        nullif(max_by(coalesce(owed_by, ''), policy_version), '') as owed_by
    from {{ clocks }}
    where {{ condition }}
    group by commitment_id
{%- endmacro %}


{# What is counted and measured of a group of clocks: the same in every cut of the compliance report. #}
{% macro compliance_measures() -%}
count(*) as clocks,
        count(case when status = 'met' then 1 end) as met,
        count(case when status = 'breached' then 1 end) as breached,
        count(case when status in ('running', 'at_risk') then 1 end) as running,
        count(case when status = 'at_risk' then 1 end) as at_risk,
        cast(count(case when status = 'met' then 1 end) as double)
        / nullif(count(case when status in ('met', 'breached') then 1 end), 0) as compliance_rate,
        median(case when stopped_at is not null then business_minutes end)
            as median_business_minutes,
        median(case when stopped_at is not null then elapsed_minutes end)
            as median_elapsed_minutes
{%- endmacro %}
