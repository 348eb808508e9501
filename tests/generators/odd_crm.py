"""Companies as only old CRMs hold them: long chains, wide families, many on one domain, odd spellings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.generators.crm import AS_OF, Row, World
from tests.reference.identity import key


class OddWorld(World):
    """More records than a World has, and what it never does with them; each company has a few of the oddities."""

    def size(self) -> int:
        return self.random.randint(0, self.random.choice((2, 6, 14)))

    def odd(self, chance: float) -> bool:
        return self.random.random() < chance

    def instant(self) -> datetime | None:
        """In some companies nearly all records are of one instant or of none."""
        if self.odd(0.3):
            return self.random.choice((None, AS_OF - timedelta(days=200), AS_OF))
        return super().instant()

    def email(self) -> str | None:
        if not self.odd(0.25):
            return super().email()
        n, domain = self.number, self.domains[0]
        return self.random.choice(
            (
                f"ann@{domain}", f"ANN+a+b@{domain.upper()}", f"\tann@{domain}\u00a0", f"ann+@{domain}",
                f"sales+x@{domain}", f"Info+@{domain}", f"ann@größe-{n}.de", f"ANN@GRÖSSE-{n}.DE",
                f"ann@xn--gre-{n}.de", f"ann@a.b.w{n}.github.io", f"ann@w{n}.kobe.jp", f"ann@a.w{n}.kobe.jp",
                f"w{n}@10.0.0.1", f"w{n}@mail.concord-demo.example", f"ann@{domain},bob@{domain}",
                f"<ann@{domain}>", f"ann@-w{n}.com", f"ann@w{n}.mailinator.com", f"ann@w{n}..com",
            )
        )  # fmt: skip

    def website(self) -> str | None:
        if not self.odd(0.3):
            return super().website()
        n, domain = self.number, self.random.choice(self.domains)
        return self.random.choice(
            (
                f"HTTP://{domain}", f"http:////{domain}/", f"https://{domain}?x=//y.com", f"{domain}:443/a@b.com",
                f"mail@{domain}", f"http://www.größe-{n}.de/ü", f"GRÖSSE-{n}.de", f"w{n}.github.io", "github.io",
                f"a.w{n}.kobe.jp", f"w{n}.kobe.jp", f"https://{domain}#//z.com", "gmail.com",
                f" {domain}\n", f"{domain} or other.com", f"http://{domain}\\about", "http://", "-", "n/a",
                "concord-demo.example" if self.odd(0.3) else None, f"http://[::1]/{domain}", f"{domain}...",
            )
        )  # fmt: skip

    def company_name(self) -> str | None:
        if not self.odd(0.3):
            return super().company_name()
        n = self.number
        return self.random.choice(
            (
                f"GmbH {n}", f"{n}", f"The {n}", f"{n} the", f"Ltd {n} Ltd", f"ООО Ромашка {n}", f"株式会社 {n}",
                f"{n} & Co", f"{n} and Company, Inc.", f"Ærø-{n}", f"{n}  S.A.R.L.", f"S.A. {n}",
                f"{n} L.L.C. Inc. Ltd", f"{n} Inc. Inc. Inc. Inc. Inc. Inc.", f"“{n}”", f"«{n}»",
                f"„{n}“ GmbH", f"‘{n}’", f"{n} · Inc", f"{n}（Inc）", f"O‘Neil {n}", f"Ñandú–{n}…",
                f"{n} s. a. r. l.", f"{n} İ", f"#{n}", f"O’Neil {n}", f"O'Neil {n}", f"Inc. {n}", f"& {n}",
                f"The The {n}", f"Größe {n} Alpha", f"GROSSE {n} ALPHA INC", f"test {n} test", f"{n} + {n}",
                f"{n}/{n}",
            )
        )  # fmt: skip

    def fill(self) -> None:
        super().fill()
        by_id = {
            table: {row[identifier]: row for row in self.rows[table]}
            for table, identifier in (
                ("stg_salesforce__leads", "salesforce_lead_id"),
                ("stg_salesforce__contacts", "salesforce_contact_id"),
                ("stg_salesforce__accounts", "salesforce_account_id"),
                ("stg_hubspot__contacts", "hubspot_contact_id"),
                ("stg_hubspot__companies", "hubspot_company_id"),
            )
        }
        leads, contacts, accounts, vids, companies = by_id.values()
        self.chain(leads, "merged_into_salesforce_lead_id", 0.3, dead=True)
        self.chain(contacts, "merged_into_salesforce_contact_id", 0.3, dead=True)
        self.chain(accounts, "parent_salesforce_account_id", 0.6)
        self.chain(accounts, "merged_into_salesforce_account_id", 0.3, dead=True)
        self.chain(companies, "parent_hubspot_company_id", 0.6)
        self.swallow(companies, "merged_hubspot_company_ids", "co")
        self.swallow(vids, "merged_hubspot_contact_ids", "vid")
        self.shared(companies, "salesforce_account_id", "001")
        self.shared(leads, "converted_salesforce_contact_id", "003")
        self.shared(vids, "primary_hubspot_company_id", "co")
        self.shared(contacts, "salesforce_account_id", "001")
        self.shared(accounts, "parent_salesforce_account_id", "001")
        self.shared(companies, "parent_hubspot_company_id", "co")
        if self.odd(0.3):
            for row in [*accounts.values(), *companies.values()]:
                if self.odd(0.7):
                    row["website"] = self.domains[0]
        for rows in by_id.values():
            if self.odd(0.1):
                for row in rows.values():
                    row["is_deleted"] = True
        self.fill_standings()
        self.fill_ties()
        self.fill_merged_away()

    def part(self, rows: dict[str, Row]) -> list[str]:
        """Some of the ids, in any order."""
        return self.random.sample(list(rows), self.random.randint(0, len(rows)))

    def chain(self, rows: dict[str, Row], column: str, chance: float, dead: bool = False) -> None:
        if not self.odd(chance):
            return
        ids = self.part(rows)
        for one, next_ in zip(ids, ids[1:] + (ids[:1] if self.odd(0.2) else []), strict=False):
            rows[one][column] = next_
            if dead:
                rows[one]["is_deleted"] = self.odd(0.8)
            if not rows[next_]["is_deleted"] and not dead and self.odd(0.05):
                rows[next_]["is_deleted"] = True

    def swallow(self, rows: dict[str, Row], column: str, kind: str) -> None:
        """HubSpot's list of what a record swallowed: known ones, chains of them, and such as nobody extracted."""
        if not rows or not self.odd(0.4):
            return
        for one in self.random.sample(list(rows), self.random.randint(1, min(3, len(rows)))):
            ids = [self.some(kind) for _ in range(self.random.randint(1, 4))]
            text = self.random.choice((";", ",", "; ", ", ")).join(ids)
            rows[one][column] = self.random.choice((text, f"[{text}]", f"{ids[0]}.0", f";{text};"))
            for other in ids:
                if other in rows and self.odd(0.6):
                    rows[other]["is_deleted"] = True

    def shared(self, rows: dict[str, Row], column: str, kind: str) -> None:
        if self.odd(0.2):
            value = self.some(kind)
            for one in self.part(rows):
                rows[one][column] = value

    def fill_merged_away(self) -> None:
        """Records that others point at are in no extract any more: only those into which they were merged name them."""
        r = self.random
        for table, identifier, column in (
            ("stg_salesforce__leads", "salesforce_lead_id", "merged_into_salesforce_lead_id"),
            ("stg_salesforce__contacts", "salesforce_contact_id", "merged_into_salesforce_contact_id"),
            ("stg_salesforce__accounts", "salesforce_account_id", "merged_into_salesforce_account_id"),
            ("stg_hubspot__contacts", "hubspot_contact_id", "merged_hubspot_contact_ids"),
            ("stg_hubspot__companies", "hubspot_company_id", "merged_hubspot_company_ids"),
            ("stg_marketo__leads", "marketo_lead_id", None),
        ):
            rows = self.rows[table]
            for _ in range(r.choice((0, 0, 1, 2))):
                if len(rows) < 2:
                    break
                gone = rows.pop(r.randrange(len(rows)))[identifier]
                other = r.choice(rows)
                if column:
                    other[column] = gone
                    continue
                self.rows["stg_marketo__merge_lead_activities"].append(
                    {
                        "marketo_activity_id": f"{self.number}-gone-{gone}",
                        "surviving_marketo_lead_id": other[identifier],
                        "merged_marketo_lead_ids": f"[{gone}]",
                        "occurred_at": AS_OF - timedelta(days=r.choice((30, 10, -2))),
                    }
                )

    def fill_standings(self) -> None:
        """Customers, open opportunities and targets by the dozen, so that owners of a domain differ."""
        r = self.random
        for i in range(r.choice((0, 0, 4, 8))):
            row = self.opportunity(10 + i, (90, 30, 0, -3))
            row["close_date"] = (AS_OF - timedelta(days=r.choice((120, 20)))).date()
            self.rows["stg_salesforce__opportunities"].append(row)
        for _ in range(r.choice((0, 0, 3, 6))):
            self.targets.append(
                {
                    "account_ref": self.account_ref(),
                    "target_tier": r.randint(1, 3),
                    "added_on": r.choice(
                        (
                            None,
                            AS_OF.date(),
                            (AS_OF - timedelta(days=1)).date(),
                            (AS_OF - timedelta(days=9)).date(),
                        )
                    ),
                    "removed_on": r.choice(
                        (None, None, None, AS_OF.date(), (AS_OF - timedelta(days=9)).date())
                    ),
                    "sales_agreed_by": r.choice(("a", "a", " a ", " ")),
                    "marketing_agreed_by": "b",
                }
            )

    def fill_ties(self) -> None:
        """Several changes of an address at one instant, and histories of records that nobody extracted."""
        r = self.random
        at = AS_OF - timedelta(days=40)
        for identifier in self.people["00Q"][:3] + self.people["vid"][:3] + [self.some("00Q")]:
            for i in range(r.choice((0, 0, 2, 3))):
                if identifier.startswith("00Q"):
                    self.rows["stg_salesforce__lead_history"].append(
                        {
                            "salesforce_lead_history_id": f"{identifier}-tie-{i}",
                            "salesforce_lead_id": identifier,
                            "field_name": "Email",
                            "old_value": self.email(),
                            "new_value": self.email(),
                            "changed_at": at,
                        }
                    )
                else:
                    self.rows["stg_hubspot__contact_property_history"].append(
                        {
                            "hubspot_contact_id": identifier,
                            "property_name": "email",
                            "property_value": self.email(),
                            "changed_at": at,
                        }
                    )

    def lead_ref(self) -> str:
        r = self.random
        kind, prefix = r.choice(
            (
                ("00Q", "salesforce:lead:"), ("003", "salesforce:contact:"), ("vid", "hubspot:contact:"),
                ("mkto", "marketo:lead:"), ("pdt", "pardot:prospect:"),
            )
        )  # fmt: skip
        reference = prefix + self.some(kind)
        return r.choice(
            (
                reference,
                f" {reference} ",
                f"{reference}AAZ" if prefix.startswith("salesforce") else reference,
                key(reference),
                f" {key(reference)}",
                self.email() or "",
                f"ann@{self.domains[0]}",
                f" ANN+other@{self.domains[0].upper()}",
            )
        )

    def account_ref(self) -> str:
        r = self.random
        kind, prefix = r.choice((("001", "salesforce:account:"), ("co", "hubspot:company:")))
        reference, domain = prefix + self.some(kind), r.choice(self.domains)
        return r.choice(
            (
                reference,
                f" {reference} ",
                f"{reference}AAZ" if kind == "001" else reference,
                key(reference),
                domain,
                f"https://www.{domain}/x",
                f" {domain.upper()}",
                f"größe-{self.number}.de",
                f"w{self.number}-nobody.com",
                key(f"domain:{domain}"),
                key(f"domain:w{self.number}-nobody.com"),
                f"a.w{self.number}.kobe.jp",
            )
        )

    def fill_overrides(self) -> None:
        super().fill_overrides()
        for _ in range(self.random.choice((0, 0, 1, 3, 6))):
            self.overrides.append(self.override())

    def override(self) -> dict[str, Any]:
        days = (1, 1, 10, 0, -1)
        return {
            "lead_ref": self.lead_ref(),
            "account_ref": self.account_ref(),
            "decided_by": "a person",
            "decided_on": self.maybe(0.8, (AS_OF - timedelta(days=self.random.choice(days))).date()),
        }
