{#
    The lower-case host of a website, an address or a bare domain: scheme, user-info, port and path dropped. Nearly all
    are a bare host or one behind http(s)://, which takes a tenth of the time of the expression that reads the rest. That
    is one expression, not nested split_parts: each of those repeats its argument, so that five cost thirty-two.
#}
{% macro host_of(text) -%}
{%- set other = "'[^A-Za-z0-9._-]'" -%}
{%- set authority = "split_part(" ~ text ~ ", '/', 3)" -%}
case
    when not {{ regex_matches(text, other) }} and {{ text }} not like '%.' then nullif(lower({{ text }}), '')
    when
        {{ regex_matches(text, "'^[Hh][Tt][Tt][Pp][Ss]?://[A-Za-z0-9]'") }}
        and not {{ regex_matches(authority, other) }}
        and {{ authority }} not like '%.'
        then lower({{ authority }})
    else nullif({{ regex_replace_all(
        "trim(regexp_extract(replace(lower(" ~ squeezed(text) ~ "), chr(92), '/'), "
        ~ "'^(([a-z][a-z0-9+.-]*:)?//+)?([^/?#]*@)?([^/?#@]*)', 4))",
        "'([.]*:[0-9]*|[.]+)$'",
        "''"
    ) }}, '')
end
{%- endmacro %}
