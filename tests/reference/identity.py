"""People and accounts by union-find and plain loops over staging rows: sections 2 to 4 of the semantics."""

from __future__ import annotations

import fnmatch
import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import idna
from publicsuffixlist import PublicSuffixList

Row = dict[str, Any]
PSL = PublicSuffixList()
FAR = datetime(9999, 1, 1)
NEW_YORK = ZoneInfo("America/New_York")
CENT = Decimal("0.01")
LAST = chr(0x10FFFF)  # sorts after every address


class Groups:
    """Union-find over any hashable."""

    def __init__(self) -> None:
        self.parent: dict[Any, Any] = {}

    def find(self, item: Any) -> Any:
        self.parent.setdefault(item, item)
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, a: Any, b: Any) -> None:
        self.parent[self.find(a)] = self.find(b)


def is_gone(group: Any) -> bool:
    """Every record is deleted, or was merged into one that is."""
    flags = [(bool(r["is_deleted"]), r["merged_into"] is not None and r["merged_into"] != []) for r in group]
    return all(deleted for deleted, _ in flags) or (
        all(deleted or merged for deleted, merged in flags)
        and any(deleted and not merged for deleted, merged in flags)
    )


def key(record_key: str) -> str:
    return hashlib.md5(record_key.encode()).hexdigest()


def clean_email(text: str | None) -> str | None:
    if text is None:
        return None
    email = text.strip().lower()
    if email.count("@") != 1 or any(c.isspace() for c in email):
        return None
    local, domain = email.split("@")
    labels = domain.split(".")
    if not local or len(labels) < 2 or not all(labels):
        return None
    return email


def matching(email: str | None) -> str | None:
    if email is None:
        return None
    local, domain = email.split("@")
    bare = local.split("+")[0]
    return f"{bare}@{domain}" if bare else email


def registrable(host: str | None) -> str | None:
    if not host or not re.fullmatch(r"[^ /:;,?#%&=()<>@\[\]]+", host) or re.fullmatch(r"[0-9.]+", host):
        return None
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            return None
    if any(not label for label in host.split(".")):
        return None
    return PSL.privatesuffix(host)


def website_host(website: str | None) -> str | None:
    if not website:
        return None
    text = website.strip().lower().replace("\\", "/")
    if "//" in text.split("?")[0].split("#")[0] and re.match(r"^([a-z][a-z0-9+.-]*:)?//", text):
        text = text.split("//", 1)[1].lstrip("/")
    for mark in "/?#":
        text = text.split(mark)[0]
    text = text.split("@")[-1]
    text = re.sub(r":\d*$", "", text).rstrip(".")
    return text or None


def domain_class(domain: str | None, seeds: dict[str, list[Row]], listed: dict[str, str]) -> str | None:
    if domain is None:
        return None
    for row in seeds["domain_class_overrides"]:
        if row["domain"] == domain:
            return row["domain_class"]
    if any(row["domain"] == domain for row in seeds["internal_domains"]):
        return "internal"
    return listed.get(domain, "corporate")


def name_words(name: str | None, suffixes: set[str]) -> str | None:
    if name is None:
        return None
    text = name.lower()
    for letter, plain in zip("ßæœøłđı", ("ss", "ae", "oe", *"oldi"), strict=True):
        text = text.replace(letter, plain)
    text = "".join(
        c for c in unicodedata.normalize("NFKD", text.replace("´", "")) if not unicodedata.combining(c)
    )
    text = re.sub("[.'’‘ʼ`]", "", text).replace("&", " and ").replace("+", " and ")
    words = re.sub(r"[^\w]|_", " ", text).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    endings = [form.split() for form in suffixes if " " in form]
    endings = [form for form in endings if len(words) > len(form) and words[-len(form) :] == form]
    if endings:
        words = words[: -max(map(len, endings))]
    for _ in range(4):
        if len(words) > 1 and words[-1] in suffixes:
            words = words[:-1]
            if len(words) > 1 and words[-1] == "and":
                words = words[:-1]
    if len(words) > 1 and words[0] in suffixes:
        words = words[1:]
    return " ".join(words) or None


def like(text: str | None, pattern: str) -> bool:
    return text is not None and fnmatch.fnmatchcase(
        text,
        pattern.replace("[", "[[]")
        .replace("*", "[*]")
        .replace("?", "[?]")
        .replace("%", "*")
        .replace("_", "?"),
    )


