with

rejection_reasons as (

    select * from {{ ref('rejection_reasons') }}

),

-- Reasons match without case; of two spellings that differ in case only the first in the alphabet decides.
ranked as (

    select
        lower(trim(raw_reason)) as reason_text,
        reason_code,
        lower(trim(disposition)) as disposition,
        coalesce(can_reenter, true) as can_reenter,
        row_number() over (
            partition by lower(trim(raw_reason))
            order by raw_reason asc nulls last, reason_code asc nulls last
        ) as spelling_rank
    from rejection_reasons

),

reasons as (

    select
        reason_text,
        reason_code,
        disposition,
        can_reenter
    from ranked
    where spelling_rank = 1

)

select * from reasons
