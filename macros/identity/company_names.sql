{# Letters without their accents. #}
{% macro without_accents(text) -%}{{ return(adapter.dispatch('without_accents')(text)) }}{%- endmacro %}
{% macro default__without_accents(text) -%}strip_accents({{ text }}){%- endmacro %}
{% macro spark__without_accents(text) -%}
translate(
    {{ text }},
    'àáâãäåāăąçćčďđèéêëēėęěğìíîïīįłñńňòóôõöøōőŕřśšşșťțùúûüūůűųýÿźžż',
    'aaaaaaaaacccddeeeeeeeegiiiiiilnnnoooooooorrsssstt' || 'uuuuuuuuyyzzz'
)
{%- endmacro %}


{#
    The words of a company's name: lower case, no accents, `&` and `+` read as "and", points and apostrophes closed up
    (S.A. is sa), every other mark a space, a leading "the" dropped. Legal forms are dropped by int_names__normalised.
#}
{% macro company_words(name) -%}
trim({{ regex_replace_all(
    regex_replace_all(
        regex_replace_all(
            regex_replace_all(without_accents("lower(" ~ name ~ ")"), "'[&+]'", "' and '"),
            "'[.’`´]|' || chr(39)", "''"
        ),
        "'[][ ,;:/|_()<>{}\"!?*@#%=~–—®™©$^-]+'", "' '"
    ),
    "'^ *the +'", "''"
) }})
{%- endmacro %}