def newest(rows: Iterable[Row], value: str) -> Any:
    """The surviving value: live, then declared order, then newest, then smallest key."""
    known = [r for r in rows if r[value] is not None]
    if not known:
        return None
    stamp = {r["record_key"]: r["modified_at"] or datetime(1, 1, 1) for r in known}
    best = min(
        known,
        key=lambda r: (
            r["is_dead"],
            r["priority"],
            -(stamp[r["record_key"]] - datetime(1, 1, 1)).total_seconds(),
            r["record_key"],
        ),
    )
    return best[value]


def age(row: Row) -> tuple[datetime, str]:
    return (row["created_at"] or FAR, row["record_key"])


def in_dollars(
    amount: Decimal | None, currency: str | None, rates: Iterable[Row], as_of: datetime
) -> Decimal | None:
    """An amount at the rate of the day in New York, of several the one that started last; null where there is none."""
    if amount is None or currency in (None, "USD"):
        return amount if amount is None else amount.quantize(CENT, ROUND_HALF_UP)
    today = local_day(as_of)
    holding = [
        rate
        for rate in rates
        if rate["currency_code"] == currency
        and not rate["is_deleted"]
        and rate["start_date"] <= today
        and (rate["next_start_date"] is None or today < rate["next_start_date"])
    ]
    if not holding:
        return None
    latest = max(holding, key=lambda rate: rate["start_date"])
    return (amount / Decimal(str(latest["conversion_rate"]))).quantize(CENT, ROUND_HALF_UP)


def local_day(instant: datetime) -> date:
    return instant.replace(tzinfo=UTC).astimezone(NEW_YORK).date()


def day_start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=NEW_YORK).astimezone(UTC).replace(tzinfo=None)


def on_list(rows: Iterable[Row], as_of: datetime) -> dict[str, int]:
    """Account reference to the best tier it stands on at the instant."""
    tiers: dict[str, int] = {}
    for row in rows:
        signed = (row["sales_agreed_by"] or "").strip() and (row["marketing_agreed_by"] or "").strip()
        removed = row["removed_on"] and day_start(row["removed_on"]) <= as_of
        added = row["added_on"] is None or day_start(row["added_on"]) <= as_of
        if signed and added and not removed:
            tiers[row["account_ref"]] = min(row["target_tier"], tiers.get(row["account_ref"], 99))
    return tiers


def addresses(
    world: dict[str, list[Row]], as_of: datetime
) -> dict[tuple[str, str], tuple[datetime | None, datetime | None]]:
    """(record, address it ever had) to the stretch in which it may have had it; None is open."""
    records = {record["record_key"]: record for record in person_records(world, as_of)}
    changes: dict[str, list[tuple[datetime, str, str, str | None, str | None]]] = defaultdict(list)
    for row in world["stg_hubspot__contact_property_history"]:
        if row["property_name"] == "email" and row["changed_at"] <= as_of:
            new = clean_email(row["property_value"])
            changes[f"hubspot:contact:{row['hubspot_contact_id']}"].append(
                (row["changed_at"], new or LAST, LAST, None, new)
            )
    for row in world["stg_salesforce__lead_history"]:
        if row["field_name"] == "Email" and row["changed_at"] <= as_of:
            old, new = clean_email(row["old_value"]), clean_email(row["new_value"])
            changes[f"salesforce:lead:{row['salesforce_lead_id']}"].append(
                (row["changed_at"], new or LAST, old or LAST, old, new)
            )
    spans: dict[tuple[str, str], list[tuple[datetime | None, datetime | None]]] = defaultdict(list)
    for record_key, record in records.items():
        ordered = sorted(changes[record_key], key=lambda c: c[:3])
        for i, (at, _, _, old, new) in enumerate(ordered):
            if new:
                spans[record_key, new].append((at, ordered[i + 1][0] if i + 1 < len(ordered) else None))
            if old:
                spans[record_key, old].append((ordered[i - 1][0] if i else record["created_at"], at))
        if email := record["email"]:
            since = max((c[0] for c in ordered if c[4] == email), default=record["created_at"])
            spans[record_key, email].append((since, None))
    return {
        span: (
            None if any(a is None for a, _ in all_) else min(a for a, _ in all_ if a),
            None if any(b is None for _, b in all_) else max(b for _, b in all_ if b),
        )
        for span, all_ in spans.items()
    }


