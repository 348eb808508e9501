"""The `concord` command line. Every command starts fast: what it needs is imported when it runs."""

from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.settings import PROJECT_ROOT, SettingError, Settings, settings_example, settings_page

# Exit codes, beside 0: published, and 2: a mistake on the command line.
FAILED = 1
BUSY = 75  # as sendmail's EX_TEMPFAIL: try again later

app = typer.Typer(
    help="Concord: one analytics warehouse that sales and marketing both sign.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
)

Landing = Annotated[str | None, typer.Option(help="Folder or URL where extracts arrive. [CONCORD_LANDING]")]
Warehouse = Annotated[Path | None, typer.Option(help="Folder of the warehouse. [CONCORD_WAREHOUSE]")]


def _settings(**overrides: Any) -> Settings:
    try:
        return Settings.load(**overrides)
    except SettingError as problem:
        typer.echo(f"Settings: {problem}", err=True)
        raise typer.Exit(2) from problem


def _console() -> Any:
    from rich.console import Console

    return Console()


@app.command()
def nightly(
    landing: Landing = None,
    warehouse: Warehouse = None,
    as_of: Annotated[
        str | None, typer.Option(help="Instant to describe, ISO 8601, UTC without a zone. [CONCORD_AS_OF]")
    ] = None,
    definitions: Annotated[
        str | None, typer.Option(help="Folder of the organisation's definition files. [CONCORD_DEFINITIONS]")
    ] = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Build every model from scratch.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Full refresh even if rows are lost that the source no longer has."),
    ] = False,
) -> None:
    """Load, build, check and publish. Exit 0 only if it published; 75 if another run is writing."""
    from orchestration.night_command import run_nightly

    settings = _settings(landing=landing, warehouse=warehouse, as_of=as_of, definitions=definitions)
    raise typer.Exit(run_nightly(settings, full_refresh=full_refresh, force=force, console=_console()))


@app.command()
def status(warehouse: Warehouse = None) -> None:
    """What is published, as of when, what is running and what failed."""
    from orchestration.runs import Paths
    from orchestration.summary import show_status

    show_status(_console(), Paths(Path(_settings(warehouse=warehouse).warehouse)))


@app.command()
def rollback(
    warehouse: Warehouse = None,
    to: Annotated[str | None, typer.Option(help="Run id of the release to publish.")] = None,
    forward: Annotated[bool, typer.Option("--forward", help="Go to the next newer release instead.")] = False,
) -> None:
    """Publish the release before the current one again (or the next, or the one named)."""
    from orchestration.publish.release import NothingToRollBack, roll_back
    from orchestration.runs import Paths, lock_holder

    settings = _settings(warehouse=warehouse)
    paths = Paths(Path(settings.warehouse))
    try:
        before, after = roll_back(paths, to, forward=forward)
    except NothingToRollBack as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(FAILED) from problem
    if settings.postgres_url:
        from orchestration.publish.postgres import publish_to_postgres

        publish_to_postgres(paths.published, settings.postgres_url)
    typer.echo(f"Published: {after.stem} (was {before.stem if before else 'nothing'}).")
    holder = lock_holder(paths)
    if holder:
        typer.echo(f"Careful: {holder}; it will publish when it is done.")


