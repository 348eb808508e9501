{#
    What an attribute was over time. Where the source keeps the field's history its value then; otherwise today's value,
    from the record's creation. The most trusted record (survivorship, then the newest, then the key) that knows a value
    at an instant gives it. Only of attributes in CTE used_attributes.

    Needs CTEs:
      records          subject_id, record_key, source_system, source_object, created_us, modified_at, is_dead and one column,
                       a text, for each of `attributes`: its value today
      used_attributes  attribute
      one for each history, a pair of source system and object: `salesforce_lead_history` as staged
#}
{% macro attribute_spans(entity, attributes, histories) %}
attribute_fields as (

    select attribute_fields.*
    from {{ ref('attribute_fields') }} as attribute_fields
    inner join used_attributes
        on attribute_fields.attribute = used_attributes.attribute

),

countries as (

    select * from {{ source('reference', 'countries') }}

),

survivorship as (

    select
        source_system,
        source_object,
        case attribute when 'country' then 'country_code' else attribute end as attribute,
        priority
    from {{ ref('survivorship') }}
    where entity = '{{ entity }}'

),

record_values as (

    {% for attribute in attributes %}
    select
        record_key,
        '{{ attribute }}' as attribute,
        {{ attribute }} as value
    from records
    where {{ attribute }} is not null
    {% if not loop.last %}
    union all

    {% endif %}
    {% endfor %}
),

todays as (

    select record_values.*
    from record_values
    inner join used_attributes
        on record_values.attribute = used_attributes.attribute

),

-- Salesforce writes the value before, HubSpot does not. A change that is yet to come at the instant described tells what stood
-- until then.
changes as (

    {% for source_system, source_object in histories %}
    {% set id = source_system ~ '_' ~ source_object %}
    {% set has_old_value = source_system == 'salesforce' %}
    select
        '{{ source_system }}:{{ source_object }}:' || {{ id }}_id as record_key,
        '{{ source_system }}' as source_system,
        '{{ source_object }}' as source_object,
        lower({{ 'field_name' if has_old_value else 'property_name' }}) as field_name,
        {{ 'old_value' if has_old_value else 'cast(null as ' ~ api_type('string') ~ ')' }} as old_value,
        {{ 'new_value' if has_old_value else 'property_value' }} as new_value,
        {{ epoch_us('changed_at') }} as changed_us,
        {{ id ~ '_history_id' if has_old_value else 'property_value' }} as change_id,
        {{ 'true' if has_old_value else 'false' }} as has_old_value
    from {{ id }}_history
    where not is_deleted
    {% if not loop.last %}
    union all

    {% endif %}
    {% endfor %}
),

mapped_changes as (

    select
        changes.record_key,
        attribute_fields.attribute,
        changes.changed_us,
        changes.has_old_value,
        changes.old_value,
        changes.new_value,
        -- Of two fields that say the same at one instant the code is more exact than the name; then the last change.
        row_number() over (
            partition by changes.record_key, attribute_fields.attribute, changes.changed_us
            order by attribute_fields.priority asc nulls last, changes.change_id desc nulls last
        ) as change_rank,
        row_number() over (
            partition by changes.record_key, attribute_fields.attribute
            order by
                changes.changed_us asc nulls last, attribute_fields.priority asc nulls last,
                changes.change_id asc nulls last
        ) as change_number
    from changes
    inner join attribute_fields
        on
            changes.source_system = attribute_fields.source_system
            and changes.source_object = attribute_fields.source_object
            and changes.field_name = attribute_fields.field_name

),

tracked as (

    select distinct
        record_key,
        attribute
    from mapped_changes

),

points as (

    select
        record_key,
        attribute,
        new_value as value,
        changed_us as from_us
    from mapped_changes
    where change_rank = 1

    union all

    -- No history row tells the first value, but the first change tells what was there before it.
    select
        mapped_changes.record_key,
        mapped_changes.attribute,
        mapped_changes.old_value as value,
        least(records.created_us, mapped_changes.changed_us - 1) as from_us
    from mapped_changes
    inner join records
        on mapped_changes.record_key = records.record_key
    where mapped_changes.change_number = 1 and mapped_changes.has_old_value

),

-- Most fields have no history: they need no window.
bounded as (

    select
        record_key,
        attribute,
        {{ picklist('value') }} as value,
        from_us,
        lead(from_us, 1, {{ never_us() }}) over (
            partition by record_key, attribute order by from_us asc nulls last
        ) as to_us
    from points

    union all

    select
        todays.record_key,
        todays.attribute,
        nullif(trim(todays.value), '') as value,
        {{ always_us() }} as from_us,
        {{ never_us() }} as to_us
    from todays
    left join tracked
        on todays.record_key = tracked.record_key and todays.attribute = tracked.attribute
    where tracked.record_key is null

),

record_spans as (

    select
        records.subject_id,
        bounded.attribute,
        case
            when bounded.attribute = 'country_code'
                then coalesce(countries.country_code, upper(bounded.value))
            else bounded.value
        end as value,
        -- A live record first, then the most trusted source; in one source the record that changed last; then the key.
        case when records.is_dead then 1000000 else 0 end + coalesce(survivorship.priority, 999) as value_rank,
        records.modified_at,
        bounded.record_key,
        greatest(bounded.from_us, records.created_us) as from_us,
        bounded.to_us
    from bounded
    inner join records
        on bounded.record_key = records.record_key
    left join survivorship
        on
            records.source_system = survivorship.source_system
            and records.source_object = survivorship.source_object
            and bounded.attribute = survivorship.attribute
    left join countries
        -- One expression, because a condition on one side alone makes an outer join quadratic.
        on case when bounded.attribute = 'country_code' then lower(bounded.value) end = countries.spelling
    where bounded.value is not null and bounded.to_us > records.created_us

),

{{ most_trusted_spans('record_spans') }}
{% endmacro %}


{#
    Spans without overlap from spans that may overlap: at every instant the one with the lowest `value_rank`, of those
    the one that changed last, then by key. Input: subject_id, attribute, value, value_rank, modified_at, record_key,
    from_us, to_us. Output CTE: attribute_spans.
#}
{% macro most_trusted_spans(spans) %}
-- Records of one subject mostly agree, from their creation on: then nothing has to be settled instant by instant.
claims as (

    select
        subject_id,
        attribute,
        min(value) as value,
        min(from_us) as from_us,
        min(to_us) as to_us,
        count(*) > 1 and (min(value) <> max(value) or min(to_us) < {{ never_us() }}) as is_contested
    from {{ spans }}
    group by subject_id, attribute

),

contested as (

    select {{ spans }}.*
    from {{ spans }}
    inner join claims
        on
            {{ spans }}.subject_id = claims.subject_id
            and {{ spans }}.attribute = claims.attribute
    where claims.is_contested

),

instants as (

    select
        subject_id,
        attribute,
        from_us as at_us
    from contested

    union

    select
        subject_id,
        attribute,
        to_us as at_us
    from contested

),

segments as (

    select
        subject_id,
        attribute,
        at_us as from_us,
        lead(at_us) over (partition by subject_id, attribute order by at_us asc nulls last) as to_us
    from instants

),

segment_values as (

    select
        segments.subject_id,
        segments.attribute,
        contested.value,
        segments.from_us,
        segments.to_us,
        row_number() over (
            partition by segments.subject_id, segments.attribute, segments.from_us
            order by
                contested.value_rank asc nulls last, contested.modified_at desc nulls last,
                contested.record_key asc nulls last, contested.from_us asc nulls last
        ) as trust_rank
    from segments
    inner join contested
        on
            segments.subject_id = contested.subject_id
            and segments.attribute = contested.attribute
            and contested.from_us <= segments.from_us
            and contested.to_us > segments.from_us
    where segments.to_us is not null

),

attribute_spans as (

    select
        subject_id,
        attribute,
        value,
        from_us,
        to_us
    from claims
    where not is_contested and from_us < to_us

    union all

    select
        subject_id,
        attribute,
        value,
        from_us,
        to_us
    from segment_values
    where trust_rank = 1

)
{% endmacro %}


{# CTE used_attributes: those of accounts that a rule or a profile of some version asks about. #}
{% macro used_account_attributes() -%}
asked_attributes as (

    select attribute
    from {{ ref('int_definitions__attribute_tests') }}

    union

    select attribute
    from {{ ref('int_definitions__icp_sets') }}

),

-- A band is read from the count.
used_attributes as (

    select attribute from asked_attributes

    union

    select 'employee_count' as attribute from asked_attributes
    where attribute = 'employee_band'

)
{%- endmacro %}
