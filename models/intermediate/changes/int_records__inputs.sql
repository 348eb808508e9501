{#
    What records of people and companies follow from besides their source rows, and how far those were loaded. The copy
    that int_records__built keeps says under what the stored records were worked out.
#}
with

conversion_rates as (

    select currency_code, conversion_rate
    from {{ ref('stg_salesforce__dated_conversion_rates') }}
    where
        not is_deleted
        and start_date <= {{ local_date(as_of(), setting('reporting_time_zone')) }}
        and (next_start_date is null or next_start_date > {{ local_date(as_of(), setting('reporting_time_zone')) }})

),

{% for model in record_models() %}
{{ model }}_load as (

    select max(loaded_at) as until_at from {{ ref(model) }}

),

{% endfor %}
inputs as (

    select
        'as_of' as part,
        '' as part_key,
        cast(null as {{ api_type('string') }}) as content,
        {{ as_of() }} as until_at

    {% for model in record_models() %}
    union all

    select
        'loaded' as part,
        '{{ model }}' as part_key,
        cast(null as {{ api_type('string') }}) as content,
        until_at
    from {{ model }}_load
    {% endfor %}

    {% for relation, columns in {
        source('reference', 'public_suffixes'): ['suffix', 'rule_kind', 'label_count'],
        source('reference', 'listed_domains'): ['domain', 'domain_class'],
        source('reference', 'countries'): ['spelling', 'country_code'],
        ref('domain_class_overrides'): ['domain', 'domain_class'],
        ref('internal_domains'): ['domain'],
        ref('role_mailboxes'): ['local_part'],
        ref('test_record_patterns'): ['attribute', 'pattern', 'reason'],
        ref('survivorship'): ['entity', 'attribute', 'source_system', 'source_object', 'priority'],
    }.items() %}
    union all

    select
        'meaning' as part,
        '{{ relation.identifier }}' as part_key,
        cast({{ fingerprint(columns) }} as {{ api_type('string') }}) as content,
        cast(null as timestamp) as until_at
    from {{ relation }}
    {% endfor %}

    union all

    select
        'company_meaning' as part,
        'conversion_rates' as part_key,
        cast({{ fingerprint(['currency_code', 'conversion_rate']) }} as {{ api_type('string') }}) as content,
        cast(null as timestamp) as until_at
    from conversion_rates

    union all

    select
        'company_meaning' as part,
        'settings' as part_key,
        cast({{ fingerprint(['setting', 'value']) }} as {{ api_type('string') }}) as content,
        cast(null as timestamp) as until_at
    from {{ ref('settings') }}

)

select * from inputs
