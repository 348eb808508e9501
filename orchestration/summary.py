"""What a person reads at the end of a run and from `concord status`."""

from datetime import datetime

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from orchestration.nightly import NightReport
from orchestration.publish import release
from orchestration.runs import Ledger, Paths, Run, lock_holder

CARE_SHOWN = 12


def show_published(console: Console, report: NightReport) -> None:
    """The end of a night that published."""
    night = report.night
    rows = sum(report.published_rows.values())
    table = _grid()
    table.add_row("as of", f"{datetime.fromisoformat(night.as_of):%Y-%m-%d %H:%M:%S} UTC")
    table.add_row("loaded", _loaded(report))
    if report.build is not None:
        models = report.build.count("model")
        seeds = report.build.count("seed")
        tests = report.build.count("test", "unit_test")
        table.add_row("built", f"{models:,} models from {seeds:,} definition files")
        table.add_row("checked", f"{tests:,} tests passed{_warned(report)}{_expected(report)}")
    table.add_row(
        "published", f"{len(report.published_rows):,} tables, {rows:,} rows → {night.paths.published}"
    )
    if report.alerts:
        table.add_row("alerts", report.alerts)
    table.add_row("took", f"{_duration(sum(report.seconds.values()))} {_stages(report)}")
    console.print(
        Panel(table, title=f"[bold]Published[/] · run {night.run_id}", border_style="green", expand=False)
    )
    show_people(console, report)
    show_care(console, report.care)


def show_people(console: Console, report: NightReport) -> None:
    """A first look at the numbers, so that the first run ends with something to talk about."""
    import duckdb

    with duckdb.connect(str(report.night.paths.published), read_only=True) as connection:
        try:
            stages = connection.execute(
                "select lifecycle_stage, count(*) from core.dim_leads group by all order by 2 desc"
            ).fetchall()
        except duckdb.Error:
            return
    if stages:
        text = " · ".join(f"{stage} {count:,}" for stage, count in stages)
        console.print(f"  Leads by stage: {text}", highlight=False)


def show_failed(console: Console, reason: str, problems: list[str], paths: Paths) -> None:
    """The end of a night that published nothing."""
    body = Text(reason)
    for problem in problems[:CARE_SHOWN]:
        body.append(f"\n • {problem}")
    if len(problems) > CARE_SHOWN:
        body.append(f"\n … and {len(problems) - CARE_SHOWN} more; all of them: {paths.runs}")
    current = release.current_release(paths)
    body.append(
        "\n" + (f"Still published: {current.stem}." if current else "Nothing has been published yet.")
    )
    console.print(Panel(body, title="[bold]Nothing was published[/]", border_style="red", expand=False))


def show_care(console: Console, care: list[str]) -> None:
    """What needs care, most of it on a line each."""
    if not care:
        console.print("  Nothing needs care.", highlight=False)
        return
    console.print(f"  [yellow]Needs care[/] ({len(care)}):", highlight=False)
    for line in care[:CARE_SHOWN]:
        console.print(Text(f"   • {line}"))
    if len(care) > CARE_SHOWN:
        console.print(f"   … and {len(care) - CARE_SHOWN} more", highlight=False)


def show_status(console: Console, paths: Paths) -> None:
    """What is published, as of when, what is running, and what failed last."""
    runs = Ledger(paths).runs()
    table = _grid()
    if paths.published.exists():
        publication = release.read_publication(paths.published)
        table.add_row(
            "published", f"run {publication.run_id}, {publication.published_at:%Y-%m-%d %H:%M:%S} UTC"
        )
        table.add_row("as of", f"{publication.as_of:%Y-%m-%d %H:%M:%S} UTC")
        table.add_row("holds", f"{publication.table_count:,} tables, {publication.row_count:,} rows")
        table.add_row("file", str(paths.published))
    else:
        table.add_row("published", "nothing yet: run `concord nightly`")
    holder = lock_holder(paths)
    table.add_row("running", holder or "nothing")
    if runs:
        table.add_row("last run", _run_line(runs[-1]))
    failure = next((run for run in reversed(runs) if run.status in ("failed", "interrupted")), None)
    if failure is not None:
        table.add_row("last failure", _run_line(failure))
    kept = [path.stem for path in release.releases(paths)]
    current = release.current_release(paths)
    marked = [f"[bold]{name}[/] (published)" if current and name == current.stem else name for name in kept]
    table.add_row("releases", "\n".join(marked) or "none")
    console.print(Panel(table, title=f"[bold]Concord[/] · {paths.root}", expand=False))
    if failure is not None:
        for problem in failure.problems[:CARE_SHOWN]:
            console.print(Text(f"   • {problem}"))


def _run_line(run: Run) -> str:
    started = datetime.fromisoformat(run.started_at)
    reason = f": {run.reason}" if run.reason else ""
    return f"{run.status}, started {started:%Y-%m-%d %H:%M:%S} UTC{reason}"


def _grid() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    return table


def _loaded(report: NightReport) -> str:
    load = report.load
    if load is None or not load.files:
        return "nothing new: the landing zone holds no file that was not loaded before"
    tables = len({(table.source, table.table) for table in load.tables if table.files})
    sources = ", ".join(sorted({table.source for table in load.tables if table.files}))
    again = f", {len(load.skipped):,} seen before" if load.skipped else ""
    bad = f", {len(load.quarantined):,} quarantined" if load.quarantined else ""
    return f"{load.rows:,} rows from {load.files:,} files into {tables:,} tables ({sources}){again}{bad}"


def _warned(report: NightReport) -> str:
    warned = sum(not rule.blocking for rule in report.broken)
    return f", {warned} with a warning" if warned else ""


def _expected(report: NightReport) -> str:
    summary = getattr(report.expectations, "summary", None)
    text = summary() if callable(summary) else summary
    return f"; {text}" if text else ""


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _stages(report: NightReport) -> str:
    return "(" + ", ".join(f"{name} {_duration(value)}" for name, value in report.seconds.items()) + ")"