LEAD_ORDER = {
    ("salesforce", "contact"): 1,
    ("salesforce", "lead"): 2,
    ("hubspot", "contact"): 3,
    ("marketo", "lead"): 4,
    ("pardot", "prospect"): 5,
}


def has_converted(row: Row, as_of: datetime) -> bool:
    return row.get("converted_date") is None or row["converted_date"] <= local_day(as_of)


def person_records(world: dict[str, list[Row]], as_of: datetime) -> list[Row]:
    records: list[Row] = []

    def put(source: str, kind: str, identifier: str, row: Row, **more: Any) -> None:
        if row["created_at"] is not None and row["created_at"] > as_of:
            return
        records.append(
            {
                "record_key": f"{source}:{kind}:{identifier}",
                "source_system": source,
                "source_object": kind,
                "raw_email": row.get("email"),
                "email": clean_email(row.get("email")),
                "title": row.get("title"),
                "company_name": row.get("company_name"),
                "first_name": row.get("first_name"),
                "last_name": row.get("last_name"),
                "created_at": row["created_at"],
                "modified_at": row.get("last_modified_at") or row["created_at"],
                "is_deleted": bool(row.get("is_deleted")),
                "is_opted_out": bool(row.get("is_opted_out")),
                "merged_into": None,
                "account_key": None,
            }
            | more
        )

    def names(row: Row) -> str | None:
        return " ".join(x for x in (row.get("first_name"), row.get("last_name")) if x) or None

    for row in world["stg_salesforce__leads"]:
        put(
            "salesforce", "lead", row["salesforce_lead_id"], row,
            full_name=row.get("full_name") or names(row),
            account_key=f"salesforce:account:{row['converted_salesforce_account_id']}"
            if row.get("converted_salesforce_account_id") and has_converted(row, as_of) else None,
        )  # fmt: skip
    for row in world["stg_salesforce__contacts"]:
        put(
            "salesforce", "contact", row["salesforce_contact_id"], row,
            full_name=row.get("full_name") or names(row),
            account_key=row.get("salesforce_account_id") and f"salesforce:account:{row['salesforce_account_id']}",
        )  # fmt: skip
    for row in world["stg_hubspot__contacts"]:
        primary = sorted(
            r["hubspot_company_id"]
            for r in world["stg_hubspot__contact_companies"]
            if r["hubspot_contact_id"] == row["hubspot_contact_id"]
            and r["association_type_id"] == "1"
            and not r["is_deleted"]
        )
        company = primary[0] if primary else row.get("primary_hubspot_company_id")
        put(
            "hubspot", "contact", row["hubspot_contact_id"], row,
            full_name=names(row), account_key=company and f"hubspot:company:{company}",
        )  # fmt: skip
    gone = {
        r["marketo_lead_id"]
        for r in world["stg_marketo__delete_lead_activities"]
        if r["occurred_at"] <= as_of
    }
    for row in world["stg_marketo__leads"]:
        put(
            "marketo", "lead", row["marketo_lead_id"], row, full_name=names(row),
            is_deleted=bool(row.get("is_deleted")) or row["marketo_lead_id"] in gone,
        )  # fmt: skip
    for row in world["stg_pardot__prospects"]:
        put("pardot", "prospect", row["pardot_prospect_id"], row, full_name=names(row))
    return records


