"""From rows of `activation.alerts` to text for a channel, with everything that came from data escaped for
it.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Flavour = Literal["slack", "html", "text"]

# What a person reads before they stop; longer names are cut.
LONGEST_FIELD = 120
# A digest names this many; the rest is in the table.
DIGEST_LINES = 20

SEVERITIES = ("critical", "urgent", "warning", "info")
KINDS = {
    "breached": "Breached",
    "hand_raiser": "Hand-raiser",
    "mqa": "Account qualified",
    "at_risk": "At risk",
    "gone_quiet": "Gone quiet",
}
COLUMNS = (
    "alert_id",
    "kind",
    "severity",
    "subject_type",
    "headline",
    "subject_name",
    "company_name",
    "owner_name",
    "escalate_to_name",
    "happened_at",
    "due_at",
    "as_of",
    "data_loaded_at",
    "is_data_fresh",
    "stale_sources",
)


@dataclass(frozen=True)
class Alert:
    """One row of `activation.alerts`; instants are UTC without a zone."""

    alert_id: str
    kind: str
    severity: str
    subject_type: str
    headline: str | None
    subject_name: str | None
    company_name: str | None
    owner_name: str | None
    escalate_to_name: str | None
    happened_at: datetime
    due_at: datetime | None
    as_of: datetime
    data_loaded_at: datetime | None
    is_data_fresh: bool
    stale_sources: str | None = None

    @property
    def order(self) -> tuple[int, datetime, str]:
        """Worst first, then oldest first."""
        rank = SEVERITIES.index(self.severity) if self.severity in SEVERITIES else len(SEVERITIES)
        return rank, self.happened_at, self.alert_id


@dataclass(frozen=True)
class Message:
    """What one channel gets: a title, a body, and the ids of the alerts in it."""

    title: str
    body: str
    alert_ids: tuple[str, ...]


def escape(value: Any, flavour: Flavour) -> str:
    """Text from data, harmless in a channel: no mentions, no markup, no formulas, no line breaks, not too
    long.
    """
    text = re.sub(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", str(value)).strip()
    if len(text) > LONGEST_FIELD:
        text = text[: LONGEST_FIELD - 1] + "…"
    if text[:1] in ("=", "+", "-", "@"):
        # A mail pasted into a spreadsheet must not become a formula.
        text = "'" + text
    if flavour == "slack":
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        # Slack has no escape for these: a look-alike keeps them from becoming markup or a mention.
        return text.translate({ord("*"): "∗", ord("_"): "＿", ord("~"): "∼", ord("`"): "ˋ", ord("@"): "＠"})
    if flavour == "html":
        return html.escape(text, quote=True)
    return text


def render(alert: Alert, flavour: Flavour) -> Message:
    """One alert as a message of its own."""
    kind = KINDS.get(alert.kind, alert.kind)
    subject = _subject(alert, flavour)
    title = f"{kind}: {_subject(alert, 'text')}"
    lines = [_bold(kind, flavour) + ": " + subject, *_details(alert, flavour), _footer(alert, flavour)]
    return Message(title, _join(lines, flavour), (alert.alert_id,))


def digest(alerts: Sequence[Alert], flavour: Flavour) -> Message:
    """Many alerts as one message: how many of each kind, the worst by name, and where the rest is."""
    ordered = sorted(alerts, key=lambda alert: alert.order)
    counts = Counter(KINDS.get(alert.kind, alert.kind) for alert in ordered)
    summary = ", ".join(f"{count} × {kind}" for kind, count in counts.most_common())
    lines = [_bold(f"{len(ordered)} alerts", flavour) + ": " + escape(summary, flavour)]
    for alert in ordered[:DIGEST_LINES]:
        line = f"• {KINDS.get(alert.kind, alert.kind)}: {_subject(alert, flavour)}"
        details = "; ".join(_details(alert, flavour))
        lines.append(f"{line} — {details}" if details else line)
    if len(ordered) > DIGEST_LINES:
        lines.append(f"… and {len(ordered) - DIGEST_LINES} more in activation.alerts.")
    lines.append(_footer(ordered[0], flavour))
    return Message(
        f"{len(ordered)} alerts: {summary}",
        _join(lines, flavour),
        tuple(alert.alert_id for alert in ordered),
    )


def _subject(alert: Alert, flavour: Flavour) -> str:
    name = escape(alert.subject_name or f"a {alert.subject_type} without a name", flavour)
    company = f" ({escape(alert.company_name, flavour)})" if alert.company_name else ""
    return name + company


def _details(alert: Alert, flavour: Flavour) -> list[str]:
    lines = []
    if alert.headline:
        lines.append(escape(alert.headline, flavour))
    if alert.due_at is not None:
        word = "Was due" if alert.due_at < alert.as_of else "Due"
        lines.append(f"{word} {alert.due_at:%Y-%m-%d %H:%M} UTC")
    if alert.owner_name:
        lines.append(f"Owner: {escape(alert.owner_name, flavour)}")
    if alert.escalate_to_name:
        lines.append(f"Escalated to: {escape(alert.escalate_to_name, flavour)}")
    return lines


def _footer(alert: Alert, flavour: Flavour) -> str:
    """What the message is based on: every message says its instant and whether the data is fresh enough."""
    loaded = "never" if alert.data_loaded_at is None else f"{alert.data_loaded_at:%Y-%m-%d %H:%M} UTC"
    if alert.is_data_fresh:
        state = f"Data is fresh: last loaded {loaded}."
    else:
        state = f"DATA IS OLD: last loaded {loaded}. Check in the CRM before you act."
    if alert.is_data_fresh and alert.stale_sources:
        silent = escape(alert.stale_sources, flavour)
        state += f" Nothing new for too long from {silent}: what only they know is missing."
    return f"As of {alert.as_of:%Y-%m-%d %H:%M} UTC. {state}"


def _bold(text: str, flavour: Flavour) -> str:
    safe = escape(text, flavour)
    return {"slack": f"*{safe}*", "html": f"<b>{safe}</b>", "text": safe}[flavour]


def _join(lines: Sequence[str], flavour: Flavour) -> str:
    return ("<br>\n" if flavour == "html" else "\n").join(lines)
