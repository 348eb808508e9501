with

visitor_activities as (

    select * from {{ ref('stg_pardot__visitor_activities') }}
    {{ only_changed('pardot:visitor_activity', 'pardot_visitor_activity_id') }}

),

visitors as (

    select * from {{ ref('stg_pardot__visitors') }}

),

activities as (

    select
        'pardot:visitor_activity:' || visitor_activities.pardot_visitor_activity_id as source_record_key,
        'visitor_activity:' || cast(visitor_activities.activity_type_code as {{ api_type('string') }})
            as source_activity,
        coalesce(visitor_activities.activity_type_name, '')
        || ' ' || coalesce(visitor_activities.details, '') as detail,
        -- What an anonymous visitor did becomes the prospect's when the visitor becomes known.
        'pardot:prospect:' || coalesce(
            nullif(trim(visitor_activities.pardot_prospect_id), ''), visitors.pardot_prospect_id
        ) as person_record_key,
        cast(null as {{ api_type('string') }}) as email,
        visitor_activities.occurred_at,
        'pardot:campaign:' || nullif(trim(visitor_activities.pardot_campaign_id), '') as campaign_id,
        case
            when visitor_activities.details like '%/%' then {{ page_path('visitor_activities.details') }}
            else {{ text('visitor_activities.details') }}
        end as asset,
        coalesce(
            nullif(trim(visitor_activities.pardot_list_email_id), ''),
            nullif(trim(visitor_activities.pardot_email_id), ''),
            nullif(trim(visitor_activities.pardot_email_template_id), '')
        ) || ':' || visitor_activities.pardot_prospect_id as message_key,
        case when visitor_activities.activity_type_code = 1 then {{ text('visitor_activities.details') }} end
            as link_url,
        cast(null as {{ api_type('string') }}) as owner_id,
        false as is_source_bot,
        {{ first_shown_at(
            'visitor_activities.first_loaded_at',
            'visitor_activities.loaded_at',
            'visitor_activities.occurred_at'
        ) }} as loaded_at
    from visitor_activities
    left join visitors on trim(visitor_activities.pardot_visitor_id) = visitors.pardot_visitor_id
    where not visitor_activities.is_deleted

)

select * from activities
