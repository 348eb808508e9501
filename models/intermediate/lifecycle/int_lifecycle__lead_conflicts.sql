{{ config(
    materialized='incremental',
    incremental_strategy='by_subject',
    meta={'subject': 'lead', 'also': 'int_people__affected'}
) }}

-- What a record says that is no fact (a stage that automation set) concerns nobody's stage: whose records have news is
-- looked at beside whose stages do.
with

facts as (

    select * from {{ ref('int_lifecycle__lead_facts') }}
    where {{ is_changed('lead', 'lead_id', also='int_people__affected') }}

),

lead_cycles as (

    select * from {{ ref('int_lifecycle__lead_cycles') }}
    where scenario = 0 and {{ is_changed('lead', 'lead_id', also='int_people__affected') }}

),

transitions as (

    select * from {{ ref('int_lifecycle__lead_transitions') }}
    where {{ is_changed('lead', 'lead_id', also='int_people__affected') }}

),

status_history as (

    select * from {{ ref('int_lifecycle__status_history') }}
    {%- if is_by_subject() %}
    -- By record, before it is looked up whose it is: few of the values are theirs.
    where
        record_key in (
            select record_key
            from ({{ leads_of_keys() }}) as lead_records
            where {{ is_changed('lead', 'lead_id', also='int_people__affected') }}
        )
    {%- endif %}

),

person_records as (

    select * from {{ ref('int_people__records') }}

),

leads as (

    select * from {{ ref('int_people__leads') }}
    where {{ is_changed('lead', 'lead_id', also='int_people__affected') }}

),

status_mappings as (

    select * from {{ ref('status_mappings') }}

),

stage_ranks as (

    {% for stage in ['raw', 'mql', 'sal', 'sqo', 'opportunity', 'customer'] %}
    select
        '{{ stage }}' as stage,
        {{ loop.index }} as stage_rank
    {% if not loop.last %}
    union all

    {% endif %}
    {% endfor %}
),

mappings as (

    select
        source_system,
        source_object,
        field,
        lower(trim(raw_value)) as raw_value,
        max(crm_fact) as crm_fact,
        max(claimed_stage) as claimed_stage
    from status_mappings
    group by source_system, source_object, field, lower(trim(raw_value))

),

rejections as (

    select
        lead_id,
        occurred_us
    from facts
    where crm_fact = 'rejected'

),

-- Rejections that ended no cycle: the lead stood in a stage that nobody can reject from.
stray_rejections as (

    select
        facts.lead_id,
        facts.fact_number,
        facts.occurred_us,
        facts.source_record_key,
        facts.raw_reason,
        facts.disposition
    from facts
    left join lead_cycles
        on
            facts.lead_id = lead_cycles.lead_id
            and facts.fact_number = lead_cycles.end_number
    where facts.crm_fact = 'rejected' and lead_cycles.lead_id is null

),

-- Facts come before the rules of the same instant, in the source's order.
earlier_entries as (

    select
        stray_rejections.lead_id,
        stray_rejections.fact_number,
        stray_rejections.occurred_us,
        stray_rejections.source_record_key,
        stray_rejections.raw_reason,
        stray_rejections.disposition,
        transitions.transition_number,
        case
            when
                transitions.occurred_us < stray_rejections.occurred_us
                or transitions.fact_number < stray_rejections.fact_number
                or transitions.basis = 'created'
                then transitions.to_stage
        end as ledger_stage
    from stray_rejections
    left join transitions
        on
            stray_rejections.lead_id = transitions.lead_id
            and transitions.occurred_us <= stray_rejections.occurred_us

),

stray_rejection_stages as (

    select
        lead_id,
        fact_number,
        occurred_us,
        source_record_key,
        raw_reason,
        disposition,
        ledger_stage,
        row_number() over (
            partition by lead_id, fact_number
            order by
                case when ledger_stage is null then 1 else 0 end asc nulls last, transition_number desc nulls last
        ) as recency
    from earlier_entries

),

rejection_conflicts as (

    select
        lead_id,
        'rejection_out_of_stage' as conflict_kind,
        occurred_us as detected_us,
        split_part(source_record_key, ':', 1) as system,
        'ledger' as other_system,
        source_record_key as record_key,
        coalesce(raw_reason, 'rejected') as system_status,
        case when disposition = 'recycle' then 'raw' else 'lost' end as expected_stage,
        ledger_stage,
        cast(fact_number as {{ dbt.type_string() }}) as detail
    from stray_rejection_stages
    where recency = 1

),

claims as (

    select
        status_history.lead_id,
        status_history.record_key,
        status_history.source_system,
        status_history.field,
        status_history.raw_value,
        mappings.crm_fact,
        mappings.claimed_stage,
        stage_ranks.stage_rank,
        status_history.change_number,
        {{ epoch_us('status_history.valid_from') }} as from_us,
        {{ end_us('status_history.valid_to') }} as to_us
    from status_history
    inner join person_records
        on status_history.record_key = person_records.record_key
    inner join mappings
        on
            person_records.source_system = mappings.source_system
            and person_records.source_object = mappings.source_object
            and status_history.field = mappings.field
            and lower(trim(status_history.raw_value)) = mappings.raw_value
    inner join stage_ranks
        on mappings.claimed_stage = stage_ranks.stage
    where
        not coalesce(person_records.is_deleted, false)
        and person_records.merged_into_record_key is null
        and status_history.valid_from <= {{ as_of() }}

),

