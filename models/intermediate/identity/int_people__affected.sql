{#
    Who may be another person than in the last build, or the same with other records: the changed records, those that they
    now share a link or an address with, and everybody who stood in one component with any of these. Whatever an unfinished
    build had found is kept until a build comes to its end.

    A lead's id is derived from one of its records, so the ids of all leads that these records ever stood on are among
    their own. What the records say stands beside their keys, read once for all who resolve them; a key that only links
    know says nothing.
#}
{%- set columns = [
    'source_system',
    'source_object',
    'source_id',
    'email',
    'raw_email',
    'matching_email',
    'is_role_mailbox',
    'email_domain',
    'first_name',
    'last_name',
    'full_name',
    'title',
    'company_name',
    'country_code',
    'owner_id',
    'lead_source',
    'is_opted_out',
    'is_deleted',
    'merged_into_record_key',
    'created_at',
    'modified_at',
    'first_loaded_at',
    'additional_emails',
] -%}
{%- set components = adapter.get_relation(this.database, this.schema, 'int_people__components') if execute -%}
{%- set unfinished = load_relation(this) if execute -%}
-- What a build from scratch has no need of:
-- depends_on: {{ ref('int_people__records') }}
-- depends_on: {{ ref('int_people__links') }}
with

nodes as (

    select record_key, node from {{ ref('int_people__nodes') }}

),

changed as (

    select record_key from {{ ref('int_people__changed') }}

),

{% if components and not flags.FULL_REFRESH %}
-- Once by key and once by number: an engine that is given one set twice keeps all of it in between.
numbered as (

    select record_key, node from {{ ref('int_people__nodes') }}

),

changed_emails as (

    select distinct matching_email
    from {{ ref('int_people__records') }}
    where {{ is_in('int_people__changed', 'record_key') }} and matching_email is not null and not is_role_mailbox

),

holders as (

    select record_key, matching_email
    from {{ ref('int_people__records') }}
    where matching_email is not null and not is_role_mailbox

),

changed_links as (

    {{ links_of_changed('int_people__links') }}

),

components as (

    select node, component from {{ components }}

),

touched_keys as (

    {{ changed_and_linked() }}
    union
    select holders.record_key
    from holders
    inner join changed_emails on holders.matching_email = changed_emails.matching_email

),

touched_nodes as (

    select nodes.node, coalesce(components.component, nodes.node) as component
    from touched_keys
    inner join nodes on touched_keys.record_key = nodes.record_key
    left join components on nodes.node = components.node

),

affected_nodes as (

    select node from touched_nodes
    union
    select components.node
    from components
    inner join touched_nodes on components.component = touched_nodes.component

),

affected_keys as (

    select numbered.record_key, numbered.node
    from numbered
    inner join affected_nodes on numbered.node = affected_nodes.node
    {% if unfinished %}

    union

    select record_key, node from {{ this }}
    {% endif %}

),
{% else %}
affected_keys as (

    select nodes.record_key, nodes.node
    from nodes
    inner join changed on nodes.record_key = changed.record_key
    -- A build from scratch asks nobody.
    {% if flags.FULL_REFRESH %}where 1 = 0{% endif %}

),
{% endif %}

records as (

    select * from {{ ref('int_people__records') }}
    where {% if flags.FULL_REFRESH %}1 = 0{% else %}record_key in (
        select record_key from affected_keys where record_key > ''
    ){% endif %}

),

affected as (

    select
        affected_keys.record_key,
        affected_keys.node,
        {{ key(['affected_keys.record_key']) }} as lead_id
        {%- for column in columns %},
        records.{{ column }}
        {%- endfor %}
    from affected_keys
    left join records on affected_keys.record_key = records.record_key

)

select * from affected
