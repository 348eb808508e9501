-- The nights before this one. Tonight's checks look at tonight's models, this one among them, so their results come
-- after it: expectations/history.py appends them to the built table just before it is published (ADR 0170).
with

check_results as (

    {{ rows_if_present('quality_state', 'check_results', {
        'run_id': 'string',
        'checked_at': 'timestamp',
        'suite': 'string',
        'expectation': 'string',
        'schema_name': 'string',
        'table_name': 'string',
        'column_name': 'string',
        'status': 'string',
        'is_blocking': 'boolean',
        'observed': 'string',
        'threshold': 'string',
        'failing_rows': 'bigint',
        'owner': 'string',
        'sentence': 'string',
        'failing_keys': 'string',
    }) }}

),

kept as (

    select
        run_id,
        checked_at,
        suite,
        expectation,
        schema_name,
        table_name,
        column_name,
        status,
        is_blocking,
        observed,
        threshold,
        failing_rows,
        owner,
        sentence,
        failing_keys
    from check_results
    where checked_at < {{ as_of() }}

)

select * from kept
