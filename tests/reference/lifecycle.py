"""What the lifecycle ledger must say, by walking each lead's and account's events in time.

Written from the semantics alone: no sweep, no interval, no SQL. At every instant at which anything could change, the
CRM facts of that instant apply in the source's order, then the rules of the version in force in stage order, each
condition answered by looking at everything again. Slow and plain on purpose. Instants are whole microseconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

DAY = 86_400_000_000
LEAD_STAGES = ["mql", "sal", "sqo"]
ACCOUNT_STAGES = ["target", "engaged", "mqa", "saa"]
Row = dict[str, Any]


@dataclass
class Definitions:
    """Rows of the definition seeds. `in_force` lists (starts at, version) of the signed versions, in order of time."""

    in_force: list[tuple[int, int]]
    stage_rules: list[Row]
    scoring_rules: list[Row]
    icp_criteria: list[Row]
    title_rules: list[Row]
    rejection_reasons: list[Row]
    engagement_types: dict[str, Row]
    survivorship: list[Row]

    def version_at(self, t: int) -> int | None:
        version = None
        for starts_at, number in self.in_force:
            if starts_at <= t:
                version = number
        return version


@dataclass
class Record:
    """One source record. `history` has (changed at, attribute, old value or None, new value, has old value)."""

    key: str
    source_system: str
    source_object: str
    created_at: int
    modified_at: int
    values: dict[str, str | None]
    history: list[tuple[int, str, str | None, str | None, bool]] = field(default_factory=list)

    def value_at(self, attribute: str, t: int) -> str | None:
        if t < self.created_at:
            return None
        changes = [change for change in self.history if change[1] == attribute]
        if not changes:
            return self.values.get(attribute)
        value = changes[0][2] if changes[0][4] else None
        for changed_at, _, _, new_value, _ in changes:
            if changed_at <= t:
                value = new_value
        return value or None


@dataclass
class Account:
    key: str
    created_at: int
    records: list[Record]
    target_stays: list[tuple[int, int | None, int]] = field(default_factory=list)
    opportunities: list[Row] = field(default_factory=list)


@dataclass
class Lead:
    key: str
    created_at: int
    records: list[Record]
    account: Account | None
    engagements: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)


def title_words(text: str) -> str:
    return " " + " ".join(re.findall(r"[a-z0-9À-῿぀-ヿ㐀-鿿가-힣]+", text.lower())) + " "


def passes(value: str | None, operator: str, expected: str) -> bool:
    if value is None:
        return False
    options = [option.strip().lower() for option in expected.split("|")]
    if operator == "in":
        return value.strip().lower() in options
    if operator == "not_in":
        return value.strip().lower() not in options
    if operator in ("equals", "not_equals"):
        try:
            same = float(value) == float(expected)
        except ValueError:
            same = value.strip().lower() == expected.strip().lower()
        return same == (operator == "equals")
    if operator == "contains":
        return expected.strip().lower() in value.lower()
    try:
        number = float(value)
    except ValueError:
        return False
    if operator == "between":
        return float(options[0]) <= number <= float(options[1])
    if operator == "at_least":
        return number >= float(expected)
    return number <= float(expected)


@dataclass
class World:
    definitions: Definitions
    as_of: int
    leads: list[Lead]
    accounts: list[Account]

    # ---------------------------------------------------------------- attributes

    def surviving(self, entity: str, attribute: str, records: list[Record], t: int) -> str | None:
        seed_name = "country" if attribute == "country_code" else attribute

        def trust(record: Record) -> tuple[int, int, str]:
            for row in self.definitions.survivorship:
                if (row["entity"], row["attribute"], row["source_system"], row["source_object"]) == (
                    entity, seed_name, record.source_system, record.source_object,
                ):  # fmt: skip
                    return int(row["priority"]), -record.modified_at, record.key
            return 999, -record.modified_at, record.key

        for record in sorted(records, key=trust):
            value = record.value_at(attribute, t)
            if value:
                return value
        return None

    def on_list(self, account: Account | None, t: int) -> bool:
        return account is not None and any(
            start <= t and (end is None or t < end) for start, end, _ in account.target_stays
        )

    def account_attribute(self, account: Account | None, attribute: str, t: int, version: int) -> str | None:
        if account is None:
            return None
        if attribute == "target_tier":
            tiers = [
                tier for start, end, tier in account.target_stays if start <= t and (end is None or t < end)
            ]
            return str(min(tiers)) if tiers else None
        if attribute == "is_icp_fit":
            return self.icp_fit(account, t, version)
        return self.surviving("account", attribute, account.records, t)

    def icp_fit(self, account: Account, t: int, version: int) -> str | None:
        criteria = [row for row in self.definitions.icp_criteria if int(row["version"]) == version]
        if t < account.created_at or not criteria:
            return None
        for row in criteria:
            value = self.account_attribute(account, row["attribute"], t, version)
            held = passes(value, row["operator"], row["value"])
            if held == (row["is_disqualifier"] == "true"):
                return "false"
        return "true"

    def lead_attribute(self, lead: Lead, attribute: str, t: int, version: int) -> str | None:
        if attribute in ("seniority", "buying_role"):
            title = self.surviving("lead", "title", lead.records, t)
            if title is None:
                return None
            for rule in sorted(self.definitions.title_rules, key=lambda row: int(row["priority"])):
                if title_words(rule["pattern"]) in title_words(title):
                    return rule[attribute]
            return None
        if attribute in ("title", "country_code"):
            return self.surviving("lead", attribute, lead.records, t)
        return self.account_attribute(lead.account, attribute, t, version)

    # ---------------------------------------------------------------- counting

    def types_of(self, row: Row) -> set[str]:
        known = self.definitions.engagement_types
        listed = {name for name in (row["engagement_types"] or "").split("|") if name} or set(known)
        if row["kind"] == "hand_raiser":
            listed = {name for name in listed if known[name]["is_hand_raiser"] == "true"}
        if row.get("component") == "intent" and row["kind"] == "engagement":
            listed = {name for name in listed if known[name]["is_intent"] == "true"}
        if row.get("component") == "engagement" and row["kind"] == "engagement":
            listed = {name for name in listed if known[name]["is_intent"] == "false"}
        return listed

    def counting(self, engagements: list[Row], row: Row, t: int, bound: int | None) -> list[Row]:
        window = float(row["window_days"]) * DAY if row["window_days"] else None
        types = self.types_of(row)
        return [
            e
            for e in engagements
            if not e["is_bot"]
            and e["engagement_type"] in types
            and e["occurred_at"] <= t
            and (window is None or e["occurred_at"] > t - window)
            and (bound is None or e["occurred_at"] > bound)
        ]

    def score(self, subject: str, thing: Any, t: int, bound: int | None, version: int) -> dict[str, float]:
        parts = {"firmographic": 0.0, "engagement": 0.0, "intent": 0.0}
        engagements = self.engagements_of(subject, thing)
        for row in self.definitions.scoring_rules:
            if int(row["version"]) != version or row["subject"] != subject:
                continue
            if row["kind"] == "engagement":
                points = float(row["points"]) * len(self.counting(engagements, row, t, bound))
            else:
                value = self.attribute(subject, thing, row["attribute"], t, version)
                points = float(row["points"]) if passes(value, row["operator"], row["value"]) else 0.0
            if row["max_points"]:
                points = min(points, float(row["max_points"]))
            parts[row["component"]] += points
        parts["total"] = sum(parts.values())
        return parts

    def attribute(self, subject: str, thing: Any, attribute: str, t: int, version: int) -> str | None:
        read = self.lead_attribute if subject == "lead" else self.account_attribute
        return read(thing, attribute, t, version)

    def leads_of(self, account: Account) -> list[Lead]:
        return [lead for lead in self.leads if lead.account is account]

    def engagements_of(self, subject: str, thing: Any) -> list[Row]:
        if subject == "lead":
            return thing.engagements
        return [dict(e, lead=lead.key) for lead in self.leads_of(thing) for e in lead.engagements]

    # ---------------------------------------------------------------- rules

    def holds(self, subject: str, thing: Any, row: Row, t: int, bound: int | None, facts: list[Row]) -> bool:
        kind, version = row["kind"], int(row["version"])
        if kind in ("engagement_count", "hand_raiser"):
            counted = self.counting(self.engagements_of(subject, thing), row, t, bound)
            return len(counted) >= int(row["min_count"] or 1)
        if kind == "score":
            return self.score(subject, thing, t, bound, version)[row["component"] or "total"] >= float(
                row["min_score"]
            )
        if kind == "attribute":
            value = self.attribute(subject, thing, row["attribute"], t, version)
            return passes(value, row["operator"], row["value"])
        if kind == "target_account":
            return self.on_list(thing.account if subject == "lead" else thing, t)
        if kind == "crm_fact":
            return any(
                f["crm_fact"] == row["crm_fact"]
                and f["occurred_at"] <= t
                and (bound is None or f["occurred_at"] > bound)
                for f in facts
            )
        if kind == "engaged_people":
            counted = self.counting(self.engagements_of(subject, thing), row, t, bound)
            people = {e["lead"] for e in counted}
            channels = {self.definitions.engagement_types[e["engagement_type"]]["channel"] for e in counted}
            return len(people) >= int(row["min_count"] or 1) and len(channels) >= int(
                row["min_channels"] or 1
            )
        if kind == "people_score":
            qualified = 0
            for lead in self.leads_of(thing):
                walk = self.lead_walks[lead.key]
                if t < lead.created_at:
                    continue
                bound_then = walk.bound_at(t)
                score = self.score("lead", lead, t, bound_then, version)[row["component"] or "total"]
                role = self.lead_attribute(lead, row["attribute"], t, version)
                if score >= float(row["min_score"]) and passes(role, row["operator"], row["value"]):
                    qualified += 1
            return qualified >= int(row["min_count"] or 1)
        raise AssertionError(f"unknown kind {kind}")

    def clauses_holding(
        self, subject: str, thing: Any, stage: str, t: int, bound: int | None, facts: list[Row]
    ) -> list[tuple[str, bool]]:
        """(clause, proves its stage) for every clause of the stage that holds, in the alphabet's order."""
        version = self.definitions.version_at(t)
        clauses: dict[str, list[Row]] = {}
        for row in self.definitions.stage_rules:
            if (int(row["version"]), row["subject"], row["stage"]) == (version, subject, stage):
                clauses.setdefault(row["clause"], []).append(row)
        return [
            (name, any(row["kind"] == "crm_fact" for row in rows))
            for name, rows in sorted(clauses.items())
            if all(self.holds(subject, thing, row, t, bound, facts) for row in rows)
        ]

    def disposition(self, raw_reason: str | None) -> tuple[str, str, bool]:
        for wanted in ((raw_reason or "").strip().lower(), "unspecified"):
            for row in self.definitions.rejection_reasons:
                if row["raw_reason"].strip().lower() == wanted and wanted:
                    code = row["reason_code"] if wanted != "unspecified" else "unspecified"
                    return code, row["disposition"], row["can_reenter"] == "true"
        return "unspecified", "recycle", True

    # ---------------------------------------------------------------- instants

    def windows(self) -> set[int]:
        rows = [*self.definitions.stage_rules, *self.definitions.scoring_rules]
        return {int(float(row["window_days"]) * DAY) for row in rows if row["window_days"]}

    def instants(self, subject: str, thing: Any) -> list[int]:
        account = thing.account if subject == "lead" else thing
        instants = {thing.created_at} | {starts_at for starts_at, _ in self.definitions.in_force}
        for e in self.engagements_of(subject, thing):
            instants.add(e["occurred_at"])
            instants |= {e["occurred_at"] + window for window in self.windows()}
        leads = [thing] if subject == "lead" else self.leads_of(thing)
        for lead in leads:
            instants |= {f["occurred_at"] for f in lead.facts} | {lead.created_at}
            for record in lead.records:
                instants |= {record.created_at} | {change[0] for change in record.history}
        if account is not None:
            instants.add(account.created_at)
            for record in account.records:
                instants |= {record.created_at} | {change[0] for change in record.history}
            for start, end, _ in account.target_stays:
                instants |= {start} if end is None else {start, end}
            for opportunity in account.opportunities:
                instants |= {opportunity["created_at"], opportunity["closed_at"] or opportunity["created_at"]}
        return sorted(t for t in instants if thing.created_at <= t <= self.as_of)

    def walk(self) -> None:
        """Walk every lead, then every account (whose rules read its people's scores)."""
        self.lead_walks = {lead.key: LeadWalk(self, lead) for lead in self.leads}
        self.account_walks = {account.key: AccountWalk(self, account) for account in self.accounts}


