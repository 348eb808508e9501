"""Chains, cycles, domains, names and what moves when the sources change their mind."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from publicsuffixlist import PublicSuffixList

from orchestration.reference import write_reference
from tests.generators.crm import AS_OF, TABLES
from tests.harness import PROJECT, Warehouse
from tests.integration.test_identity import MODELS, fill
from tests.reference import identity as reference

START = datetime(2024, 1, 1)
PEOPLE = (
    "int_records__inputs",
    "int_records__news",
    "int_domains__hosts",
    "int_people__links",
    "int_people__address_changes",
    "int_people__changed",
    "int_people__records",
    "int_people__nodes",
    "int_people__affected",
    "int_people__components",
    "bridge_lead_records",
)

WEBSITES = [
    ("https://www.Bücher.de/", "xn--bcher-kva.de"),
    ("http://例え.jp", "xn--r8jz45g.jp"),
    ("192.168.0.1", None),
    ("http://[::1]/", None),
    ("localhost:8080", None),
    ("co.uk", None),
    ("acme.com.", "acme.com"),
    ("//acme.co.uk/x", "acme.co.uk"),
    ("acme .com", None),
    ("\u2003acme.com\u3000", "acme.com"),
    ("ftp:/\\acme.com", "acme.com"),
    ("ann@acme.com", "acme.com"),
    ("", None),
]


@pytest.fixture(scope="module")
def crm(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Warehouse]:
    """Builds people and accounts from rows of the staging tables; tables that are not given are empty."""
    warehouse = Warehouse.from_template(template, tmp_path_factory.mktemp("rules"), as_of=AS_OF.isoformat())

    def build(*models: str, overrides: list[dict[str, Any]] | None = None, **tables: Any) -> Warehouse:
        for table in TABLES:
            fill(warehouse, f"staging.{table}", tables.get(table, ()))
        fill(warehouse, "definitions.lead_account_overrides", overrides or ())
        warehouse.run(*(models or MODELS))
        return warehouse

    return build


def lead(number: int, **columns: Any) -> dict[str, Any]:
    return {
        "salesforce_lead_id": f"00Q{number:012d}",
        "created_at": START + timedelta(minutes=number),
        "is_deleted": False,
        "loaded_at": AS_OF,
    } | columns


def leads_of(warehouse: Warehouse) -> dict[str, str]:
    rows = warehouse.rows("select record_key, lead_id from core.bridge_lead_records")
    return {row["record_key"]: row["lead_id"] for row in rows}


def test_chains_of_a_thousand_merges_and_cycles_converge(crm: Callable[..., Warehouse]) -> None:
    rows = []
    shuffled = list(range(4000, 5000))
    random.Random(1).shuffle(shuffled)
    orders = {
        "forwards": list(range(1000)),
        "backwards": list(range(1999, 999, -1)),
        "cycle": [*range(2000, 3000), 2000],
        "alternating": [n for i in range(500) for n in (3000 + i, 3999 - i)],
        "shuffled": shuffled,
    }
    for order in orders.values():
        for loser, survivor in itertools.pairwise(order):
            rows.append(lead(loser, merged_into_salesforce_lead_id=f"00Q{survivor:012d}", is_deleted=True))
    rows += [lead(order[-1]) for name, order in orders.items() if name != "cycle"]
    rows.append(lead(9999))
    actual = leads_of(crm(*PEOPLE, stg_salesforce__leads=rows))
    assert len(actual) == 5001
    for order in orders.values():
        first = reference.key(f"salesforce:lead:00Q{min(order):012d}")
        assert {actual[f"salesforce:lead:00Q{n:012d}"] for n in order} == {first}
    assert len(set(actual.values())) == 6


def test_two_records_that_point_to_a_record_nobody_extracted_are_one_person(
    crm: Callable[..., Warehouse],
) -> None:
    gone = {"merged_into_salesforce_lead_id": "00Q000000009999"}
    actual = leads_of(crm(*PEOPLE, stg_salesforce__leads=[lead(1, **gone), lead(2, **gone), lead(3)]))
    assert actual["salesforce:lead:00Q000000000001"] == actual["salesforce:lead:00Q000000000002"]
    assert len(actual) == 3 and len(set(actual.values())) == 2


def test_a_role_mailbox_joins_nobody_and_a_tag_does_not_part_anybody(crm: Callable[..., Warehouse]) -> None:
    emails = ["info@acme.com", "Info+x@acme.com", "ann@acme.com", "ANN+news@acme.com ", "ann @acme.com"]
    rows = [lead(n, email=email) for n, email in enumerate(emails)]
    actual = leads_of(crm(*PEOPLE, stg_salesforce__leads=rows))
    groups = [actual[f"salesforce:lead:00Q{n:012d}"] for n in range(5)]
    assert groups[2] == groups[3]
    assert len(set(groups)) == 4


def test_white_space_of_any_kind_goes_from_around_an_address_and_spoils_one_that_it_stands_in(
    crm: Callable[..., Warehouse],
) -> None:
    """All that Unicode calls white space, and what of no width travels with copied text."""
    spaces = [chr(n) for n in range(0x10000) if chr(n).isspace()] + list("\u180e\u200b\u2060\ufeff")
    assert len(spaces) > 30
    texts = ["ann@acme.com"]
    for space in spaces:
        texts += [f"{space}Ann@acme.com {space}", f"{space}ann{space}@acme.com", f"ann@ac{space}me.com"]
    rows = [lead(n, email=text) for n, text in enumerate(texts)]
    warehouse = crm(*PEOPLE, stg_salesforce__leads=rows)
    emails = {
        texts[int(row["source_id"][3:])]: row["email"]
        for row in warehouse.rows("select source_id, email from intermediate.int_people__records")
    }
    surrounded = {0, *range(1, len(texts), 3)}
    assert emails == {text: "ann@acme.com" if n in surrounded else None for n, text in enumerate(texts)}
    leads = leads_of(warehouse)
    assert len({leads[f"salesforce:lead:00Q{n:012d}"] for n in surrounded}) == 1
    assert len(set(leads.values())) == 1 + 2 * len(spaces)


def account(number: int, domain: str, **columns: Any) -> dict[str, Any]:
    return {
        "salesforce_account_id": f"001{number:012d}", "account_name": domain, "website": domain,
        "created_at": START + timedelta(days=number), "is_deleted": False, "loaded_at": AS_OF,
    } | columns  # fmt: skip


def lead_key(number: int) -> str:
    return reference.key(f"salesforce:lead:00Q{number:012d}")


def account_key(number: int) -> str:
    return reference.key(f"salesforce:account:001{number:012d}")


def test_history_moves_with_what_changed_and_back_again(crm: Callable[..., Warehouse]) -> None:
    before = {
        "stg_salesforce__leads": [
            lead(1, email="ann@one.com"), lead(2, email="ann@other.com"),  # will be merged
            lead(3, email="bob@one.com"), lead(4, email="bob@two.com"),  # will get one address
            lead(5, email="cy@one.com"),  # will be deleted
            lead(6, email="dee@one.com"), lead(7, email="eve@one.com"), lead(8, email="fay@one.com"),  # overridden
            lead(9, email="gil@three.com"),  # the account will be merged away
        ],
        "stg_salesforce__contacts": [{
            "salesforce_contact_id": "003000000000001", "email": "hal@gmail.com", "created_at": START,
            "salesforce_account_id": "001000000000003", "is_deleted": False, "loaded_at": AS_OF,
        }],
        "stg_salesforce__accounts": [account(1, "one.com"), account(2, "two.com"), account(3, "three.com")],
    }  # fmt: skip
    leads, accounts = before["stg_salesforce__leads"], before["stg_salesforce__accounts"]
    merged_lead = leads[1] | {"merged_into_salesforce_lead_id": "00Q000000000001", "is_deleted": True}
    after = before | {
        "stg_salesforce__leads": [
            leads[0], merged_lead, leads[2], leads[3] | {"email": "Bob+x@one.com"}, leads[4] | {"is_deleted": True},
            *leads[5:],
        ],
        "stg_salesforce__accounts": [
            accounts[0],
            accounts[1] | {"parent_salesforce_account_id": "001000000000001"},
            accounts[2] | {"merged_into_salesforce_account_id": "001000000000002", "is_deleted": True},
        ],
        "overrides": [
            {"lead_ref": "salesforce:lead:00Q000000000006AAA", "account_ref": "https://www.two.com/"},
            {"lead_ref": "DEE+x@one.com", "account_ref": "nobody.example"},
            {"lead_ref": "EVE@one.com", "account_ref": "salesforce:account:001000000000002AAA"},
            {"lead_ref": lead_key(8), "account_ref": account_key(3)},
            {"lead_ref": lead_key(9), "account_ref": "one.com", "decided_on": datetime(2026, 7, 2).date()},
        ],
    }  # fmt: skip

    def state(
        tables: dict[str, Any],
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]:
        warehouse = crm(**tables)
        return (
            leads_of(warehouse),
            {
                r["lead_id"]: r["is_deleted"]
                for r in warehouse.rows("select * from intermediate.int_people__leads")
            },
            {
                r["lead_id"]: (r["account_id"], r["match_method"])
                for r in warehouse.rows("select * from core.bridge_lead_accounts")
            },
            {
                r["lead_id"]: r["current_lead_id"]
                for r in warehouse.rows("select lead_id, current_lead_id from core.bridge_lead_ids")
            },
        )

    first = state(before)
    assert len(set(first[0].values())) == 10
    one, two, three = account_key(1), account_key(2), account_key(3)
    hal = reference.key("salesforce:contact:003000000000001")
    assert first[2][hal] == (three, "crm_link") and first[2][lead_key(9)] == (three, "email_domain")

    records, deleted, placed, current = state(after)
    assert current[lead_key(2)] == lead_key(1) and current[lead_key(4)] == lead_key(3), "saved links live on"
    assert len(set(records.values())) == 8
    assert [k for k, is_deleted in deleted.items() if is_deleted] == [lead_key(5)]
    assert placed[lead_key(6)] == (two, "override")
    assert placed[lead_key(7)] == (two, "override")
    assert placed[lead_key(8)] == (two, "override"), "a retired account id means its survivor"
    assert placed[hal] == (two, "crm_link"), "a link to the loser leads to the survivor"
    assert placed[lead_key(9)] == (two, "email_domain"), "who stood on the loser moves to the survivor"
    assert one != two

    assert state(before) == first, "unmerged, restored, withdrawn: as if it had never been"


def test_hierarchies_of_any_depth_end_at_their_top_and_a_cycle_at_its_oldest(
    crm: Callable[..., Warehouse],
) -> None:
    shuffled = list(range(200, 300))
    random.Random(2).shuffle(shuffled)
    ring = list(range(401, 450))
    orders = [list(range(100)), list(range(199, 99, -1)), shuffled]
    pairs = [pair for order in orders for pair in itertools.pairwise(order)]
    pairs += [*itertools.pairwise([*ring, ring[0]]), *itertools.pairwise([*range(300, 340), ring[7]])]
    parents = {child: f"001{parent:012d}" for child, parent in pairs}
    rows = [
        account(n, f"company{n}.com", parent_salesforce_account_id=parents.get(n))
        for n in {*itertools.chain(*orders), *range(300, 340), *ring}
    ]
    warehouse = crm(stg_salesforce__accounts=rows)
    tops = {
        r["account_id"]: r["ultimate_parent_account_id"]
        for r in warehouse.rows("select * from intermediate.int_accounts__standings")
    }
    for order in orders:
        assert {tops[account_key(n)] for n in order} == {account_key(order[-1])}
    assert {tops[account_key(n)] for n in [*range(300, 340), *ring]} == {account_key(ring[0])}


def test_a_target_list_needs_both_agreements_and_starts_with_the_local_day(
    crm: Callable[..., Warehouse],
) -> None:
    agreed = {
        "account_ref": "acme.com", "target_tier": 1, "added_on": datetime(2026, 3, 1).date(),
        "sales_agreed_by": "a", "marketing_agreed_by": "b",
    }  # fmt: skip
    unsigned = agreed | {
        "target_tier": 2,
        "added_on": datetime(2026, 1, 1).date(),
        "marketing_agreed_by": " ",
    }
    warehouse = crm("int_domains__hosts")
    fill(warehouse, "definitions.target_accounts", [agreed, unsigned])
    warehouse = crm(stg_salesforce__accounts=[account(1, "acme.com")])
    rows = warehouse.rows("select target_tier, valid_from, valid_to from intermediate.int_accounts__targets")
    fill(warehouse, "definitions.target_accounts", ())
    assert rows == [{"target_tier": 1, "valid_from": datetime(2026, 3, 1, 5), "valid_to": None}]


def hosts_to_try() -> list[str]:
    """Hosts around every rule of the list, and what people type."""
    psl = PublicSuffixList()
    rules = sorted(psl._publicsuffix)
    chosen = random.Random(3).sample(rules, 1500)
    hosts = ["a.b.c.d.e.f.g.h.example.com", "x.compute.amazonaws.com", "city.kawasaki.jp", "a.city.kawasaki.jp",
             "foo.kawasaki.jp", "b.foo.kawasaki.jp", "ck", "www.ck", "a.www.ck", "foo.ck", "a.foo.ck"]  # fmt: skip
    for rule in chosen:
        suffix = rule.lstrip("!").removeprefix("*.").strip(".")
        hosts += [suffix, f"a{suffix}", f"a.{suffix}", f"b.a.{suffix}", f"c.b.a.{suffix}"]
    return sorted({h for h in hosts if h.isascii()})


def test_registrable_domains_agree_with_the_public_suffix_list(crm: Callable[..., Warehouse]) -> None:
    psl = PublicSuffixList()
    hosts = hosts_to_try()
    rows = [
        {"salesforce_account_id": f"001{i:012d}", "website": f"HTTPS://user@{h}:81/p?q#f"}
        for i, h in enumerate(hosts)
    ]
    warehouse = crm("int_domains__hosts", stg_salesforce__accounts=rows)
    actual = {
        r["host"]: r["domain"]
        for r in warehouse.rows("select host, domain from intermediate.int_domains__hosts")
    }
    expected = {host: psl.privatesuffix(host) for host in hosts}
    wrong = {h: (actual.get(h), e) for h, e in expected.items() if actual.get(h) != e}
    assert not wrong, f"{len(wrong)} of {len(expected)}: {list(wrong.items())[:5]}"


@pytest.mark.parametrize(("website", "domain"), WEBSITES)
def test_a_website_stands_on_its_domain(
    crm_domains: dict[str, str | None], website: str, domain: str | None
) -> None:
    assert crm_domains[website] == domain


@pytest.fixture(scope="module")
def crm_domains(crm: Callable[..., Warehouse]) -> dict[str, str | None]:
    texts = [website for website, _ in WEBSITES]
    rows = [
        {"salesforce_account_id": f"001{i:012d}", "website": t, "created_at": START, "is_deleted": False}
        for i, t in enumerate(texts)
    ]
    warehouse = crm("int_domains__hosts", stg_salesforce__accounts=rows)
    # what a load would have left, for write_reference to find the hosts that are not ASCII
    warehouse.execute("create schema if not exists raw_salesforce")
    warehouse.execute(
        "create or replace table raw_salesforce.account as select website from staging.stg_salesforce__accounts"
    )
    write_reference(warehouse.database, warehouse.as_of, PROJECT / "seeds" / "definitions")
    warehouse.run(
        "int_domains__hosts", "int_accounts__links", "int_accounts__changed", "int_accounts__records"
    )
    warehouse.execute("drop schema raw_salesforce cascade")
    return {
        texts[int(r["source_id"][3:])]: r["domain"]
        for r in warehouse.rows("select source_id, domain from intermediate.int_accounts__records")
    }


def test_a_free_mail_list_that_names_a_company_is_overridden(crm: Callable[..., Warehouse]) -> None:
    names = {
        "gmail.com": "free_mail", "bt.com": "corporate", "olivegarden.com": "corporate",
        "acme-gmail.com": "corporate", "linkedin.com": "shared_platform", "concord-demo.example": "internal",
        "mailinator.com": "disposable",
    }  # fmt: skip
    rows = [{"salesforce_account_id": f"001{i:012d}", "website": h} for i, h in enumerate(names)]
    warehouse = crm("int_domains__hosts", stg_salesforce__accounts=rows)
    actual = {
        r["host"]: r["domain_class"] for r in warehouse.rows("select * from intermediate.int_domains__hosts")
    }
    assert {h: actual[h] for h in names} == names


def test_countries_are_read_in_many_spellings(tmp_path: Path) -> None:
    from orchestration.reference.countries import country_spellings

    spellings = country_spellings()
    for text, code in {
        "usa": "US", "u.s.": "US", "united states": "US", "germany": "DE", "deutschland": "DE", "de": "DE",
        "deu": "DE", "uk": "GB", "england": "GB", "south korea": "KR", "czech republic": "CZ", "curacao": "CW",
    }.items():  # fmt: skip
        assert spellings[text] == code
    assert all(s == s.lower() and len(c) == 2 for s, c in spellings.items())


def test_the_id_of_an_inferred_account_never_dies(crm: Callable[..., Warehouse]) -> None:
    """It leads to the account that the domain's leads go to, and else to that of the first who bore the domain."""
    moved = {
        "salesforce_lead_history_id": "h1", "salesforce_lead_id": "00Q000000000002", "field_name": "Email",
        "old_value": "bo@left.com", "new_value": "bo@one.com", "changed_at": START + timedelta(days=9),
        "loaded_at": AS_OF,
    }  # fmt: skip
    tables = {
        "stg_salesforce__leads": [
            lead(1, email="x@gone.com"), lead(2, email="bo@one.com"), lead(3, email="cy@shared.com"),
            lead(4, email="dee@still.com"),
        ],
        "stg_salesforce__accounts": [
            account(1, "one.com"), account(2, "shared.com"), account(3, "shared.com"), account(4, "top.com"),
        ],
        "stg_salesforce__lead_history": [moved],
    }  # fmt: skip

    def means(warehouse: Warehouse) -> dict[str, str]:
        rows = warehouse.rows("select account_id, current_account_id from core.bridge_account_ids")
        ids = {row["account_id"]: row["current_account_id"] for row in rows}
        names = ("gone", "left", "shared", "still")
        return {name: ids[reference.key(f"domain:{name}.com")] for name in names}

    first = means(crm(**tables))
    gone, still = reference.key("domain:gone.com"), reference.key("domain:still.com")
    assert first == {"gone": gone, "left": account_key(1), "shared": account_key(2), "still": still}
    leads, accounts = tables["stg_salesforce__leads"], tables["stg_salesforce__accounts"]
    converted = leads[0] | {"converted_salesforce_account_id": "001000000000001"}
    parented = [row | {"parent_salesforce_account_id": "001000000000004"} for row in accounts[1:3]]
    later = tables | {
        "stg_salesforce__leads": [converted, *leads[1:]],
        "stg_salesforce__accounts": [accounts[0], *parented, accounts[3]],
    }
    expected = {"gone": account_key(1), "left": account_key(1), "shared": account_key(4), "still": still}
    warehouse = crm(**later)
    assert means(warehouse) == expected
    placed = {
        row["lead_id"]: row["account_id"] for row in warehouse.rows("select * from core.bridge_lead_accounts")
    }
    assert placed[lead_key(3)] == expected["shared"]


