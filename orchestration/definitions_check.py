"""Reads the definition files as a careful colleague would: which row, what is wrong, what is allowed.

`check` runs before every build and in CI. Headers and types come from the seeds' own YAML (models/**/*.yml), so a new
definition file is covered by declaring it; what the values mean is below, one small rule per file.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import available_timezones

import yaml

PROJECT = Path(__file__).resolve().parent.parent

LEAD_STAGES = ("raw", "mql", "sal", "sqo", "opportunity", "customer", "lost")
ACCOUNT_STAGES = ("untracked", "target", "engaged", "mqa", "saa", "opportunity", "customer")
RULE_STAGES = {
    "lead": ("mql", "sal", "sqo"),
    "account": ("target", "engaged", "mqa", "saa"),
}
# Stages that no rule decides: who or what does.
UNRULED_STAGES = {
    "raw": "a lead starts there",
    "untracked": "an account starts there",
    "lost": "a rejection or the loss of the last open opportunity leads there",
    "opportunity": "only an opportunity in the CRM leads there",
    "customer": "only a won opportunity in the CRM leads there",
}
COMPONENTS = ("firmographic", "engagement", "intent")
OPERATORS = ("equals", "not_equals", "in", "not_in", "between", "at_least", "at_most", "contains")
CRM_FACTS = (
    "accepted",
    "rejected",
    "meeting_held",
    "next_step_dated",
    "opportunity_created",
    "opportunity_won",
    "opportunity_lost",
)
EVENTS = {
    "lead": (
        *LEAD_STAGES,
        "handed_off",
        "decision",
        "rejection",
        "outcome",
        "first_human_touch",
        "hand_raise",
    ),
    "account": (*ACCOUNT_STAGES, "first_human_touch"),
    "campaign": ("anomaly_flagged", "campaign_adjusted"),
}
# Columns whose letter case the rule engine does not read.
CASELESS = {
    "stage_rules": ("subject", "kind", "component", "attribute", "operator", "crm_fact"),
    "scoring_rules": ("subject", "kind", "component", "attribute", "operator"),
    "icp_criteria": ("attribute", "operator"),
    "rejection_reasons": ("disposition",),
}
SYSTEMS = ("salesforce", "hubspot", "marketo", "pardot", "files")
# The attributes that the rule engine reads, and the other names it takes for them.
ATTRIBUTES = (
    "seniority", "buying_role", "title", "country_code", "country", "lead_source", "company_name", "email_domain",
    "industry", "employee_count", "employees", "employee_band", "annual_revenue", "annual_revenue_usd", "account_type",
    "target_tier", "tier", "account_tier", "is_target_account", "target_account", "is_icp_fit", "icp_fit",
)  # fmt: skip
# What only a person has: no account ever passes a test of them.
PERSONAL = ("seniority", "buying_role", "title", "lead_source", "company_name", "email_domain")
SETTINGS: Mapping[str, str] = {
    "reporting_time_zone": "time zone",
    "corporate_currency": "currency",
    "handoff_stage": "stage",
    "bot_click_seconds": "number",
    "bot_distinct_links": "number",
    "bot_burst_seconds": "number",
    "duplicate_act_seconds": "number",
    "attribution_lookback_days": "number",
    "touch_merge_minutes": "number",
    "include_account_leads": "boolean",
    "handoff_contact_days": "number",
    "capacity_start_rate": "number",
    "anomaly_weeks": "number",
    "last_routed_count": "number",
    "account_quiet_days": "number",
    "data_stale_hours": "number",
}


@dataclass(frozen=True)
class Problem:
    """One thing to correct. `row` counts as a spreadsheet does: the header is row 1."""

    file: str
    message: str
    row: int | None = None
    column: str | None = None
    allowed: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", {self.column}"
        return f"{place}: {self.message}" + (f" Allowed: {self.allowed}." if self.allowed else "")


@dataclass(frozen=True)
class Row:
    """One row of a definition file: its texts by column (empty text is an empty cell)."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def key(self, *columns: str) -> tuple[str, ...]:
        return tuple(self[column] for column in columns)


def filled_rows(text: str) -> list[list[str]]:
    """The rows of a definition file that say anything, without blanks around their cells."""
    rows = ([cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=False))
    return [row for row in rows if any(row)]


