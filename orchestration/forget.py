"""Forgetting a person: `concord forget --email … | --lead-id …`.

What happens, in this order, under the warehouse's writer lock:

1. The person's records, addresses and lead ids are looked up in the build database.
2. Salted hashes of them go into the register (`<warehouse>/erasures/register.jsonl`, the salt in a file of its own
   beside it). It is the proof that the person was forgotten and holds nothing that says who it was; and it makes a
   re-load of the same extracts drop the person again (`apply_register`, called before every build).
3. Every version of the person's rows leaves the raw tables, with what hangs on them.
4. Derived tables, in the build database and in every release: rows that describe the person go; facts and reports
   keep their rows without the person, so that every count and sum stays what it was. Any other cell that holds one
   of the person's addresses is emptied.
5. The files are written anew: a deleted row would otherwise stay readable in a free block.

The landing zone belongs to the sources: a file there still holds the person until its owner removes it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish.release import current_release, releases, swap_in
from orchestration.runs import Paths
from orchestration.storage import compact, open_build
from orchestration.transform import basis


class NobodyFound(LookupError):
    """No person in the build database answers to the reference. The message does not repeat it."""


@dataclass(frozen=True)
class Rule:
    """Where a raw table names a person: a column, and the kind of name it holds."""

    table: str
    column: str
    kind: str  # salesforce, hubspot, marketo, pardot or email
    created: str | None = None  # column that says when the row came to be
    is_row_kept: bool = False  # the row is another subject's: only the reference goes


# A person's own records come back under a new id if the person does: an address hash only drops what is older.
RULES = (
    Rule("raw_salesforce.lead", "id", "salesforce"),
    Rule("raw_salesforce.lead", "email", "email", "created_date"),
    Rule("raw_salesforce.contact", "id", "salesforce"),
    Rule("raw_salesforce.contact", "email", "email", "created_date"),
    Rule("raw_salesforce.lead_history", "lead_id", "salesforce"),
    Rule("raw_salesforce.contact_history", "contact_id", "salesforce"),
    Rule("raw_salesforce.campaign_member", "lead_id", "salesforce"),
    Rule("raw_salesforce.campaign_member", "contact_id", "salesforce"),
    Rule("raw_salesforce.opportunity_contact_role", "contact_id", "salesforce"),
    Rule("raw_salesforce.opportunity", "contact_id", "salesforce", is_row_kept=True),
    Rule("raw_salesforce.task", "who_id", "salesforce"),
    Rule("raw_salesforce.event", "who_id", "salesforce"),
    Rule("raw_hubspot.contact", "id", "hubspot"),
    Rule("raw_hubspot.contact", "property_email", "email", "property_createdate"),
    Rule("raw_hubspot.contact_property_history", "contact_id", "hubspot"),
    Rule("raw_hubspot.contact_merge_audit", "canonical_vid", "hubspot"),
    Rule("raw_hubspot.contact_merge_audit", "vid_to_merge", "hubspot"),
    Rule("raw_hubspot.contact_company", "contact_id", "hubspot"),
    Rule("raw_hubspot.deal_contact", "contact_id", "hubspot"),
    Rule("raw_hubspot.contact_form_submission", "contact_id", "hubspot"),
    Rule("raw_hubspot.event_page_view", "contact_id", "hubspot"),
    Rule("raw_hubspot.engagement_contact", "contact_id", "hubspot"),
    Rule("raw_hubspot.email_event", "recipient", "email", "created"),
    Rule("raw_pardot.prospect", "id", "pardot"),
    Rule("raw_pardot.prospect", "email", "email", "created_at"),
    Rule("raw_pardot.visitor", "prospect_id", "pardot"),
    Rule("raw_pardot.visitor_activity", "prospect_id", "pardot"),
    Rule("raw_pardot.list_membership", "prospect_id", "pardot"),
    Rule("raw_pardot.opportunity_prospect", "prospect_id", "pardot"),
    Rule("raw_marketo.lead", "id", "marketo"),
    Rule("raw_marketo.lead", "email", "email", "created_at"),
)
# Every Marketo activity hangs on lead_id; every file of our own on an address.
RULES_BY_COLUMN = (("raw_marketo", "lead_id", "marketo"), ("raw_files", "email", "email"))
# What hangs on a row that goes: parent, its key, the children's key, pattern of the children.
CHILDREN = (
    ("raw_hubspot.email_event", "id", "id", r"email_event_.*"),
    ("raw_hubspot.engagement_contact", "engagement_id", "engagement_id", r"engagement_.*"),
    ("raw_hubspot.engagement_contact", "engagement_id", "id", r"engagement"),
)
RECORD_PREFIXES = {
    "salesforce:lead:": "salesforce",
    "salesforce:contact:": "salesforce",
    "hubspot:contact:": "hubspot",
    "marketo:lead:": "marketo",
    "pardot:prospect:": "pardot",
}
# Columns of derived tables that hold a source's own id of a person.
STAGED_IDS = {
    "salesforce_lead_id": "salesforce",
    "salesforce_contact_id": "salesforce",
    "who_id": "salesforce",
    "hubspot_contact_id": "hubspot",
    "marketo_lead_id": "marketo",
    "pardot_prospect_id": "pardot",
}
PERSONAL_COLUMNS = re.compile(
    r"(^|_)(email|first_name|last_name|full_name|title|phone|evidence|record_key|lead_name|summary|message|packet)$"
)
# Facts and reports are counted and summed: their rows stay, without the person.
COUNTED = re.compile(r"^(fct|rpt)_")


@dataclass(frozen=True)
class Person:
    """Everything one person is known by."""

    lead_ids: frozenset[str]
    record_keys: frozenset[str]
    emails: frozenset[str]
    shared_emails: frozenset[str]  # role mailboxes: erased with the records, but not suppressed

    def tokens(self) -> set[str]:
        """Names to suppress on a re-load."""
        found = {f"email:{_matching(email)}" for email in self.emails - self.shared_emails}
        for record_key in self.record_keys:
            for prefix, kind in RECORD_PREFIXES.items():
                if record_key.startswith(prefix):
                    found.add(f"{kind}:{record_key.removeprefix(prefix)}")
        return found


@dataclass
class Erasure:
    """What forgetting a person did; holds nothing personal."""

    erasure_id: str
    forgotten_at: str
    hashes: list[str]
    rows_removed: dict[str, int] = field(default_factory=dict)
    rows_cleared: dict[str, int] = field(default_factory=dict)
    releases_rewritten: list[str] = field(default_factory=list)


def forget(
    paths: Paths, *, email: str | None = None, lead_id: str | None = None, now: datetime | None = None
) -> Erasure:
    """Forget a person everywhere in the warehouse; the caller holds the writer lock.

    Raises:
        ValueError: neither or both references were given.
        NobodyFound: nobody answers to the reference; nothing was changed.
    """
    if (email is None) == (lead_id is None):
        raise ValueError("Name the person by --email or by --lead-id, one of the two.")
    moment = (now or datetime.now(UTC).replace(tzinfo=None)).isoformat(timespec="microseconds")
    with open_build(paths.build) as connection:
        connection.execute("set timezone = 'UTC'")
        person = find_person(connection, email, lead_id)
        salt = _salt(paths)
        erasure = Erasure(
            erasure_id=secrets.token_hex(8),
            forgotten_at=moment,
            hashes=sorted(_hash(salt, token) for token in person.tokens()),
        )
        # The next build works everything out anew: what is left of the person's account must not rest on stored rows.
        basis.forget(paths)
        # First the register: whatever happens from here on, no build brings the person back.
        _append(_register(paths), erasure)
        removed = apply_register(connection, paths)
        removed += _drop_derived_rows(connection, person)
        cleared = _clear_facts(connection, person) + _clear_addresses(connection, person)
    compact(paths.build, is_compressed=False)
    erasure.rows_removed, erasure.rows_cleared = dict(sorted(removed.items())), dict(sorted(cleared.items()))
    for release in releases(paths):
        if _erase_from_release(paths, release, person):
            erasure.releases_rewritten.append(release.stem)
    _append(_register(paths), erasure)
    return erasure


def find_person(
    connection: duckdb.DuckDBPyConnection, email: str | None = None, lead_id: str | None = None
) -> Person:
    """Every record, address and id of the person who answers to an address or to a lead id, retired ones included."""
    if not _has(connection, "core", "bridge_lead_records"):
        raise NobodyFound("The build database holds no people yet: run `concord nightly` first.")
    if email is not None:
        found = _column(
            connection,
            "select distinct b.lead_id from core.bridge_lead_records as b "
            "inner join intermediate.int_people__addresses as a on a.record_key = b.record_key "
            "where a.email = ? or regexp_replace(a.email, '[+][^@]*@', '@') = ?",
            [email.strip().lower(), _matching(email.strip().lower())],
        )
    else:
        found = _column(
            connection,
            "select distinct current_lead_id from core.bridge_lead_ids where lead_id = ? "
            "union select lead_id from core.bridge_lead_records where lead_id = ?",
            [lead_id, lead_id],
        )
    if not found:
        raise NobodyFound(
            "Nobody in the build database answers to that reference: check it against core.dim_leads, or run "
            "`concord nightly` first if the person was loaded since."
        )
    record_keys = _column(
        connection,
        "select record_key from core.bridge_lead_records where list_contains(?, lead_id)",
        [sorted(found)],
    )
    # Records that were merged away before anybody extracted them: what the person did hangs on those too.
    if _has(connection, "intermediate", "int_people__unextracted"):
        record_keys |= _column(
            connection,
            "select record_key from intermediate.int_people__unextracted where list_contains(?, lead_id)",
            [sorted(found)],
        )
    emails = _column(
        connection,
        "select email from intermediate.int_people__addresses where list_contains(?, record_key) "
        "union select lower(trim(raw_email)) from intermediate.int_people__records where list_contains(?, record_key)",
        [sorted(record_keys), sorted(record_keys)],
    )
    roles = _column(connection, "select lower(trim(local_part)) from definitions.role_mailboxes", [])
    return Person(
        lead_ids=frozenset(found | {hashlib.md5(k.encode()).hexdigest() for k in record_keys}),
        record_keys=frozenset(record_keys),
        emails=frozenset(emails),
        shared_emails=frozenset(e for e in emails if _matching(e).split("@")[0] in roles),
    )


def apply_register(connection: duckdb.DuckDBPyConnection, paths: Paths) -> Counter[str]:
    """Remove from the raw tables whatever the register names; returns the rows removed per table.

    Runs before every build. Without a register it costs nothing; with one, a look at the distinct ids.
    """
    entries = _read(_register(paths))
    removed: Counter[str] = Counter()
    if not entries:
        return removed
    salt = _salt(paths)
    connection.execute("create or replace temp table forgotten_hashes (hash varchar, forgotten_at timestamp)")
    connection.executemany(
        "insert into forgotten_hashes values (?, cast(? as timestamp))",
        [[value, entry.forgotten_at] for entry in entries for value in entry.hashes],
    )
    columns = _columns(connection)
    for rule in [*_child_first(RULES), *_rules_by_column(columns)]:
        if rule.column not in columns.get(rule.table, {}):
            continue
        connection.execute(
            f"create or replace temp table forgotten_values as "
            f"select v.value, max(h.forgotten_at) as forgotten_at "
            f'from (select distinct "{rule.column}" as value from {rule.table} where "{rule.column}" is not null) as v '
            f"inner join forgotten_hashes as h on h.hash = sha256(? || {_token_sql(rule.kind)}) group by v.value",
            [salt],
        )
        if not _count(connection, "select count(*) from forgotten_values"):
            continue
        created = rule.created if rule.created in columns[rule.table] else None
        age = f"(t.{created} is null or t.{created} <= f.forgotten_at)" if created else "true"
        matched = f'exists (select 1 from forgotten_values as f where f.value = t."{rule.column}" and {age})'
        _start_over_for_old_rows(connection, paths, rule.table, matched)
        if rule.is_row_kept:
            connection.execute(f'update {rule.table} as t set "{rule.column}" = null where {matched}')
            continue
        for parent, parent_key, child_key, pattern in CHILDREN:
            if parent == rule.table and parent_key in columns[rule.table]:
                removed += _delete_children(
                    connection, paths, columns, parent, parent_key, child_key, pattern, matched
                )
        count = _count(connection, f"select count(*) from {rule.table} as t where {matched}")
        connection.execute(f"delete from {rule.table} as t where {matched}")
        if count:
            removed[rule.table] += count
    return removed


# -- derived tables ----------------------------------------------------------------------------------------------


def _erase_from_release(paths: Paths, release: Path, person: Person) -> bool:
    """Rewrite one release without the person; True when it held something."""
    is_current = current_release(paths) == release
    working = release.with_name(release.name + ".writing")
    for leftover in (working, working.with_name(working.name + ".wal")):
        leftover.unlink(missing_ok=True)
    # The file and not its mode: a release is read-only.
    shutil.copyfile(release, working)
    with duckdb.connect(str(working)) as connection:
        changed = _drop_derived_rows(connection, person)
        changed += _clear_facts(connection, person) + _clear_addresses(connection, person)
    if not changed:
        working.unlink()
        return False
    compact(working)
    working.chmod(0o444)
    os.replace(working, release)
    if is_current:
        swap_in(paths, release)
    return True


def _matches(columns: Iterable[str], person: Person) -> list[tuple[str, list[str]]]:
    """SQL conditions that say a row is the person's, with their parameters."""
    ids: dict[str, list[str]] = {}
    for token in person.tokens():
        kind, value = token.split(":", 1)
        ids.setdefault(kind, []).append(value)
    conditions: list[tuple[str, list[str]]] = []
    for column in columns:
        if column.endswith("lead_id") and column not in STAGED_IDS:
            conditions.append((f'list_contains(?, "{column}")', sorted(person.lead_ids)))
        elif column.endswith("record_key"):
            conditions.append((f'list_contains(?, "{column}")', sorted(person.record_keys)))
        elif column in STAGED_IDS and STAGED_IDS[column] in ids:
            conditions.append(
                (f'list_contains(?, cast("{column}" as varchar))', sorted(ids[STAGED_IDS[column]]))
            )
        elif column.endswith("email") or column == "recipient":
            own = sorted(person.emails - person.shared_emails)
            conditions.append((f'list_contains(?, lower(trim("{column}")))', own))
    return conditions


