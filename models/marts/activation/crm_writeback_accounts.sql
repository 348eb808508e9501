-- What the CRM does not know yet. A row leaves when a push reported success, and comes back when it changes.
{% set pushed_columns = [
    'account_stage',
    'account_stage_entered_at',
    'account_score',
    'firmographic_score',
    'engagement_score',
    'intent_score',
    'is_icp_fit',
    'is_target_account',
    'target_tier',
    'is_sla_breached', 'next_due_at', 'recommended_action', 'recommended_reason',
    'recommended_owner_id',
] %}

with

accounts as (

    select * from {{ ref('dim_accounts') }}

),

records as (

    select * from {{ ref('bridge_account_records') }}
    where
        not is_deleted
        and merged_into_record_key is null
        and not is_excluded
        and source_object in ('account', 'company')

),

clocks as (

    select * from {{ ref('fct_sla_clocks') }}
    where
        subject_type = 'account'
        and owed_by = 'sales'
        and stopped_at is null
        and status <> 'void'

),

actions as (

    select * from {{ ref('crm_recommended_actions') }}
    where subject_type = 'account'

),

routes as (

    select * from {{ ref('routing_queue') }}
    where subject_type = 'account'

),

pushed as (

    {{ pushed_rows('crm_writeback_accounts') }}

),

-- One record of the CRM stands for the account: Salesforce before HubSpot, a contact before a lead.
ranked_records as (

    select
        account_id,
        record_key,
        source_system,
        source_id,
        row_number() over (
            partition by account_id
            order by
                case source_system when 'salesforce' then 0 else 1 end asc nulls last,
                case source_object when 'contact' then 0 else 1 end asc nulls last,
                record_key asc nulls last
        ) as record_rank
    from records
    where source_system in ('salesforce', 'hubspot')

),

open_clocks as (

    select
        subject_id as account_id,
        min(due_at) as next_due_at,
        max(case when status = 'breached' then 1 else 0 end) = 1 as is_breached
    from clocks
    group by subject_id

),

ranked_actions as (

    select
        account_id,
        action,
        reason,
        context,
        row_number() over (
            partition by account_id
            order by
                case action
                    when 'recycle' then 0
                    when 'return_with_context' then 1
                    when 'flag' then 2
                    else 3
                end asc nulls last,
                breached_at asc nulls last,
                action_id asc nulls last
        ) as action_rank
    from actions

),

described as (

    select
        ranked_records.record_key,
        ranked_records.source_system,
        ranked_records.source_id,
        accounts.account_id,
        accounts.account_stage,
        accounts.account_stage_entered_at,
        accounts.account_score,
        accounts.firmographic_score,
        accounts.engagement_score,
        accounts.intent_score,
        accounts.is_icp_fit,
        accounts.is_target_account,
        accounts.target_tier,
        coalesce(open_clocks.is_breached, false) as is_sla_breached,
        open_clocks.next_due_at,
        ranked_actions.action as recommended_action,
        ranked_actions.reason as recommended_reason,
        ranked_actions.context as recommended_context,
        routes.owner_id as recommended_owner_id
    from accounts
    inner join ranked_records
        on
            accounts.account_id = ranked_records.account_id
            and ranked_records.record_rank = 1
    left join open_clocks
        on accounts.account_id = open_clocks.account_id
    left join ranked_actions
        on
            accounts.account_id = ranked_actions.account_id
            and ranked_actions.action_rank = 1
    left join routes
        on accounts.account_id = routes.account_id

),

hashed as (

    select
        *,
        {{ key(pushed_columns) }} as row_hash
    from described

),

changed as (

    select
        hashed.record_key,
        hashed.source_system,
        hashed.source_id,
        hashed.account_id,
        hashed.account_stage,
        hashed.account_stage_entered_at,
        hashed.account_score,
        hashed.firmographic_score,
        hashed.engagement_score,
        hashed.intent_score,
        hashed.is_icp_fit,
        hashed.is_target_account,
        hashed.target_tier,
        hashed.is_sla_breached,
        hashed.next_due_at,
        hashed.recommended_action,
        hashed.recommended_reason,
        hashed.recommended_context,
        hashed.recommended_owner_id,
        hashed.row_hash,
        pushed.record_key is null as is_new
    from hashed
    left join pushed
        on hashed.record_key = pushed.record_key
    where pushed.row_hash is distinct from hashed.row_hash

)

select * from changed
