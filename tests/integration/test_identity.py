"""People and accounts against the brute-force reference, on many random companies in one build."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from orchestration.reference.domains import host_of, host_to_ascii
from tests.generators.crm import AS_OF, RATES, TABLES, World
from tests.generators.odd_crm import OddWorld
from tests.reference import identity as reference

COMPANIES = {World: 400, OddWorld: 200}
MODELS = (
    "path:models/intermediate/identity",
    "path:models/intermediate/accounts",
    "int_opportunities__merged_deals",
    "int_opportunities__unified",
    "int_opportunities__stage_changes",
    "int_opportunities__amount_changes",
    "bridge_lead_records",
    "bridge_lead_ids",
    "bridge_lead_accounts",
    "bridge_account_records",
    "bridge_account_ids",
    "bridge_account_domains",
)
SEEDS = (
    "role_mailboxes",
    "internal_domains",
    "test_record_patterns",
    "domain_class_overrides",
    "legal_suffixes",
)


def fill(warehouse: Any, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Replace a table's rows, in bulk; columns that no row has are null."""
    rows = list(rows)
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("set timezone = 'UTC'")
        schema, name = table.split(".")
        if connection.execute(
            "select 1 from duckdb_views() where schema_name = ? and view_name = ?", [schema, name]
        ).fetchone():
            connection.execute(f"create table {schema}.__copy as select * from {table} limit 0")
            connection.execute(f"drop view {table}")
            connection.execute(f"alter table {schema}.__copy rename to {name}")
        connection.execute(f"delete from {table}")
        if rows:
            columns = sorted({column for row in rows for column in row})
            batch = pa.table({c: [row.get(c) for row in rows] for c in columns})
            connection.register("batch", batch)
            connection.execute(
                f"insert into {table} ({', '.join(columns)}) select {', '.join(columns)} from batch"
            )


