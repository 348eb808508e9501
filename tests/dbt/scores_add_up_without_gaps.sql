-- The breakdown is what people argue about: it must add up to the score, and no instant may have two scores or none.
{{ config(meta={'dagster': {'ref': {'name': 'fct_lead_scores'}}}) }}

with

scores as (

    select
        lead_id as subject_id,
        valid_from,
        valid_to,
        score,
        firmographic_score + engagement_score + intent_score as parts,
        lead(valid_from) over (partition by lead_id order by valid_from asc nulls last) as next_from
    from {{ ref('fct_lead_scores') }}

    union all

    select
        account_id as subject_id,
        valid_from,
        valid_to,
        score,
        firmographic_score + engagement_score + intent_score as parts,
        lead(valid_from) over (partition by account_id order by valid_from asc nulls last) as next_from
    from {{ ref('fct_account_scores') }}

),

broken as (

    select *
    from scores
    where
        abs(score - parts) > 0.000001
        or valid_to is distinct from next_from
        or valid_to <= valid_from

)

select * from broken
