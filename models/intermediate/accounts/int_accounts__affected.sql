{#
    Which records may stand on another account than in the last build, or whose account may say something else: the changed
    ones, those that they share a link or a corporate domain with or did, everybody who stood in one component with any of
    these, and the accounts below them. Whatever an unfinished build had found is kept until a build comes to its end.
#}
{%- set components = adapter.get_relation(this.database, this.schema, 'int_accounts__components') if execute -%}
{%- set unfinished = load_relation(this) if execute -%}
-- What a build from scratch has no need of:
-- depends_on: {{ ref('int_accounts__records') }}
-- depends_on: {{ ref('int_accounts__links') }}
with

nodes as (

    select record_key, node from {{ ref('int_accounts__nodes') }}

),

changed as (

    select record_key, old_domain from {{ ref('int_accounts__changed') }}

),

{% if components and not flags.FULL_REFRESH %}
records as (

    select
        record_key,
        parent_record_key,
        merged_into_record_key,
        case when domain_class = 'corporate' then domain end as domain
    from {{ ref('int_accounts__records') }}

),

changed_links as (

    {{ links_of_changed('int_accounts__links') }}

),

components as (

    select node, component from {{ components }}

),

changed_domains as (

    select old_domain as domain from changed
    where old_domain is not null
    union
    select records.domain
    from records
    inner join changed on records.record_key = changed.record_key
    where records.domain is not null

),

first_touched_keys as (

    {{ changed_and_linked() }}
    union
    select records.record_key
    from records
    inner join changed_domains on records.domain = changed_domains.domain

),

labelled as (

    select
        nodes.record_key,
        nodes.node,
        coalesce(components.component, nodes.node) as component
    from nodes
    left join components on nodes.node = components.node

),

first_touched_components as (

    select distinct labelled.component
    from labelled
    inner join first_touched_keys on labelled.record_key = first_touched_keys.record_key

),

-- A record that was merged away gives its domain to whom it was merged into: what became of that one concerns who shares it.
inherited_domains as (

    select distinct records.domain
    from records
    inner join labelled on records.record_key = labelled.record_key
    inner join first_touched_components on labelled.component = first_touched_components.component
    where records.domain is not null and records.merged_into_record_key is not null

),

touched_components as (

    select component from first_touched_components
    union
    select labelled.component
    from records
    inner join inherited_domains on records.domain = inherited_domains.domain
    inner join labelled on records.record_key = labelled.record_key

),

moved_keys as (

    select labelled.record_key
    from labelled
    inner join touched_components on labelled.component = touched_components.component

),

-- An account names its parent by a record of it.
children as (

    select distinct labelled.component
    from records
    inner join moved_keys on records.parent_record_key = moved_keys.record_key
    inner join labelled on records.record_key = labelled.record_key

),

affected_components as (

    select component from touched_components
    union
    select component from children

),

affected_keys as (

    select
        labelled.record_key,
        labelled.node
    from labelled
    inner join affected_components on labelled.component = affected_components.component
    {% if unfinished %}

    union

    select
        record_key,
        node
    from {{ unfinished }}
    {% endif %}

),
{% else %}
affected_keys as (

    select distinct
        nodes.record_key,
        nodes.node
    from nodes
    inner join changed on nodes.record_key = changed.record_key
    -- A build from scratch asks nobody.
    {% if flags.FULL_REFRESH %}where 1 = 0{% endif %}

),
{% endif %}

affected as (

    select
        record_key,
        node,
        {{ key(['record_key']) }} as account_id
    from affected_keys

)

select * from affected
