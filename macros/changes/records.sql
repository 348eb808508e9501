{#
    What records of people and companies follow from, for int_records__news. `kind` and `id` name the source row (and are
    how a model that goes on from its stored rows reads it: `only_news`), `record` is the key of the record that the row
    speaks of (none where only the links that it states tell, or nothing but the hosts that it names), `instants` are the
    columns that say from when on, `days` those that say it by a day of the organisation's. A table of records themselves
    says so (`is_record`), and one of companies too (`is_company`).

    To add a table: name it here, and read it through `only_news`.
#}
{% macro record_tables() -%}
{{ return([
    {
        'model': 'stg_salesforce__leads',
        'is_record': true,
        'kind': 'salesforce:lead',
        'id': 'salesforce_lead_id',
        'instants': ['created_at', 'email_bounced_at'],
        'days': ['converted_date'],
    },
    {
        'model': 'stg_salesforce__contacts',
        'is_record': true,
        'kind': 'salesforce:contact',
        'id': 'salesforce_contact_id',
        'instants': ['created_at', 'email_bounced_at'],
    },
    {
        'model': 'stg_salesforce__lead_history',
        'kind': 'salesforce:lead_history',
        'id': 'salesforce_lead_history_id',
        'record': "'salesforce:lead:' || salesforce_lead_id",
        'instants': ['changed_at'],
    },
    {
        'model': 'stg_salesforce__contact_history',
        'kind': 'salesforce:contact_history',
        'id': 'salesforce_contact_history_id',
        'record': "'salesforce:contact:' || salesforce_contact_id",
        'instants': ['changed_at'],
    },
    {
        'model': 'stg_hubspot__contacts',
        'is_record': true,
        'kind': 'hubspot:contact',
        'id': 'hubspot_contact_id',
        'instants': ['created_at'],
    },
    {
        'model': 'stg_hubspot__contact_property_history',
        'kind': 'hubspot:contact',
        'id': 'hubspot_contact_id',
        'instants': ['changed_at'],
    },
    {
        'model': 'stg_hubspot__contact_companies',
        'kind': 'hubspot:contact',
        'id': 'hubspot_contact_id',
        'instants': [],
    },
    {
        'model': 'stg_hubspot__contact_merge_audits',
        'kind': 'hubspot:merge_audit',
        'id': merge_audit_id(),
        'record': none,
        'instants': ['merged_at'],
    },
    {
        'model': 'stg_marketo__leads',
        'is_record': true,
        'kind': 'marketo:lead',
        'id': 'marketo_lead_id',
        'instants': ['created_at'],
    },
    {
        'model': 'stg_marketo__delete_lead_activities',
        'kind': 'marketo:lead',
        'id': 'marketo_lead_id',
        'instants': ['occurred_at'],
    },
    {
        'model': 'stg_marketo__merge_lead_activities',
        'kind': 'marketo:merge',
        'id': 'marketo_activity_id',
        'record': none,
        'instants': ['occurred_at'],
    },
    {
        'model': 'stg_marketo__data_value_activities',
        'kind': 'marketo:data_value',
        'id': 'marketo_activity_id',
        'record': "'marketo:lead:' || marketo_lead_id",
        'instants': ['occurred_at'],
    },
    {
        'model': 'stg_pardot__prospects',
        'is_record': true,
        'kind': 'pardot:prospect',
        'id': 'pardot_prospect_id',
        'instants': ['created_at'],
    },
    {
        'model': 'stg_salesforce__accounts',
        'is_record': true,
        'kind': 'salesforce:account',
        'id': 'salesforce_account_id',
        'instants': ['created_at'],
        'is_company': true,
    },
    {
        'model': 'stg_salesforce__account_history',
        'kind': 'salesforce:account',
        'id': 'salesforce_account_id',
        'instants': ['changed_at'],
        'is_company': true,
    },
    {
        'model': 'stg_hubspot__companies',
        'is_record': true,
        'kind': 'hubspot:company',
        'id': 'hubspot_company_id',
        'instants': ['created_at'],
        'is_company': true,
    },
    {
        'model': 'stg_hubspot__company_property_history',
        'kind': 'hubspot:company',
        'id': 'hubspot_company_id',
        'instants': ['changed_at'],
        'is_company': true,
    },
    {
        'model': 'stg_files__web_visits',
        'kind': 'files:web_visit',
        'id': 'web_visit_id',
        'record': none,
        'instants': [],
    },
    {
        'model': 'stg_files__intent_signals',
        'kind': 'files:intent_signal',
        'id': 'intent_signal_id',
        'record': none,
        'instants': [],
    },
]) }}
{%- endmacro %}


{# Whether a Salesforce lead has converted by the instant of the build: the CRM keeps the day only. #}
{% macro has_converted() -%}
(converted_date is null or converted_date <= {{ local_date(as_of(), setting('reporting_time_zone')) }})
{%- endmacro %}


{# What tells one row of HubSpot's merge audit from another. #}
{% macro merge_audit_id() -%}
{{ return(
    "coalesce(surviving_hubspot_contact_id, hubspot_contact_id, '') || ':' || coalesce(merged_hubspot_contact_id, '')"
) }}
{%- endmacro %}


{# The tables of records themselves: of people, or of companies. #}
{% macro tables_of_records(is_company) -%}
{%- set tables = [] -%}
{%- for table in record_tables() if table.get('is_record') and table.get('is_company', false) == is_company -%}
    {%- do tables.append(table) -%}
{%- endfor -%}
{{ return(tables) }}
{%- endmacro %}


{# The staging models that records follow from. #}
{% macro record_models() -%}
{{ return(record_tables() | map(attribute='model') | list) }}
{%- endmacro %}


{# The condition that keeps the source rows of a kind that brought news; every row does in a build from scratch. #}
{% macro only_news(kind, id) -%}
{%- set news = ref('int_records__news') -%}
{%- if is_incremental() -%}where {{ id }} in (select source_id from {{ news }} where kind = '{{ kind }}'){%- endif -%}
{%- endmacro %}


{#
    Incremental by statement: what the source rows with news said before goes, and what they say now comes. A model of this
    kind has columns `kind` and `source_id`, and reads its sources through `only_news`.
#}
{% macro get_incremental_by_news_sql(arguments) -%}
{%- set news = ref('int_records__news') -%}
{{ replace_rows(arguments, '(kind, source_id) in (select kind, source_id from ' ~ news ~ ')') }}
{%- endmacro %}
