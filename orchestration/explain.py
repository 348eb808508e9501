"""`concord explain --lead …`: one lead's story in order, and why it is in its stage today.

Reads the published warehouse only: what it says is what both teams see. A lead is found by its id (a retired one too),
by a source record key or by an e-mail address.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import duckdb
import typer

STAGES = ("raw", "mql", "sal", "sqo", "opportunity", "customer")
NEXT_STAGE = dict(pairwise(STAGES)) | {"lost": "mql"}
Row = dict[str, Any]


class NoSuchLead(LookupError):
    """No lead of the published warehouse answers to the reference."""


@dataclass(frozen=True)
class Event:
    """One line of the story. `counted` marks an engagement that a rule read."""

    at: datetime
    kind: str  # engagement, skipped, stage, score, rejection, opportunity, clock
    text: str
    details: tuple[str, ...] = ()
    counted: bool = False
    order: int = 0


@dataclass
class Story:
    lead: Row
    events: list[Event] = field(default_factory=list)
    verdict: list[str] = field(default_factory=list)


def plain(value: object) -> str:
    """Text from data for a terminal: control characters and line breaks become spaces, so that no value can act."""
    text = str(value) if value is not None else "–"
    return "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp", "Cs"} else c for c in text)


def find_lead(connection: duckdb.DuckDBPyConnection, reference: str) -> str:
    """The lead's present id; raises NoSuchLead with what was tried."""
    wanted = reference.strip()
    lookups = (
        ("core.dim_leads", "lead_id", "lead_id = ?"),
        ("core.bridge_lead_ids", "current_lead_id", "lead_id = ?"),
        ("core.bridge_lead_records", "lead_id", "record_key = ?"),
        ("core.dim_leads", "lead_id", "lower(email) = lower(?)"),
        ("core.fct_lifecycle_transitions", "lead_id", "lead_id = ?"),
    )
    for table, column, condition in lookups:
        if not _has(connection, table):
            continue
        found = connection.execute(
            f"select {column} from {table} where {condition} order by 1 limit 1", [wanted]
        ).fetchone()
        if found and found[0]:
            return str(found[0])
    raise NoSuchLead(
        "No lead answers to that reference. Give a lead id, a record key such as salesforce:lead:00Q5g00000AbCdE,"
        " or the lead's e-mail address; staff and test records are no leads."
    )


def tell(connection: duckdb.DuckDBPyConnection, reference: str) -> Story:
    """Everything that happened to the lead, in order."""
    lead_id = find_lead(connection, reference)
    leads = _rows(connection, "core.dim_leads", "lead_id = ?", [lead_id])
    lead = leads[0] if leads else {"lead_id": lead_id, "full_name": "(deleted in every source)"}
    transitions = _rows(
        connection, "core.fct_lifecycle_transitions", "lead_id = ?", [lead_id], "transition_number"
    )
    engagements = _rows(
        connection, "core.fct_engagements", "lead_id = ?", [lead_id], "occurred_at, engagement_id"
    )
    scores = _rows(connection, "core.fct_lead_scores", "lead_id = ?", [lead_id], "valid_from")
    rules = _rows(
        connection, "definitions.stage_rules", "subject = 'lead'", [], "version, stage, clause, condition"
    )
    rejections = _rows(connection, "feedback.fct_rejections", "lead_id = ?", [lead_id], "rejected_at")
    clocks = _rows(connection, "sla.fct_sla_clocks", "lead_id = ?", [lead_id], "started_at")
    users = {row["user_id"]: row for row in _rows(connection, "core.dim_users", "1 = 1", [])}

    story = Story(lead)
    story.events += _stage_events(transitions, scores, rules, rejections, users)
    story.events += _engagement_events(engagements, transitions, scores)
    story.events += _clock_events(clocks, users)
    story.events.sort(key=lambda event: (event.at, event.order))
    versions = _rows(connection, "definitions.definition_versions", "1 = 1", [], "effective_from, version")
    as_of = _published_as_of(connection)
    story.verdict = _verdict(transitions, scores, rules, clocks, rejections, _version_now(versions, as_of))
    return story


