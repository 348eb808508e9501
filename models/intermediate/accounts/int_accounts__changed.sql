{#
    The account records that are read anew, as for people, and the domains on which they stood in the last build: a company
    joins the one account that has its domain, so that those who share it are concerned too.
#}
{%- set records = adapter.get_relation(this.database, this.schema, 'int_accounts__records')
    if execute and not flags.FULL_REFRESH -%}
{%- set unfinished = load_relation(this) if execute and not flags.FULL_REFRESH -%}
with

changed_keys as (

    {{ changed_keys('int_accounts__links', is_company=true) }}

),

changed as (

    {% if records %}
    select
        changed_keys.record_key,
        records.domain as old_domain
    from changed_keys
    left join {{ records }} as records on changed_keys.record_key = records.record_key
    {% else %}
    select
        record_key,
        cast(null as {{ api_type('string') }}) as old_domain
    from changed_keys
    {% endif %}
    {% if unfinished %}
    union

    select
        record_key,
        old_domain
    from {{ unfinished }}
    {% endif %}

)

select * from changed