@dataclass
class Reader:
    """The files of a folder, and what was found wrong with them."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    hints: list[Problem] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, name: str) -> list[Row]:
        return self.tables.get(name, [])

    def values(self, name: str, column: str) -> set[str]:
        return {row[column] for row in self.rows(name) if row[column]}

    def wrong(
        self,
        name: str,
        row: Row | None,
        column: str | None,
        message: str,
        allowed: Iterable[str] | str | None = None,
    ) -> None:
        self.problems.append(self._problem(name, row, column, message, allowed))

    def hint(self, name: str, row: Row | None, column: str | None, message: str) -> None:
        self.hints.append(self._problem(name, row, column, message, None))

    @staticmethod
    def _problem(
        name: str, row: Row | None, column: str | None, message: str, allowed: Iterable[str] | str | None
    ) -> Problem:
        if allowed is not None and not isinstance(allowed, str):
            allowed = ", ".join(allowed)
        return Problem(f"{name}.csv", message, row.number if row else None, column, allowed)

    # Building blocks ------------------------------------------------------------------------------------------------

    def needs(self, name: str, row: Row, *columns: str, because: str = "") -> bool:
        """Every column has a value."""
        missing = [column for column in columns if not row[column]]
        for column in missing:
            self.wrong(name, row, column, "is empty" + (f", but {because} needs it." if because else "."))
        return not missing

    def one_of(self, name: str, row: Row, column: str, allowed: Iterable[str], required: bool = True) -> None:
        choices = sorted(set(allowed)) if not isinstance(allowed, tuple) else list(dict.fromkeys(allowed))
        if not row[column]:
            if required:
                self.wrong(name, row, column, "is empty.", choices)
        elif row[column] not in choices:
            self.wrong(
                name, row, column, f"{row[column]!r} is not known.{_nearest(row[column], choices)}", choices
            )

    def unique(self, name: str, *columns: str, caseless: bool = False) -> None:
        """No two rows say the same; `caseless` where the engine compares without letter case."""
        seen: dict[tuple[str, ...], int] = {}
        for row in self.rows(name):
            key = row.key(*columns)
            if caseless:
                key = tuple(part.lower() for part in key)
            if key in seen:
                said = ", ".join(f"{column} {value!r}" for column, value in zip(columns, key, strict=True))
                self.wrong(name, row, None, f"{said} stands in row {seen[key]} too; one row each.")
            else:
                seen[key] = row.number

    def positive(self, name: str, row: Row, column: str, least: float = 0, open_end: bool = True) -> None:
        value = _number(row[column])
        if value is None:
            return
        if value < least or (open_end and value == least):
            what = f"more than {least:g}" if open_end else f"{least:g} or more"
            self.wrong(name, row, column, f"is {row[column]}.", what)

    def engagement_types(self, name: str, row: Row, column: str = "engagement_types") -> None:
        known = self.values("engagement_types", "engagement_type")
        for part in row[column].split("|"):
            if part.strip() not in known:
                self.wrong(
                    name,
                    row,
                    column,
                    f"{part.strip()!r} is no engagement type.{_nearest(part.strip(), known)}",
                    "engagement types of engagement_types.csv, joined by |",
                )

    def version(self, name: str, row: Row) -> None:
        known = self.values("definition_versions", "version")
        if row["version"] not in known:
            self.wrong(
                name, row, "version", f"{row['version']!r} is no version of definition_versions.csv.", known
            )

    def attribute_test(self, name: str, row: Row, absent: tuple[str, ...] = ()) -> None:
        self.one_of(name, row, "attribute", ATTRIBUTES)
        if row["attribute"] in absent:
            self.hint(
                name, row, "attribute", f"an account has no {row['attribute']!r}: the test never passes."
            )
        self.one_of(name, row, "operator", OPERATORS)
        operator, value = row["operator"], row["value"]
        if not value:
            self.wrong(name, row, "value", "is empty: what must the attribute be?")
        elif operator == "between":
            ends = [_number(part) for part in value.split("|")]
            if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[0] > ends[1]:
                self.wrong(
                    name, row, "value", f"{value!r} is no range.", "the lowest and highest number, as 50|5000"
                )
        elif operator in ("at_least", "at_most") and _number(value) is None:
            self.wrong(name, row, "value", f"{value!r} is not a number.", "a number")

    def no_overlap(self, name: str, who: str, start: str, end: str, what: str) -> None:
        """Stays of one subject do not overlap; an empty end is for ever, a stay ends before its last day."""
        stays: dict[str, list[tuple[str, str, Row]]] = defaultdict(list)
        for row in self.rows(name):
            if row[end] and row[start] and row[end] <= row[start]:
                self.wrong(name, row, end, f"{row[end]} is not after {start} {row[start]}.")
            elif row[who]:
                stays[row[who]].append((row[start], row[end] or "9999", row))
        for subject, group in stays.items():
            group.sort(key=lambda stay: stay[:2])
            for (_, last_end, before), (first, _, row) in pairwise(group):
                if first < last_end:
                    said = f"{what} of {subject!r} overlaps the one of row {before.number}; end that first."
                    self.wrong(name, row, start, said)


def _nearest(value: str, choices: Iterable[str]) -> str:
    from difflib import get_close_matches

    found = get_close_matches(value.lower(), list(choices), n=1, cutoff=0.7)
    return f" Did you mean {found[0]!r}?" if found else ""


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None


def _date(text: str) -> dt.date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _minutes(text: str) -> int | None:
    """Minutes since midnight of HH:MM; 24:00 is the end of the day."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?", text)
    if not match or int(match[2]) > 59:
        return None
    minutes = int(match[1]) * 60 + int(match[2])
    return minutes if minutes <= 24 * 60 else None


