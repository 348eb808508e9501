{# The lower-case host of a website, an address or a bare domain: scheme, user-info, port and path dropped. #}
{% macro host_of(text) -%}
nullif({{ regex_replace_all(
    "trim(split_part(split_part(split_part(split_part("
    ~ regex_replace_all("replace(lower(" ~ squeezed(text) ~ "), chr(92), '/')", "'^([a-z][a-z0-9+.-]*:)?//+'", "''")
    ~ ", '/', 1), '?', 1), '#', 1), '@', -1))",
    "'([.]*:[0-9]*|[.]+)$'",
    "''"
) }}, '')
{%- endmacro %}
