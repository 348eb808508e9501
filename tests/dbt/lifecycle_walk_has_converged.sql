-- The chain of cycles is followed for a fixed number of rounds; a lead with more cycles than that would lose its last ones.
{{ config(meta={'dagster': {'ref': {'name': 'fct_lifecycle_transitions'}}}) }}

with

cycles as (

    select * from {{ ref('int_lifecycle__lead_cycles') }}

),

unfinished as (

    select
        cycles.scenario,
        cycles.lead_id,
        cycles.cycle_number
    from cycles
    left join cycles as next_cycles
        on
            cycles.scenario = next_cycles.scenario
            and cycles.lead_id = next_cycles.lead_id
            and cycles.end_number = next_cycles.start_number
    where cycles.end_number is not null and next_cycles.lead_id is null

)

select * from unfinished
