"""Linear attribution in plain loops, from the semantics (section 9), sharing nothing with the models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Touch:
    engagement_id: str
    lead_id: str
    channel: str
    campaign_id: str | None
    direction: str
    occurred_at: datetime


@dataclass(frozen=True)
class Conversion:
    """`group` is the buying group before the account's leads are added; None account: nobody to add."""

    conversion_type: str
    subject: str
    account_id: str | None
    group: frozenset[str]
    converted_at: datetime
    value: Decimal


def touches_of(
    conversion: Conversion,
    touches: list[Touch],
    account_leads: dict[str, set[str]],
    lookback: timedelta = timedelta(days=90),
    merge: timedelta = timedelta(minutes=30),
) -> list[Touch]:
    """The conversion's touches in order; what follows a touch of the same lead, channel and campaign too soon is it."""
    group = set(conversion.group)
    if conversion.conversion_type != "mql" and conversion.account_id is not None:
        group |= account_leads.get(conversion.account_id, set())
    window = sorted(
        (
            t
            for t in touches
            if t.lead_id in group
            and conversion.converted_at - lookback <= t.occurred_at <= conversion.converted_at
        ),
        key=lambda t: (t.occurred_at, t.engagement_id),
    )
    kept: list[Touch] = []
    last_seen: dict[tuple[str, str, str | None], datetime] = {}
    for touch in window:
        key = (touch.lead_id, touch.channel, touch.campaign_id)
        before = last_seen.get(key)
        last_seen[key] = touch.occurred_at
        if before is None or touch.occurred_at - before > merge:
            kept.append(touch)
    return kept


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