def _derived(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Tables that are made from others, with their text columns."""
    return {
        table: {name: kind for name, kind in columns.items() if kind == "VARCHAR"}
        for table, columns in _columns(connection).items()
        if not table.startswith(("raw_", "definitions.", "reference.", "publication."))
    }


def _drop_derived_rows(connection: duckdb.DuckDBPyConnection, person: Person) -> Counter[str]:
    """Rows that describe the person: staging, intermediate, dimensions, bridges, queues."""
    removed: Counter[str] = Counter()
    for table, columns in _derived(connection).items():
        conditions = _matches(columns, person)
        if COUNTED.match(table.split(".")[1]) or not conditions:
            continue
        condition = " or ".join(sql for sql, _ in conditions)
        values = [value for _, value in conditions]
        count = _count(connection, f"select count(*) from {table} where {condition}", values)
        if not count:
            continue
        connection.execute(f"delete from {table} where {condition}", values)
        removed[table] += count
    return removed


def _clear_facts(connection: duckdb.DuckDBPyConnection, person: Person) -> Counter[str]:
    """Facts and reports: the row stays and counts, the person goes."""
    cleared: Counter[str] = Counter()
    for table, columns in _derived(connection).items():
        conditions = _matches(columns, person)
        if not COUNTED.match(table.split(".")[1]) or not conditions:
            continue
        condition = " or ".join(sql for sql, _ in conditions)
        values = [value for _, value in conditions]
        count = _count(connection, f"select count(*) from {table} where {condition}", values)
        if count:
            empty = [c for c in columns if PERSONAL_COLUMNS.search(c) or c.endswith("lead_id")]
            connection.execute(
                f"update {table} set {', '.join(_quote(c) + ' = null' for c in empty)} where {condition}",
                values,
            )
            cleared[table] += count
    return cleared


def _clear_addresses(connection: duckdb.DuckDBPyConnection, person: Person) -> Counter[str]:
    """Any cell of any table that still holds one of the person's addresses."""
    cleared: Counter[str] = Counter()
    own = sorted(person.emails - person.shared_emails)
    if not own:
        return cleared
    for table, columns in _columns(connection).items():
        texts = [name for name, kind in columns.items() if kind == "VARCHAR"]
        if not texts or table.startswith("reference."):
            continue
        holds = " or ".join("contains(lower({column}), ?)" for _ in own)
        condition = " or ".join(f"({holds.format(column=chr(34) + c + chr(34))})" for c in texts)
        count = _count(connection, f"select count(*) from {table} where {condition}", own * len(texts))
        if count:
            cleared[table] += count
            for column in texts:
                quoted = f'"{column}"'
                connection.execute(
                    f"update {table} set {quoted} = null where {holds.format(column=quoted)}", own
                )
    return cleared


# -- small things ------------------------------------------------------------------------------------------------


def _child_first(rules: Iterable[Rule]) -> list[Rule]:
    """Rules on what hangs on a person before the person's own records."""
    return sorted(rules, key=lambda rule: rule.column in ("id", "email", "property_email"))


def _rules_by_column(columns: dict[str, dict[str, str]]) -> list[Rule]:
    return [
        Rule(table, column, kind)
        for schema, column, kind in RULES_BY_COLUMN
        for table, names in columns.items()
        if table.startswith(f"{schema}.") and column in names
    ]


def _start_over_for_old_rows(
    connection: duckdb.DuckDBPyConnection, paths: Paths, table: str, condition: str
) -> None:
    """Let the next build start from scratch if rows go that an earlier load brought: staging may rest on them."""
    newest = f"(select max(_loaded_at) from {table})"
    if "_loaded_at" in _columns(connection).get(table, {}) and _count(
        connection, f"select count(*) from {table} as t where ({condition}) and t._loaded_at < {newest}"
    ):
        basis.forget(paths)


def _delete_children(
    connection: duckdb.DuckDBPyConnection,
    paths: Paths,
    columns: dict[str, dict[str, str]],
    parent: str,
    parent_key: str,
    child_key: str,
    pattern: str,
    matched: str,
) -> Counter[str]:
    """Rows that hang only on rows that go."""
    removed: Counter[str] = Counter()
    schema = parent.split(".")[0]
    connection.execute(
        f'create or replace temp table forgotten_parents as select cast("{parent_key}" as varchar) as value '
        f'from {parent} as t where "{parent_key}" is not null group by "{parent_key}" having bool_and({matched})'
    )
    for table, names in columns.items():
        name = table.split(".")[1]
        if not table.startswith(f"{schema}.") or table == parent or child_key not in names:
            continue
        if not re.fullmatch(pattern, name) or name == "email_event":
            continue
        condition = f'cast("{child_key}" as varchar) in (select value from forgotten_parents)'
        count = _count(connection, f"select count(*) from {table} where {condition}")
        if count:
            _start_over_for_old_rows(connection, paths, table, condition)
            connection.execute(f"delete from {table} where {condition}")
            removed[table] += count
    return removed


def _token_sql(kind: str) -> str:
    """The token of a raw value, as `Person.tokens` writes it."""
    value = "trim(cast(v.value as varchar))"
    if kind == "salesforce":
        value = f"substr({value}, 1, 15)"
    elif kind == "email":
        value = f"regexp_replace(lower({value}), '[+][^@]*@', '@')"
    return f"'{kind}:' || {value}"


def _quote(name: str) -> str:
    return f'"{name}"'


def _matching(email: str) -> str:
    return re.sub(r"[+][^@]*@", "@", email)


def _hash(salt: str, token: str) -> str:
    return hashlib.sha256((salt + token).encode()).hexdigest()


def _salt(paths: Paths) -> str:
    """The register's salt; made once, readable by the owner only."""
    path = _register(paths).with_name("salt")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()


def _register(paths: Paths) -> Path:
    return paths.root / "erasures" / "register.jsonl"


def _append(path: Path, erasure: Erasure) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(erasure.__dict__, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> list[Erasure]:
    """The register's entries, the last line of each erasure."""
    if not path.exists():
        return []
    entries: dict[str, Erasure] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            entry = Erasure(**json.loads(line))
            entries[entry.erasure_id] = entry
    return list(entries.values())


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Tables (`schema.table`) of the connected database, with their columns and types."""
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(
        "select c.schema_name, c.table_name, c.column_name, c.data_type from duckdb_columns() as c "
        "inner join duckdb_tables() as t using (database_oid, schema_oid, table_oid) "
        "where t.database_name = current_database() and not t.temporary order by all"
    ).fetchall():
        found.setdefault(f"{schema}.{table}", {})[column] = kind
    return found


def _has(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    return f"{schema}.{table}" in _columns(connection)


def _column(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any]) -> set[str]:
    return {row[0] for row in connection.execute(sql, parameters).fetchall() if row[0]}


def _count(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any] | None = None) -> int:
    row = connection.execute(sql, parameters or []).fetchone()
    assert row is not None
    return int(row[0])