def person_links(world: dict[str, list[Row]], as_of: datetime) -> list[tuple[str, str, str, datetime | None]]:
    links: list[tuple[str, str, str, datetime | None]] = []

    def exists(row: Row) -> bool:
        return row["created_at"] is None or row["created_at"] <= as_of

    for row in filter(exists, world["stg_salesforce__leads"]):
        me = f"salesforce:lead:{row['salesforce_lead_id']}"
        if row.get("merged_into_salesforce_lead_id"):
            links.append((me, f"salesforce:lead:{row['merged_into_salesforce_lead_id']}", "merge", None))
        if row.get("converted_salesforce_contact_id") and has_converted(row, as_of):
            links.append(
                (me, f"salesforce:contact:{row['converted_salesforce_contact_id']}", "conversion", None)
            )
    for row in filter(exists, world["stg_salesforce__contacts"]):
        if row.get("merged_into_salesforce_contact_id"):
            links.append(
                (
                    f"salesforce:contact:{row['salesforce_contact_id']}",
                    f"salesforce:contact:{row['merged_into_salesforce_contact_id']}",
                    "merge",
                    None,
                )
            )
    for row in filter(exists, world["stg_hubspot__contacts"]):
        me = f"hubspot:contact:{row['hubspot_contact_id']}"
        for part in swallowed(row.get("merged_hubspot_contact_ids")):
            links.append((f"hubspot:contact:{part}", me, "merge", None))
    for row in world["stg_hubspot__contact_merge_audits"]:
        if row["merged_at"] <= as_of:
            links.append(
                (
                    f"hubspot:contact:{row['merged_hubspot_contact_id']}",
                    f"hubspot:contact:{row['surviving_hubspot_contact_id']}",
                    "merge",
                    row["merged_at"],
                )
            )
    for row in world["stg_marketo__merge_lead_activities"]:
        if row["occurred_at"] <= as_of:
            for part in re.findall(r"\d+", row["merged_marketo_lead_ids"] or ""):
                links.append(
                    (
                        f"marketo:lead:{part}",
                        f"marketo:lead:{row['surviving_marketo_lead_id']}",
                        "merge",
                        row["occurred_at"],
                    )
                )
    declared = (
        ("stg_hubspot__contacts", "hubspot:contact:", "hubspot_contact_id"),
        ("stg_marketo__leads", "marketo:lead:", "marketo_lead_id"),
        ("stg_pardot__prospects", "pardot:prospect:", "pardot_prospect_id"),
    )
    for table, prefix, identifier in declared:
        for row in filter(exists, world[table]):
            for column, kind in (("salesforce_lead_id", "lead"), ("salesforce_contact_id", "contact")):
                if row.get(column):
                    links.append(
                        (prefix + row[identifier], f"salesforce:{kind}:{row[column]}", "declared_id", None)
                    )
    return [link for link in links if link[0] != link[1]]


def resolve_people(
    world: dict[str, list[Row]], seeds: dict[str, list[Row]], listed: dict[str, str], as_of: datetime
) -> tuple[dict[str, Row], dict[str, Row]]:
    """(bridge row by record key, lead by lead id)."""
    records = person_records(world, as_of)
    links = person_links(world, as_of)
    roles = {row["local_part"] for row in seeds["role_mailboxes"]}
    groups = Groups()
    for record in records:
        groups.find(record["record_key"])
        address = matching(record["email"])
        if address and address.split("@")[0] not in roles:
            groups.join(record["record_key"], ("email", address))
    for a, b, _, _ in links:
        groups.join(a, b)
    for record in records:
        merges = [(b, at) for a, b, rule, at in links if rule == "merge" and a == record["record_key"]]
        if merges:
            dated = [(at, b) for b, at in merges if at is not None]
            latest = max((at for at, _ in dated), default=None)
            record["merged_into"] = (
                min(b for at, b in dated if at == latest) if dated else min(b for b, _ in merges)
            )
        record["is_dead"] = record["is_deleted"] or record["merged_into"] is not None
        record["priority"] = LEAD_ORDER[record["source_system"], record["source_object"]]
        record["email_domain"] = registrable(record["email"].split("@")[1]) if record["email"] else None
        reason = None
        internal = {row["domain"] for row in seeds["internal_domains"]}
        if record["email"] and (
            record["email_domain"] in internal or record["email"].split("@")[1] in internal
        ):
            reason = "Internal domain"
        else:
            matches = [
                row["reason"]
                for row in seeds["test_record_patterns"]
                if like(
                    record["email"] or (record["raw_email"] or "").lower()
                    if row["attribute"] == "email"
                    else (record[row["attribute"]] or "").lower(),
                    row["pattern"],
                )
            ]
            reason = min(matches, default=None)
        record["reason"] = reason
    members: dict[Any, list[Row]] = defaultdict(list)
    for record in records:
        members[groups.find(record["record_key"])].append(record)
    bridge: dict[str, Row] = {}
    leads: dict[str, Row] = {}
    extracted = {record["record_key"] for record in records}
    for group in members.values():
        first = min(group, key=age)
        lead_id = key(first["record_key"])
        excluded = any(r["reason"] for r in group)
        for record in group:
            bridge[record["record_key"]] = {
                "lead_id": lead_id,
                "is_deleted": record["is_deleted"],
                "merged_into_record_key": record["merged_into"],
                "is_excluded": excluded,
                "excluded_reason": (record["reason"] or "Same person as an excluded record")
                if excluded
                else None,
            }
        if not excluded:
            email = newest(group, "email")
            leads[lead_id] = {
                "email": email,
                "email_domain": registrable(email.split("@")[1]) if email else None,
                "full_name": newest(group, "full_name"),
                "title": newest(group, "title"),
                "company_name": newest(group, "company_name"),
                "is_opted_out": any(r["is_opted_out"] for r in group),
                "is_deleted": is_gone(group),
                "first_record_key": first["record_key"],
                "created_at": first["created_at"],
                "_records": group,
                "_pointed_at": pointed_at(groups, group, ((a, b) for a, b, _, _ in links), extracted),
            }
    return bridge, leads