TYPES: Mapping[str, tuple[Callable[[str], bool], str, str]] = {
    "integer": (
        lambda text: re.fullmatch(r"[+-]?\d+", text) is not None,
        "not a whole number",
        "a whole number",
    ),
    "bigint": (
        lambda text: re.fullmatch(r"[+-]?\d+", text) is not None,
        "not a whole number",
        "a whole number",
    ),
    "double": (lambda text: _number(text) is not None, "not a number", "a number such as 0.75"),
    "boolean": (lambda text: text.lower() in ("true", "false"), "neither true nor false", "true, false"),
    "date": (lambda text: _date(text) is not None, "no date", "YYYY-MM-DD"),
}


@cache
def declared_seeds(project: Path = PROJECT) -> dict[str, dict[str, str]]:
    """Every declared definition file: its columns and their types, from the seeds' YAML."""
    seeds: dict[str, dict[str, str]] = {}
    for path in sorted((project / "models").rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        if "\nseeds:" not in text:
            continue
        for seed in yaml.safe_load(text).get("seeds") or []:
            types = (seed.get("config") or {}).get("column_types") or {}
            names = [column["name"] for column in seed.get("columns") or []] or list(types)
            seeds[seed["name"]] = {name: str(types.get(name, "varchar")).lower() for name in names}
    return seeds


def _read(reader: Reader, name: str, columns: Mapping[str, str]) -> None:
    """Read one file into `reader.tables`; a file that cannot be read as a table leaves no rows."""
    path = reader.folder / f"{name}.csv"
    if not path.exists():
        reader.wrong(name, None, None, f"the file is missing from {reader.folder.name}/.", "a header alone")
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        reader.wrong(name, None, None, f"is not UTF-8 text (byte {problem.start}); save it as CSV UTF-8.")
        return
    lines = filled_rows(text)
    if not lines:
        reader.wrong(name, None, None, "is empty, without even a header.", ",".join(columns))
        return
    header = lines[0]
    for missing in [column for column in columns if column not in header]:
        reader.wrong(name, None, missing, "this column is missing from the header.", ",".join(columns))
    for extra in [column for column in header if column not in columns]:
        reader.wrong(
            name, None, extra, f"is no column of this file.{_nearest(extra, columns)}", ",".join(columns)
        )
    if len(set(header)) != len(header):
        reader.wrong(name, None, None, "a column stands twice in the header.", ",".join(columns))
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(header):
            reader.wrong(
                name,
                Row(number, {}),
                None,
                f"has {len(cells)} cells, the header has {len(header)}. Is a text with a comma not in quotes?",
            )
            continue
        texts = dict(zip(header, cells, strict=True))
        row = Row(number, texts | {c: texts[c].lower() for c in CASELESS.get(name, ()) if c in texts})
        rows.append(row)
        for column, kind in columns.items():
            is_type, what, allowed = TYPES.get(kind, (lambda _: True, "", ""))
            if row[column] and not is_type(row[column]):
                reader.wrong(name, row, column, f"{row[column]!r} is {what}.", allowed)
    reader.tables[name] = rows


# What the values of each file mean ---------------------------------------------------------------------------------


def _definition_versions(reader: Reader) -> None:
    name = "definition_versions"
    reader.unique(name, "version")
    signed: dict[str, Row] = {}
    for row in reader.rows(name):
        reader.needs(name, row, "version", "effective_from")
        # 0 stands for what is in force.
        reader.positive(name, row, "version", least=1, open_end=False)
        for team in ("sales", "marketing"):
            who, when = row[f"{team}_signed_by"], row[f"{team}_signed_on"]
            if bool(who) != bool(when):
                empty = f"{team}_signed_on" if who else f"{team}_signed_by"
                reader.wrong(
                    name, row, empty, "is empty: a signature is a name and a date, or neither (a draft)."
                )
            if when and row["effective_from"] and when > row["effective_from"]:
                reader.hint(
                    name,
                    row,
                    f"{team}_signed_on",
                    f"{when} is after effective_from: it restates the days between.",
                )
        if row["sales_signed_by"] and row["marketing_signed_by"]:
            other = signed.setdefault(row["effective_from"], row)
            if other is not row:
                reader.wrong(
                    name,
                    row,
                    "effective_from",
                    f"the signed version of row {other.number} starts on {row['effective_from']} too; which one holds?",
                )
            if row["version"] not in reader.values("stage_rules", "version"):
                reader.hint(
                    name, row, "version", "is signed but has no stage_rules: no stage can be reached."
                )
    if reader.rows(name) and not signed:
        reader.hint(name, None, None, "no version is signed by both teams: nothing is applied.")


# Kind of condition: columns it needs, subjects it exists for.
CONDITION_KINDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "engagement_count": (("engagement_types", "min_count", "window_days"), ("lead", "account")),
    "engaged_people": (("engagement_types", "min_count", "window_days"), ("account",)),
    "people_score": (("min_count", "component", "min_score"), ("account",)),
    "score": (("component", "min_score"), ("lead", "account")),
    "attribute": (("attribute", "operator", "value"), ("lead", "account")),
    "target_account": ((), ("lead", "account")),
    "hand_raiser": (("window_days",), ("lead", "account")),
    "crm_fact": (("crm_fact",), ("lead", "account")),
}