def rule_sentences(
    rules: Sequence[Row], version: int | None, stage: str, clause: str | None = None
) -> list[str]:
    """Each clause of a stage in plain words, its conditions joined by `and`."""
    clauses: dict[str, list[str]] = {}
    for rule in rules:
        if rule["version"] == version and rule["stage"] == stage and clause in (None, rule["clause"]):
            clauses.setdefault(rule["clause"], []).append(plain(rule["description"]))
    return [f"{name}: {' and '.join(conditions)}" for name, conditions in clauses.items()]


def _stage_events(
    transitions: Sequence[Row],
    scores: Sequence[Row],
    rules: Sequence[Row],
    rejections: Sequence[Row],
    users: Mapping[str, Row],
) -> Iterable[Event]:
    rejected = {(row["cycle_number"], row["rejected_at"]): row for row in rejections}
    for row in transitions:
        details = []
        if row["trigger"] and str(row["trigger"]).startswith("crm_fact:"):
            details.append(_because(row))
        elif row["trigger"] not in ("lead_created", None):
            stage = row["to_stage"]
            sentences = rule_sentences(rules, row["definition_version"], stage, row["trigger"]) or [
                sentence
                for later in STAGES
                for sentence in rule_sentences(rules, row["definition_version"], later, row["trigger"])
            ]
            details += [f"rule of version {row['definition_version']} – {sentence}" for sentence in sentences]
        if row["is_inferred"]:
            details.append("inferred: a later stage proved it or its date is a guess, nobody was asked")
        rejection = rejected.get((row["cycle_number"], row["occurred_at"])) or rejected.get(
            (row["cycle_number"] - 1, row["occurred_at"])
        )
        if rejection is not None and row["trigger"] == "crm_fact:rejected":
            who = _name(users, rejection["rejected_by"])
            details.append(
                f"{who} gave the reason {plain(rejection['raw_reason'])} ({plain(rejection['reason_code'])}): "
                f"{plain(rejection['disposition'])}"
            )
        before, after = _score_around(scores, row["occurred_at"])
        if _points(before) != _points(after):
            details.append(f"score {_points(before)} → {_points(after)}")
        if row["evidence"]:
            keys = str(row["evidence"]).split("|")
            shown = ", ".join(plain(key) for key in keys[:3])
            details.append(f"evidence: {shown}" + (f" and {len(keys) - 3} more" if len(keys) > 3 else ""))
        origin = f"{plain(row['from_stage'])} → " if row["from_stage"] else ""
        yield Event(
            row["occurred_at"],
            "stage",
            f"{origin}{plain(row['to_stage'])}, cycle {row['cycle_number']}",
            tuple(details),
            order=10 + row["transition_number"],
        )


def _engagement_events(
    engagements: Sequence[Row], transitions: Sequence[Row], scores: Sequence[Row]
) -> Iterable[Event]:
    """Engagements that are evidence one by one; the others as one line per run."""
    evidence = {key for row in transitions if row["evidence"] for key in str(row["evidence"]).split("|")}
    changes = {row["valid_from"] for row in scores}
    boundaries = sorted(row["occurred_at"] for row in transitions)
    skipped: list[Row] = []

    def flush() -> Iterable[Event]:
        if skipped:
            kinds: dict[str, int] = {}
            for row in skipped:
                name = plain(row["engagement_type"]) + (" by a bot" if row["is_bot"] else "")
                kinds[name] = kinds.get(name, 0) + 1
            text = ", ".join(f"{count} × {name}" for name, count in sorted(kinds.items()))
            yield Event(skipped[0]["occurred_at"], "skipped", text)
            skipped.clear()

    for row in engagements:
        if any(skipped and skipped[0]["occurred_at"] < b <= row["occurred_at"] for b in boundaries):
            yield from flush()
        counted = row["source_record_key"] in evidence and not row["is_bot"]
        if counted or (row["occurred_at"] in changes and not row["is_bot"]):
            yield from flush()
            before, after = _score_around(scores, row["occurred_at"])
            what = f"{plain(row['engagement_type'])}" + (f" – {plain(row['asset'])}" if row["asset"] else "")
            moved = (
                (f"score {_points(before)} → {_points(after)}",) if _points(before) != _points(after) else ()
            )
            yield Event(row["occurred_at"], "engagement", what, moved, counted=counted, order=1)
        else:
            skipped.append(row)
    yield from flush()


