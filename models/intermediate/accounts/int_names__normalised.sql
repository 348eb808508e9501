{{ config(materialized='incremental', incremental_strategy='append') }}

{#
    Legal forms are dropped from the end, and a leading one from the start, until a name is its words. A name that is
    nothing but a legal form stays: two such are not the same company.
#}
{%- set rounds = 4 -%}
-- A name keeps what it is read as, so that each is read once; one that nobody bears any more does no harm.
-- depends_on: {{ ref('int_people__changed') }}
-- depends_on: {{ ref('int_accounts__changed') }}
with

people as (

    select distinct company_name as raw_name
    from {{ ref('int_people__records') }}
    where {{ is_among('int_people__changed', 'record_key') }}

),

accounts as (

    select distinct account_name as raw_name
    from {{ ref('int_accounts__records') }}
    where {{ is_among('int_accounts__changed', 'record_key') }}

),

legal_suffixes as (

    select suffix from {{ ref('legal_suffixes') }}

),

raw_names as (

    select raw_name from people where raw_name is not null
    union
    select raw_name from accounts where raw_name is not null

),

words as (

    select raw_name, {{ company_words('raw_name') }} as name
    from raw_names
    {% if is_incremental() %}where raw_name not in (select known.raw_name from {{ this }} as known){% endif %}

),

-- A form of several words goes first, the longest that there is: the shortest of the names that are left.
forms as (

    select suffix from legal_suffixes where suffix like '% %'

),

shortened as (

    select
        words.raw_name,
        min(substr(words.name, 1, length(words.name) - length(forms.suffix) - 1)) as name
    from words
    inner join forms on words.name like '% ' || forms.suffix
    group by words.raw_name

),

names_0 as (

    select
        words.raw_name,
        coalesce(shortened.name, words.name) as name
    from words
    left join shortened on words.raw_name = shortened.raw_name

)
{%- for round in range(1, rounds + 1) %},

names_{{ round }} as (

    select
        names.raw_name,
        case
            when legal_suffixes.suffix is null or names.name not like '% %' then names.name
            else trim({{ regex_replace_all(
                "trim(substr(names.name, 1, length(names.name) - length(legal_suffixes.suffix)))", "' and$'", "''"
            ) }})
        end as name
    from names_{{ round - 1 }} as names
    left join legal_suffixes on split_part(names.name, ' ', -1) = legal_suffixes.suffix

)
{%- endfor %},

normalised as (

    select
        names.raw_name,
        nullif(
            case
                when legal_suffixes.suffix is null or names.name not like '% %' then names.name
                else trim(substr(names.name, length(legal_suffixes.suffix) + 1))
            end, ''
        ) as normalised_name
    from names_{{ rounds }} as names
    left join legal_suffixes on split_part(names.name, ' ', 1) = legal_suffixes.suffix

)

select * from normalised