def _stage_rules(reader: Reader) -> None:
    name = "stage_rules"
    reader.unique(name, "version", "subject", "stage", "clause", "condition")
    facts = (*CRM_FACTS, *sorted(reader.values("status_mappings", "crm_fact") - set(CRM_FACTS)))
    for row in reader.rows(name):
        reader.version(name, row)
        reader.one_of(name, row, "subject", ("lead", "account"))
        stages = RULE_STAGES.get(row["subject"], sum(RULE_STAGES.values(), ()))
        if row["stage"] in UNRULED_STAGES:
            why = UNRULED_STAGES[row["stage"]]
            reader.wrong(name, row, "stage", f"no rule decides {row['stage']!r}: {why}.", stages)
        else:
            reader.one_of(name, row, "stage", stages)
        reader.needs(name, row, "clause", "condition")
        reader.one_of(name, row, "kind", tuple(CONDITION_KINDS))
        if row["kind"] not in CONDITION_KINDS:
            continue
        needed, subjects = CONDITION_KINDS[row["kind"]]
        if row["subject"] not in subjects:
            reader.wrong(
                name, row, "kind", f"{row['kind']!r} exists for {' and '.join(subjects)} rules only."
            )
        if row["kind"] == "attribute":
            reader.attribute_test(name, row, PERSONAL if row["subject"] == "account" else ())
        else:
            reader.needs(name, row, *needed, because=f"a condition of kind {row['kind']}")
        if row["min_channels"] and row["kind"] != "engaged_people":
            reader.hint(name, row, "min_channels", f"a condition of kind {row['kind']} does not read it.")
        if row["engagement_types"]:
            reader.engagement_types(name, row)
        for column in ("min_count", "window_days", "min_channels"):
            reader.positive(name, row, column)
        if row["component"]:
            reader.one_of(name, row, "component", ("total", *COMPONENTS))
        if row["kind"] == "crm_fact" and row["crm_fact"]:
            reader.one_of(name, row, "crm_fact", facts)
        if row["kind"] == "people_score" and (row["attribute"] or row["operator"] or row["value"]):
            reader.attribute_test(name, row)


