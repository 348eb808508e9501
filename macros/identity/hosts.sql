{#
    The lower-case host of a website, an address or a bare domain: scheme, user-info, port and path dropped. One
    expression, not nested split_parts: each of those repeats its argument, so that five cost thirty-two.
#}
{% macro host_of(text) -%}
nullif({{ regex_replace_all(
    "trim(regexp_extract(replace(lower(" ~ squeezed(text) ~ "), chr(92), '/'), "
    ~ "'^(([a-z][a-z0-9+.-]*:)?//+)?([^/?#]*@)?([^/?#@]*)', 4))",
    "'([.]*:[0-9]*|[.]+)$'",
    "''"
) }}, '')
{%- endmacro %}
