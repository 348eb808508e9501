with

conflicts as (

    select * from {{ ref('int_lifecycle__lead_conflicts') }}

),

final as (

    select
        conflict_id,
        lead_id,
        conflict_kind,
        {{ from_epoch_us('detected_us') }} as detected_at,
        system,
        other_system,
        record_key,
        system_status,
        expected_stage,
        ledger_stage,
        cast({{ as_of_us() }} - detected_us as double) / 86400000000.0 as age_days,
        cast(row_number() over (
            order by
                detected_us asc nulls last, lead_id asc nulls last, conflict_kind asc nulls last,
                record_key asc nulls last, other_system asc nulls last, detail asc nulls last
        ) as bigint) as age_rank
    from conflicts

)

select * from final