def _scoring_rules(reader: Reader) -> None:
    name = "scoring_rules"
    reader.unique(name, "version", "subject", "rule_id")
    intent = {
        row["engagement_type"]
        for row in reader.rows("engagement_types")
        if row["is_intent"].lower() == "true"
    }
    for row in reader.rows(name):
        reader.version(name, row)
        reader.one_of(name, row, "subject", ("lead", "account"))
        reader.needs(name, row, "rule_id", "points")
        reader.one_of(name, row, "component", COMPONENTS)
        reader.one_of(name, row, "kind", ("engagement", "attribute"))
        if row["kind"] == "attribute":
            reader.attribute_test(name, row, PERSONAL if row["subject"] == "account" else ())
        elif row["kind"] == "engagement":
            if reader.needs(
                name, row, "engagement_types", "window_days", because="a rule of kind engagement"
            ):
                reader.engagement_types(name, row)
            reader.positive(name, row, "window_days")
            listed = {part.strip() for part in row["engagement_types"].split("|")}
            if row["component"] == "intent" and listed - intent:
                idle = ", ".join(sorted(listed - intent))
                reader.hint(
                    name, row, "engagement_types", f"{idle} is not marked is_intent: an intent rule skips it."
                )
            if row["component"] == "engagement" and listed & intent:
                idle = ", ".join(sorted(listed & intent))
                reader.hint(
                    name, row, "engagement_types", f"{idle} is marked is_intent: an engagement rule skips it."
                )
        points, most = _number(row["points"]), _number(row["max_points"])
        if points is not None and most is not None and most < points:
            reader.hint(
                name, row, "max_points", f"{most:g} is less than the {points:g} points of one engagement."
            )


def _icp_criteria(reader: Reader) -> None:
    name = "icp_criteria"
    reader.unique(name, "version", "criterion_id")
    for row in reader.rows(name):
        reader.version(name, row)
        reader.needs(name, row, "criterion_id", "is_disqualifier")
        reader.attribute_test(name, row, (*PERSONAL, "is_icp_fit", "icp_fit"))


def _engagement_types(reader: Reader) -> None:
    name = "engagement_types"
    reader.unique(name, "engagement_type")
    for row in reader.rows(name):
        reader.needs(
            name, row, "engagement_type", "channel", "is_touch", "is_hand_raiser", "is_intent", "is_human"
        )
        reader.one_of(name, row, "direction", ("inbound", "marketing", "sales"))
        if row["is_human"].lower() == "true" and row["direction"] != "sales":
            reader.wrong(
                name, row, "is_human", "is true, but only sales' own acts are human touches.", "false"
            )


def _engagement_mappings(reader: Reader) -> None:
    name = "engagement_mappings"
    reader.unique(name, "source_system", "source_activity", "detail_pattern")
    known = reader.values("engagement_types", "engagement_type")
    for row in reader.rows(name):
        reader.one_of(name, row, "source_system", SYSTEMS)
        reader.needs(name, row, "source_activity", "priority")
        if row["engagement_type"] not in known:
            reader.wrong(
                name,
                row,
                "engagement_type",
                f"{row['engagement_type']!r} is no engagement type.{_nearest(row['engagement_type'], known)}",
                "engagement types of engagement_types.csv",
            )


def _sla_policies(reader: Reader) -> None:
    name = "sla_policies"
    reader.unique(name, "version", "commitment_id")
    for row in reader.rows(name):
        reader.version(name, row)
        reader.needs(name, row, "commitment_id", "limit_value")
        reader.one_of(name, row, "owed_by", ("sales", "marketing"))
        reader.one_of(name, row, "subject_type", ("lead", "account", "campaign"))
        for column in ("starts_on", "stops_on"):
            if not row[column]:
                reader.needs(name, row, column)
            events = EVENTS.get(row["subject_type"], tuple(dict.fromkeys(sum(EVENTS.values(), ()))))
            if row[column] and row[column] not in events:
                near = _nearest(row[column], events)
                whose = f" of a {row['subject_type']}" if row["subject_type"] in EVENTS else ""
                reader.wrong(name, row, column, f"{row[column]!r} is no event{whose}.{near}", events)
        reader.one_of(name, row, "clock", ("elapsed", "business", "same_business_day"))
        reader.one_of(
            name,
            row,
            "limit_unit",
            ("minutes", "hours", "days", "business_minutes", "business_hours", "business_days"),
        )
        reader.positive(name, row, "limit_value")
        share = _number(row["warn_share"])
        if share is not None and not 0 < share <= 1:
            reader.wrong(
                name, row, "warn_share", f"is {row['warn_share']}.", "more than 0, at most 1 (0.75 = 75 %)"
            )


