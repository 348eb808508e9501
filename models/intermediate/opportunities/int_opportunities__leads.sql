with

opportunities as (

    select * from {{ ref('int_opportunities__unified') }}

),

contact_roles as (

    select * from {{ ref('stg_salesforce__opportunity_contact_roles') }}

),

salesforce_leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

deal_contacts as (

    select * from {{ ref('stg_hubspot__deal_contacts') }}

),

survivors as (

    select * from {{ ref('int_opportunities__merged_deals') }}

),

lead_records as (

    {{ leads_of_keys() }}

),

leads as (

    select * from {{ ref('int_people__leads') }}

),

links as (

    select
        'salesforce:opportunity:' || salesforce_opportunity_id as opportunity_id,
        'salesforce:contact:' || salesforce_contact_id as person_record_key,
        role,
        coalesce(is_primary, false) as is_primary,
        'contact_role' as basis,
        1 as basis_rank,
        created_at as link_created_at,
        'salesforce:opportunity_contact_role:' || salesforce_opportunity_contact_role_id
            as source_record_key,
        loaded_at
    from contact_roles
    where
        not is_deleted
        and coalesce(created_at <= {{ as_of() }}, true)

    union all

    select
        'salesforce:opportunity:' || converted_salesforce_opportunity_id as opportunity_id,
        'salesforce:lead:' || salesforce_lead_id as person_record_key,
        cast(null as {{ dbt.type_string() }}) as role,
        false as is_primary,
        'conversion' as basis,
        2 as basis_rank,
        -- The CRM keeps the day only.
        {{ local_day_start('converted_date', setting('reporting_time_zone')) }} as link_created_at,
        'salesforce:lead:' || salesforce_lead_id as source_record_key,
        loaded_at
    from salesforce_leads
    where converted_salesforce_opportunity_id is not null and {{ has_converted() }}

    union all

    -- A deal that was merged away hands its people to the surviving deal.
    select
        'hubspot:deal:' || coalesce(
            survivors.surviving_hubspot_deal_id,
            deal_contacts.hubspot_deal_id
        ) as opportunity_id,
        'hubspot:contact:' || deal_contacts.hubspot_contact_id as person_record_key,
        cast(null as {{ dbt.type_string() }}) as role,
        false as is_primary,
        'association' as basis,
        3 as basis_rank,
        deal_contacts.created_at as link_created_at,
        'hubspot:deal:' || deal_contacts.hubspot_deal_id as source_record_key,
        deal_contacts.loaded_at
    from deal_contacts
    left join survivors
        on deal_contacts.hubspot_deal_id = survivors.hubspot_deal_id
    where
        not deal_contacts.is_deleted
        and coalesce(deal_contacts.created_at <= {{ as_of() }}, true)

),

linked as (

    select
        links.opportunity_id,
        lead_records.lead_id,
        links.role,
        links.is_primary,
        links.basis,
        links.basis_rank,
        greatest(
            opportunities.created_at,
            coalesce(links.link_created_at, opportunities.created_at),
            coalesce(leads.created_at, opportunities.created_at)
        ) as linked_at,
        links.source_record_key,
        greatest(links.loaded_at, opportunities.loaded_at) as loaded_at
    from links
    inner join opportunities
        on links.opportunity_id = opportunities.opportunity_id
    inner join lead_records
        on links.person_record_key = lead_records.record_key
    inner join leads
        on lead_records.lead_id = leads.lead_id

),

ranked as (

    select
        *,
        max(case when is_primary then 1 else 0 end) over (
            partition by opportunity_id, lead_id
        ) = 1 as is_primary_anywhere,
        first_value(role) over (
            partition by opportunity_id, lead_id
            -- The earliest role that is stated: the link that counts may state none.
            order by
                case when role is null then 1 else 0 end asc nulls last,
                linked_at asc nulls last,
                source_record_key asc nulls last
        ) as role_anywhere,
        row_number() over (
            partition by opportunity_id, lead_id
            -- The earliest link counts; at one instant a stated role says more than a conversion or an association.
            order by linked_at asc nulls last, basis_rank asc nulls last, source_record_key asc nulls last
        ) as link_rank
    from linked

),

final as (

    select
        opportunity_id,
        lead_id,
        role_anywhere as role,
        is_primary_anywhere as is_primary,
        basis,
        linked_at,
        source_record_key,
        loaded_at
    from ranked
    where link_rank = 1

)

select * from final