class Walk:
    """What leads and accounts have in common: stages, cycles, transitions and scores."""

    subject: str
    stages: list[str]
    ground: str
    endings: tuple[str, ...]

    def __init__(self, world: World, thing: Any) -> None:
        self.world = world
        self.thing = thing
        self.stage: str | None = None
        self.cycle = 1
        self.bound: int | None = None
        self.can_reenter = True
        self.transitions: list[Row] = []
        # Of every transition whether a rule of its stage held at that instant, in the cycle that it belongs to.
        self.by_rule: list[bool] = []
        self.scores: list[tuple[int, dict[str, float]]] = []
        self.bounds: list[tuple[int, int | None]] = []
        for t in world.instants(self.subject, thing):
            self.begin(t)
            self.apply_facts(t)
            self.apply_rules(t)
            self.bounds.append((t, self.bound))
            version = world.definitions.version_at(t)
            if version is not None:
                score = world.score(self.subject, thing, t, self.bound, version)
                if not self.scores or self.scores[-1][1] != score:
                    self.scores.append((t, score))

    def bound_at(self, t: int) -> int | None:
        bound = None
        for at, then in self.bounds:
            if at <= t:
                bound = then
        return bound

    def enter(
        self, stage: str, t: int, trigger: str, inferred: bool = False, reason: str | None = None
    ) -> None:
        self.transitions.append(
            {
                "cycle_number": self.cycle,
                "from_stage": self.stage,
                "to_stage": stage,
                "occurred_at": t,
                "definition_version": self.world.definitions.version_at(t),
                "trigger": trigger,
                "is_inferred": inferred,
                "reason_code": reason,
            }
        )
        self.by_rule.append(
            self.can_reenter
            and bool(self.world.clauses_holding(self.subject, self.thing, stage, t, self.bound, self.facts()))
        )
        self.stage = stage

    def reached(self, stage: str) -> list[int]:
        """When the stage was reached in a cycle by a rule of its own, and left no sooner than it was entered."""
        found = []
        for number, row in enumerate(self.transitions):
            after = [t["occurred_at"] for t in self.transitions[number:] if t["to_stage"] in self.endings]
            if row["to_stage"] == stage and self.by_rule[number] and row["occurred_at"] not in after[:1]:
                found.append(row["occurred_at"])
        return found

    def rank(self, stage: str | None) -> int:
        ladder = [*self.stages, "opportunity", "customer"]
        return ladder.index(stage) + 1 if stage in ladder else 0

    def climb(self, to: str, t: int, trigger: str, inferred_below: str, guessed: bool = False) -> None:
        """Enter every stage between the present one and `to`; those below are inferred."""
        ladder = [*self.stages, "opportunity", "customer"]
        for stage in ladder[self.rank(self.stage) : ladder.index(to)]:
            self.enter(stage, t, inferred_below, inferred=True)
        self.enter(to, t, trigger, inferred=guessed)

    def facts(self) -> list[Row]:
        raise NotImplementedError

    def begin(self, t: int) -> None:
        if self.stage is None:
            self.enter(self.ground, t, f"{self.subject}_created")

    def apply_facts(self, t: int) -> None:
        raise NotImplementedError

    def apply_rules(self, t: int) -> None:
        if self.stage == "lost" and not self.can_reenter:
            return
        for stage in self.stages:
            if self.rank(stage) <= self.rank(self.stage):
                continue
            holding = self.world.clauses_holding(self.subject, self.thing, stage, t, self.bound, self.facts())
            if not holding:
                continue
            clause = holding[0][0]
            if self.rank(stage) == self.rank(self.stage) + 1:
                self.enter(stage, t, clause, inferred=self.rests_on_a_guess(stage, clause, t))
            elif any(proves for _, proves in holding):
                proving = next(clause for clause, proves in holding if proves)
                self.climb(stage, t, proving, proving, guessed=self.rests_on_a_guess(stage, proving, t))

    def rests_on_a_guess(self, stage: str, clause: str, t: int) -> bool:
        """Whether a CRM fact that the clause asks for is known only with a date that was inferred."""
        version = self.world.definitions.version_at(t)
        asked = {
            row["crm_fact"]
            for row in self.world.definitions.stage_rules
            if (int(row["version"]), row["subject"], row["stage"]) == (version, self.subject, stage)
            and row["clause"] == clause
            and row["kind"] == "crm_fact"
        }
        return any(
            all(
                fact["is_inferred"]
                for fact in self.facts()
                if fact["crm_fact"] == name
                and fact["occurred_at"] <= t
                and (self.bound is None or fact["occurred_at"] > self.bound)
            )
            for name in asked
        )