def _sla_thresholds(reader: Reader) -> None:
    name = "sla_thresholds"
    reader.unique(name, "version", "commitment_id", "segment")
    for row in reader.rows(name):
        reader.version(name, row)
        reader.needs(name, row, "commitment_id", "measure", "threshold")
        reader.one_of(name, row, "owed_by", ("sales", "marketing"))
        reader.positive(name, row, "threshold", open_end=False)


def _settings(reader: Reader) -> None:
    name = "settings"
    reader.unique(name, "setting")
    found = {row["setting"]: row for row in reader.rows(name)}
    for setting, kind in SETTINGS.items():
        row = found.get(setting)
        if row is None:
            if reader.rows(name):
                reader.wrong(name, None, None, f"the setting {setting!r} is missing ({kind}).")
            continue
        value = row["value"]
        if kind == "number" and (_number(value) is None or float(value) < 0):
            reader.wrong(name, row, "value", f"{setting} is {value!r}.", "a number, 0 or more")
        elif kind == "boolean" and value.lower() not in ("true", "false"):
            reader.wrong(name, row, "value", f"{setting} is {value!r}.", "true, false")
        elif kind == "time zone" and value not in _time_zones():
            reader.wrong(
                name,
                row,
                "value",
                f"{value!r} is no time zone.{_nearest(value, _time_zones())}",
                "IANA names, such as America/New_York",
            )
        elif kind == "currency" and not re.fullmatch(r"[A-Z]{3}", value):
            reader.wrong(name, row, "value", f"{value!r} is no currency code.", "three capitals, such as USD")
        elif kind == "stage" and value not in LEAD_STAGES:
            reader.wrong(name, row, "value", f"{value!r} is no lead stage.", LEAD_STAGES)


def _calendars(reader: Reader) -> None:
    import holidays

    name = "calendars"
    reader.unique(name, "calendar_id")
    rows = reader.rows(name)
    defaults = [row for row in rows if row["is_default"].lower() == "true"]
    if rows and len(defaults) != 1:
        where = " and ".join(f"row {row.number}" for row in defaults) or "no row"
        reader.wrong(name, None, "is_default", f"is true in {where}.", "true in exactly one row")
    countries: dict[str, list[str]] = holidays.list_supported_countries()
    for row in rows:
        reader.needs(name, row, "calendar_id", "time_zone", "standard_day_minutes")
        zone = row["time_zone"]
        if zone and zone not in _time_zones():
            near = _nearest(zone, _time_zones())
            reader.wrong(
                name, row, "time_zone", f"{zone!r} is no time zone.{near}", "IANA names, as Europe/Berlin"
            )
        country, part = row["holiday_country"], row["holiday_subdivision"]
        if country and country not in countries:
            reader.wrong(
                name, row, "holiday_country", f"{country!r} has no known holidays.", "country codes, or empty"
            )
        elif part and not country:
            reader.wrong(name, row, "holiday_subdivision", f"{part!r} has no holiday_country beside it.")
        elif part and part not in countries[country]:
            reader.wrong(
                name, row, "holiday_subdivision", f"{part!r} is no part of {country}.", countries[country]
            )
        minutes = _number(row["standard_day_minutes"])
        if minutes is not None and not 0 < minutes <= 1440:
            reader.wrong(name, row, "standard_day_minutes", f"is {minutes:g}.", "1 to 1440")
    _calendar_hours(reader)
    for row in reader.rows("calendar_closings"):
        reader.one_of("calendar_closings", row, "calendar_id", reader.values("calendars", "calendar_id"))
        reader.needs("calendar_closings", row, "closed_on")
    for row in reader.rows("rep_calendars"):
        reader.one_of("rep_calendars", row, "calendar_id", reader.values("calendars", "calendar_id"))
        reader.needs("rep_calendars", row, "user_ref")
    reader.no_overlap("rep_calendars", "user_ref", "valid_from", "valid_to", "the calendar")


