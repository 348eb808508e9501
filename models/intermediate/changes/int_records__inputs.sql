{#
    What records of people and companies follow from besides their source rows, and how far those were loaded. The copy
    that int_records__built keeps says under what the stored records were worked out.
#}
with

conversion_rates as (

    {{ rates_in_force() }}

),

inputs as (

    {{ instant_and_loads(record_models()) }}

    {% for relation, columns in {
        source('reference', 'public_suffixes'): ['suffix', 'rule_kind', 'label_count'],
        source('reference', 'listed_domains'): ['domain', 'domain_class'],
        source('reference', 'countries'): ['spelling', 'country_code'],
        ref('domain_class_overrides'): ['domain', 'domain_class'],
        ref('internal_domains'): ['domain'],
        ref('role_mailboxes'): ['local_part'],
        ref('test_record_patterns'): ['attribute', 'pattern', 'reason'],
        ref('survivorship'): ['entity', 'attribute', 'source_system', 'source_object', 'priority'],
        ref('settings'): ['setting', 'value'],
    }.items() %}
    union all

    {{ list_input('meaning', relation, columns) }}
    {% endfor %}

    union all

    {{ list_input(
        'company_meaning', 'conversion_rates', ['currency_code', 'conversion_rate'], key='conversion_rates'
    ) }}

)

select * from inputs