def _clock_events(clocks: Sequence[Row], users: Mapping[str, Row]) -> Iterable[Event]:
    for row in clocks:
        if row.get("started_at") is None:
            continue
        text = (
            f"{plain(row['owed_by'])} owes {plain(row['commitment_id']).replace('_', ' ')}"
            f" by {_minute(row['due_at'])}"
        )
        done = f"{plain(row['status'])}" + (
            f" at {_minute(row['stopped_at'])}" if row.get("stopped_at") else ""
        )
        details = (f"{done}; owner {_name(users, row.get('owner_id'))}",)
        yield Event(row["started_at"], "clock", text, details, order=100)


def _verdict(
    transitions: Sequence[Row],
    scores: Sequence[Row],
    rules: Sequence[Row],
    clocks: Sequence[Row],
    rejections: Sequence[Row],
    version_now: int | None,
) -> list[str]:
    if not transitions:
        return ["The lead has no stage: it is not in the ledger."]
    last = transitions[-1]
    stage = last["to_stage"]
    since = f"It is {stage} since {_minute(last['occurred_at'])} UTC, in cycle {last['cycle_number']}"
    lines = [f"{since}, because {_because(last)} (version {last['definition_version']} of the definitions)."]
    if scores:
        now = scores[-1]
        lines.append(
            f"Its score is {_points(now)}: firmographic {float(now['firmographic_score']):g}, engagement"
            f" {float(now['engagement_score']):g}, intent {float(now['intent_score']):g}."
        )
    following = NEXT_STAGE.get(stage)
    version = version_now if version_now is not None else last["definition_version"]
    closed = (
        rejections[-1] if rejections and stage == "lost" and last["trigger"] == "crm_fact:rejected" else {}
    )
    if closed.get("can_reenter") is False:
        lines.append("No rule brings it back after that reason; only an opportunity does.")
    elif stage == "customer":
        lines.append("A customer stays one: what it buys later moves no lead.")
    elif following in ("opportunity", "customer"):
        lines.append(
            f"It becomes {following} when the CRM {'opens' if following == 'opportunity' else 'wins'} one."
        )
    elif following is not None:
        lines.append(f"It becomes {following} when one of these holds (version {version}):")
        lines += [f"  {sentence}" for sentence in rule_sentences(rules, version, following)]
    for clock in clocks:
        if clock.get("status") in ("running", "at_risk"):
            lines.append(
                f"Open promise: {plain(clock['owed_by'])} owes {plain(clock['commitment_id']).replace('_', ' ')}"
                f" by {_minute(clock['due_at'])} ({plain(clock['status'])})."
            )
    return lines


def _because(transition: Row) -> str:
    trigger = plain(transition["trigger"])
    if trigger == "lead_created":
        return "its first record was created"
    if trigger.startswith("crm_fact:"):
        return f"the CRM says: {trigger.removeprefix('crm_fact:').replace('_', ' ')}"
    return f"the rule {trigger} held"


def _minute(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M}" if instant else "no time"


def _version_now(versions: Sequence[Row], today: date) -> int | None:
    """The signed version that holds on the day that the published tables describe."""
    signed = [
        row["version"]
        for row in versions
        if row["sales_signed_by"] and row["marketing_signed_by"] and row["effective_from"] <= today
    ]
    return signed[-1] if signed else None