def _calendar_hours(reader: Reader) -> None:
    name = "calendar_hours"
    week = 7 * 1440
    openings: dict[str, list[tuple[int, int, Row]]] = defaultdict(list)
    for row in reader.rows(name):
        reader.one_of(name, row, "calendar_id", reader.values("calendars", "calendar_id"))
        day = _number(row["iso_weekday"])
        if day is None or not 1 <= day <= 7:
            reader.wrong(
                name, row, "iso_weekday", f"{row['iso_weekday']!r} is no weekday.", "1 (Monday) to 7 (Sunday)"
            )
            continue
        opens, closes = _minutes(row["opens_at"]), _minutes(row["closes_at"])
        for column, value in (("opens_at", opens), ("closes_at", closes)):
            if value is None:
                reader.wrong(name, row, column, f"{row[column]!r} is no time.", "HH:MM, 00:00 to 24:00")
        if opens is None or closes is None:
            continue
        if opens == closes:
            reader.wrong(
                name, row, "closes_at", "is the opening time itself.", "a later time, 24:00 for midnight"
            )
            continue
        start = (int(day) - 1) * 1440 + opens
        openings[row["calendar_id"]].append((start, start + (closes - opens) % 1440 or start + 1440, row))
    for calendar, spans in openings.items():
        spans.sort(key=lambda span: span[:2])
        after = [*spans[1:], (spans[0][0] + week, spans[0][1] + week, spans[0][2])]
        for (_, end, before), (start, _, row) in zip(spans, after, strict=True):
            if start < end and (row is not before or end - spans[0][0] > week):
                reader.wrong(
                    name, row, "opens_at", f"{calendar!r} is still open then by row {before.number}."
                )
    for row in reader.rows("calendars"):
        if row["calendar_id"] and row["calendar_id"] not in openings:
            reader.wrong("calendars", row, "calendar_id", "has no opening in calendar_hours.csv.")


def _target_accounts(reader: Reader) -> None:
    name = "target_accounts"
    for row in reader.rows(name):
        reader.needs(name, row, "account_ref", "added_on")
        reader.positive(name, row, "target_tier")
        if not (row["sales_agreed_by"] and row["marketing_agreed_by"]):
            reader.hint(name, row, None, "lacks a team's agreement: the account is not on the list.")
    reader.no_overlap(name, "account_ref", "added_on", "removed_on", "the stay")


def _status_mappings(reader: Reader) -> None:
    name = "status_mappings"
    reader.unique(name, "source_system", "source_object", "field", "raw_value", caseless=True)
    for row in reader.rows(name):
        reader.one_of(name, row, "source_system", SYSTEMS)
        reader.one_of(name, row, "source_object", ("lead", "contact", "prospect"))
        reader.one_of(name, row, "field", ("status", "lead_status", "lifecycle_stage"))
        reader.needs(name, row, "raw_value")
        reader.one_of(name, row, "crm_fact", CRM_FACTS, required=False)
        reader.one_of(name, row, "claimed_stage", LEAD_STAGES, required=False)


def _reasons(reader: Reader) -> None:
    name = "rejection_reasons"
    reader.unique(name, "raw_reason", caseless=True)
    for row in reader.rows(name):
        reader.needs(name, row, "raw_reason", "reason_code", "can_reenter")
        reader.one_of(name, row, "disposition", ("recycle", "disqualify"))
    if reader.rows(name) and "unspecified" not in reader.values(name, "reason_code"):
        reader.wrong(name, None, None, "no reason_code is 'unspecified': what of a rejection without reason?")
    name = "loss_reasons"
    reader.unique(name, "raw_reason", caseless=True)
    for row in reader.rows(name):
        reader.needs(name, row, "raw_reason", "loss_reason")
        reader.one_of(name, row, "loss_area", ("account", "lead", "message", "other"))


