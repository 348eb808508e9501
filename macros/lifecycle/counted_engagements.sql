{#
    What the counters of a measure count for accounts. Of an account that goes on from the last build's instant only what may
    still count then: nothing else of it is asked for.
#}
{% macro counted_engagements(measure) -%}
{%- set counters, changed = ref('int_definitions__counters'), ref('int_subjects__changed') -%}
    select * from {{ ref('fct_engagements') }}
    where
        not is_bot
        and occurred_at <= {{ as_of() }}
        and engagement_type in (
            select engagement_type from {{ counters }} where subject = 'account' and measure = '{{ measure }}'
        )
        {%- if is_by_subject() %}
        and (
            {{ epoch_us('occurred_at') }} > (
                select max(changed.resume_us) - max(counters.window_us)
                from {{ changed }} as changed
                cross join {{ counters }} as counters
                where counters.subject = 'account' and counters.measure = '{{ measure }}'
            )
            or lead_id in (
                select lead_accounts.lead_id
                from {{ ref('bridge_lead_accounts') }} as lead_accounts
                inner join {{ changed }} as changed
                    on
                        changed.subject_type = 'account'
                        and changed.resume_us = {{ always_us() }}
                        and lead_accounts.account_id = changed.subject_id
            )
        )
        {%- endif %}
{%- endmacro %}
