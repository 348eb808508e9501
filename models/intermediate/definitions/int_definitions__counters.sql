with

counter_uses as (

    select * from {{ ref('int_definitions__counter_uses') }}

),

counters as (

    select distinct
        counter_key,
        subject,
        measure,
        window_us,
        engagement_types
    from counter_uses

),

engagement_types as (

    select * from {{ ref('engagement_types') }}

),

counter_types as (

    select
        counters.counter_key,
        counters.subject,
        counters.measure,
        counters.window_us,
        engagement_types.engagement_type
    from counters
    inner join engagement_types
        on
            {{ dbt.position(
                "'|' || engagement_types.engagement_type || '|'", "'|' || counters.engagement_types || '|'"
            ) }} > 0

)

select * from counter_types
