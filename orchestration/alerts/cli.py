"""`concord alerts`: see, send, and load between nights."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from orchestration.settings import SettingError, Settings

app = typer.Typer(help="What somebody should hear about, sent once.", no_args_is_help=True)

FAILED = 1
BUSY = 75


def _settings() -> Settings:
    try:
        return Settings.load()
    except SettingError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from problem


@app.command()
def preview(
    database: Annotated[Path | None, typer.Option(help="Warehouse file; default: the published one.")] = None,
    most: Annotated[int, typer.Option(help="Show at most this many.")] = 20,
) -> None:
    """Show the messages that are due, without sending any."""
    from orchestration.alerts.deliver import NoAlerts, read_alerts
    from orchestration.alerts.messages import render
    from orchestration.runs import Paths

    try:
        alerts = read_alerts(database or Paths(Path(_settings().warehouse)).published)
    except NoAlerts as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(FAILED) from problem
    for alert in alerts[:most]:
        typer.echo(render(alert, "text").body + "\n")
    typer.echo(f"{len(alerts)} alerts.")


@app.command()
def send(
    database: Annotated[Path | None, typer.Option(help="Warehouse file; default: the published one.")] = None,
    patience: Annotated[int, typer.Option(help="Seconds to go on trying a channel that refuses.")] = 60,
) -> None:
    """Send what is due to every channel of CONCORD_ALERT_URLS, each alert once."""
    from orchestration.alerts.channels import channels_of
    from orchestration.alerts.deliver import NoAlerts, deliver, read_alerts
    from orchestration.alerts.signals import outbox_of
    from orchestration.runs import Paths

    settings = _settings()
    channels = channels_of(settings.alert_urls)
    if not channels:
        typer.echo("CONCORD_ALERT_URLS names no channel: nothing was sent. `preview` shows what is due.")
        return
    try:
        alerts = read_alerts(database or Paths(Path(settings.warehouse)).published)
    except NoAlerts as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(FAILED) from problem
    outcome = deliver(alerts, channels, outbox_of(settings), patience=timedelta(seconds=patience))
    for problem_text in outcome.problems:
        typer.echo(problem_text, err=True)
    typer.echo(f"{outcome.new} new, {outcome.sent} messages sent, {outcome.waiting} waiting.")
    if outcome.waiting:
        raise typer.Exit(FAILED)


@app.command()
def signals() -> None:
    """Load what has landed, build only what alerts need, and send them."""
    from orchestration.alerts.signals import run_signals
    from orchestration.nightly import NightFailed
    from orchestration.runs import WarehouseBusy

    try:
        report = run_signals(_settings())
    except WarehouseBusy as busy:
        typer.echo(f"Not started: {busy}.", err=True)
        raise typer.Exit(BUSY) from busy
    except NightFailed as failure:
        typer.echo("\n".join([failure.reason, *failure.problems]), err=True)
        raise typer.Exit(FAILED) from failure
    typer.echo(
        f"As of {report.as_of} UTC: {report.alerts} alerts, {report.delivery.new} new, "
        f"{report.delivery.sent} messages sent, {report.delivery.waiting} waiting."
    )


@app.command()
def pushed(
    target: Annotated[str, typer.Argument(help="crm_writeback_leads or crm_writeback_accounts")],
    database: Annotated[Path | None, typer.Option(help="Build database; default: the warehouse's.")] = None,
) -> None:
    """Note that the rows of a write-back table have reached the CRM."""
    from orchestration.alerts.writeback import mark_pushed
    from orchestration.runs import Paths, WarehouseBusy, writer_lock

    paths = Paths(Path(_settings().warehouse))
    try:
        with writer_lock(paths.make(), "concord alerts pushed"):
            count = mark_pushed(database or paths.build, target)
    except ValueError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from problem
    except WarehouseBusy as busy:
        typer.echo(f"Not noted: {busy}. Try again when it is done.", err=True)
        raise typer.Exit(BUSY) from busy
    typer.echo(f"{count} rows of {target} noted as pushed.")