class LeadWalk(Walk):
    subject = "lead"
    stages = LEAD_STAGES
    ground = "raw"
    endings = ("raw", "lost")

    def __init__(self, world: World, thing: Lead) -> None:
        self.open: set[str] = set()
        self.conflicts: list[Row] = []
        super().__init__(world, thing)

    def facts(self) -> list[Row]:
        return [f for f in self.thing.facts if f["occurred_at"] <= self.world.as_of]

    def apply_facts(self, t: int) -> None:
        for fact in sorted(self.facts(), key=lambda f: f["source_order"]):
            if fact["occurred_at"] != t:
                continue
            name = fact["crm_fact"]
            if name == "rejected":
                code, disposition, can_reenter = self.world.disposition(fact["raw_reason"])
                allowed = {"mql", "sal", "sqo"} | ({"raw"} if disposition == "disqualify" else set())
                if self.stage not in allowed:
                    self.conflicts.append(fact | {"stage": self.stage})
                elif disposition == "recycle":
                    self.cycle += 1
                    self.bound = t
                    self.enter("raw", t, "crm_fact:rejected", fact["is_inferred"], reason=code)
                else:
                    self.lose(t, "crm_fact:rejected", can_reenter, code, fact["is_inferred"])
            elif name == "opportunity_created":
                self.open.add(fact["opportunity_id"])
                if self.rank(self.stage) < self.rank("opportunity"):
                    self.climb("opportunity", t, f"crm_fact:{name}", f"crm_fact:{name}")
            elif name == "opportunity_won":
                self.open.discard(fact["opportunity_id"])
                if self.stage != "customer":
                    self.climb("customer", t, f"crm_fact:{name}", f"crm_fact:{name}")
            elif name == "opportunity_lost":
                self.open.discard(fact["opportunity_id"])
                if self.stage == "opportunity" and not self.open:
                    self.lose(t, f"crm_fact:{name}", True, None)

    def lose(
        self, t: int, trigger: str, can_reenter: bool, reason: str | None, guessed: bool = False
    ) -> None:
        self.enter("lost", t, trigger, guessed, reason=reason)
        self.cycle += 1
        self.bound = t
        self.can_reenter = can_reenter


