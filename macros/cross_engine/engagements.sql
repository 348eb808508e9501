{# The path of a page address: no scheme, host, query or fragment, lower case, no closing slash. #}
{% macro page_path(url) -%}
case
            when coalesce(trim({{ url }}), '') = '' then null
            when {{ url }} not like '%/%' then lower(trim({{ url }}))
            else coalesce(
                nullif(
                    {{ regex_replace_all(
                        "lower(regexp_extract(trim(" ~ url ~ "), "
                        ~ "'^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?[^/?#]*([^?#]*)', 1))",
                        "'/+$'",
                        "''"
                    ) }},
                    ''
                ),
                '/'
            )
        end
{%- endmacro %}


{# An e-mail address as it is compared: trimmed, lower case, empty is null. #}
{% macro plain_email(column) -%}
nullif(lower({{ squeezed(column) }}), '')
{%- endmacro %}


{#
    The first load that showed a fact. A row that existed before the fact (an open task, an invited member) was loaded
    before it too, so its newest load counts instead.
#}
{% macro first_shown_at(first_loaded_at, loaded_at, occurred_at) -%}
case when {{ first_loaded_at }} >= {{ occurred_at }} then {{ first_loaded_at }} else {{ loaded_at }} end
{%- endmacro %}


{# The record key of the person a Salesforce who_id names: 00Q is a lead, 003 a contact; anything else is nobody. #}
{% macro salesforce_person_key(column) -%}
case substr({{ column }}, 1, 3)
            when '00Q' then 'salesforce:lead:' || {{ column }}
            when '003' then 'salesforce:contact:' || {{ column }}
        end
{%- endmacro %}


{# The owner key of a Salesforce owner_id: 00G is a queue, everything else a user. #}
{% macro salesforce_owner_key(column) -%}
case
            when substr({{ column }}, 1, 3) = '00G' then 'salesforce:group:' || {{ column }}
            else 'salesforce:user:' || {{ column }}
        end
{%- endmacro %}


{# The rows of several CTEs in the common activity format, one below the other. #}
{% macro union_activities(relations, extra_columns=[]) -%}
{%- set columns = [
    'source_record_key', 'source_activity', 'detail', 'person_record_key', 'email', 'occurred_at', 'campaign_id',
    'asset', 'message_key', 'link_url', 'owner_id', 'is_source_bot', 'loaded_at',
] + extra_columns -%}
{%- for relation in relations %}
    select
        {%- for column in columns %}
        {{ column }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
{%- endfor %}
{%- endmacro %}


{# What follows the host in a page address: a host's name (demo.example) must not decide what a visit means. #}
{% macro page_address(url) -%}
case
            when {{ url }} not like '%/%' then {{ url }}
            else regexp_extract(
                {{ url }}, '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?[^/?#]*(.*)$', 1
            )
        end
{%- endmacro %}


{# A number as people write it: 15, not 15.0. #}
{% macro plain_number(column) -%}
case
            when {{ column }} = floor({{ column }})
                then cast(cast({{ column }} as bigint) as {{ dbt.type_string() }})
            else cast({{ column }} as {{ dbt.type_string() }})
        end
{%- endmacro %}


{# Text in mid-sentence: its first letter small, unless it begins with an abbreviation. #}
{% macro lower_first(text) -%}
case
            when substr({{ text }}, 2, 1) <> lower(substr({{ text }}, 2, 1)) then {{ text }}
            else lower(substr({{ text }}, 1, 1)) || substr({{ text }}, 2)
        end
{%- endmacro %}


{# A test of an attribute in words: seniority in c level or vp. #}
{% macro tested(attribute, operator, value) -%}
(
            replace({{ attribute }}, '_', ' ') || ' ' || replace({{ operator }}, '_', ' ') || ' '
            || replace(
                replace({{ value }}, '_', ' '), '|', case when {{ operator }} = 'between' then ' and ' else ' or ' end
            )
        )
{%- endmacro %}


{# How many engagements (or people with one) of which types in how many days, in words. #}
{% macro counted(min_count, engagement_types, window_days, whose="''") -%}
(
            {{ plain_number(min_count) }} || ' or more ' || {{ whose }}
            || replace(replace({{ engagement_types }}, '_', ' '), '|', ' or ')
            || ' within ' || {{ plain_number(window_days) }} || ' days'
        )
{%- endmacro %}


{# A campaign's name or id, and a `utm_campaign`, as what two systems would both call it: small letters, dashes between words. #}
{% macro campaign_tag(text) -%}
nullif(trim({{ regex_replace_all('lower(' ~ text ~ ')', "'[^a-z0-9]+'", "'-'") }}, '-'), '')
{%- endmacro %}