@app.command()
def forget(
    email: Annotated[str | None, typer.Option(help="An e-mail address of the person.")] = None,
    lead_id: Annotated[str | None, typer.Option(help="The person's lead id, also a retired one.")] = None,
    warehouse: Warehouse = None,
) -> None:
    """Erase a person from raw, derived and published data, for good: a re-load drops them again."""
    from orchestration.forget import NobodyFound
    from orchestration.forget import forget as erase
    from orchestration.runs import Paths, WarehouseBusy, writer_lock

    settings = _settings(warehouse=warehouse)
    paths = Paths(Path(settings.warehouse))
    try:
        with writer_lock(paths, "forget"):
            erasure = erase(paths, email=email, lead_id=lead_id)
    except WarehouseBusy as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(BUSY) from problem
    except (NobodyFound, ValueError) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(FAILED) from problem
    if settings.postgres_url and paths.published.exists():
        from orchestration.publish.postgres import publish_to_postgres

        publish_to_postgres(paths.published, settings.postgres_url)
    typer.echo(
        f"Forgotten (erasure {erasure.erasure_id}): {sum(erasure.rows_removed.values())} rows removed, "
        f"{sum(erasure.rows_cleared.values())} kept without the person, "
        f"{len(erasure.releases_rewritten)} releases rewritten."
    )
    typer.echo(
        "The landing zone still holds the source's own files: ask their owner to remove the person there."
    )


@app.command()
def demo(
    leads: Annotated[int, typer.Option(help="How many people become leads.")] = 2000,
    months: Annotated[int, typer.Option(help="How many months of history.")] = 9,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 7,
    sources: Annotated[str, typer.Option(help="Comma-separated sources to write.")] = "",
    out: Annotated[str | None, typer.Option(help="Landing folder to write to. [CONCORD_LANDING]")] = None,
    nights: Annotated[int, typer.Option(help="Also write what changed in each of so many nights.")] = 0,
    as_of: Annotated[str | None, typer.Option(help="Instant at which the history ends, UTC.")] = None,
    if_missing: Annotated[
        bool, typer.Option("--if-missing", help="Leave a landing zone alone that has this demo already.")
    ] = False,
) -> None:
    """Write the demo company's extracts, with the true answers beside them."""
    from orchestration.demo_command import NotTheDemo, write

    try:
        write(
            _settings(landing=out).landing,
            leads=leads,
            months=months,
            seed=seed,
            sources=sources,
            nights=nights,
            as_of=as_of,
            if_missing=if_missing,
            console=_console(),
        )
    except (NotTheDemo, ValueError) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(FAILED) from problem


@app.command()
def dev(port: Annotated[int, typer.Option(help="Port of the web interface.")] = 3000) -> None:
    """Dagster's web interface with the asset graph, checks, schedule and sensor."""
    from orchestration.dagster_command import open_interface

    raise typer.Exit(open_interface(_settings(), port))


@app.command()
def docs(
    settings_only: Annotated[
        bool, typer.Option("--settings", help="Only write docs/handbook/settings.md and .env.example.")
    ] = False,
) -> None:
    """dbt's documentation site, and the pages that are made from code."""
    (PROJECT_ROOT / "docs" / "handbook" / "settings.md").write_text(settings_page())
    (PROJECT_ROOT / ".env.example").write_text(settings_example())
    if settings_only:
        return
    from orchestration.runs import Paths
    from orchestration.transform.dbt import invoke

    settings = _settings()
    paths = Paths(Path(settings.warehouse)).make()
    invoke(paths, settings.memory_limit, ["docs", "generate", "--static"])
    typer.echo(f"Written: {paths.target / 'static_index.html'}")


def _mount(name: str, module: str, help_text: str) -> None:
    """Mount another module's commands under `name` without importing it for every start."""

    @app.command(
        name,
        help=help_text,
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )
    def forwarded(context: typer.Context) -> None:
        from orchestration.optional import find

        sub_app = find(module, "app")
        if sub_app is None:
            typer.echo(f"`concord {name}` is not part of this checkout ({module} is missing).", err=True)
            raise typer.Exit(2)
        typer.main.get_command(sub_app).main(args=context.args, prog_name=f"concord {name}")


_mount(
    "definitions",
    "orchestration.definition_data",
    "Check definition files; compare two versions over history.",
)
_mount("explain", "orchestration.explain", "Why a lead is where it is: rules, evidence, clocks.")
_mount("forget", "orchestration.forget", "Erase a person's data everywhere, and keep it erased.")
_mount("alerts", "orchestration.alerts", "Send the alerts that are due.")


if __name__ == "__main__":
    app()