def _attribution_models(reader: Reader) -> None:
    name = "attribution_models"
    reader.unique(name, "model")
    weights = (
        "first_weight",
        "lead_created_weight",
        "opportunity_created_weight",
        "last_weight",
        "remainder_weight",
    )
    for row in reader.rows(name):
        reader.needs(name, row, "model", "method")
        given = [_number(row[column]) for column in weights if row[column]]
        if any(value is not None and value < 0 for value in given):
            reader.wrong(name, row, None, "a weight is negative.", "0 or more")
        total = sum(value for value in given if value is not None)
        if given and abs(total - 1) > 1e-9:
            reader.wrong(
                name, row, None, f"the weights of {row['model']!r} add up to {total:g}.", "a sum of 1"
            )
        reader.positive(name, row, "half_life_days")


def _people_and_accounts(reader: Reader) -> None:
    reader.unique("domain_class_overrides", "domain")
    for row in reader.rows("domain_class_overrides"):
        reader.needs("domain_class_overrides", row, "domain")
        reader.one_of(
            "domain_class_overrides",
            row,
            "domain_class",
            ("corporate", "free_mail", "disposable", "shared_platform", "internal"),
        )
    for name, column in (("internal_domains", "domain"), ("role_mailboxes", "local_part")):
        reader.unique(name, column)
        for row in reader.rows(name):
            reader.needs(name, row, column)
            if "@" in row[column]:
                reader.wrong(name, row, column, f"{row[column]!r} has an @.", "the part beside the @ alone")
    reader.unique("lead_account_overrides", "lead_ref")
    for row in reader.rows("lead_account_overrides"):
        reader.needs("lead_account_overrides", row, "lead_ref", "account_ref")
    name = "survivorship"
    reader.unique(name, "entity", "attribute", "priority")
    for row in reader.rows(name):
        reader.one_of(name, row, "entity", ("lead", "account", "engagement"))
        reader.one_of(name, row, "source_system", SYSTEMS)
        reader.needs(name, row, "attribute", "source_object", "priority")
    name = "title_rules"
    reader.unique(name, "pattern")
    for row in reader.rows(name):
        reader.needs(name, row, "priority", "pattern", "seniority", "buying_role")
        if row["pattern"] and not re.search(r"[^\W_]", row["pattern"]):
            reader.wrong(name, row, "pattern", f"{row['pattern']!r} has no word to find in a title.")
    for row in reader.rows("test_record_patterns"):
        reader.needs("test_record_patterns", row, "attribute", "pattern", "reason")


def _routing(reader: Reader) -> None:
    reader.unique("rep_capacity", "user_ref")
    for row in reader.rows("rep_capacity"):
        reader.needs("rep_capacity", row, "user_ref")
        reader.positive("rep_capacity", row, "weekly_capacity", open_end=False)
    for row in reader.rows("territories"):
        reader.needs("territories", row, "territory", "owner_refs")
        least, most = _number(row["min_employee_count"]), _number(row["max_employee_count"])
        if least is not None and most is not None and least > most:
            reader.wrong(
                "territories", row, "min_employee_count", f"is more than max_employee_count {most:g}."
            )
    for row in reader.rows("campaign_adjustments"):
        reader.needs("campaign_adjustments", row, "campaign_ref", "adjusted_on")


RULES: tuple[Callable[[Reader], None], ...] = (
    _definition_versions,
    _stage_rules,
    _scoring_rules,
    _icp_criteria,
    _engagement_types,
    _engagement_mappings,
    _sla_policies,
    _sla_thresholds,
    _settings,
    _calendars,
    _target_accounts,
    _status_mappings,
    _reasons,
    _attribution_models,
    _people_and_accounts,
    _routing,
)


def _examine(folder: Path) -> Reader:
    reader = Reader(Path(folder))
    for name, columns in declared_seeds().items():
        _read(reader, name, columns)
    for rule in RULES:
        rule(reader)
    return reader


def _in_order(problems: Iterable[Problem]) -> Iterator[Problem]:
    # A value of the wrong type is often of the wrong meaning too: say it once.
    seen = set()
    for problem in sorted(problems, key=lambda p: (p.file, p.row or 0)):
        place = (problem.file, problem.row, problem.column)
        if problem.column is None or place not in seen:
            yield problem
        seen.add(place)


def check(folder: Path) -> list[Problem]:
    """Everything in a folder of definition files that must be corrected before a build, in reading order."""
    return list(_in_order(_examine(folder).problems))


def hints(folder: Path) -> list[Problem]:
    """What is allowed but probably not meant: agreements that are missing, rules that can never count."""
    return list(_in_order(_examine(folder).hints))
