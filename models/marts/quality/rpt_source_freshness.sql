{%- set tables = delivered_tables() -%}
with

settings as (

    select max(case when setting = 'data_stale_hours' then cast(value as double) end) as stale_hours
    from {{ ref('settings') }}

),

newest as (

    {% for table in tables -%}
    select
        '{{ table.source_system }}' as source_system,
        '{{ table.table_name }}' as table_name,
        count(*) as row_count,
        -- A wrong clock in a source must not make it look fresh: what is dated after the build is left out.
        max(case when {{ table.stamp }} <= {{ as_of() }} then {{ table.stamp }} end) as newest_record_at,
        max({{ table.loaded }}) as newest_load_at
    from {{ table.relation }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {%- else -%}
    select
        cast(null as {{ api_type('string') }}) as source_system,
        cast(null as {{ api_type('string') }}) as table_name,
        cast(null as bigint) as row_count,
        cast(null as timestamp) as newest_record_at,
        cast(null as timestamp) as newest_load_at
    where 1 = 0
    {%- endfor %}

),

aged as (

    select
        source_system,
        table_name,
        row_count,
        newest_record_at,
        newest_load_at,
        {{ minutes_between('newest_record_at', as_of()) }} / 60.0 as hours_since_newest_record,
        {{ minutes_between('newest_load_at', as_of()) }} / 60.0 as hours_since_newest_load,
        max(newest_record_at) over (partition by source_system) as source_newest_record_at
    from newest

),

judged as (

    select
        aged.source_system,
        aged.table_name,
        aged.row_count,
        aged.newest_record_at,
        aged.newest_load_at,
        cast(aged.hours_since_newest_record as double) as hours_since_newest_record,
        cast(aged.hours_since_newest_load as double) as hours_since_newest_load,
        coalesce(aged.hours_since_newest_record > settings.stale_hours, true) as is_stale,
        coalesce(
            {{ minutes_between('aged.source_newest_record_at', as_of()) }} / 60.0 > settings.stale_hours, true
        ) as is_source_stale
    from aged
    cross join settings

)

select * from judged
