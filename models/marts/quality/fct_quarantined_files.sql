with

quarantined as (

    {{ rows_if_present('raw_meta', 'quarantined_files', {
        'source': 'string',
        'table': 'string',
        'file': 'string',
        'row': 'bigint',
        'column': 'string',
        'reason': 'string',
        'detected_at': 'timestamp',
    }) }}

),

renamed as (

    select
        -- ids
        {{ key(['file']) }} as quarantined_file_id,

        -- strings
        {{ adapter.quote('source') }} as source_system,
        {{ adapter.quote('table') }} as table_name,
        {{ adapter.quote('file') }} as file_path,
        {{ adapter.quote('column') }} as column_name,
        reason,

        -- numerics
        {{ adapter.quote('row') }} as row_number_in_file,

        -- timestamps
        detected_at
    from quarantined

)

select * from renamed
