{{ config(materialized='incremental', incremental_strategy='append') }}

-- Every lead and account that a build ever saw, with the number that its epoch keys count from: short to sort by, and
-- the same in every build of this warehouse.
with

subjects as (

    select
        'lead' as subject_type,
        lead_id as subject_id
    from {{ ref('int_people__leads') }}

    union all

    select
        'account' as subject_type,
        account_id as subject_id
    from {{ ref('int_accounts__accounts') }}

),

{% if is_incremental() %}
numbered as (

    select * from {{ this }}

),

highest as (

    select coalesce(max(epoch_base), 0) as epoch_base from numbered

),

unnumbered as (

    select
        subjects.subject_type,
        subjects.subject_id,
        highest.epoch_base as above
    from subjects
    cross join highest
    left join numbered
        on
            subjects.subject_type = numbered.subject_type
            and subjects.subject_id = numbered.subject_id
    where numbered.subject_id is null

),
{% else %}
unnumbered as (

    select
        subject_type,
        subject_id,
        0 as above
    from subjects

),
{% endif %}

numbers as (

    select
        subject_type,
        subject_id,
        cast(
            above + {{ epochs_per_subject() }} * row_number() over (
                order by subject_type asc nulls last, subject_id asc nulls last
            ) as bigint
        ) as epoch_base
    from unnumbered

)

select * from numbers