def test_a_domain_of_ours_counts_as_it_is_looked_up(crm: Callable[..., Warehouse]) -> None:
    """In a definition as in an extract, `müller.de` and its ASCII form are one domain."""
    warehouse = crm("int_domains__hosts")
    before = {
        table: warehouse.rows(f"select * from {table}")
        for table in (
            "definitions.domain_class_overrides",
            "definitions.internal_domains",
            "reference.idna_hosts",
        )
    }
    fill(
        warehouse, "definitions.domain_class_overrides", [{"domain": "Größe.de", "domain_class": "free_mail"}]
    )
    fill(warehouse, "definitions.internal_domains", [{"domain": "müller.de"}])
    fill(
        warehouse,
        "reference.idna_hosts",
        [
            {"host": "größe.de", "host_ascii": "xn--gre-6ka8i.de"},
            {"host": "müller.de", "host_ascii": "xn--mller-kva.de"},
            {"host": "mail.müller.de", "host_ascii": "mail.xn--mller-kva.de"},
        ],
    )
    emails = [
        "a@größe.de",
        "b@xn--gre-6ka8i.de",
        "c@müller.de",
        "d@xn--mller-kva.de",
        "e@mail.müller.de",
        "f@x.de",
    ]
    warehouse = crm(*PEOPLE, stg_salesforce__leads=[lead(n, email=email) for n, email in enumerate(emails)])
    classes = warehouse.rows(
        "select email_domain_class from intermediate.int_people__records order by record_key"
    )
    excluded = warehouse.rows("select is_excluded from core.bridge_lead_records order by record_key")
    for table, rows in before.items():
        fill(warehouse, table, rows)
    ours, theirs = ["free_mail", "free_mail"], ["internal", "internal", "internal", "corporate"]
    assert [row["email_domain_class"] for row in classes] == ours + theirs
    assert [row["is_excluded"] for row in excluded] == [False, False, True, True, True, False]
