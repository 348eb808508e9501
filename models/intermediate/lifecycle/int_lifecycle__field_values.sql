{{ config(materialized='view') }}

-- The values of int_lifecycle__field_spans as people read them: a custom lifecycle stage by its label, who set it by owner.
with

field_spans as (

    select * from {{ ref('int_lifecycle__field_spans') }}

),

properties as (

    select * from {{ ref('stg_hubspot__properties') }}

),

property_options as (

    select * from {{ ref('stg_hubspot__property_options') }}

),

owners as (

    select * from {{ ref('stg_hubspot__owners') }}

),

-- A custom lifecycle stage arrives as a number; its option says what people call it.
stage_options as (

    select
        property_options.option_value,
        min(property_options.option_label) as option_label
    from property_options
    left join properties on property_options.hubspot_property_id = properties.hubspot_property_id
    where
        not property_options.is_deleted
        and 'lifecyclestage' in (
            coalesce(properties.property_name, ''), coalesce(property_options.property_name, '')
        )
        and coalesce(properties.hubspot_object, property_options.hubspot_object, 'contact') = 'contact'
        and {{ regex_matches('property_options.option_value', "'^[0-9]+$'") }}
    group by property_options.option_value

),

owner_users as (

    select
        hubspot_user_id,
        min(hubspot_owner_id) as hubspot_owner_id
    from owners
    where hubspot_user_id is not null
    group by hubspot_user_id

),

field_values as (

    select
        field_spans.record_key,
        field_spans.source_system,
        field_spans.source_object,
        field_spans.field,
        case
            when field_spans.field = 'lifecycle_stage' then coalesce(stage_options.option_label, field_spans.raw_value)
            else field_spans.raw_value
        end as raw_value,
        field_spans.valid_from,
        field_spans.valid_to,
        field_spans.change_number,
        field_spans.source_record_key,
        case
            when field_spans.actor_id like 'hubspot:user:%' then 'hubspot:owner:' || owner_users.hubspot_owner_id
            else field_spans.actor_id
        end as actor_id,
        field_spans.is_inferred,
        field_spans.loaded_at
    from field_spans
    left join stage_options on field_spans.raw_value = stage_options.option_value
    left join owner_users on field_spans.actor_id = 'hubspot:user:' || owner_users.hubspot_user_id

)

select * from field_values
