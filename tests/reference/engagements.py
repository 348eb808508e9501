"""Bots, doubles and attachment of engagements by plain loops over one lead's acts. Shares no code with the models."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

RANKS = {"hubspot": 1, "marketo": 2, "pardot": 3, "salesforce": 4, "files": 5}


@dataclass(frozen=True)
class Act:
    key: str
    system: str
    type: str
    lead: str
    at: datetime
    asset: str | None = None
    message: str | None = None
    link: str | None = None
    says_bot: bool = False


def bots(acts: list[Act]) -> set[str]:
    """Keys of the acts that a machine did."""
    found = {act.key for act in acts if act.says_bot}
    by_message: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        if act.message is not None:
            by_message[act.message].append(act)
    for group in by_message.values():
        for act in group:
            if act.type in ("email_opened", "email_clicked"):
                for other in group:
                    gap = act.at - other.at
                    if other.type == "email_delivered" and timedelta(0) <= gap <= timedelta(seconds=5):
                        found.add(act.key)
        clicks = sorted((act for act in group if act.type == "email_clicked"), key=lambda act: act.at)
        for i in range(len(clicks)):
            for j in range(i, len(clicks)):
                if clicks[j].at - clicks[i].at > timedelta(seconds=1):
                    break
                if len({click.link for click in clicks[i : j + 1]} - {None}) >= 3:
                    found.update(click.key for click in clicks[i : j + 1])
    return found


def kept(acts: list[Act]) -> set[str]:
    """Keys of the acts that are left when a better-placed system saw the same one."""
    stays = set()
    for act in acts:
        for other in acts:
            if (
                RANKS[other.system] < RANKS[act.system]
                and (other.lead, other.type) == (act.lead, act.type)
                and (other.asset or "").lower() == (act.asset or "").lower()
                and abs(other.at - act.at) <= timedelta(seconds=60)
            ):
                break
        else:
            stays.add(act.key)
    return stays


def mapped(mappings: list[dict[str, str]], system: str, activity: str, detail: str | None) -> str | None:
    """The engagement type of an activity: the lowest priority whose pattern matches the detail in small letters."""
    found = []
    for row in mappings:
        if (row["source_system"], row["source_activity"]) != (system, activity):
            continue
        pattern = row["detail_pattern"]
        if pattern:
            expression = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in pattern.lower())
            if detail is None or not re.fullmatch(expression, detail.lower(), re.DOTALL):
                continue
        found.append((int(row["priority"]), row["engagement_type"]))
    return min(found)[1] if found else None
