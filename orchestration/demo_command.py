"""`concord demo`: the demo company's extracts, into the landing zone."""

import json
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from orchestration.settings import PROJECT_ROOT

MARKER = ".demo.json"


class NotTheDemo(RuntimeError):
    """The landing zone holds extracts that the demo did not write; the message says what to do."""


def write(
    landing: str,
    *,
    leads: int,
    months: int,
    seed: int,
    sources: str,
    nights: int,
    as_of: str | None,
    if_missing: bool,
    console: Console,
) -> None:
    """Write the extracts and say what they are; with `if_missing`, leave a landing zone alone that has them."""
    from demo import DEFAULT_AS_OF, write_demo

    folder = Path(landing)
    marker = folder / MARKER
    asked = {"leads": leads, "months": months, "seed": seed, "sources": sources, "nights": nights}
    present = folder.exists() and any(path.name != MARKER for path in folder.iterdir())
    if present and not marker.exists():
        raise NotTheDemo(
            f"{folder} holds extracts that are not the demo company's. Name another folder with --out "
            "(or CONCORD_LANDING); to build what is there, run `concord nightly`."
        )
    if present and if_missing and json.loads(marker.read_text()) == asked:
        console.print(f"The demo company is already in {_short(folder)}.", highlight=False)
        return
    instant = datetime.fromisoformat(as_of) if as_of else DEFAULT_AS_OF
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    chosen = {name.strip() for name in sources.split(",") if name.strip()} or None
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(json.dumps(asked, indent=1) + "\n")
    report = write_demo(
        folder, leads=leads, months=months, seed=seed, sources=chosen, nights=nights, as_of=instant
    )
    rows = sum(report.rows.values()) + sum(sum(night.values()) for night in report.night_rows)
    console.print(
        f"Demo company: {report.people:,} people, {rows:,} rows, "
        f"{report.bytes_written / 1e6:,.1f} MB in {_short(folder)}, as of {report.as_of:%Y-%m-%dT%H:%M:%S}.",
        highlight=False,
    )


def _short(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(PROJECT_ROOT)) + "/"
    except ValueError:
        return str(path)