ordered_claims as (

    select
        lead_id,
        record_key,
        source_system,
        field,
        raw_value,
        crm_fact,
        claimed_stage,
        stage_rank,
        change_number,
        from_us,
        to_us,
        lag(stage_rank) over claims_of_field as previous_rank,
        lag(from_us) over claims_of_field as previous_us
    from claims
    window claims_of_field as (
        partition by record_key, field order by from_us asc nulls last, change_number asc nulls last
    )

),

-- A step back that a rejection explains, in whatever field or record it was told, contradicts nothing.
unexplained_claims as (

    select ordered_claims.*
    from ordered_claims
    left join rejections
        on
            ordered_claims.lead_id = rejections.lead_id
            and rejections.occurred_us > ordered_claims.previous_us
            and rejections.occurred_us <= ordered_claims.from_us
    where
        ordered_claims.stage_rank < ordered_claims.previous_rank
        and coalesce(ordered_claims.crm_fact, '') <> 'rejected'
        and rejections.lead_id is null

),

backward_claims as (

    select
        unexplained_claims.lead_id,
        unexplained_claims.from_us,
        unexplained_claims.source_system,
        unexplained_claims.record_key,
        unexplained_claims.field,
        unexplained_claims.raw_value,
        unexplained_claims.claimed_stage,
        transitions.to_stage as ledger_stage,
        row_number() over (
            partition by unexplained_claims.record_key, unexplained_claims.field, unexplained_claims.from_us
            order by transitions.transition_number desc nulls last, unexplained_claims.change_number desc nulls last
        ) as recency
    from unexplained_claims
    left join transitions
        on
            unexplained_claims.lead_id = transitions.lead_id
            and transitions.occurred_us <= unexplained_claims.from_us

),

backward_conflicts as (

    select
        lead_id,
        'moved_backwards' as conflict_kind,
        from_us as detected_us,
        source_system as system,
        'ledger' as other_system,
        record_key,
        raw_value as system_status,
        claimed_stage as expected_stage,
        ledger_stage,
        field as detail
    from backward_claims
    where recency = 1

),

latest_transitions as (

    select
        lead_id,
        max(transition_number) as transition_number
    from transitions
    group by lead_id

),

standing as (

    select
        transitions.lead_id,
        transitions.to_stage as ledger_stage,
        transitions.occurred_us as entered_us
    from transitions
    inner join latest_transitions
        on
            transitions.lead_id = latest_transitions.lead_id
            and transitions.transition_number = latest_transitions.transition_number

),

current_claims as (

    select *
    from claims
    where to_us > {{ as_of_us() }}

),

-- A rejected status agrees with raw and with lost: both are what a rejection leads to.
disagreements as (

    select
        current_claims.lead_id,
        'disagrees_today' as conflict_kind,
        greatest(current_claims.from_us, standing.entered_us) as detected_us,
        current_claims.source_system as system,
        'ledger' as other_system,
        current_claims.record_key,
        current_claims.raw_value as system_status,
        current_claims.claimed_stage as expected_stage,
        standing.ledger_stage,
        current_claims.field as detail
    from current_claims
    inner join standing
        on current_claims.lead_id = standing.lead_id
    where
        current_claims.claimed_stage <> standing.ledger_stage
        and not (
            standing.ledger_stage = 'lost'
            and (current_claims.crm_fact = 'rejected' or current_claims.claimed_stage = 'raw')
        )

),

-- One system against another, whatever the ledger says, each two once: Salesforce first, the others by name, so that
-- HubSpot, a CRM too, stands before the marketing automations.
pair_disagreements as (

    select
        first_claims.lead_id,
        'systems_disagree' as conflict_kind,
        greatest(first_claims.from_us, other_claims.from_us) as detected_us,
        first_claims.source_system as system,
        other_claims.source_system as other_system,
        first_claims.record_key,
        first_claims.raw_value as system_status,
        other_claims.claimed_stage as expected_stage,
        standing.ledger_stage,
        other_claims.record_key || ':' || other_claims.field
        -- A record of HubSpot may say two things.
        || case when first_claims.field = 'status' then '' else ':' || first_claims.field end as detail
    from current_claims as first_claims
    inner join current_claims as other_claims
        on
            first_claims.lead_id = other_claims.lead_id
            and first_claims.claimed_stage <> other_claims.claimed_stage
            and other_claims.source_system <> 'salesforce'
            and (
                first_claims.source_system = 'salesforce'
                or first_claims.source_system < other_claims.source_system
            )
    inner join standing
        on first_claims.lead_id = standing.lead_id

),

unnamed_conflicts as (

    select * from rejection_conflicts

    union all

    select * from backward_conflicts

    union all

    select * from disagreements

    union all

    select * from pair_disagreements

),

conflicts as (

    select
        {{ key([
            'unnamed_conflicts.lead_id', 'unnamed_conflicts.conflict_kind', 'unnamed_conflicts.record_key',
            'unnamed_conflicts.other_system', 'unnamed_conflicts.detail', 'unnamed_conflicts.detected_us'
        ]) }} as conflict_id,
        unnamed_conflicts.lead_id,
        unnamed_conflicts.conflict_kind,
        unnamed_conflicts.detected_us,
        unnamed_conflicts.system,
        unnamed_conflicts.other_system,
        unnamed_conflicts.record_key,
        unnamed_conflicts.system_status,
        unnamed_conflicts.expected_stage,
        unnamed_conflicts.ledger_stage,
        unnamed_conflicts.detail
    from unnamed_conflicts
    inner join leads
        on unnamed_conflicts.lead_id = leads.lead_id
    where not coalesce(leads.is_deleted, false)

)

select * from conflicts
