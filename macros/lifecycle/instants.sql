{# Later than every instant: the end of a span that has none. Microseconds since 1970, year 10000. #}
{% macro never_us() -%}253402300800000000{%- endmacro %}


{# Earlier than every instant: the bound of a first cycle, which has none. #}
{% macro always_us() -%}-253402300800000000{%- endmacro %}


{# The instant the build describes, in microseconds. #}
{% macro as_of_us() -%}{{ epoch_us(as_of()) }}{%- endmacro %}


{# The end of a span as microseconds; null means that it has none. #}
{% macro end_us(timestamp) -%}coalesce({{ epoch_us(timestamp) }}, {{ never_us() }}){%- endmacro %}


{# A lower-case title with single spaces between its words and around it, ready for whole-word matching. #}
{% macro word_text(column) -%}
(' ' || trim({{ regex_replace_all('lower(' ~ column ~ ')', "'[^a-z0-9À-῿぀-ヿ㐀-鿿가-힣]+'", "' '") }}) || ' ')
{%- endmacro %}


{# One spelling for each attribute that a definition may name. #}
{% macro attribute_name(column) -%}
case lower(trim({{ column }}))
            when 'icp_fit' then 'is_icp_fit'
            when 'tier' then 'target_tier'
            when 'account_tier' then 'target_tier'
            when 'country' then 'country_code'
            when 'annual_revenue' then 'annual_revenue_usd'
            when 'target_account' then 'is_target_account'
            when 'employees' then 'employee_count'
            else lower(trim({{ column }}))
        end
{%- endmacro %}


{#
    Whether a value passes a definition's test. Text compares without case; numbers compare as numbers. A value that
    is not known passes no test.
#}
{% macro passes_test(value, operator, expected) -%}
(
            {{ value }} is not null
            and case {{ operator }}
                when 'in' then {{ listed_in(value, expected) }}
                when 'not_in' then not {{ listed_in(value, expected) }}
                when 'equals' then {{ same_value(value, expected) }}
                when 'not_equals' then not {{ same_value(value, expected) }}
                when 'between' then coalesce(
                    try_cast({{ value }} as double)
                    >= try_cast(split_part({{ expected }}, '|', 1) as double)
                    and try_cast({{ value }} as double)
                    <= try_cast(split_part({{ expected }}, '|', 2) as double), false
                )
                when 'at_least' then coalesce(
                    try_cast({{ value }} as double) >= try_cast({{ expected }} as double), false
                )
                when 'at_most' then coalesce(
                    try_cast({{ value }} as double) <= try_cast({{ expected }} as double), false
                )
                when 'contains' then {{ dbt.position('lower(trim(' ~ expected ~ '))', 'lower(' ~ value ~ ')') }} > 0
                else false
            end
        )
{%- endmacro %}


{# Whether a value is one of a `|`-separated list, without case; a number as a number, so 200.0 is in 50|200. #}
{% macro listed_in(value, expected) -%}
case
                    when try_cast({{ value }} as double) is null then {{ dbt.position(
                        "'|' || lower(trim(" ~ value ~ ")) || '|'", "'|' || lower(" ~ expected ~ ") || '|'"
                    ) }} > 0
                    else {{ dbt.position(
                        "'|' || " ~ whole_numbers("lower(trim(" ~ value ~ ")) || '|'"),
                        "'|' || " ~ whole_numbers("lower(" ~ expected ~ ") || '|'")
                    ) }} > 0
                end
{%- endmacro %}


{# A list whose every part ends in `|`, with whole numbers written without decimals. #}
{% macro whole_numbers(list) -%}
{{ regex_replace_all(list, "'[.]0*[|]'", "'|'") }}
{%- endmacro %}


{# Whether two texts are the same number, or the same text without case. #}
{% macro same_value(value, expected) -%}
coalesce(
                    try_cast({{ value }} as double) = try_cast({{ expected }} as double),
                    lower(trim({{ value }})) = lower(trim({{ expected }}))
                )
{%- endmacro %}