def _published_as_of(connection: duckdb.DuckDBPyConnection) -> date:
    """The day, in the reporting time zone, of the instant that the published tables describe."""
    [release] = _rows(connection, "publication.release", "1 = 1", []) or [{}]
    as_of = release.get("as_of") or datetime.now(UTC).replace(tzinfo=None)
    zones = _rows(connection, "definitions.settings", "setting = 'reporting_time_zone'", [])
    zone = ZoneInfo(zones[0]["value"]) if zones else UTC
    return as_of.replace(tzinfo=UTC).astimezone(zone).date()


def _score_around(scores: Sequence[Row], at: datetime) -> tuple[Row | None, Row | None]:
    """The score just before an instant and at it."""
    before = [row for row in scores if row["valid_from"] < at]
    upto = [row for row in scores if row["valid_from"] <= at]
    return (before[-1] if before else None), (upto[-1] if upto else None)


def _points(score: Row | None) -> str:
    return f"{float(score['score']):g}" if score else "none"


def _name(users: Mapping[str, Row], user_id: str | None) -> str:
    user = users.get(user_id or "")
    return plain((user or {}).get("user_name") or (user or {}).get("full_name") or user_id or "nobody")


def _has(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    schema, name = table.split(".")
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?", [schema, name]
    ).fetchone()
    return found is not None


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str, values: Sequence[Any], order: str = "1"
) -> list[Row]:
    if not _has(connection, table):
        return []
    cursor = connection.execute(f"select * from {table} where {condition} order by {order}", list(values))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def show(console: Any, story: Story) -> None:
    """Print the story to a rich console; nothing from data is read as markup."""
    from rich.table import Table
    from rich.text import Text

    lead = story.lead
    title = Text(plain(lead.get("full_name") or lead.get("email") or lead["lead_id"]), style="bold")
    if lead.get("title"):
        title.append(f", {plain(lead['title'])}", style="default")
    console.print(title)
    console.print(Text(f"{plain(lead.get('email'))} · lead {plain(lead['lead_id'])}", style="dim"))
    console.print()
    marks = {
        "stage": ("◆", "bold cyan"),
        "engagement": ("·", "default"),
        "skipped": ("·", "dim"),
        "clock": ("◷", "yellow"),
    }
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for event in story.events:
        mark, style = marks[event.kind]
        if event.counted:
            mark, style = "●", "green"
        body = Text(event.text, style=style)
        for detail in event.details:
            body.append(f"\n{detail}", style="dim")
        table.add_row(Text(f"{event.at:%Y-%m-%d %H:%M}", style="dim"), Text(mark, style=style), body)
    console.print(table)
    console.print(Text("\nWhy it is where it is", style="bold"))
    for line in story.verdict:
        console.print(Text(line))


app = typer.Typer(add_completion=False)


@app.command()
def explain_command(
    lead: Annotated[str, typer.Option(help="Lead id, source record key or e-mail address.")],
    database: Annotated[
        Path | None,
        typer.Option(help="Warehouse file to read. [<CONCORD_WAREHOUSE>/published/concord.duckdb]"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the story as JSON.")] = False,
) -> None:
    """A lead's story in order: what counted, which rule fired, who did what, and why it is in its stage today."""
    if database is None:
        from orchestration.runs import Paths
        from orchestration.settings import Settings

        database = Paths(Path(Settings.load().warehouse)).published
    if not database.exists():
        typer.echo(
            f"Nothing is published yet ({database.name} is missing). Run `concord nightly` first.", err=True
        )
        raise typer.Exit(1)
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            story = tell(connection, lead)
    except NoSuchLead as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem
    if as_json:
        typer.echo(json.dumps(asdict(story), default=str, indent=2))
        return
    from rich.console import Console

    show(Console(), story)
