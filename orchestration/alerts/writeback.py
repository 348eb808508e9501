"""Remember what a push to the CRM said, so that the write-back tables hold only what changed since."""

from __future__ import annotations

from pathlib import Path

from orchestration.storage import open_build

TARGETS = ("crm_writeback_leads", "crm_writeback_accounts")


def mark_pushed(database: Path, target: str) -> int:
    """Note that every row of `activation.<target>` was pushed; returns how many. Call it after the push
    succeeded.
    """
    if target not in TARGETS:
        raise ValueError(f"{target!r} is no write-back table: use one of {', '.join(TARGETS)}")
    with open_build(database) as connection:
        connection.execute("create schema if not exists activation_state")
        connection.execute(
            "create table if not exists activation_state.pushed_rows"
            " (target varchar, record_key varchar, row_hash varchar, primary key (target, record_key))"
        )
        connection.execute(
            "insert or replace into activation_state.pushed_rows"
            f" select ?, record_key, row_hash from activation.{target}",
            [target],
        )
        row = connection.execute(f"select count(*) from activation.{target}").fetchone()
    return int(row[0]) if row else 0