class AccountWalk(Walk):
    subject = "account"
    stages = ACCOUNT_STAGES
    ground = "untracked"
    endings = ("untracked", "target")

    def __init__(self, world: World, thing: Account) -> None:
        self.open: set[str] = set()
        super().__init__(world, thing)

    def facts(self) -> list[Row]:
        """What reps did with any of its people; opportunities are the account's own."""
        return [
            f
            for lead in self.world.leads_of(self.thing)
            for f in lead.facts
            if f["occurred_at"] <= self.world.as_of and f["opportunity_id"] is None
        ] + [
            {"crm_fact": name, "occurred_at": at, "opportunity_id": opportunity, "is_inferred": False}
            for at, _, opportunity, name in self.own_events()
            if at <= self.world.as_of
        ]

    def own_events(self) -> list[tuple[int, int, str, str]]:
        created = self.thing.created_at
        events = []
        for o in self.thing.opportunities:
            opened = max(o["created_at"], created)
            events.append((opened, 0, o["opportunity_id"], "opportunity_created"))
            if o["closed_at"] is not None and not o["is_open"]:
                closed = max(o["closed_at"], opened)
                name = "opportunity_won" if o["is_won"] else "opportunity_lost"
                events.append((closed, 1, o["opportunity_id"], name))
        return sorted(events)

    def apply_facts(self, t: int) -> None:
        for at, _, opportunity, name in self.own_events():
            if at != t:
                continue
            if name == "opportunity_created":
                self.open.add(opportunity)
                if self.rank(self.stage) < self.rank("opportunity"):
                    self.climb("opportunity", t, f"crm_fact:{name}", f"crm_fact:{name}")
            elif name == "opportunity_won":
                self.open.discard(opportunity)
                if self.stage != "customer":
                    self.climb("customer", t, f"crm_fact:{name}", f"crm_fact:{name}")
            else:
                self.open.discard(opportunity)
                if self.stage == "opportunity" and not self.open:
                    self.cycle += 1
                    self.bound = t
                    back = "target" if self.world.on_list(self.thing, t) else "untracked"
                    self.enter(back, t, f"crm_fact:{name}")
