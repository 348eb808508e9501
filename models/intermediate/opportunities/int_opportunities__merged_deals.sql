{%- set rounds = 6 -%}
-- HubSpot deals that were merged away, and the deal that each of them is now. The merge alone says it: HubSpot flags no
-- deal as deleted because of it. Both what the deal itself lists and Fivetran's own table count. A deal whose survivor
-- nobody extracted, or that was merged in a circle, stands for itself.
with

deals as (

    select
        hubspot_deal_id,
        {{ merged_ids('merged_hubspot_deal_ids') }} as merged_hubspot_deal_ids
    from {{ ref('stg_hubspot__deals') }}

),

listed_ids as (

    {{ explode_text('deals', ['hubspot_deal_id'], 'merged_hubspot_deal_ids', ';') }}

),

stated_merges as (

    select
        merged_hubspot_deal_id,
        surviving_hubspot_deal_id
    from {{ ref('stg_hubspot__merged_deals') }}
    where not is_deleted

    union all

    select
        {{ merged_id() }} as merged_hubspot_deal_id,
        hubspot_deal_id as surviving_hubspot_deal_id
    from listed_ids

),

-- Each round doubles the merges that a deal is followed through.
survivors_0 as (

    select
        merged_hubspot_deal_id as hubspot_deal_id,
        min(surviving_hubspot_deal_id) as surviving_hubspot_deal_id
    from stated_merges
    where merged_hubspot_deal_id <> surviving_hubspot_deal_id
    group by merged_hubspot_deal_id

),
{%- for round in range(1, rounds + 1) %}

survivors_{{ round }} as (

    select
        merged.hubspot_deal_id,
        coalesce(merged_on.surviving_hubspot_deal_id, merged.surviving_hubspot_deal_id) as surviving_hubspot_deal_id
    from survivors_{{ round - 1 }} as merged
    left join survivors_{{ round - 1 }} as merged_on
        on merged.surviving_hubspot_deal_id = merged_on.hubspot_deal_id

),
{%- endfor %}

merged_deals as (

    select
        ends.hubspot_deal_id,
        ends.surviving_hubspot_deal_id
    from survivors_{{ rounds }} as ends
    inner join deals as survivors on ends.surviving_hubspot_deal_id = survivors.hubspot_deal_id
    left join survivors_0 as onward on ends.surviving_hubspot_deal_id = onward.hubspot_deal_id
    where onward.hubspot_deal_id is null

)

select * from merged_deals
