with

opportunities as (

    select * from {{ ref('int_opportunities__unified') }}

),

accounts as (

    select * from {{ ref('int_accounts__accounts') }}

),

turns as (

    select * from {{ ref('int_opportunities__turns') }}

),

opened as (

    select
        opportunities.account_id,
        opportunities.opportunity_id,
        opportunities.is_open,
        opportunities.is_won,
        opportunities.loaded_at,
        opportunities.closed_at,
        -- An account is in the world from its creation.
        greatest({{ epoch_us('opportunities.created_at') }}, {{ epoch_us('accounts.created_at') }}) as opened_us
    from opportunities
    inner join accounts
        on opportunities.account_id = accounts.account_id

),

events as (

    select
        account_id,
        opportunity_id,
        'opportunity_created' as crm_fact,
        opened_us as occurred_us,
        1 as open_change,
        loaded_at
    from opened
    where opened_us <= {{ as_of_us() }}

    union all

    select
        account_id,
        opportunity_id,
        case when is_won then 'opportunity_won' else 'opportunity_lost' end as crm_fact,
        greatest({{ epoch_us('closed_at') }}, opened_us) as occurred_us,
        -1 as open_change,
        loaded_at
    from opened
    where
        not is_open
        and closed_at is not null
        and greatest({{ epoch_us('closed_at') }}, opened_us) <= {{ as_of_us() }}

    union all

    select
        opened.account_id,
        opened.opportunity_id,
        turns.crm_fact,
        greatest({{ epoch_us('turns.changed_at') }}, opened.opened_us),
        case when turns.crm_fact = 'opportunity_created' then 1 else -1 end,
        opened.loaded_at
    from opened
    inner join turns on opened.opportunity_id = turns.opportunity_id
    where {{ epoch_us('turns.over_at') }} > opened.opened_us

),

-- At one instant opportunities open before others close; then the keys, so that the order is always the same.
numbered as (

    select
        *,
        row_number() over (
            partition by account_id
            order by occurred_us asc nulls last, open_change desc nulls last, opportunity_id asc nulls last
        ) as fact_number
    from events

),

counted as (

    select
        *,
        sum(open_change) over (
            partition by account_id order by fact_number asc nulls last
            rows between unbounded preceding and current row
        ) as open_opportunities,
        min(case when crm_fact = 'opportunity_won' then fact_number end) over (
            partition by account_id
        ) as first_win_number
    from numbered

),

facts as (

    select
        account_id,
        cast(fact_number as bigint) as fact_number,
        crm_fact,
        occurred_us,
        opportunity_id,
        loaded_at as known_at,
        cast(first_win_number as bigint) as first_win_number,
        crm_fact = 'opportunity_lost' and open_opportunities = 0 as is_last_loss
    from counted

)

select * from facts