def pointed_at(
    groups: Groups, group: list[Row], links: Iterable[tuple[str, str]], extracted: set[str]
) -> set[str]:
    """The keys of a group that links name and that no record has: merged away before anybody extracted them."""
    mine = groups.find(group[0]["record_key"])
    return {end for link in links for end in link if end not in extracted and groups.find(end) == mine}


def account_records(
    world: dict[str, list[Row]], seeds: dict[str, list[Row]], listed: dict[str, str], as_of: datetime
) -> tuple[list[Row], list[tuple[str, str, str]]]:
    """The records that exist, and what links them."""
    records: list[Row] = []
    links: list[tuple[str, str, str]] = []
    for row in world["stg_salesforce__accounts"]:
        if row["created_at"] is not None and row["created_at"] > as_of:
            continue
        me = f"salesforce:account:{row['salesforce_account_id']}"
        domain = registrable(website_host(row.get("website")))
        records.append(
            row
            | {
                "record_key": me,
                "source_system": "salesforce",
                "domains": [domain] if domain else [],
                "domain": domain,
                "parent": row.get("parent_salesforce_account_id")
                and f"salesforce:account:{row['parent_salesforce_account_id']}",
                "priority": 1,
            }
        )
        if row.get("merged_into_salesforce_account_id"):
            links.append((me, f"salesforce:account:{row['merged_into_salesforce_account_id']}", "merge"))
    for row in world["stg_hubspot__companies"]:
        if row["created_at"] is not None and row["created_at"] > as_of:
            continue
        me = f"hubspot:company:{row['hubspot_company_id']}"
        domain = registrable(website_host(row.get("domain")))
        second = registrable(website_host(row.get("website")))
        foreign = domain_class(domain, seeds, listed) not in ("corporate", "internal")
        if domain is None or (foreign and domain_class(second, seeds, listed) == "corporate"):
            domain = second
        more = [registrable(website_host(p)) for p in re.split("[;,]", row.get("additional_domains") or "")]
        records.append(
            row
            | {
                "record_key": me,
                "source_system": "hubspot",
                "domain": domain,
                "domains": [d for d in [domain, *more] if d],
                "parent": row.get("parent_hubspot_company_id")
                and f"hubspot:company:{row['parent_hubspot_company_id']}",
                "priority": 2,
            }
        )
        for part in swallowed(row.get("merged_hubspot_company_ids")):
            links.append((f"hubspot:company:{part}", me, "merge"))
        if row.get("salesforce_account_id"):
            links.append((me, f"salesforce:account:{row['salesforce_account_id']}", "declared_id"))
    return records, [link for link in links if link[0] != link[1]]


