"""One code base for every engine: the SQL of models and macros keeps to what portability.md allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sql_lint import portability_findings, templates

PROJECT = Path(__file__).resolve().parents[2]


def test_models_and_macros_are_portable() -> None:
    findings = [
        str(finding)
        for path, text in templates(PROJECT, "models", "macros").items()
        for finding in portability_findings(path, text)
    ]
    assert not findings, "not portable (docs: portability):\n" + "\n".join(findings)


@pytest.mark.parametrize(
    ("sql", "construct"),
    [
        ("select a::int from t", "double colon cast"),
        ("select * exclude (a) from t", "star exclude"),
        ("select a // b from t", "integer division"),
        ("select a from t qualify row_number() over (order by a nulls last) = 1", "qualify"),
        ("with recursive x as (select 1) select * from x", "recursion"),
        ("select * from a asof join b on a.x >= b.x", "asof join"),
        ("select * from range(10)", "generated rows"),
        ("select * from generate_series(1, 2)", "generated rows"),
        ("select nvl(a, b) from t", "nvl"),
        ("select date_diff('day', a, b) from t", "date difference"),
        ("select datediff('day', a, b) from t", "date difference"),
        ("select count(distinct a, b) from t", "distinct over several columns"),
        ("select current_timestamp", "wall clock"),
        ("select now()", "wall clock"),
        ('select "a" from t', "double-quoted identifier"),
        ("select list_transform(a, x -> x) from t", "list function"),
        ("select row_number() over (partition by a order by b desc, c nulls last) from t", "order of nulls"),
        ("select regexp_replace(a, 'x', 'y') from t", "regular expression function"),
    ],
)
def test_a_forbidden_construct_is_found(sql: str, construct: str) -> None:
    assert construct in {finding.construct for finding in portability_findings("x.sql", sql)}


@pytest.mark.parametrize(
    "sql",
    [
        "select count(distinct coalesce(a, b)) from t",
        "select sum(a) over (order by b nulls last range between unbounded preceding and current row) from t",
        "select 'a::b -- \"c\" qualify' as literal -- now() is a comment",
        "{# now() #} select {{ dbt.datediff('a', 'b', 'day') }} from {{ ref(\"x\") }}",
        "{% macro default__x(a) %}epoch_us({{ a }}){% endmacro %}",
        "select row_number() over (order by {{ keys }}) from t",
        "select range_start from t order by range_start nulls last limit 3",
    ],
)
def test_a_portable_construct_is_left_alone(sql: str) -> None:
    assert portability_findings("x.sql", sql) == []


def test_a_finding_names_the_line() -> None:
    finding = portability_findings("m.sql", "{# a\nb #}\nselect\n    a::int\nfrom t")[0]
    assert finding.line == 4
