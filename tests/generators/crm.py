"""Small random CRMs, many of them with disjoint ids, as rows of the staging tables: all that identity can meet."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
AS_OF = datetime(2026, 7, 1)
TABLES = (
    "stg_salesforce__leads",
    "stg_salesforce__contacts",
    "stg_salesforce__accounts",
    "stg_salesforce__opportunities",
    "stg_hubspot__contacts",
    "stg_hubspot__companies",
    "stg_hubspot__contact_companies",
    "stg_hubspot__contact_merge_audits",
    "stg_hubspot__contact_property_history",
    "stg_hubspot__deals",
    "stg_hubspot__deal_companies",
    "stg_hubspot__deal_pipeline_stages",
    "stg_salesforce__lead_history",
    "stg_marketo__leads",
    "stg_marketo__merge_lead_activities",
    "stg_marketo__delete_lead_activities",
    "stg_pardot__prospects",
)
# One euro rate ends the day before AS_OF in New York, one that nobody ended lies under both, a pound's was deleted, and
# nobody knows an XXX.
RATES: tuple[Row, ...] = (
    {"currency_code": "EUR", "conversion_rate": 0.1, "start_date": date(2019, 1, 1), "next_start_date": None,
     "is_deleted": False},
    {"currency_code": "EUR", "conversion_rate": 0.5, "start_date": date(2020, 1, 1),
     "next_start_date": date(2026, 6, 30), "is_deleted": False},
    {"currency_code": "EUR", "conversion_rate": 0.8, "start_date": date(2026, 6, 30), "next_start_date": None,
     "is_deleted": False},
    {"currency_code": "GBP", "conversion_rate": 0.25, "start_date": date(2020, 1, 1), "next_start_date": None,
     "is_deleted": True},
)  # fmt: skip
LEGAL_FORMS = (
    "", "", " Inc.", ", Inc", " Ltd", " GmbH", " S.A.", " & Co. KG", " LLC", " Pty Ltd",
    ", S. de R.L. de C.V.", " Sp. z o.o.",
)  # fmt: skip
# AS_OF is the evening of the last of June in New York.
CONVERSION_DAYS = (date(2026, 5, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 3))


class World:
    """One company's extracts. Ids carry the world's number, so that worlds never meet."""

    def __init__(self, number: int, seed: int) -> None:
        self.number = number
        self.random = random.Random(seed * 1_000_003 + number)
        self.rows: dict[str, list[Row]] = {table: [] for table in TABLES}
        self.overrides: list[Row] = []
        self.targets: list[Row] = []
        self.people: dict[str, list[str]] = {
            kind: [self.identifier(kind, i) for i in range(self.size())]
            for kind in ("00Q", "003", "vid", "mkto", "pdt")
        }
        self.accounts = [self.identifier("001", i) for i in range(self.size())]
        self.companies = [self.identifier("co", i) for i in range(self.size())]
        self.domains = [f"w{number}-{i}.{tld}" for i, tld in enumerate(("com", "co.uk", "example"))]
        self.names = [f"Größe {number} {word}" for word in ("Alpha", "Beta & Sons")]
        self.fill()

    def size(self) -> int:
        """How many records of a kind there are."""
        return self.random.randint(0, 4)

    def identifier(self, kind: str, i: int) -> str:
        if kind in ("00Q", "003", "001"):
            return f"{kind}{self.number:010d}{i:02d}"
        return f"{self.number * 1000 + {'vid': 100, 'mkto': 200, 'pdt': 300, 'co': 400}[kind] + i}"

    def maybe(self, chance: float, value: Any) -> Any:
        return value if self.random.random() < chance else None

    def some(self, kind: str) -> str:
        """An id of the kind, now and then one that nobody extracted."""
        known = {"001": self.accounts, "co": self.companies} | self.people
        absent = [self.identifier(kind, 90), self.identifier(kind, 91)]
        return self.random.choice(
            known[kind] + absent if self.random.random() < 0.3 else known[kind] or absent
        )

    def instant(self) -> datetime | None:
        if self.random.random() < 0.05:
            return None
        # few distinct days: ties are common; some lie after as_of
        return AS_OF - timedelta(days=self.random.choice((400, 300, 200, 100, 50, 10, 1, 0, -3)))

    def email(self) -> str | None:
        if self.random.random() < 0.15:
            return None
        local = self.random.choice(("ann", "bob", "cy", "dee", "eve", "info", "Ann+news", "+x"))
        if self.random.random() < 0.03:
            local = self.random.choice(("bob+qa", "test"))
        domain = self.random.choice((*self.domains, *self.domains, "gmail.com", "mail." + self.domains[0]))
        if self.random.random() < 0.02:
            domain = "concord-demo.example"
        if domain not in self.domains:
            local = f"w{self.number}{local}"
        address = f"{local}@{domain}"
        spoiled = (
            address.upper(), f" {address} ", address.replace("@", "@@"), address.replace("@", " @"),
            f"{local}@nodot", f"@{domain}", f"{local}@{domain}.",
        )  # fmt: skip
        return self.random.choice(spoiled) if self.random.random() < 0.12 else address

    def website(self) -> str | None:
        domain = self.random.choice(self.domains)
        return self.random.choice(
            (
                None, domain, f"https://www.{domain}/about?x=1", f"http://user:pw@{domain}:8080/", f"//{domain}.",
                "https://www.linkedin.com/company/x", "http://10.0.0.1/", "localhost", "co.uk", f"WWW.{domain.upper()}",
            )
        )  # fmt: skip

    def company_name(self) -> str | None:
        if self.random.random() < 0.3:
            return None
        name = self.random.choice(self.names) + self.random.choice(LEGAL_FORMS)
        return self.random.choice((name, name.upper(), f"The {name}", name.replace("ö", "o")))

    def person(self) -> Row:
        created = self.instant()
        return {
            "email": self.email(),
            "first_name": self.maybe(0.8, self.random.choice(("Ann", "Bob", "Cy") * 9 + ("Asdf",))),
            "last_name": self.maybe(0.8, self.random.choice(("Lee", "Öz", "Test") * 9 + ("test test",))),
            "title": self.maybe(0.6, self.random.choice(("CEO", "VP Sales", "Engineer"))),
            "company_name": self.company_name(),
            "is_opted_out": self.maybe(0.7, self.random.random() < 0.1),
            "is_deleted": self.random.random() < 0.15,
            "created_at": created,
            "last_modified_at": self.maybe(
                0.8, created and created + timedelta(days=self.random.randint(0, 3))
            ),
            "loaded_at": AS_OF,
        }

    def fill(self) -> None:
        r = self.random
        put = {table: rows.append for table, rows in self.rows.items()}
        for identifier in self.people["00Q"]:
            put["stg_salesforce__leads"](
                self.person()
                | {
                    "salesforce_lead_id": identifier,
                    "full_name": self.maybe(0.3, "Full Name"),
                    "merged_into_salesforce_lead_id": self.maybe(0.2, self.some("00Q")),
                    "converted_salesforce_contact_id": self.maybe(0.3, self.some("003")),
                    "converted_salesforce_account_id": self.maybe(0.3, self.some("001")),
                    "converted_date": self.maybe(0.5, r.choice(CONVERSION_DAYS)),
                }
            )
        for identifier in self.people["003"]:
            person = self.person() | {
                "salesforce_contact_id": identifier,
                "merged_into_salesforce_contact_id": self.maybe(0.2, self.some("003")),
                "salesforce_account_id": self.maybe(0.5, self.some("001")),
            }
            del person["company_name"]
            put["stg_salesforce__contacts"](person)
        for identifier in self.people["vid"]:
            merged = ";".join(self.some("vid") for _ in range(r.randint(1, 3)))
            put["stg_hubspot__contacts"](
                self.person()
                | {
                    "hubspot_contact_id": identifier,
                    "merged_hubspot_contact_ids": self.maybe(0.25, merged),
                    "salesforce_lead_id": self.maybe(0.2, self.some("00Q")),
                    "salesforce_contact_id": self.maybe(0.2, self.some("003")),
                    "primary_hubspot_company_id": self.maybe(0.4, self.some("co")),
                }
            )
            if r.random() < 0.3:
                put["stg_hubspot__contact_companies"](
                    {
                        "hubspot_contact_id": identifier,
                        "hubspot_company_id": self.some("co"),
                        "association_type_id": r.choice(("1", "279")),
                        "is_deleted": r.random() < 0.1,
                    }
                )
        for identifier in self.people["mkto"]:
            put["stg_marketo__leads"](
                self.person()
                | {
                    "marketo_lead_id": identifier,
                    "salesforce_lead_id": self.maybe(0.2, self.some("00Q")),
                    "salesforce_contact_id": self.maybe(0.2, self.some("003")),
                }
            )
        for identifier in self.people["pdt"]:
            put["stg_pardot__prospects"](
                self.person()
                | {
                    "pardot_prospect_id": identifier,
                    "salesforce_lead_id": self.maybe(0.2, self.some("00Q")),
                    "salesforce_contact_id": self.maybe(0.2, self.some("003")),
                }
            )
        for i in range(r.choice((0, 0, 1, 2))):
            put["stg_hubspot__contact_merge_audits"](
                {
                    "surviving_hubspot_contact_id": self.some("vid"),
                    "merged_hubspot_contact_id": self.some("vid"),
                    "merged_at": AS_OF - timedelta(days=r.choice((30, 20, 10, -2))),
                }
            )
            merged = ",".join(self.some("mkto") for _ in range(r.randint(1, 2)))
            put["stg_marketo__merge_lead_activities"](
                {
                    "marketo_activity_id": f"{self.number}-{i}",
                    "surviving_marketo_lead_id": self.some("mkto"),
                    "merged_marketo_lead_ids": r.choice((f"[{merged}]", merged)),
                    "occurred_at": AS_OF - timedelta(days=r.choice((30, 20, 10, -2))),
                }
            )
            for _ in range(2):
                put["stg_marketo__delete_lead_activities"](
                    {
                        "marketo_lead_id": self.some("mkto"),
                        "occurred_at": AS_OF - timedelta(days=r.choice((5, -5))),
                    }
                )
        self.fill_accounts()
        self.fill_deals()
        self.fill_overrides()
        self.fill_targets()
        self.fill_addresses()

    def fill_accounts(self) -> None:
        r = self.random

        def account() -> Row:
            created = self.instant()
            return {
                "account_name": self.company_name(),
                "website": self.website(),
                "is_deleted": r.random() < 0.15,
                "created_at": created,
                "last_modified_at": created,
                "loaded_at": AS_OF,
            }

        for identifier in self.accounts:
            self.rows["stg_salesforce__accounts"].append(
                account()
                | {
                    "salesforce_account_id": identifier,
                    "merged_into_salesforce_account_id": self.maybe(0.15, self.some("001")),
                    "parent_salesforce_account_id": self.maybe(0.5, self.some("001")),
                    "currency_code": r.choice((None, "USD", "EUR", "EUR", "GBP", "XXX")),
                    "annual_revenue": self.maybe(0.6, Decimal(r.randint(1, 10**7)) / 4),
                }
            )
        for identifier in self.companies:
            self.rows["stg_hubspot__companies"].append(
                account()
                | {
                    "hubspot_company_id": identifier,
                    "domain": self.maybe(
                        0.7, r.choice((*self.domains, *self.domains, "n/a", "10.0.0.1", "facebook.com"))
                    ),
                    "additional_domains": self.maybe(0.2, r.choice(";,").join(r.sample(self.domains, 2))),
                    "merged_hubspot_company_ids": self.maybe(0.15, self.some("co")),
                    "salesforce_account_id": self.maybe(0.15, self.some("001")),
                    "parent_hubspot_company_id": self.maybe(0.4, self.some("co")),
                    "annual_revenue": self.maybe(0.6, Decimal(r.randint(1, 10**7)) / 4),
                }
            )
        for i in range(r.choice((0, 1, 2))):
            self.rows["stg_salesforce__opportunities"].append(self.opportunity(i, (90, 30, -3)))

    def opportunity(self, i: int, ages: tuple[int, ...]) -> Row:
        """A Salesforce opportunity that is one of so many days old."""
        r = self.random
        closed = r.random() < 0.5
        return {
            "salesforce_opportunity_id": f"006{self.number:010d}{i:02d}",
            "salesforce_account_id": self.some("001"),
            "is_closed": closed,
            "is_won": closed and r.random() < 0.5,
            "is_deleted": r.random() < 0.1,
            "created_at": AS_OF - timedelta(days=r.choice(ages)),
            "close_date": (AS_OF - timedelta(days=20)).date(),
        }

    def fill_deals(self) -> None:
        r = self.random
        stages = {"closedwon": None, "closedlost": None, "appointment": None}
        for name, closed, won in (("o", False, False), ("w", True, True), ("l", True, False)):
            stages[f"{self.number}-{name}"] = None
            self.rows["stg_hubspot__deal_pipeline_stages"].append(
                {"hubspot_pipeline_stage_id": f"{self.number}-{name}", "is_closed": closed, "is_won": won}
            )
        for i in range(r.choice((0, 1, 2))):
            deal = f"{self.number * 1000 + 500 + i}"
            self.rows["stg_hubspot__deals"].append(
                {
                    "hubspot_deal_id": deal,
                    "hubspot_pipeline_stage_id": r.choice(list(stages)),
                    "is_deleted": r.random() < 0.1,
                    "created_at": AS_OF - timedelta(days=r.choice((90, 30, -3))),
                    "close_at": AS_OF - timedelta(days=20),
                }
            )
            for company in sorted({self.some("co") for _ in range(r.choice((0, 1, 1, 2)))}):
                self.rows["stg_hubspot__deal_companies"].append(
                    {
                        "hubspot_deal_id": deal,
                        "hubspot_company_id": company,
                        "association_type_id": r.choice(("5", "5", "341")),
                        "is_deleted": r.random() < 0.1,
                    }
                )

    def fill_targets(self) -> None:
        r = self.random
        for identifier in self.accounts:
            if r.random() < 0.4:
                added = (AS_OF - timedelta(days=r.choice((100, 10, -1)))).date()
                self.targets.append(
                    {
                        "account_ref": f"salesforce:account:{identifier}",
                        "target_tier": r.randint(1, 3),
                        "added_on": added,
                        "removed_on": self.maybe(0.2, (AS_OF - timedelta(days=r.choice((5, -5)))).date()),
                        "sales_agreed_by": self.maybe(0.9, "a"),
                        "marketing_agreed_by": self.maybe(0.9, "b"),
                    }
                )

    def fill_addresses(self) -> None:
        r = self.random
        days = (300, 200, 100, 50, 10, -3)
        for identifier in self.people["vid"]:
            for at in sorted(r.sample(days, r.choice((0, 0, 1, 2, 3))), reverse=True):
                self.rows["stg_hubspot__contact_property_history"].append(
                    {
                        "hubspot_contact_id": identifier,
                        "property_name": r.choice(("email", "email", "email", "jobtitle")),
                        "property_value": self.email(),
                        "changed_at": AS_OF - timedelta(days=at),
                    }
                )
        for identifier in self.people["00Q"]:
            for at in r.sample(days, r.choice((0, 0, 1, 2))):
                self.rows["stg_salesforce__lead_history"].append(
                    {
                        "salesforce_lead_history_id": f"{identifier}-{at}",
                        "salesforce_lead_id": identifier,
                        "field_name": r.choice(("Email", "Email", "Status")),
                        "old_value": self.email(),
                        "new_value": self.email(),
                        "changed_at": AS_OF - timedelta(days=at),
                    }
                )

    def fill_overrides(self) -> None:
        r = self.random
        leads = (
            [f"salesforce:lead:{i}" for i in self.people["00Q"]]
            + [f"ann@{d}" for d in self.domains]
            + [f"Ann+x@{self.domains[0]}"]
        )
        accounts = [f"salesforce:account:{i}" for i in self.accounts] + self.domains
        for i in range(r.choice((0, 0, 0, 1, 2))):
            self.overrides.append(
                {
                    "lead_ref": r.choice(leads),
                    "account_ref": r.choice(accounts),
                    "decided_by": "a person",
                    "decided_on": (AS_OF - timedelta(days=10 + i)).date(),
                }
            )
