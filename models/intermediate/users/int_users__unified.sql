-- Everybody and every queue that can own a record, deleted ones too: facts about them stay.
with

salesforce_users as (

    select * from {{ ref('stg_salesforce__users') }}

),

salesforce_roles as (

    select * from {{ ref('stg_salesforce__user_roles') }}

),

salesforce_groups as (

    select * from {{ ref('stg_salesforce__groups') }}

),

hubspot_owners as (

    select * from {{ ref('stg_hubspot__owners') }}

),

hubspot_users as (

    select * from {{ ref('stg_hubspot__users') }}

),

hubspot_teams as (

    select * from {{ ref('stg_hubspot__teams') }}

),

hubspot_owner_teams as (

    select * from {{ ref('stg_hubspot__owner_teams') }}

),

calendars as (

    select * from {{ source('reference', 'business_calendars') }}

),

default_calendar as (

    select calendar_id, time_zone
    from calendars
    where is_default

),

-- An owner can be in several teams: the primary one speaks; the smallest id settles what is left.
ranked_owner_teams as (

    select
        hubspot_owner_teams.hubspot_owner_id,
        hubspot_teams.team_name,
        row_number() over (
            partition by hubspot_owner_teams.hubspot_owner_id
            order by
                coalesce(hubspot_owner_teams.is_primary, false) desc nulls last,
                hubspot_owner_teams.hubspot_team_id asc nulls last
        ) as team_rank
    from hubspot_owner_teams
    inner join hubspot_teams
        on hubspot_owner_teams.hubspot_team_id = hubspot_teams.hubspot_team_id
    where not hubspot_owner_teams.is_deleted and not hubspot_teams.is_deleted

),

users as (

    select
        'salesforce:user:' || salesforce_users.salesforce_user_id as user_id,
        salesforce_users.full_name,
        lower(salesforce_users.email) as email,
        false as is_queue,
        coalesce(salesforce_users.is_active, true) as is_active,
        coalesce(salesforce_roles.role_name, salesforce_users.department) as team,
        'salesforce:user:' || salesforce_users.manager_salesforce_user_id as manager_id,
        salesforce_users.time_zone,
        'salesforce' as source_system,
        salesforce_users.salesforce_user_id as source_id,
        salesforce_users.is_deleted,
        salesforce_users.created_at
    from salesforce_users
    left join salesforce_roles
        on salesforce_users.salesforce_user_role_id = salesforce_roles.salesforce_user_role_id

    union all

    -- Public groups, roles and territories share the table with queues, but own no records.
    select
        'salesforce:group:' || salesforce_group_id as user_id,
        coalesce(group_name, developer_name) as full_name,
        lower(email) as email,
        true as is_queue,
        true as is_active,
        cast(null as {{ api_type('string') }}) as team,
        cast(null as {{ api_type('string') }}) as manager_id,
        cast(null as {{ api_type('string') }}) as time_zone,
        'salesforce' as source_system,
        salesforce_group_id as source_id,
        is_deleted,
        created_at
    from salesforce_groups
    where lower(coalesce(group_type, 'queue')) = 'queue'

    union all

    select
        'hubspot:owner:' || hubspot_owners.hubspot_owner_id as user_id,
        nullif(
            trim(
                coalesce(hubspot_owners.first_name, '')
                || ' '
                || coalesce(hubspot_owners.last_name, '')
            ),
            ''
        ) as full_name,
        lower(hubspot_owners.email) as email,
        lower(coalesce(hubspot_owners.owner_type, 'person')) = 'queue' as is_queue,
        coalesce(hubspot_owners.is_active, true) as is_active,
        ranked_owner_teams.team_name as team,
        cast(null as {{ api_type('string') }}) as manager_id,
        hubspot_users.time_zone,
        'hubspot' as source_system,
        hubspot_owners.hubspot_owner_id as source_id,
        hubspot_owners.is_deleted,
        hubspot_owners.created_at
    from hubspot_owners
    left join hubspot_users
        on hubspot_owners.hubspot_user_id = hubspot_users.hubspot_user_id
    left join ranked_owner_teams
        on
            hubspot_owners.hubspot_owner_id = ranked_owner_teams.hubspot_owner_id
            and ranked_owner_teams.team_rank = 1

),

-- Somebody in a zone of their own keeps the default hours there; an unknown zone means the default.
placed as (

    select
        users.user_id,
        users.full_name,
        users.email,
        users.is_queue,
        users.is_active and not users.is_deleted as is_active,
        users.team,
        users.manager_id,
        users.time_zone,
        coalesce(own_zone.calendar_id, default_calendar.calendar_id) as zone_calendar_id,
        users.source_system,
        users.source_id,
        users.is_deleted
    from users
    cross join default_calendar
    left join calendars as own_zone
        on
            case when users.time_zone <> default_calendar.time_zone then 'default@' || users.time_zone end
            = own_zone.calendar_id
    where users.created_at is null or users.created_at <= {{ as_of() }}

)

select * from placed