def idna_hosts(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The table of hosts beyond ASCII that a night makes of its extracts and definitions."""
    texts = {
        value for row in rows for value in row.values() if isinstance(value, str) and not value.isascii()
    }
    hosts = {host_of(part) for text in texts for part in re.split("[;,]", text)}
    return [{"host": host, "host_ascii": host_to_ascii(host)} for host in sorted(filter(None, hosts))]


def build(warehouse: Any, worlds: Iterable[World], *models: str) -> None:
    worlds = list(worlds)
    for table in TABLES:
        fill(warehouse, f"staging.{table}", (row for world in worlds for row in world.rows[table]))
    fill(
        warehouse, "definitions.lead_account_overrides", (row for world in worlds for row in world.overrides)
    )
    fill(warehouse, "definitions.target_accounts", (row for world in worlds for row in world.targets))
    rows = (
        row
        for world in worlds
        for table in (*world.rows.values(), world.overrides, world.targets)
        for row in table
    )
    fill(warehouse, "reference.idna_hosts", idna_hosts(rows))
    fill(warehouse, "staging.stg_salesforce__dated_conversion_rates", RATES)
    warehouse.run(*(models or MODELS))


@pytest.fixture(scope="module", params=COMPANIES, ids=lambda kind: kind.__name__)
def worlds(request: pytest.FixtureRequest) -> list[World]:
    return [request.param(number, seed=20260701) for number in range(COMPANIES[request.param])]


@pytest.fixture(scope="module")
def built(template: Any, worlds: list[World], tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tests.harness import Warehouse

    warehouse = Warehouse.from_template(
        template, tmp_path_factory.mktemp("identity"), as_of=AS_OF.isoformat()
    )
    build(warehouse, worlds)
    return warehouse


@pytest.fixture(scope="module")
def seeds(built: Any) -> dict[str, list[dict[str, Any]]]:
    return {name: built.rows(f"select * from definitions.{name}") for name in SEEDS}


@pytest.fixture(scope="module")
def listed(built: Any) -> dict[str, str]:
    rows = built.rows(
        "select domain, min(domain_class) as domain_class from reference.listed_domains group by 1"
    )
    return {row["domain"]: row["domain_class"] for row in rows}


@pytest.fixture(scope="module")
def people(worlds: list[World], seeds: Any, listed: Any) -> list[Any]:
    return [reference.resolve_people(world.rows, seeds, listed, AS_OF) for world in worlds]


@pytest.fixture(scope="module")
def companies(worlds: list[World], seeds: Any, listed: Any) -> list[Any]:
    return [reference.resolve_accounts(world.rows, seeds, listed, AS_OF, RATES) for world in worlds]


def assert_same(actual: Mapping[Any, Any], expected: Mapping[Any, Any]) -> None:
    missing, extra = set(expected) - set(actual), set(actual) - set(expected)
    differing = {k: (actual[k], expected[k]) for k in expected if k in actual and actual[k] != expected[k]}
    assert not missing and not extra and not differing, (
        f"{len(missing)} missing {sorted(missing)[:3]}, {len(extra)} extra {sorted(extra)[:3]}, "
        f"{len(differing)} of {len(expected)} differ: {list(differing.items())[:3]}"
    )


def test_every_record_stands_on_the_lead_of_its_connected_component(built: Any, people: Any) -> None:
    columns = ("lead_id", "is_deleted", "merged_into_record_key", "is_excluded", "excluded_reason")
    actual = {
        row["record_key"]: {c: row[c] for c in columns}
        for row in built.rows("select * from core.bridge_lead_records")
    }
    assert_same(actual, {k: v for bridge, _ in people for k, v in bridge.items()})


@pytest.mark.parametrize("kind", ["people", "accounts"])
def test_a_key_that_nobody_extracted_means_whom_it_was_merged_into(
    built: Any, people: Any, companies: Any, kind: str
) -> None:
    actual = {
        row["record_key"]: row["meant"]
        for row in built.rows(
            "select record_key, lead_id as meant, 'people' as kind from intermediate.int_people__unextracted union all "
            "select record_key, account_id, 'accounts' from intermediate.int_accounts__unextracted"
        )
        if row["kind"] == kind
    }
    expected: dict[str, str] = {}
    for _, resolved in people if kind == "people" else companies:
        expected |= reference.all_pointed_at(resolved)
    assert_same(actual, expected)
    assert len(expected) > 50, "too few to prove anything"


def test_a_lead_has_what_survives_of_its_records(built: Any, people: Any) -> None:
    columns = (
        "email", "email_domain", "full_name", "title", "company_name", "is_opted_out", "is_deleted",
        "first_record_key", "created_at",
    )  # fmt: skip
    actual = {
        row["lead_id"]: {c: row[c] for c in columns}
        for row in built.rows("select * from intermediate.int_people__leads")
    }
    assert_same(actual, {k: {c: v[c] for c in columns} for _, leads in people for k, v in leads.items()})


def test_every_id_a_record_could_give_leads_to_its_lead(built: Any, people: Any) -> None:
    actual = {
        row["lead_id"]: row["current_lead_id"] for row in built.rows("select * from core.bridge_lead_ids")
    }
    expected = {
        reference.key(k): v["lead_id"]
        for bridge, _ in people
        for k, v in bridge.items()
        if not v["is_excluded"]
    }
    assert_same(actual, expected)


def test_every_account_record_stands_on_the_account_of_its_component(built: Any, companies: Any) -> None:
    columns = ("account_id", "is_deleted", "merged_into_record_key", "is_excluded")
    actual = {
        row["record_key"]: {c: row[c] for c in columns}
        for row in built.rows("select * from core.bridge_account_records")
    }
    assert_same(actual, {k: v for bridge, _ in companies for k, v in bridge.items()})


def test_accounts_have_what_survives_and_hierarchies_are_cut_at_the_oldest_account_of_a_cycle(
    built: Any, companies: Any
) -> None:
    names = ("primary_domain", "salesforce_account_id", "hubspot_company_id", "created_at", "is_deleted")
    actual = {
        row["account_id"]: (
            row["account_name"],
            row["annual_revenue_usd"],
            row["parent_account_id"],
            row["ultimate_parent_account_id"],
            (row["is_in_cycle"], row["is_cycle_cut"]),
            *(row[name] for name in names),
        )
        for row in built.rows(
            "select a.*, s.is_in_cycle, s.is_cycle_cut from intermediate.int_accounts__accounts as a "
            "inner join intermediate.int_accounts__standings as s on a.account_id = s.account_id where not is_inferred"
        )
    }
    expected = {
        k: (
            v["account_name"],
            v["annual_revenue_usd"],
            v["parent"],
            v["ultimate"],
            v["cycle"],
            *(v[name] for name in names),
        )
        for _, accounts in companies
        for k, v in accounts.items()
    }
    assert_same(actual, expected)


def test_every_domain_is_mapped_to_the_live_accounts_that_have_it(built: Any, companies: Any) -> None:
    actual = {
        (row["domain"], row["account_id"]): row["is_ambiguous"]
        for row in built.rows(
            "select d.* from core.bridge_account_domains as d "
            "semi join intermediate.int_accounts__resolved as a on d.account_id = a.account_id"
        )
    }
    owners = defaultdict(set)
    for _, accounts in companies:
        for account_id, account in accounts.items():
            for domain in account["domains"]:
                owners[domain].add(account_id)
    assert_same(actual, {(d, a): len(all_) > 1 for d, all_ in owners.items() for a in all_})


def test_every_lead_stands_on_the_account_of_the_first_method_that_applies(
    built: Any, worlds: Any, seeds: Any, listed: Any, people: Any, companies: Any
) -> None:
    expected: dict[str, Any] = {}
    for world, persons, firms in zip(worlds, people, companies, strict=True):
        own_seeds = seeds | {"lead_account_overrides": world.overrides, "target_accounts": world.targets}
        expected |= reference.match_leads(world.rows, own_seeds, listed, AS_OF, persons, firms)
    actual = {
        row["lead_id"]: {c: row[c] for c in ("account_id", "match_method", "needs_review")}
        | {"candidates": (row["candidate_account_ids"] or "").replace(",", " ").split()}
        for row in built.rows("select * from core.bridge_lead_accounts")
    }
    assert_same(actual, expected)
    methods = {row["match_method"] for row in actual.values()}
    assert methods == {
        "override", "crm_link", "email_domain", "ambiguous_domain", "inferred", "company_name", "unmatched",
    }  # fmt: skip


def test_every_address_a_record_had_is_known_with_its_time(built: Any, worlds: list[World]) -> None:
    rows = built.rows("select * from intermediate.int_people__addresses")
    actual = {(row["record_key"], row["email"]): (row["valid_from"], row["valid_to"]) for row in rows}
    assert all(row["matching_email"] == reference.matching(row["email"]) for row in rows)
    assert any(row["matching_email"] != row["email"] for row in rows)
    assert_same(actual, {k: v for world in worlds for k, v in reference.addresses(world.rows, AS_OF).items()})


def test_every_account_a_lead_stands_on_exists(built: Any) -> None:
    assert not built.rows(
        "select account_id from core.bridge_lead_accounts where account_id is not null and account_id not in "
        "(select account_id from intermediate.int_accounts__accounts)"
    )
