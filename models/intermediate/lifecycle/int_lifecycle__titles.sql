with

leads as (

    select * from {{ ref('int_people__leads') }}

),

lead_attributes as (

    select * from {{ ref('int_lifecycle__lead_attributes') }}

),

title_rules as (

    select * from {{ ref('title_rules') }}

),

titles as (

    select title
    from leads
    where title is not null

    union

    select value as title
    from lead_attributes
    where attribute = 'title'

),

worded as (

    select
        title,
        {{ word_text('title') }} as words
    from titles

),

rules as (

    select
        priority,
        {{ word_text('pattern') }} as words,
        seniority,
        buying_role
    from title_rules

),

matches as (

    select
        worded.title,
        rules.seniority,
        rules.buying_role,
        -- Rules are ordered and the first match decides; two rules of one priority go by the alphabet.
        row_number() over (
            partition by worded.title
            order by rules.priority asc nulls last, rules.words asc nulls last
        ) as match_rank
    from worded
    inner join rules
        on {{ dbt.position('rules.words', 'worded.words') }} > 0
    -- A pattern of signs alone has no word to find.
    where trim(rules.words) <> ''

),

title_roles as (

    select
        title,
        seniority,
        buying_role
    from matches
    where match_rank = 1

)

select * from title_roles
