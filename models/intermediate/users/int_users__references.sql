-- How definition data may name a person or queue: by record key, by the source's own id, or by e-mail.
with

users as (

    select * from {{ ref('int_users__unified') }}

),

salesforce_addresses as (

    select email
    from users
    where email is not null and not is_deleted and source_system = 'salesforce'

),

references_to_users as (

    select
        user_id,
        user_id as user_ref
    from users

    union

    select
        user_id,
        source_id as user_ref
    from users

    union

    -- One address can stand in two systems: the CRM's own user is meant.
    select
        min(user_id) as user_id,
        email as user_ref
    from users
    where email is not null and not is_deleted and source_system = 'salesforce' and not is_queue
    group by email

    union

    select
        min(user_id) as user_id,
        email as user_ref
    from users
    where
        email is not null
        and not is_deleted
        and source_system <> 'salesforce'
        and email not in (select salesforce_addresses.email from salesforce_addresses)
    group by email

)

select * from references_to_users
