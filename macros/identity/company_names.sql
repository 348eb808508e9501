{# Letters without their accents. #}
{% macro without_accents(text) -%}{{ return(adapter.dispatch('without_accents')(text)) }}{%- endmacro %}
{% macro default__without_accents(text) -%}strip_accents({{ text }}){%- endmacro %}
{% macro spark__without_accents(text) -%}
translate(
    {{ text }},
    'àáâãäåāăąçćčďèéêëēėęěğìíîïīįłñńňòóôõöøōőŕřśšşșťțùúûüūůűųýÿźžż',
    'aaaaaaaaacccdeeeeeeeegiiiiiilnnnoooooooorrssssttuuuuuuuuyyzzz'
)
{%- endmacro %}


{#
    The words of a company's name: lower case, no accents, `&` and `+` read as "and", points and apostrophes closed up
    (S.A. is sa), every other mark a space, a leading "the" dropped. Legal forms are dropped by int_names__normalised.
#}
{% macro company_words(name) -%}
{%- set marks = ',;:/|_()<>{}[]"!?*@#%=~^$-‐‑‒–—―®™©“”„‟«»‹›‚•·…¡¿§°、。・，：；！？（）［］【】「」『』《》〈〉' -%}
{%- set letters = "replace(replace(replace(lower(" ~ name ~ "), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')" -%}
{%- set latin = "translate(" ~ without_accents(letters) ~ ", 'øłđı', 'oldi')" -%}
{%- set closed_up = "translate(replace(" ~ latin ~ ", chr(39), ''), '.’‘ʼ`´', '')" -%}
{%- set spelled = "replace(replace(" ~ closed_up ~ ", '&', ' and '), '+', ' and ')" -%}
{%- set spaced = "translate(" ~ squeezed(spelled) ~ ", '" ~ marks ~ "', '" ~ ' ' * marks | length ~ "')" -%}
trim({{ regex_replace_all("trim(" ~ regex_replace_all(spaced, "' +'", "' '") ~ ")", "'^the '", "''") }})
{%- endmacro %}


{# A name for a company that only its domain is known of: the first label, capitalised, dashes as spaces. #}
{% macro name_from_domain(domain) -%}
upper(substr(split_part({{ domain }}, '.', 1), 1, 1)) || replace(substr(split_part({{ domain }}, '.', 1), 2), '-', ' ')
{%- endmacro %}
