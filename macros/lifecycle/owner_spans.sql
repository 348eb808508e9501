{#
    The owner changes of a Salesforce object's history. They come in pairs, one row with ids and one with names: the ids
    count. `history` names the CTE of the object's history rows.
#}
{% macro salesforce_owner_changes(history, object) %}
    select
        'salesforce:{{ object }}:' || salesforce_{{ object }}_id as record_key,
        salesforce_{{ object }}_history_id as change_id,
        changed_at,
        {{ salesforce_id('old_value') }} as old_owner_id,
        {{ salesforce_id('new_value') }} as new_owner_id
    from {{ history }}
    where
        lower(field_name) in ('owner', 'ownerid', 'owner_id')
        and not is_deleted
        and {{ regex_matches("coalesce(new_value, old_value)", "'^00[5G][A-Za-z0-9]*$'") }}
{% endmacro %}


{#
    Who owned a subject when, from the owners of its records over time. At every instant the most trusted record that
    knows an owner speaks; live records before deleted ones.

    Needs CTEs:
      records             <subject>_id, record_key, owner_id, created_at, is_deleted, priority
      salesforce_changes  record_key, change_id, changed_at, old_owner_id, new_owner_id
      hubspot_changes     record_key, changed_at, new_owner_id
    Gives CTE owner_spans: <subject>_id, owner_id, is_queue, valid_from, valid_to, source_record_key.
#}
{% macro owner_spans(subject) %}
numbered_changes as (

    select
        record_key,
        change_id,
        changed_at,
        {{ salesforce_owner_key('old_owner_id') }} as old_owner_id,
        {{ salesforce_owner_key('new_owner_id') }} as new_owner_id,
        row_number() over (
            partition by record_key order by changed_at asc nulls last, change_id asc nulls last
        ) as change_number
    from salesforce_changes
    where changed_at is not null

),

tracked_records as (

    select record_key from numbered_changes

    union

    select record_key from hubspot_changes

),

states as (

    -- The first old value held from the record's creation.
    select
        records.record_key,
        records.created_at as state_at,
        0 as change_number,
        numbered_changes.old_owner_id as owner_id
    from records
    inner join numbered_changes
        on
            records.record_key = numbered_changes.record_key
            and numbered_changes.change_number = 1

    union all

    select
        record_key,
        changed_at as state_at,
        change_number,
        new_owner_id as owner_id
    from numbered_changes

    union all

    select
        record_key,
        changed_at as state_at,
        1 as change_number,
        new_owner_id as owner_id
    from hubspot_changes

    union all

    -- Without a history nothing else dates the owner that the record shows.
    select
        records.record_key,
        records.created_at as state_at,
        0 as change_number,
        records.owner_id
    from records
    left join tracked_records
        on records.record_key = tracked_records.record_key
    where tracked_records.record_key is null

),

-- What changes at one instant leaves one owner: the last in the source's own order.
last_states as (

    select
        record_key,
        state_at,
        owner_id,
        row_number() over (
            partition by record_key, state_at
            order by change_number desc nulls last, owner_id asc nulls last
        ) as state_rank
    from states
    where state_at <= {{ as_of() }}

),

record_spans as (

    select
        records.{{ subject }}_id,
        records.record_key,
        records.is_deleted,
        records.priority,
        last_states.owner_id,
        last_states.state_at as valid_from,
        lead(last_states.state_at) over (
            partition by records.record_key order by last_states.state_at asc nulls last
        ) as valid_to
    from last_states
    inner join records
        on last_states.record_key = records.record_key
    where last_states.state_rank = 1

),

instants as (

    select distinct
        {{ subject }}_id,
        valid_from as instant
    from record_spans

),

-- Among records of one rank the newest change speaks; the record key settles a tie.
candidates as (

    select
        instants.{{ subject }}_id,
        instants.instant,
        record_spans.owner_id,
        record_spans.record_key,
        row_number() over (
            partition by instants.{{ subject }}_id, instants.instant
            order by
                record_spans.is_deleted asc nulls last,
                record_spans.priority asc nulls last,
                record_spans.valid_from desc nulls last,
                record_spans.record_key asc nulls last
        ) as candidate_rank
    from instants
    left join record_spans
        on
            instants.{{ subject }}_id = record_spans.{{ subject }}_id
            and instants.instant >= record_spans.valid_from
            and {{ epoch_us('instants.instant') }} < {{ end_us('record_spans.valid_to') }}
            and record_spans.owner_id is not null

),

owners as (

    select
        {{ subject }}_id,
        instant,
        owner_id,
        record_key,
        lag(owner_id) over steps as previous_owner_id,
        row_number() over steps as step
    from candidates
    where candidate_rank = 1
    window steps as (partition by {{ subject }}_id order by instant asc nulls last)

),

stays as (

    select
        {{ subject }}_id,
        owner_id,
        instant as valid_from,
        lead(instant) over (partition by {{ subject }}_id order by instant asc nulls last) as valid_to,
        record_key as source_record_key
    from owners
    where step = 1 or owner_id is distinct from previous_owner_id

),

owner_spans as (

    select
        {{ subject }}_id,
        owner_id,
        owner_id like 'salesforce:group:%' as is_queue,
        valid_from,
        valid_to,
        source_record_key
    from stays
    where owner_id is not null

)
{% endmacro %}
