{#
    Any white space becomes a plain space; then the surrounding ones go. A no-break space counts as white space. Most
    texts have none but plain spaces, and to see that costs a third of translating them.
#}
{% macro squeezed(text) -%}
{%- set others = "chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(160)" -%}
trim(case
    when {{ regex_matches(text, "'[' || " ~ others ~ " || ']'") }} then translate({{ text }}, {{ others }}, '      ')
    else {{ text }}
end)
{%- endmacro %}


{# A normalised address: trimmed, lower case; null unless one @, a dotted domain, no white space, no empty part. #}
{% macro normalised_email(text) -%}
case
    when {{ regex_matches("lower(" ~ squeezed(text) ~ ")", "'^[^@ ]+@[^@ .]+([.][^@ .]+)+$'") }}
        then lower({{ squeezed(text) }})
end
{%- endmacro %}


{# The address that identifies a person: without its +tag, unless nothing would be left of the local part. #}
{% macro matching_email(email) -%}
case
    when split_part(split_part({{ email }}, '@', 1), '+', 1) = '' then {{ email }}
    else split_part(split_part({{ email }}, '@', 1), '+', 1) || '@' || split_part({{ email }}, '@', 2)
end
{%- endmacro %}
