{#
    Any white space becomes a plain space; then the surrounding ones go. A no-break space counts as white space, so do the
    spaces of every width and those of none that travel with copied text (U+200B, U+2060, U+FEFF). Visible ASCII, as nearly
    every address is, has no white space to look for; of other texts most have none but plain spaces, and to see that costs
    a third of translating them. What an engine's chr cannot write stands as it is.
#}
{% macro squeezed(text) -%}
{%- set ascii = "chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31)" -%}
{%- set wide = "\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    ~ "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" -%}
{%- set others = ascii ~ " || chr(133) || chr(160) || '" ~ wide ~ "'" -%}
{%- set pattern = "'[' || chr(9) || '-' || chr(13) || chr(28) || '-' || chr(31) || chr(133) || chr(160) || '"
    ~ "\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]'" -%}
case
    when not {{ regex_matches(text, "'[^!-~]'") }} then {{ text }}
    when {{ regex_matches(text, pattern) }}
        then trim(translate({{ text }}, {{ others }}, '{{ " " * (11 + wide | length) }}'))
    else trim({{ text }})
end
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


{# What follows the @ of an address, as int_domains__hosts lists it. #}
{% macro address_host(host) -%}
nullif(lower({{ squeezed(host) }}), '')
{%- endmacro %}