def resolve_accounts(
    world: dict[str, list[Row]],
    seeds: dict[str, list[Row]],
    listed: dict[str, str],
    as_of: datetime,
    rates: Iterable[Row] = (),
) -> tuple[dict[str, Row], dict[str, Row]]:
    """(bridge row by record key, account by account id), inferred accounts not among them."""
    records, links = account_records(world, seeds, listed, as_of)
    groups = Groups()
    for a, b, _ in links:
        groups.join(a, b)
    for record in records:
        groups.find(record["record_key"])
        targets = [b for a, b, rule in links if rule == "merge" and a == record["record_key"]]
        record["merged_into"] = min(targets, default=None)
        record["is_dead"] = record["is_deleted"] or bool(targets)
        record["class"] = domain_class(record["domain"], seeds, listed)
        record["modified_at"] = record.get("last_modified_at") or record["created_at"]
        record["annual_revenue_usd"] = in_dollars(
            record.get("annual_revenue"), record.get("currency_code"), rates, as_of
        )
    # A Salesforce account is what its merges come to: it has the domains of all that was merged into it.
    sales = {r["record_key"]: r for r in records if r["source_system"] == "salesforce"}
    merged = Groups()
    for name, record in sales.items():
        if record["merged_into"] in sales:
            merged.join(name, record["merged_into"])
    live = {merged.find(name) for name, record in sales.items() if not record["is_deleted"]}
    owners: dict[str, set[Any]] = defaultdict(set)
    for name, record in sales.items():
        gives = not record["is_deleted"] or record["merged_into"]
        if record["class"] == "corporate" and gives and merged.find(name) in live:
            owners[record["domain"]].add(merged.find(name))
    for record in records:
        if record["source_system"] == "hubspot" and len(owners.get(record["domain"], ())) == 1:
            groups.join(record["record_key"], *owners[record["domain"]])
    members: dict[Any, list[Row]] = defaultdict(list)
    for record in records:
        members[groups.find(record["record_key"])].append(record)
    bridge: dict[str, Row] = {}
    accounts: dict[str, Row] = {}
    for group in members.values():
        first = min(group, key=age)
        account_id = key(first["record_key"])
        excluded = any(r["class"] == "internal" for r in group)
        for record in group:
            bridge[record["record_key"]] = {
                "account_id": account_id,
                "is_deleted": record["is_deleted"],
                "merged_into_record_key": record["merged_into"],
                "is_excluded": excluded,
            }
        if not excluded:
            accounts[account_id] = {
                "account_name": newest(group, "account_name"),
                "annual_revenue_usd": newest(group, "annual_revenue_usd"),
                "is_deleted": is_gone(group),
                "created_at": first["created_at"],
                "age": age(first),
                "_records": group,
                "_pointed_at": pointed_at(
                    groups, group, ((a, b) for a, b, _ in links), {r["record_key"] for r in records}
                ),
            }
    # Who points at a record that was merged away before anybody extracted it means the account that it was merged into.
    visible = {k: v["account_id"] for k, v in bridge.items() if not v["is_excluded"]} | all_pointed_at(
        accounts
    )
    for account_id, account in accounts.items():
        for record in account["_records"]:
            parent = visible.get(record["parent"])
            is_parent = parent and parent != account_id and not accounts[parent]["is_deleted"]
            record["parent_account"] = parent if is_parent else None
        account["parent"] = newest(account["_records"], "parent_account")
        if account["is_deleted"]:
            account["parent"] = None
        account["domains"] = {
            d
            for r in account["_records"]
            if not account["is_deleted"] and (not r["is_deleted"] or r["merged_into"])
            for d in r["domains"]
        }
        # A live record's own domain before an additional one, a company's before a provider's.
        claims = [
            (
                r["merged_into"] is not None,
                domain_class(d, seeds, listed) != "corporate",
                i > 0 or r["domain"] != d,
                r["priority"],
                -((r["modified_at"] or datetime(1, 1, 1)) - datetime(1, 1, 1)).total_seconds(),
                r["record_key"],
                d,
            )
            for r in account["_records"]
            for i, d in enumerate(r["domains"])
            if d in account["domains"] and (not r["is_deleted"] or r["merged_into"])
        ]
        account["primary_domain"] = min(claims)[-1] if claims else None
        for name, system in (("salesforce_account_id", "salesforce"), ("hubspot_company_id", "hubspot")):
            own = [r for r in account["_records"] if r["source_system"] == system]
            oldest = min(own, key=lambda r: (r["is_dead"], *age(r)), default=None)
            account[name] = oldest[name] if oldest else None
    cuts, in_cycles = set(), set()
    for account_id in accounts:
        path = [account_id]
        while (parent := accounts[path[-1]]["parent"]) and parent not in path:
            path.append(parent)
        if parent:
            cycle = path[path.index(parent) :]
            cuts.add(min(cycle, key=lambda a: accounts[a]["age"]))
            in_cycles |= set(cycle)
    for cut in cuts:
        accounts[cut]["parent"] = None
    for account_id, account in accounts.items():
        top = account_id
        while accounts[top]["parent"]:
            top = accounts[top]["parent"]
        account["ultimate"] = top
        account["cycle"] = (account_id in in_cycles, account_id in cuts)
    return bridge, accounts


