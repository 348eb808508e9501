"""Random small companies, with a grid of instants coarse enough that things often happen at once."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference.lifecycle import DAY, Account, Definitions, Lead, Record, World

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "definitions"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
TITLES = [
    "CEO",
    "Co-Founder",
    "VP, Sales",
    "Director of IT",
    "Marketing Manager",
    "Analyst",
    "Executive Assistant",
    "Poet",
    "Assistant to the CEO",
]
TYPES = [
    "email_opened",
    "email_clicked",
    "page_viewed",
    "pricing_page_viewed",
    "demo_requested",
    "webinar_attended",
    "form_submitted",
    "third_party_intent",
    "email_sent",
    "content_downloaded",
]
REASONS = ["Not ready", "wrong TITLE", "Bad fit: company size", "No budget", None, "never heard of it"]
OTHER_FACTS = ["opportunity_created", "opportunity_lost", "opportunity_won", "rejected"]
INDUSTRIES = ["Software", "software", "Retail", "Mining", None]
COUNTRIES = ["US", "CA", "KP", None]


def us(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)


def when(microseconds: int | None) -> datetime | None:
    return (
        None if microseconds is None else (EPOCH + timedelta(microseconds=microseconds)).replace(tzinfo=None)
    )


def seed_rows(name: str) -> list[dict[str, Any]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


class Company:
    """Definitions, leads, accounts and what happened, with the rows that put them into a warehouse."""

    def __init__(self, random: Random, lead_count: int = 60) -> None:
        self.random = random
        # Where a lead or an account is given a few instants, everything about it happens at those.
        self.few: list[int] | None = None
        self.effective = self.make_versions()
        self.signed = {1, 2, 3}
        self.definitions = self.make_definitions()
        self.accounts = [self.make_account(number) for number in range(max(2, lead_count // 3))]
        self.leads = [self.make_lead(number) for number in range(lead_count)]
        for account in self.accounts:
            self.make_opportunities(account)
        self.world = World(self.definitions, us(AS_OF), self.leads, self.accounts)

    # ------------------------------------------------------------ instants

    def day(self, first: int, last: int) -> str:
        return (START + timedelta(days=self.random.randint(first, last))).date().isoformat()

    def make_versions(self) -> list[tuple[int, str]]:
        """Three signed versions and a draft: in order mostly, else out of order, on one day, or too early or late."""
        random = self.random
        second, third = self.day(20, 90), self.day(91, 170)
        first = "2025-01-01"
        if random.random() < 0.3:
            second, third = random.choice(
                [
                    (third, second),
                    (second, second),
                    (second, "2026-07-01"),
                    ("2024-06-01", third),
                    (first, first),
                ]
            )
        if random.random() < 0.3:
            first = random.choice([self.day(0, 60), second, third, "2026-03-08"])
        return [(1, first), (2, second), (3, third), (4, "2026-02-01")]

    def starts_of_versions(self) -> list[int]:
        zone = ZoneInfo("America/New_York")
        return [
            us(datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(UTC)) for _, day in self.effective
        ]

    def few_instants(self) -> list[int] | None:
        """Sometimes a handful of instants: starts of versions, ends of windows, the last instant of all, any other."""
        random = self.random
        if random.random() < 0.6:
            return None
        found = [self.instant(0, 150) for _ in range(random.choice([1, 2, 3]))]
        for _ in range(random.choice([0, 1, 2])):
            found.append(random.choice(found) + random.choice([0.5, 1, 5, 10]) * DAY)
        if random.random() < 0.5:
            found.append(random.choice(self.starts_of_versions()))
        if random.random() < 0.1:
            found.append(us(AS_OF))
        return [int(at) for at in found if us(START) <= at <= us(AS_OF)] or None

    def instant(self, first_day: int = 0, last_day: int = 178) -> int:
        """Whole days at local midnight or noon mostly; sometimes any hour; sometimes microseconds apart."""
        if self.few:
            return self.random.choice(self.few)
        t = START + timedelta(
            days=self.random.randint(first_day, last_day), hours=self.random.choice([4, 5, 5, 12])
        )
        if self.random.random() < 0.2:
            t += timedelta(microseconds=self.random.choice([1, -1, 999_999]))
        return us(t)

    # ------------------------------------------------------------ definitions

    def make_definitions(self) -> Definitions:
        in_force = sorted(
            (starts_at, version)
            for starts_at, (version, _) in zip(self.starts_of_versions(), self.effective, strict=True)
            if version in self.signed
        )
        blank = dict.fromkeys(seed_rows("stage_rules")[0], "")
        stage_rules: list[dict[str, Any]] = []
        for version, _ in self.effective:
            for subject in ("lead", "account"):
                stages = ["mql", "sal", "sqo"] if subject == "lead" else ["target", "engaged", "mqa", "saa"]
                for stage in stages:
                    for clause, conditions in self.make_clauses(subject, stage):
                        for number, condition in enumerate(conditions, start=1):
                            stage_rules.append(
                                blank
                                | {"version": version, "subject": subject, "stage": stage}
                                | {"clause": clause, "condition": number}
                                | condition
                            )
        scoring = []
        # A signed version may score nothing at all: then nobody has a point under it.
        unscored = self.random.choice([None, 2, 3])
        for row in seed_rows("scoring_rules"):
            if int(row["version"]) == 1:
                for version, _ in self.effective:
                    if version == unscored:
                        continue
                    changed = dict(row, version=version)
                    if self.random.random() < 0.3:
                        changed["max_points"] = self.random.choice(["", "12", "45.5"])
                    if row["kind"] == "engagement" and self.random.random() < 0.3:
                        changed["window_days"] = self.random.choice(["5", "10", "0.5", "1", ""])
                    if row["kind"] == "engagement" and self.random.random() < 0.3:
                        changed["points"] = self.random.choice(["2.5", "17", "40", "-20"])
                    if row["kind"] == "attribute" and self.random.random() < 0.1:
                        changed["points"] = self.random.choice(["-15", "12.5"])
                    if self.random.random() < 0.95:
                        scoring.append(changed)
        icp = []
        for row in seed_rows("icp_criteria"):
            if int(row["version"]) == 1:
                for version, _ in self.effective:
                    if self.random.random() < 0.7:
                        icp.append(dict(row, version=version))
        return Definitions(
            in_force=in_force,
            stage_rules=stage_rules,
            scoring_rules=scoring,
            icp_criteria=icp,
            title_rules=seed_rows("title_rules"),
            rejection_reasons=seed_rows("rejection_reasons"),
            engagement_types={row["engagement_type"]: row for row in seed_rows("engagement_types")},
            survivorship=seed_rows("survivorship"),
        )

    def types(self) -> str:
        return "|".join(sorted(self.random.sample(TYPES, self.random.randint(1, 4))))

    def make_clauses(self, subject: str, stage: str) -> list[tuple[str, list[dict[str, Any]]]]:
        random = self.random
        count = {
            "kind": "engagement_count",
            "engagement_types": self.types(),
            "min_count": random.choice(["1", "2", "3", ""]),
            "window_days": random.choice(["5", "10", "30", "1", "0.5", ""]),
        }
        if random.random() < 0.1:
            count["engagement_types"] = ""
        hand = {"kind": "hand_raiser", "window_days": random.choice(["1", "1", "5", "0.5"])}
        score = {
            "kind": "score",
            "component": random.choice(["total", "intent", "engagement"]),
            "min_score": random.choice(["15", "30", "40", "60", "2.5"]),
        }
        on_list = {"kind": "target_account"}
        fact = {
            "kind": "crm_fact",
            "crm_fact": random.choice(["accepted", "meeting_held", "next_step_dated"] * 3 + OTHER_FACTS),
        }
        people = {
            "kind": "engaged_people",
            "engagement_types": "|".join(TYPES),
            "min_count": random.choice(["1", "2"]),
            "min_channels": random.choice(["1", "2"]),
            "window_days": random.choice(["10", "30"]),
        }
        people_score = {
            "kind": "people_score",
            "min_count": random.choice(["1", "1", "2"]),
            "component": random.choice(["intent", "total"]),
            "attribute": "buying_role",
            "operator": "in",
            "value": "decision_maker|influencer",
            "min_score": random.choice(["10", "15", "30"]),
        }
        if subject == "lead":
            attribute = random.choice(
                [
                    {"attribute": "buying_role", "operator": "in", "value": "decision_maker|influencer"},
                    {"attribute": "seniority", "operator": "in", "value": "c_level | vp"},
                    {"attribute": "is_icp_fit", "operator": "equals", "value": "true"},
                    {"attribute": "country_code", "operator": "equals", "value": "us"},
                    {"attribute": "target_tier", "operator": "equals", "value": "1"},
                    {"attribute": "target_tier", "operator": "at_most", "value": "1"},
                    {"attribute": "industry", "operator": "not_in", "value": "Retail|mining"},
                    {"attribute": "employee_count", "operator": "at_least", "value": "50"},
                    {"attribute": "seniority", "operator": "not_equals", "value": "c_level"},
                    {"attribute": "title", "operator": "contains", "value": "Director"},
                ]
            )
        else:
            attribute = random.choice(
                [
                    {"attribute": "is_icp_fit", "operator": "equals", "value": "true"},
                    {"attribute": "industry", "operator": "in", "value": "software|retail"},
                    {"attribute": "employee_count", "operator": "between", "value": "50|5000"},
                    {"attribute": "employee_count", "operator": "at_most", "value": "500"},
                    {"attribute": "industry", "operator": "not_equals", "value": "RETAIL"},
                    {"attribute": "target_tier", "operator": "equals", "value": "2"},
                ]
            )
        attribute = {"kind": "attribute"} | attribute
        pools: dict[str, list[list[dict[str, Any]]]] = {
            "mql": [
                [hand],
                [on_list, count],
                [score],
                [score, attribute],
                [count],
                [fact],
                [count, attribute],
            ],
            "sal": [[fact], [fact, attribute], [count], [score]],
            "sqo": [[fact, attribute], [fact], [attribute], [fact, count]],
            "target": [[on_list], [attribute, score]],
            "engaged": [[people], [count], [people, attribute]],
            "mqa": [[people, attribute], [people_score], [people, attribute, people_score], [score]],
            "saa": [[fact], [fact, attribute]],
        }
        kinds = [count, hand, score, on_list, fact, attribute]
        if subject == "account":
            kinds += [people, people_score]
        # A stage may ask for anything, for anything together, and for nothing at all: then no rule reaches it.
        pool = pools[stage] + [random.sample(kinds, random.choice([1, 2, 3]))]
        if random.random() < 0.05:
            return []
        chosen = random.sample(pool, random.randint(1, min(3, len(pool))))
        return [(f"{stage}_{letter}", clause) for letter, clause in zip("cab", chosen, strict=False)]

    # ------------------------------------------------------------ accounts and leads

    def make_account(self, number: int) -> Account:
        random = self.random
        self.few = self.few_instants()
        records: list[Record] = []
        for source, kind in (("salesforce", "account"), ("hubspot", "company")):
            if source == "hubspot" and random.random() < 0.6:
                continue
            values = {
                "industry": random.choice(INDUSTRIES),
                "employee_count": random.choice(["10.0", "50.0", "5000.0", None]),
                "country_code": random.choice(COUNTRIES),
            }
            record = Record(
                f"{source}:{kind}:A{number}", source, kind, self.instant(-30, 60), self.instant(), values
            )
            self.make_history(record, {"industry": INDUSTRIES, "employee_count": ["10.0", "500.0"]})
            records.append(record)
        stays = []
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            start = self.instant(-20, 120)
            end = self.instant(0, 178) if random.random() < 0.5 else None
            if end is None or end > start:
                stays.append((start, end, random.choice([1, 2])))
            if end is not None and random.random() < 0.3:
                stays.append((end, None, random.choice([1, 2])))
        self.few = None
        return Account(f"account-{number}", min(r.created_at for r in records), records, stays)

    def make_history(self, record: Record, choices: dict[str, list[Any]]) -> None:
        for attribute, options in choices.items():
            value = self.random.choice(options)
            # Some changes are yet to come at the instant described: until then the field holds what they will replace.
            instants = sorted({self.instant(1, 200) for _ in range(self.random.choice([0, 0, 1, 2]))})
            for at in [t for t in instants if t > record.created_at]:
                new = self.random.choice(options)
                old = value if record.source_system == "salesforce" else None
                record.history.append((at, attribute, old, new, record.source_system == "salesforce"))
                value = new
                record.values[attribute] = new

    def make_lead(self, number: int) -> Lead:
        random = self.random
        self.few = self.few_instants()
        records: list[Record] = []
        for source, kind in (("salesforce", "lead"), ("salesforce", "contact"), ("hubspot", "contact")):
            if random.random() < 0.5 and (records or kind == "lead"):
                continue
            values = {"title": random.choice([*TITLES, None]), "country_code": random.choice(COUNTRIES)}
            record = Record(
                f"{source}:{kind}:L{number}", source, kind, self.instant(0, 90), self.instant(), values
            )
            self.make_history(record, {"title": TITLES})
            records.append(record)
        created = min(record.created_at for record in records)
        account = random.choice([*self.accounts, None])
        lead = Lead(f"lead-{number}", created, records, account)
        for index in range(random.choice([0, 3, 8, 15])):
            lead.engagements.append(
                {
                    "id": f"e-{number}-{index}",
                    "engagement_type": random.choice(TYPES),
                    "occurred_at": created if random.random() < 0.1 else self.instant(-10, 178),
                    "is_bot": random.random() < 0.1,
                }
            )
        facts: list[dict[str, Any]] = []
        for _ in range(random.choice([0, 1, 2, 4, 8])):
            name = random.choice(["accepted", "rejected", "rejected", "meeting_held", "next_step_dated"])
            if random.random() < 0.2 and facts:
                at = facts[-1]["occurred_at"]
            elif random.random() < 0.2 and lead.engagements:
                at = random.choice(lead.engagements)["occurred_at"]
            else:
                at = self.instant(0, 178)
            if at < created and name == "rejected":
                at = created
            facts.append({"crm_fact": name, "occurred_at": at, "opportunity_id": None})
        for index in range(random.choice([0, 0, 0, 1, 2, 3])):
            opened = max(created, self.instant(20, 150))
            facts.append(self.opportunity_fact("opportunity_created", opened, f"o-{number}-{index}"))
            if random.random() < 0.8:
                closed = max(opened, self.instant(60, 178))
                name = "opportunity_won" if random.random() < 0.25 else "opportunity_lost"
                facts.append(self.opportunity_fact(name, closed, f"o-{number}-{index}"))
        for order, fact in enumerate(facts):
            closing = fact["crm_fact"] in ("opportunity_won", "opportunity_lost")
            fact["source_order"] = order + (100 if closing else random.choice([0, 50]))
            # What a field said before anybody tracked it: its date is a guess.
            fact["is_inferred"] = fact["opportunity_id"] is None and random.random() < 0.15
            fact["raw_reason"] = random.choice(REASONS) if fact["crm_fact"] == "rejected" else None
        # No two facts at one place in the source's order.
        for order, fact in enumerate(sorted(facts, key=lambda f: f["source_order"])):
            fact["source_order"] = order
        lead.facts = facts
        self.few = None
        return lead

    @staticmethod
    def opportunity_fact(name: str, at: int, opportunity: str) -> dict[str, Any]:
        return {"crm_fact": name, "occurred_at": at, "opportunity_id": opportunity}

    def make_opportunities(self, account: Account) -> None:
        self.few = self.few_instants()
        for index in range(self.random.choice([0, 0, 1, 2, 3])):
            opened = self.instant(0, 120)
            closed = max(opened, self.instant(30, 178)) if self.random.random() < 0.8 else None
            account.opportunities.append(
                {
                    "opportunity_id": f"{account.key}-o{index}",
                    "created_at": opened,
                    "closed_at": closed,
                    "is_open": closed is None,
                    "is_won": closed is not None and self.random.random() < 0.25,
                }
            )
        self.few = None

    # ------------------------------------------------------------ rows

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of every upstream table, as `Warehouse.put` takes them."""
        loaded = when(us(AS_OF))
        none = lambda rows: [{k: (None if v == "" else v) for k, v in row.items()} for row in rows]  # noqa: E731
        tables: dict[str, list[dict[str, Any]]] = {
            "definitions.stage_rules": none(self.definitions.stage_rules),
            "definitions.scoring_rules": none(self.definitions.scoring_rules),
            "definitions.icp_criteria": none(self.definitions.icp_criteria),
            "definitions.definition_versions": [
                {
                    "version": version,
                    "effective_from": day,
                    "sales_signed_by": "S" if version in self.signed else None,
                    "marketing_signed_by": "M",
                }
                for version, day in self.effective
            ],
        }
        history: dict[str, list[dict[str, Any]]] = {
            "stg_salesforce__lead_history": [],
            "stg_salesforce__contact_history": [],
            "stg_salesforce__account_history": [],
            "stg_hubspot__contact_property_history": [],
            "stg_hubspot__company_property_history": [],
        }
        fields = {
            ("salesforce", "title"): "Title",
            ("hubspot", "title"): "jobtitle",
            ("salesforce", "industry"): "Industry",
            ("hubspot", "industry"): "industry",
            ("salesforce", "employee_count"): "NumberOfEmployees",
            ("hubspot", "employee_count"): "numberofemployees",
        }

        def bank(record: Record) -> None:
            for at, attribute, old, new, _ in record.history:
                name = fields[record.source_system, attribute]
                source_id = record.key.split(":")[2]
                if record.source_system == "salesforce":
                    history[f"stg_salesforce__{record.source_object}_history"].append(
                        {
                            f"salesforce_{record.source_object}_history_id": f"{record.key}-{attribute}-{at}",
                            f"salesforce_{record.source_object}_id": source_id,
                            "field_name": name,
                            # What a form shows before anybody chose.
                            "old_value": "Select" if old is None else old,
                            "new_value": "--None--" if new is None else new,
                            "is_deleted": False,
                            "changed_at": when(at),
                        }
                    )
                else:
                    history[f"stg_hubspot__{record.source_object}_property_history"].append(
                        {
                            f"hubspot_{record.source_object}_id": source_id,
                            "property_name": name,
                            "property_value": new,
                            "is_deleted": False,
                            "changed_at": when(at),
                        }
                    )

        people, lead_bridge, leads, lead_accounts = [], [], [], []
        engagements, facts = [], []
        for lead in self.leads:
            leads.append(
                {
                    "lead_id": lead.key,
                    "first_record_key": min(lead.records, key=lambda r: (r.created_at, r.key)).key,
                    "created_at": when(lead.created_at),
                    "first_loaded_at": loaded,
                    "is_deleted": False,
                    "is_opted_out": False,
                }
            )
            lead_accounts.append(
                {"lead_id": lead.key, "account_id": lead.account.key if lead.account else None}
            )
            for record in lead.records:
                bank(record)
                people.append(
                    {
                        "record_key": record.key,
                        "source_system": record.source_system,
                        "source_object": record.source_object,
                        "source_id": record.key.split(":")[2],
                        "created_at": when(record.created_at),
                        "modified_at": when(record.modified_at),
                        "is_deleted": False,
                        **record.values,
                    }
                )
                lead_bridge.append({"record_key": record.key, "lead_id": lead.key, "is_excluded": False})
            for e in lead.engagements:
                kind = self.definitions.engagement_types[e["engagement_type"]]
                engagements.append(
                    {
                        "engagement_id": e["id"],
                        "source_record_key": f"source-{e['id']}",
                        "lead_id": lead.key,
                        "account_id": lead.account.key if lead.account else None,
                        "occurred_at": when(e["occurred_at"]),
                        "loaded_at": loaded,
                        "engagement_type": e["engagement_type"],
                        "channel": kind["channel"],
                        "direction": kind["direction"],
                        "is_bot": e["is_bot"],
                        "is_touch": kind["is_touch"] == "true",
                        "is_hand_raiser": kind["is_hand_raiser"] == "true",
                        "is_intent": kind["is_intent"] == "true",
                        "is_human": kind["is_human"] == "true",
                    }
                )
            for f in lead.facts:
                facts.append(
                    {
                        "lead_id": lead.key,
                        "crm_fact": f["crm_fact"],
                        "occurred_at": when(f["occurred_at"]),
                        "source_order": f["source_order"],
                        "opportunity_id": f["opportunity_id"],
                        "raw_reason": f["raw_reason"],
                        "source_record_key": f"fact-{lead.key}-{f['source_order']}",
                        "known_at": loaded,
                        "is_inferred": f["is_inferred"],
                    }
                )
        for number, account in enumerate(self.accounts[::3]):
            # What somebody unknown did at an account is nobody's: an account's rules count what its leads did.
            engagements.append(
                engagements[0]
                | {"engagement_id": f"unknown-{number}", "source_record_key": f"source-unknown-{number}"}
                | {"lead_id": None, "account_id": account.key, "is_bot": False}
                | {"occurred_at": when(account.created_at + 10 * DAY)}
            )
        accounts, account_records, account_bridge, targets, opportunities = [], [], [], [], []
        for account in self.accounts:
            accounts.append(
                {
                    "account_id": account.key,
                    "account_name": account.key,
                    "created_at": when(account.created_at),
                    "first_loaded_at": loaded,
                    "is_deleted": False,
                    "is_inferred": False,
                }
            )
            for record in account.records:
                bank(record)
                account_records.append(
                    {
                        "record_key": record.key,
                        "source_system": record.source_system,
                        "source_object": record.source_object,
                        "created_at": when(record.created_at),
                        "modified_at": when(record.modified_at),
                        "is_deleted": False,
                        **record.values,
                    }
                )
                account_bridge.append(
                    {"record_key": record.key, "account_id": account.key, "is_excluded": False}
                )
            for start, end, tier in account.target_stays:
                targets.append(
                    {
                        "account_id": account.key,
                        "target_tier": tier,
                        "valid_from": when(start),
                        "valid_to": when(end),
                    }
                )
            for o in account.opportunities:
                opportunities.append(
                    {
                        "opportunity_id": o["opportunity_id"],
                        "account_id": account.key,
                        "is_open": o["is_open"],
                        "is_won": o["is_won"],
                        "created_at": when(o["created_at"]),
                        "closed_at": when(o["closed_at"]),
                    }
                )
        tables |= {
            "intermediate.int_people__leads": leads,
            "intermediate.int_people__records": people,
            "core.bridge_lead_records": lead_bridge,
            "core.bridge_lead_accounts": lead_accounts,
            "core.fct_engagements": engagements,
            "intermediate.int_lifecycle__crm_facts": facts,
            "intermediate.int_accounts__accounts": accounts,
            "intermediate.int_accounts__records": account_records,
            "core.bridge_account_records": account_bridge,
            "intermediate.int_accounts__targets": targets,
            "intermediate.int_opportunities__unified": opportunities,
        }
        return tables | {f"staging.{name}": rows for name, rows in history.items()}
