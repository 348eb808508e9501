"""Every setting of Concord: one typed list, read from the environment and from a `.env` file.

`docs/handbook/settings.md` and `.env.example` are made from this list (`concord docs --settings`), and a test
keeps them the same.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "CONCORD_"
PROJECT_ROOT = Path(__file__).resolve().parents[1]


class SettingError(ValueError):
    """A setting holds a value that cannot be used; the message names it and says what is expected."""


def setting(default: Any, description: str) -> Any:
    """One field of `Settings`, with the text its documentation shows."""
    return field(default=default, metadata={"description": description})


@dataclass(frozen=True)
class Settings:
    """Values of the `CONCORD_*` environment variables; a field's variable is its name in capitals."""

    landing: str = setting("landing", "Where extracts arrive: a folder or any URL that fsspec knows.")
    warehouse: Path = setting(
        Path("warehouse"),
        "Folder of the build database, the releases and the published file. One nightly run at a time writes here.",
    )
    as_of: str = setting(
        "",
        "Instant that a build describes, ISO 8601; without a time zone it is UTC. Empty: the run's own start.",
    )
    definitions: str = setting(
        "",
        "Folder of definition files (`*.csv`) that replace those of `seeds/definitions` with the same name.",
    )
    memory_limit: str = setting("10GB", "Most memory that DuckDB may use before it spills to disk.")
    schedule_time_zone: str = setting("America/New_York", "Time zone of the nightly schedule (IANA name).")
    schedule_cron: str = setting(
        "0 2 * * *", "When the nightly run starts, as a cron expression in that zone."
    )
    sensor_seconds: int = setting(
        60, "How often the sensor looks for new files in the landing zone, in seconds."
    )
    keep_releases: int = setting(
        7, "Published releases kept for `concord rollback`, the current one included."
    )
    postgres_url: str = setting(
        "",
        "Also publish to this PostgreSQL database (`postgresql://user:password@host/database`). Empty: do not.",
    )
    alert_urls: str = setting(
        "",
        "Where alerts go: Apprise URLs (Slack, Teams, e-mail, …) separated by white space. Empty: nowhere.",
    )

    def __post_init__(self) -> None:
        if self.keep_releases < 1:
            raise SettingError(f"CONCORD_KEEP_RELEASES is {self.keep_releases}: keep at least 1 release.")
        if self.sensor_seconds < 1:
            raise SettingError(f"CONCORD_SENSOR_SECONDS is {self.sensor_seconds}: use at least 1 second.")
        try:
            ZoneInfo(self.schedule_time_zone)
        except (ZoneInfoNotFoundError, ValueError) as problem:
            raise SettingError(
                f"CONCORD_SCHEDULE_TIME_ZONE is {self.schedule_time_zone!r}, which is no IANA time zone: "
                "use a name such as America/New_York."
            ) from problem

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> "Settings":
        """Settings from the environment (and `.env` of the working folder), with explicit values on top.

        An override that is None counts as not given.
        """
        if environment is None:
            from dotenv import dotenv_values

            file_values = {name: value for name, value in dotenv_values(".env").items() if value is not None}
            environment = file_values | dict(os.environ)
        values: dict[str, Any] = {}
        for entry in fields(cls):
            raw = environment.get(variable(entry.name))
            if raw is not None and raw.strip() != "":
                values[entry.name] = _parse(entry.name, raw.strip(), entry.default)
        values.update({name: value for name, value in overrides.items() if value is not None})
        return cls(**values)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def _parse(name: str, raw: str, default: Any) -> Any:
    if isinstance(default, int):
        try:
            return int(raw)
        except ValueError as problem:
            raise SettingError(f"{variable(name)} is {raw!r}: a whole number is expected.") from problem
    return Path(raw) if isinstance(default, Path) else raw


def settings_page() -> str:
    """The text of docs/handbook/settings.md."""
    lines = [
        "# Settings",
        "",
        "Every setting is an environment variable. A `.env` file in the working folder is read too; the environment",
        "wins. Made from `orchestration/settings.py` by `concord docs --settings`: change it there.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for entry in fields(Settings):
        default = f"`{entry.default}`" if str(entry.default) else "(empty)"
        lines.append(f"| `{variable(entry.name)}` | {default} | {entry.metadata['description']} |")
    return "\n".join(lines) + "\n"


def settings_example() -> str:
    """The text of .env.example."""
    lines = ["# Copy to .env and change what differs; docs/handbook/settings.md explains each.", ""]
    for entry in fields(Settings):
        lines += [f"# {entry.metadata['description']}", f"# {variable(entry.name)}={entry.default}", ""]
    return "\n".join(lines).rstrip("\n") + "\n"
