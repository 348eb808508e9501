"""Lifecycle: one stage per lead at any instant, and a funnel that only narrows."""

from expectations.rules import Rule

# Arrivals less departures per lead and stage: 1 for the stage it stands in, 0 for one that it left. Counting needs no
# order, so several transitions at one instant cannot confuse it. Raw is left out: every lead starts there unrecorded.
_BALANCES = """
    select lead_id, stage, sum(step) as balance
    from (
        select lead_id, to_stage as stage, 1 as step from core.fct_lifecycle_transitions
        union all
        select lead_id, from_stage as stage, -1 as step from core.fct_lifecycle_transitions
    ) as steps
    where stage <> 'raw'
    group by lead_id, stage
"""

RULES = (
    Rule(
        suite="lifecycle",
        name="transition_after_creation",
        schema="core",
        table="fct_lifecycle_transitions",
        column="occurred_at",
        also_reads=("core.dim_leads",),
        sentence="no transition happened before its lead was created or after the instant the build describes",
        query="""
select
    transitions.transition_id as row_key,
    transitions.occurred_at > $as_of or transitions.occurred_at < leads.created_at as is_failing
from {batch} as transitions
left join core.dim_leads as leads
    on transitions.lead_id = leads.lead_id
""",
    ),
    Rule(
        suite="lifecycle",
        name="one_stage_at_a_time",
        schema="core",
        table="fct_lifecycle_transitions",
        column="from_stage",
        sentence="a lead leaves only a stage that it stands in, and stands in one stage",
        query=f"""
select lead_id as row_key, bool_or(balance not in (0, 1)) or sum(balance) > 1 as is_failing
from (
    {_BALANCES}
) as balances
where lead_id in (select lead_id from {{batch}} as transitions)
group by lead_id
""",
    ),
    Rule(
        suite="lifecycle",
        name="stages_are_known",
        schema="core",
        table="fct_lifecycle_transitions",
        column="to_stage",
        sentence="every stage in the ledger is one that both teams defined",
        query="""
select
    transition_id as row_key,
    to_stage is null
        or to_stage not in ('raw', 'mql', 'sal', 'sqo', 'opportunity', 'customer', 'lost')
        or coalesce(from_stage, 'raw') not in ('raw', 'mql', 'sal', 'sqo', 'opportunity', 'customer', 'lost')
        as is_failing
from {batch} as transitions
""",
    ),
    Rule(
        suite="lifecycle",
        name="funnel_narrows",
        schema="core",
        table="fct_lifecycle_transitions",
        sentence="no stage was reached by more leads than the stage before it",
        query="""
select stage as row_key, reached > reached_before as is_failing
from (
    select stage, reached, lag(reached) over (order by stage_order nulls last) as reached_before
    from (
        select stages.stage, stages.stage_order, count(distinct transitions.lead_id) as reached
        from (
            select 'mql' as stage, 1 as stage_order
            union all select 'sal', 2
            union all select 'sqo', 3
            union all select 'opportunity', 4
            union all select 'customer', 5
        ) as stages
        left join {batch} as transitions
            on stages.stage = transitions.to_stage
        group by stages.stage, stages.stage_order
    ) as counted
) as neighbours
where reached_before is not null
""",
    ),
    Rule(
        suite="lifecycle",
        name="lead_stands_where_the_ledger_says",
        schema="core",
        table="dim_leads",
        column="lifecycle_stage",
        also_reads=("core.fct_lifecycle_transitions",),
        sentence="a lead's stage is the one that its ledger ends in",
        query=f"""
select leads.lead_id as row_key, leads.lifecycle_stage <> coalesce(ledger.stage, 'raw') as is_failing
from {{batch}} as leads
left join (
    select lead_id, max(stage) as stage
    from (
        {_BALANCES}
    ) as balances
    where balance = 1
    group by lead_id
) as ledger
    on leads.lead_id = ledger.lead_id
""",
    ),
    Rule(
        suite="lifecycle",
        name="status_conflicts",
        schema="core",
        table="fct_status_conflicts",
        also_reads=("core.dim_leads",),
        sentence="at most {threshold} of the leads have a status that the ledger contradicts",
        measure="value",
        unit="share",
        query="""
select
    'all systems' as row_key,
    cast(found.lead_count as double) / nullif(everyone.lead_count, 0) as observed,
    cast(found.lead_count as double) / nullif(everyone.lead_count, 0) > $threshold as is_failing
from (select count(distinct lead_id) as lead_count from {batch} as conflicts) as found
cross join (select count(*) as lead_count from core.dim_leads) as everyone
""",
    ),
)
