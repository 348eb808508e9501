{#
    What activities and engagements follow from besides the activities' own rows, and how far those were loaded. The copy
    that int_engagements__built keeps says under what the stored rows were worked out.
#}
with

campaign_tags as (

    select * from {{ ref('int_campaigns__tags') }}

),

account_domains as (

    select * from {{ ref('bridge_account_domains') }}

),

inputs as (

    {{ instant_and_loads(activity_models()) }}

    {% for relation, columns in {
        source('reference', 'public_suffixes'): ['suffix', 'rule_kind', 'label_count'],
        ref('domain_class_overrides'): ['domain', 'domain_class'],
        ref('internal_domains'): ['domain'],
        ref('engagement_mappings'): ['source_system', 'source_activity', 'detail_pattern', 'priority', 'engagement_type'],
        ref('engagement_types'): [
            'engagement_type', 'channel', 'direction', 'is_touch', 'is_hand_raiser', 'is_intent', 'is_human'
        ],
        ref('survivorship'): ['entity', 'attribute', 'source_system', 'source_object', 'priority'],
        ref('settings'): ['setting', 'value'],
    }.items() %}
    union all

    {{ list_input('meaning', relation, columns) }}
    {% endfor %}

    union all

    select
        'campaign_tag' as part,
        campaign_tag as part_key,
        campaign_id as content,
        cast(null as timestamp) as until_at
    from campaign_tags

    union all

    select
        'domain' as part,
        domain as part_key,
        account_id as content,
        cast(null as timestamp) as until_at
    from account_domains
    where not is_ambiguous and domain_class = 'corporate'

)

select * from inputs
