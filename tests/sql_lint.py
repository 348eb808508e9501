"""What `portability.md` and the style guide forbid in models and macros, found in the text of the SQL.

The scan reads templates, not compiled SQL: a finding then names the line that a person edits. Jinja is blanked out
first (its strings and pipes are not SQL), so what a macro produces is checked where the macro is written. The bodies
of dispatched macros (`default__`, `duckdb__`, `spark__`) may use what their engine has, and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PLACEHOLDER = "jinja_value"

# A construct and what to write instead.
FORBIDDEN: dict[str, tuple[str, str]] = {
    "qualify": (r"\bqualify\b", "a row_number in a CTE and a where"),
    "double colon cast": (r"::", "cast(x as type)"),
    "star exclude": (r"\*\s*(exclude|except)\b", "the columns by name"),
    "integer division": (r"//", "floor(a / b)"),
    "recursion": (r"\bwith\s+recursive\b|\brecursive\b", "a fixed number of rounds"),
    "asof join": (r"\basof\b", "a join on the interval"),
    "generated rows": (r"\b(generate_series|range)\s*\(", "a calendar table of schema reference"),
    "nvl": (r"\bnvl2?\s*\(", "coalesce"),
    "date difference": (r"\b(date_?diff|date_?sub|date_?add)\s*\(", "macro minutes_between or epoch_us"),
    "wall clock": (
        r"\b(current_timestamp|current_date|localtimestamp|now\s*\(|today\s*\(|get_current_timestamp\b)",
        "{{ as_of() }}",
    ),
    "double-quoted identifier": (r'"', "no quotes, or adapter.quote"),
    "lambda or JSON arrow": (r"->", "a dispatched macro"),
    "list function": (
        r"\b(list_\w+|list|unnest|string_split|struct_pack|flatten)\s*\(",
        "a dispatched macro",
    ),
    "regular expression function": (
        r"\bregexp_(matches|replace|full_match|split_to_array)\s*\(",
        "macro regex_matches or regex_replace_all",
    ),
    "engine's own time function": (
        r"\b(epoch_us|epoch_ms|epoch|make_timestamp|strftime|strptime|dayofweek|isodow|timezone)\s*\(",
        "a dispatched macro",
    ),
    "time zone operator": (r"\bat\s+time\s+zone\b", "reference.local_days"),
    "engine's own aggregate": (
        r"\b(arg_max|arg_min|string_agg|listagg|group_concat|first|last)\s*\(",
        "max_by, min_by or a dispatched macro",
    ),
    "log without a base": (r"\blog\s*\(", "ln or log10"),
    "semi or anti join": (r"\b(semi|anti|positional)\s+join\b", "exists / not exists"),
}

_DISPATCHED = re.compile(
    r"\{%-?\s*macro\s+(default|duckdb|spark|snowflake|bigquery|redshift|trino)__.*?\{%-?\s*endmacro\s*-?%\}",
    re.DOTALL,
)
_ORDER_BY_ENDS = re.compile(r"\b(rows|range|groups|limit|offset|union|window)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    construct: str
    text: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.construct}: `{self.text}`; write {self.instead}"


def blank(template: str) -> str:
    """The SQL of a template, every line at its place: Jinja, comments and the text of literals blanked out."""

    def keep_lines(match: re.Match[str], put: str = "") -> str:
        return put + "\n" * match.group(0).count("\n")

    sql = _DISPATCHED.sub(keep_lines, template)
    sql = re.sub(r"\{#.*?#\}", keep_lines, sql, flags=re.DOTALL)
    sql = re.sub(r"\{%.*?%\}", keep_lines, sql, flags=re.DOTALL)
    sql = re.sub(r"\{\{.*?\}\}", lambda m: keep_lines(m, PLACEHOLDER), sql, flags=re.DOTALL)
    # One pass for both: a literal may hold two dashes, a comment may hold an apostrophe.
    return re.sub(
        r"--[^\n]*|'(?:[^']|'')*'",
        lambda m: keep_lines(m, "" if m.group(0).startswith("--") else "''"),
        sql,
    )


def _balanced_end(sql: str, start: int) -> int:
    depth = 0
    for at in range(start, len(sql)):
        if sql[at] == "(":
            depth += 1
        elif sql[at] == ")":
            if depth == 0:
                return at
            depth -= 1
    return len(sql)


def _top_level_parts(text: str) -> list[str]:
    parts, depth, begin = [], 0, 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(text[begin:at])
            begin = at + 1
    return [part.strip() for part in [*parts, text[begin:]]]


def _unordered_nulls(sql: str) -> Iterator[tuple[int, str]]:
    for match in re.finditer(r"\border\s+by\b", sql, re.IGNORECASE):
        clause = sql[match.end() : _balanced_end(sql, match.end())]
        end = _ORDER_BY_ENDS.search(clause)
        if end:
            clause = clause[: end.start()]
        for part in _top_level_parts(clause):
            item = " ".join(part.split())
            # What Jinja writes (a list of keys) is judged where it is written.
            if (
                item
                and PLACEHOLDER not in item
                and not re.search(r"\bnulls\s+(first|last)$", item, re.IGNORECASE)
            ):
                yield match.start(), f"order by {item}"


def _several_in_distinct(sql: str) -> Iterator[tuple[int, str]]:
    for match in re.finditer(r"\bcount\s*\(\s*distinct\b", sql, re.IGNORECASE):
        inside = sql[match.end() : _balanced_end(sql, match.end())]
        if len(_top_level_parts(inside)) > 1:
            yield match.start(), " ".join((match.group(0) + inside + ")").split())


def portability_findings(path: str, template: str) -> list[Finding]:
    """Every forbidden construct of one template."""
    sql = blank(template)

    def line(at: int) -> int:
        return sql.count("\n", 0, at) + 1

    findings = [
        Finding(path, line(match.start()), construct, match.group(0).strip(), instead)
        for construct, (pattern, instead) in FORBIDDEN.items()
        for match in re.finditer(pattern, sql, re.IGNORECASE)
    ]
    findings += [
        Finding(path, line(at), "order of nulls", text, "nulls first or nulls last")
        for at, text in _unordered_nulls(sql)
    ]
    findings += [
        Finding(path, line(at), "distinct over several columns", text, "count(*) over a select distinct")
        for at, text in _several_in_distinct(sql)
    ]
    return sorted(findings, key=lambda finding: finding.line)


def stray_stars(template: str) -> list[str]:
    """Stars in the final CTE of a model, the one that its last line selects: they hide what the table has.

    A star that hands rows on between earlier CTEs hides nothing, as long as the final one lists its columns.
    """
    sql = " ".join(blank(template).split())
    last = re.search(r"\bselect \* from (\w+)$", sql)
    if last is None:
        return []
    begin = re.search(rf"\b{last.group(1)} as \(", sql)
    if begin is None:
        return []
    body = sql[begin.end() : _balanced_end(sql, begin.end())]
    return [m.group(0) for m in re.finditer(r"\bselect (?:distinct )?\*|, \*|\w+\.\*", body, re.IGNORECASE)]


def templates(project: Path, *folders: str) -> dict[str, str]:
    """Path from the project's root and text of every SQL template in the folders."""
    return {
        str(path.relative_to(project)): path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted((project / folder).rglob("*.sql"))
    }
