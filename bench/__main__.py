"""`python -m bench run --leads 100000` and `python -m bench compare before.json after.json`."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.measure import machine, measure_floor, measure_night
from orchestration.publish.release import git_sha
from orchestration.settings import PROJECT_ROOT

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
console = Console()

# Four days are 1.1 % of twelve months: the smallest whole number of nights that brings at least 1 % new data.
MONTHS = 12
NIGHTS = 4


@app.command()
def run(
    leads: Annotated[int, typer.Option(help="People in the demo company.")] = 10_000,
    months: Annotated[int, typer.Option(help="Months of history.")] = MONTHS,
    nights: Annotated[int, typer.Option(help="Days whose data is new in the second night.")] = NIGHTS,
    seed: Annotated[int, typer.Option(help="Seed of the demo company.")] = 7,
    memory_limit: Annotated[str, typer.Option(help="DuckDB's memory limit.")] = "8GB",
    work: Annotated[Path | None, typer.Option(help="Folder to work in; kept when given.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Result file. [bench/results/<commit>-<leads>.json]")
    ] = None,
) -> None:
    """Make demo data, build it whole, then a night with 1 % new data; report each against the floor."""
    folder = work or Path(tempfile.mkdtemp(prefix="concord-bench-"))
    try:
        result = measure(folder, leads, months, nights, seed, memory_limit)
    finally:
        if work is None:
            shutil.rmtree(folder, ignore_errors=True)
    sha = str(result["commit"]).rstrip("+") or "unknown"
    file = out or PROJECT_ROOT / "bench" / "results" / f"{sha}-{leads}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(result, indent=1) + "\n")
    show(result)
    console.print(f"Written: {file}", highlight=False)
    if not all(result[part]["published"] for part in ("full", "night")):
        raise typer.Exit(1)


def measure(folder: Path, leads: int, months: int, nights: int, seed: int, memory_limit: str) -> dict:
    """Everything that one benchmark measures, as it is written to the result file."""
    from demo import DEFAULT_AS_OF

    landing, held_back, warehouse = folder / "landing", folder / "held_back", folder / "warehouse"
    shutil.rmtree(warehouse, ignore_errors=True)
    if not landing.exists():
        console.print(f"Demo company: {leads:,} people, {months} months, {nights} nights …", highlight=False)
        # A process of its own: what making the data needs is not what a night needs.
        code = (
            "from demo import write_demo; from pathlib import Path; "
            f"write_demo(Path({str(landing)!r}), leads={leads}, months={months}, seed={seed}, nights={nights})"
        )
        subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT_ROOT)
    as_of = DEFAULT_AS_OF.replace(tzinfo=None)
    base = as_of.replace(day=as_of.day - nights)
    _move_nights(landing, held_back)
    console.print("Full build …")
    full = measure_night(landing, warehouse, base.isoformat(), memory_limit)
    _move_nights(held_back, landing, whole=True)
    console.print("A night with new data …")
    night = measure_night(landing, warehouse, as_of.isoformat(), memory_limit)
    console.print("Floor …")
    floor = measure_floor(warehouse, memory_limit)
    sections = night["sections_5_to_7"]
    for unit in ("seconds", "cpu_seconds"):
        whole = full["sections_5_to_7"][unit]
        sections[f"{unit}_to_full"] = round(sections[unit] / whole, 3) if whole else None
    for part in (full, night):
        entry = part["sections_5_to_7"]
        entry["ratio_to_floor"] = round(entry["seconds"] / floor["seconds"], 2) if floor["seconds"] else None
        part["ratio_to_floor"] = round(part["seconds"] / floor["seconds"], 2) if floor["seconds"] else None
    return {
        "commit": git_sha(),
        "leads": leads,
        "months": months,
        "nights": nights,
        "seed": seed,
        "machine": machine(),
        "memory_limit": memory_limit,
        "floor": floor,
        "full": full,
        "night": night,
    }


def _move_nights(source: Path, target: Path, whole: bool = False) -> None:
    """Take the nightly deltas out of a landing zone, or put them back."""
    for path in sorted(source.rglob("*")):
        if path.is_file() and (whole or path.name.startswith("night_")):
            moved = target / path.relative_to(source)
            moved.parent.mkdir(parents=True, exist_ok=True)
            path.rename(moved)


def show(result: dict) -> None:
    """The result as tables."""
    floor = result["floor"]
    console.print(
        f"Floor: {floor['seconds']:.2f} s to read {floor['raw_rows']:,} raw rows once and write "
        f"{floor['engagements']:,} engagements sorted by person",
        highlight=False,
    )
    for part, title in (("full", "Full build"), ("night", "A night with new data")):
        entry = result[part]
        table = Table(
            title=f"{title}: {entry['new_rows']:,} new rows"
            + ("" if entry["published"] else ", NOT PUBLISHED")
        )
        for heading in ("stage", "seconds", "rows/s", "peak MB", "x floor"):
            table.add_column(heading, justify="left" if heading == "stage" else "right")
        stages = entry["stages"] | {"in all": {"seconds": entry["seconds"], "peak_mb": entry["peak_mb"]}}
        for name, stage in stages.items():
            seconds = stage["seconds"]
            table.add_row(
                name,
                f"{seconds:.2f}",
                f"{entry['rows'] / seconds:,.0f}" if seconds else "",
                f"{stage['peak_mb']:,.0f}",
                f"{seconds / floor['seconds']:.1f}" if floor["seconds"] else "",
            )
        console.print(table)
        sections = entry["sections_5_to_7"]
        console.print(
            f"Sections 5 to 7 (engagements, definitions, lifecycle): {sections['seconds']:.1f} s, "
            f"{sections['cpu_seconds']:.1f} of {sections['all_cpu_seconds']:.1f} CPU seconds of all models, "
            f"{sections['ratio_to_floor']} x floor"
            + (f", {sections['cpu_seconds_to_full']:.0%} of the full build's" if part == "night" else ""),
            highlight=False,
        )


@app.command()
def clocks(
    count: Annotated[int, typer.Option("--clocks", help="How many clocks, about.")] = 5_000_000,
    leads: Annotated[int, typer.Option(help="People in the demo company whose clocks are repeated.")] = 2_000,
    memory_limit: Annotated[str, typer.Option(help="DuckDB's memory limit.")] = "8GB",
    work: Annotated[Path | None, typer.Option(help="Folder to work in; kept when given.")] = None,
) -> None:
    """How long the SLA models take for a number of clocks."""
    from bench.clocks import measure_clocks
    from demo import DEFAULT_AS_OF, write_demo

    folder = work or Path(tempfile.mkdtemp(prefix="concord-bench-"))
    landing, warehouse, as_of = folder / "landing", folder / "warehouse", DEFAULT_AS_OF.replace(tzinfo=None)
    try:
        if not landing.exists():
            write_demo(landing, leads=leads, months=MONTHS)
        if not (warehouse / "published" / "concord.duckdb").exists():
            measure_night(landing, warehouse, as_of.isoformat(), memory_limit)
        result = measure_clocks(warehouse, folder / "clocks", as_of.isoformat(), count, memory_limit)
    finally:
        if work is None:
            shutil.rmtree(folder, ignore_errors=True)
    console.print(
        f"{result['clocks']:,} clocks in {result['seconds']:.1f} s ({result['cpu_seconds']:.0f} CPU seconds, peak "
        f"{result['peak_mb']:,.0f} MB): {result['models']}",
        highlight=False,
    )


@app.command()
def identity(
    records: Annotated[int, typer.Option(help="How many source records of people, about.")] = 1_000_000,
    leads: Annotated[int, typer.Option(help="People in the demo company that is repeated.")] = 4_000,
    threads: Annotated[int, typer.Option(help="Models at a time; 1 tells each model's CPU seconds too.")] = 2,
    memory_limit: Annotated[str, typer.Option(help="DuckDB's memory limit.")] = "8GB",
    work: Annotated[Path | None, typer.Option(help="Folder to work in; kept when given.")] = None,
) -> None:
    """How long people and accounts take: whole, on a night with 1 % changed records, on one without any."""
    from bench.identity import measure_identity
    from demo import DEFAULT_AS_OF, write_demo

    folder = work or Path(tempfile.mkdtemp(prefix="concord-bench-"))
    try:
        if not (folder / "landing").exists():
            write_demo(folder / "landing", leads=leads, months=1)
        as_of = DEFAULT_AS_OF.replace(tzinfo=None).isoformat()
        result = measure_identity(folder / "landing", folder, as_of, records, memory_limit, threads)
    finally:
        if work is None:
            shutil.rmtree(folder, ignore_errors=True)
    table = Table(title=f"{result['records']:,} records, {result['changed_records']:,} changed in the night")
    for heading in ("build", "seconds", "CPU seconds", "peak MB", "share of whole (CPU)"):
        table.add_column(heading, justify="left" if heading == "build" else "right")
    for part in ("whole", "night", "unchanged"):
        entry = result[part]
        share = entry["cpu_seconds"] / result["whole"]["cpu_seconds"]
        table.add_row(
            part,
            f"{entry['seconds']:.1f}",
            f"{entry['cpu_seconds']:.1f}",
            f"{entry['peak_mb']:,.0f}",
            f"{share:.0%}",
        )
        for model, seconds in sorted(entry.get("models", {}).items(), key=lambda item: -item[1])[:12]:
            table.add_row(f"  {model}", "", f"{seconds:.1f}", "", "")
    console.print(table)


@app.command()
def compare(before: Path, after: Path) -> None:
    """How a result differs from an earlier one, stage by stage, in ratios to each one's own floor."""
    old, new = (json.loads(path.read_text()) for path in (before, after))
    for key in ("leads", "months", "seed"):
        if old[key] != new[key]:
            console.print(f"[yellow]Not the same data[/]: {key} {old[key]} and {new[key]}", highlight=False)
    table = Table(title=f"{old['commit']} → {new['commit']}")
    for heading in (
        "part",
        "stage",
        "x floor before",
        "x floor after",
        "change",
        "peak MB before",
        "peak MB after",
    ):
        table.add_column(heading, justify="left" if heading in ("part", "stage") else "right")
    for part in ("full", "night"):
        names = [*dict.fromkeys([*old[part]["stages"], *new[part]["stages"]]), "in all"]
        for name in names:
            was, now = (_stage(result[part], name) for result in (old, new))
            ratios = [
                stage["seconds"] / result["floor"]["seconds"] if stage else None
                for stage, result in ((was, old), (now, new))
            ]
            change = f"{(ratios[1] / ratios[0] - 1) * 100:+.0f} %" if ratios[0] and ratios[1] else ""
            table.add_row(
                part,
                name,
                *(f"{ratio:.2f}" if ratio is not None else "" for ratio in ratios),
                change,
                *(f"{stage['peak_mb']:,.0f}" if stage else "" for stage in (was, now)),
            )
    console.print(table)


def _stage(part: dict, name: str) -> dict | None:
    if name == "in all":
        return {"seconds": part["seconds"], "peak_mb": part["peak_mb"]}
    return part["stages"].get(name)


if __name__ == "__main__":
    app()
