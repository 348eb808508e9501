"""The true lifecycle: a plain replay, lead by lead, of what the systems say happened.

Slow and literal on purpose: it shares no code with the warehouse's models and none with the simulation that made the
reps act. Section numbers are those of the semantics that both teams signed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from demo import words
from demo.calendars import read_seed
from demo.columns import NEVER
from demo.definitions import Version, signed_versions

STAGES = ["raw", "mql", "sal", "sqo", "opportunity", "customer"]


@dataclass(frozen=True)
class Fact:
    """A CRM fact: kind is accepted, rejected, meeting_held, next_step_dated, opportunity_created, _won or _lost."""

    at: int
    rank: int  # at one instant: statuses, then meetings, then opportunities, then their outcome
    kind: str
    reason: str | None = None
    deal: int = -1


@dataclass
class Lead:
    """What a replay needs to know of a lead."""

    created: int
    title: int
    is_icp: bool
    target_from: int
    target_to: int
    acts: list[tuple[int, int]]  # (instant, engagement type code): no bots, no act twice, in order of time
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Transition:
    """One row of the true ledger."""

    cycle: int
    from_stage: str | None
    to_stage: str
    at: int
    version: int
    trigger: str
    reason_code: str | None
    is_inferred: bool


class Ledger:
    """Replays leads under the signed definitions."""

    def __init__(self) -> None:
        self.counters, self.versions = signed_versions()
        self.reasons = {row["raw_reason"]: row for row in read_seed("rejection_reasons")}

    def version_at(self, at: int) -> Version:
        """The signed version in force."""
        return [version for version in self.versions if version.start <= at][-1]

    def _holds(self, lead: Lead, at: int, bound: int | None) -> str | None:
        """The clause of the MQL rule that holds at an instant, engagements after `bound` only (6.2)."""
        version = self.version_at(at)
        counts = []
        for item in self.counters:
            counts.append(
                sum(
                    1
                    for when, kind in lead.acts
                    if kind in item.types
                    and at - item.window < when <= at
                    and (bound is None or when > bound)
                )
            )
        seniority, role = words.TITLES[lead.title][1:]
        score = sum(min(counts[which] * each, most) for which, each, most in version.points)
        score += version.firmographic.get("senior_title", 0) * (seniority in ("c_level", "vp", "director"))
        score += version.firmographic.get("decision_maker", 0) * (role == "decision_maker")
        score += version.firmographic.get("icp_account", 0) * lead.is_icp
        for name, conditions in version.clauses:
            if all(
                (condition.kind == "count" and counts[condition.counter] >= condition.bar)
                or (condition.kind == "score" and score >= condition.bar)
                or (condition.kind == "target" and lead.target_from <= at < lead.target_to)
                for condition in conditions
            ):
                return name
        return None

    def next_mql(self, lead: Lead, bound: int | None, start: int, end: int) -> tuple[int, str]:
        """First instant at or after `start` at which the rule holds, and by which clause (6.3)."""
        moments = {start, *(when for when, _kind in lead.acts if when > start)}
        moments |= {version.start for version in self.versions if version.start > start}
        if start < lead.target_from < NEVER:
            moments.add(lead.target_from)
        for at in sorted(moments):
            if at > end:
                break
            clause = self._holds(lead, at, bound)
            if clause:
                return at, clause
        return int(NEVER), ""

    def replay(self, lead: Lead, end: int) -> list[Transition]:
        """Every transition of a lead up to `end`."""
        out: list[Transition] = []
        stage, cycle, bound = "raw", 1, None
        can_reenter = True
        open_deals: set[int] = set()
        decides = words.TITLES[lead.title][2] in ("decision_maker", "influencer")

        def enter(to: str, at: int, trigger: str, inferred: bool = False, reason: str | None = None) -> None:
            nonlocal stage
            version = self.version_at(at).number
            out.append(Transition(cycle, stage if out else None, to, at, version, trigger, reason, inferred))
            stage = to

        def prove(to: str, at: int, trigger: str) -> None:
            """Insert the stages between here and there (7.3)."""
            nonlocal cycle
            if stage == "lost":
                cycle += 1
            here = -1 if stage == "lost" else STAGES.index(stage)
            for missing in STAGES[max(here + 1, 1) : STAGES.index(to)]:
                enter(missing, at, trigger, inferred=True)
            enter(to, at, trigger)

        enter("raw", lead.created, "created")
        facts = sorted((fact for fact in lead.facts if fact.at <= end), key=lambda fact: (fact.at, fact.rank))
        position, moment = 0, lead.created
        while True:
            waiting = stage == "raw" or (stage == "lost" and can_reenter)
            mql_at, clause = (
                self.next_mql(lead, bound, max(moment, lead.created), end) if waiting else (int(NEVER), "")
            )
            fact_at = max(facts[position].at, lead.created) if position < len(facts) else int(NEVER)
            if mql_at == NEVER and fact_at == NEVER:
                return out
            if mql_at < fact_at:
                if stage == "lost":
                    cycle += 1
                enter("mql", mql_at, clause)
                moment = mql_at
                continue
            fact = facts[position]
            position += 1
            moment = fact_at
            if stage == "customer":
                continue
            if bound is not None and fact.at <= bound and not fact.kind.startswith("opportunity"):
                continue
            if fact.kind in ("accepted", "meeting_held", "next_step_dated"):
                if stage == "lost" and not can_reenter:
                    continue
                rank = -1 if stage == "lost" else STAGES.index(stage)
                to = "sal" if fact.kind == "accepted" else "sqo"
                if fact.kind == "meeting_held" and not decides:
                    continue
                if rank < STAGES.index(to):
                    prove(to, fact_at, fact.kind)
            elif fact.kind == "rejected":
                row = self.reasons.get(fact.reason or "unspecified", self.reasons["unspecified"])
                if stage in ("mql", "sal", "sqo") and row["disposition"] == "recycle":
                    cycle += 1
                    bound = fact_at
                    enter("raw", fact_at, "rejected", reason=row["reason_code"])
                elif stage in ("raw", "mql", "sal", "sqo") and row["disposition"] == "disqualify":
                    bound = fact_at
                    can_reenter = row["can_reenter"] == "true"
                    enter("lost", fact_at, "rejected", reason=row["reason_code"])
            elif fact.kind == "opportunity_created":
                open_deals.add(fact.deal)
                if stage != "opportunity":
                    prove("opportunity", fact_at, fact.kind)
            elif fact.kind == "opportunity_won":
                open_deals.discard(fact.deal)
                prove("customer", fact_at, fact.kind)
            elif fact.kind == "opportunity_lost":
                open_deals.discard(fact.deal)
                if not open_deals and stage == "opportunity":
                    bound = fact_at
                    can_reenter = True
                    enter("lost", fact_at, fact.kind)


__all__ = ["STAGES", "Fact", "Lead", "Ledger", "Transition"]