def all_pointed_at(people_or_accounts: dict[str, Row]) -> dict[str, str]:
    """Key that nobody extracted to the lead or account that it means."""
    return {k: owner for owner, row in people_or_accounts.items() for k in row["_pointed_at"]}


def swallowed(text: str | None) -> list[str]:
    """The ids of a list; one alone may have become a number with a point."""
    return [re.sub(r"\.0+$", "", part) for part in re.findall(r"[\d.]+", text or "")]


def full_key(reference: str) -> str:
    """A Salesforce id in a definition may be of 18 characters."""
    return re.sub(r"^(salesforce:\w+:\w{15}).*$", r"\1", reference.strip())


def match_leads(
    world: dict[str, list[Row]],
    seeds: dict[str, list[Row]],
    listed: dict[str, str],
    as_of: datetime,
    people: tuple[dict[str, Row], dict[str, Row]],
    companies: tuple[dict[str, Row], dict[str, Row]],
) -> dict[str, Row]:
    """lead id → account_id, match_method, needs_review, candidates (in order, the account not among them)."""
    _, leads = people
    account_bridge, accounts = companies
    live = {a: v for a, v in accounts.items() if not v["is_deleted"]}
    extracted = {k: v["account_id"] for k, v in account_bridge.items() if v["account_id"] in live}
    visible = extracted | all_pointed_at(live)
    owners = defaultdict(set)
    for account_id, account in live.items():
        for domain in account["domains"]:
            owners[domain].add(account_id)
    customer, opened = set(), set()
    for row in world["stg_salesforce__opportunities"]:
        account = visible.get(f"salesforce:account:{row['salesforce_account_id']}")
        if account and row["created_at"] <= as_of and not row["is_deleted"]:
            if row["is_won"] and row["is_closed"]:
                customer.add(account)
            if not row["is_closed"]:
                opened.add(account)
    stages = {row["hubspot_pipeline_stage_id"]: row for row in world["stg_hubspot__deal_pipeline_stages"]}
    for row in world["stg_hubspot__deals"]:
        if row["created_at"] > as_of or row["is_deleted"]:
            continue
        companies_of = sorted(
            (link["association_type_id"] != "5", link["hubspot_company_id"])
            for link in world["stg_hubspot__deal_companies"]
            if link["hubspot_deal_id"] == row["hubspot_deal_id"] and not link["is_deleted"]
        )
        account = visible.get(f"hubspot:company:{companies_of[0][1]}") if companies_of else None
        if account:
            stage = row["hubspot_pipeline_stage_id"]
            known = stages.get(
                stage,
                {"is_closed": stage in ("closedwon", "closedlost"), "is_won": stage == "closedwon"},
            )
            if known["is_won"]:
                customer.add(account)
            if not known["is_closed"]:
                opened.add(account)
    suffixes = {row["suffix"] for row in seeds["legal_suffixes"]}
    names = defaultdict(set)
    for account_id, account in live.items():
        for record in account["_records"]:
            is_borne = not record["is_deleted"] or record["merged_into"]
            if is_borne and (words := name_words(record["account_name"], suffixes)):
                names[words].add(account_id)

    def best_owner(domain: str) -> str:
        tops = {accounts[a]["ultimate"] for a in owners[domain]}
        if len(owners[domain]) > 1 and len(tops) == 1:
            return next(iter(tops))
        # A definition that names a domain has no tier to go by: the target list is one of those definitions.
        return min(owners[domain], key=lambda a: (a not in customer, a not in opened, accounts[a]["age"]))

    def ranked_owners(domain: str) -> list[str]:
        tops = {accounts[a]["ultimate"] for a in owners[domain]}
        shared = [next(iter(tops))] if len(owners[domain]) > 1 and len(tops) == 1 else []
        return shared + sorted(
            owners[domain],
            key=lambda a: (a not in customer, a not in opened, tiers.get(a, 99), accounts[a]["age"]),
        )

    emails = [clean_email(r["raw_email"]) for r in person_records(world, as_of)]
    borne = {registrable(email.split("@")[1]) for email in emails if email} | set(owners)
    borne |= {r["domain"] for r in account_records(world, seeds, listed, as_of)[0]}
    definitions = [*seeds["lead_account_overrides"], *seeds["target_accounts"]]
    borne |= {registrable(website_host(row["account_ref"])) for row in definitions}
    borne = {d for d in borne if domain_class(d, seeds, listed) == "corporate"}

    def account_of(reference: str) -> str | None:
        reference = full_key(reference)
        if reference in visible:
            return visible[reference]
        for record_key, account in extracted.items():
            if key(record_key) == reference:
                return account
        is_key = reference.startswith(("salesforce:", "hubspot:"))
        domain = None if is_key else registrable(website_host(reference))
        # The id of an account that was inferred holds while somebody bears the domain.
        domain = next((d for d in borne if key(f"domain:{d}") == reference), domain)
        if domain and owners.get(domain):
            return best_owner(domain)
        if domain and domain_class(domain, seeds, listed) == "corporate":
            return key(f"domain:{domain}")
        return None

    tiers: dict[str, int] = {}
    for reference, tier in on_list(seeds["target_accounts"], as_of).items():
        if account := account_of(reference):
            tiers[account] = min(tier, tiers.get(account, 99))

    overrides: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in seeds["lead_account_overrides"]:
        day = row["decided_on"]
        account = account_of(row["account_ref"])
        if account is None or (day and day_start(day) > as_of):
            continue
        reference = full_key(row["lead_ref"])
        address = matching(clean_email(row["lead_ref"]))
        for lead_id, lead in leads.items():
            if reference in lead["_pointed_at"]:
                overrides[lead_id].append((-day.toordinal() if day else 0, 0, row["account_ref"], account))
            for record in lead["_records"]:
                mine = record["record_key"]
                same = address is not None and matching(record["email"]) == address
                for rank, hit in enumerate((mine == reference, key(mine) == reference, same)):
                    if hit:
                        overrides[lead_id].append(
                            (-day.toordinal() if day else 0, rank, row["account_ref"], account)
                        )
    result: dict[str, Row] = {}
    for lead_id, lead in leads.items():
        domain = lead["email_domain"]
        corporate = domain_class(domain, seeds, listed) == "corporate"
        linked = [
            r
            for r in lead["_records"]
            if r["source_system"] in ("salesforce", "hubspot") and visible.get(r["account_key"])
        ]
        linked.sort(key=lambda r: r["record_key"])
        linked.sort(key=lambda r: r["modified_at"] or datetime(1, 1, 1), reverse=True)
        linked.sort(
            key=lambda r: (
                r["is_dead"],
                3 if r["source_system"] == "hubspot" else 1 if r["source_object"] == "contact" else 2,
            )
        )
        words = name_words(lead["company_name"], suffixes)
        review = False
        if overrides.get(lead_id):
            method, account = "override", min(overrides[lead_id])[-1]
        elif linked:
            method, account = "crm_link", visible[linked[0]["account_key"]]
            own = {d for d in accounts[account]["domains"] if domain_class(d, seeds, listed) == "corporate"}
            review = corporate and bool(own) and domain not in own
        elif corporate and len(owners.get(domain, ())) == 1:
            method, account = "email_domain", next(iter(owners[domain]))
        elif corporate and len(owners.get(domain, ())) > 1:
            method, account = "ambiguous_domain", ranked_owners(domain)[0]
        elif corporate:
            method, account = "inferred", key(f"domain:{domain}")
        elif words and len(names.get(words, ())) == 1:
            method, account = "company_name", next(iter(names[words]))
        else:
            method, account = "unmatched", None
        candidates = [c[-1] for c in sorted(overrides.get(lead_id, ()))]
        candidates += [visible[r["account_key"]] for r in linked]
        if corporate:
            candidates += ranked_owners(domain) if owners.get(domain) else [key(f"domain:{domain}")]
        if words:
            candidates += sorted(names.get(words, ()), key=lambda a: accounts[a]["age"])
        result[lead_id] = {
            "candidates": [c for c in dict.fromkeys(candidates) if c != account],
            "account_id": account,
            "match_method": method,
            "needs_review": review or method in ("ambiguous_domain", "company_name", "unmatched"),
        }
    return result
