-- What a `utm_campaign` means: the campaign of that name or id. The CRM's campaign first, because it carries the cost; a
-- name that two campaigns of one kind share names neither.
with

campaigns as (

    select
        campaign_id,
        campaign_name,
        case
            when campaign_id like 'salesforce:%' then 1
            when campaign_id like 'marketo:program:%' then 2
            when campaign_id like 'pardot:%' then 3
            when campaign_id like 'hubspot:%' then 4
            else 5
        end as kind_rank
    from {{ ref('dim_campaigns') }}

),

named as (

    select
        {{ campaign_tag('campaign_name') }} as campaign_tag,
        campaign_id,
        kind_rank
    from campaigns

    union

    select
        {{ campaign_tag("split_part(campaign_id, ':', 3)") }} as campaign_tag,
        campaign_id,
        kind_rank
    from campaigns

),

ranked as (

    select
        campaign_tag,
        campaign_id,
        kind_rank,
        min(kind_rank) over (partition by campaign_tag) as best_rank
    from named
    where campaign_tag is not null

),

tags as (

    select
        campaign_tag,
        min(campaign_id) as campaign_id
    from ranked
    where kind_rank = best_rank
    group by campaign_tag
    having count(*) = 1

)

select * from tags
