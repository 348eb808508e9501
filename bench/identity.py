"""How long identity takes, whole and for a night of changes: the people and companies of the demo, many times over."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from orchestration.runs import Paths
from orchestration.settings import PROJECT_ROOT

MODELS = (
    "path:models/intermediate/identity",
    "path:models/intermediate/accounts",
    "int_records__inputs",
    "int_records__news",
    "int_records__built",
    "bridge_lead_records",
    "bridge_lead_ids",
    "bridge_lead_accounts",
    "bridge_account_records",
    "bridge_account_ids",
    "bridge_account_domains",
)
# What identity reads, and which of its columns hold ids, lists of ids, addresses, hosts and names of companies.
INPUTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "stg_salesforce__leads": {
        "ids": (
            "salesforce_lead_id",
            "merged_into_salesforce_lead_id",
            "converted_salesforce_contact_id",
            "converted_salesforce_account_id",
        ),
        "emails": ("email",),
        "hosts": ("website",),
        "names": ("company_name",),
    },
    "stg_salesforce__contacts": {
        "ids": ("salesforce_contact_id", "merged_into_salesforce_contact_id", "salesforce_account_id"),
        "emails": ("email",),
    },
    "stg_salesforce__accounts": {
        "ids": (
            "salesforce_account_id",
            "merged_into_salesforce_account_id",
            "parent_salesforce_account_id",
        ),
        "hosts": ("website",),
        "names": ("account_name",),
    },
    "stg_salesforce__lead_history": {
        "ids": ("salesforce_lead_id",),
    },
    "stg_salesforce__contact_history": {"ids": ("salesforce_contact_id",)},
    "stg_hubspot__contacts": {
        "ids": (
            "hubspot_contact_id",
            "salesforce_lead_id",
            "salesforce_contact_id",
            "primary_hubspot_company_id",
        ),
        "lists": ("merged_hubspot_contact_ids",),
        "emails": ("email",),
        "hosts": ("website",),
        "names": ("company_name",),
    },
    "stg_hubspot__contact_companies": {"ids": ("hubspot_contact_id", "hubspot_company_id")},
    "stg_hubspot__contact_merge_audits": {
        "ids": ("surviving_hubspot_contact_id", "merged_hubspot_contact_id")
    },
    "stg_hubspot__contact_property_history": {"ids": ("hubspot_contact_id",)},
    "stg_hubspot__companies": {
        "ids": ("hubspot_company_id", "salesforce_account_id", "parent_hubspot_company_id"),
        "lists": ("merged_hubspot_company_ids",),
        "hosts": ("website", "domain", "additional_domains"),
        "names": ("account_name",),
    },
    "stg_marketo__leads": {
        "ids": ("marketo_lead_id", "salesforce_lead_id", "salesforce_contact_id", "salesforce_account_id"),
        "emails": ("email",),
        "hosts": ("website",),
        "names": ("company_name",),
    },
    "stg_marketo__delete_lead_activities": {"ids": ("marketo_lead_id",)},
    "stg_marketo__merge_lead_activities": {
        "ids": ("surviving_marketo_lead_id",),
        "lists": ("merged_marketo_lead_ids",),
    },
    "stg_marketo__data_value_activities": {"ids": ("marketo_lead_id",)},
    "stg_pardot__prospects": {
        "ids": (
            "pardot_prospect_id",
            "salesforce_lead_id",
            "salesforce_contact_id",
            "salesforce_account_id",
        ),
        "emails": ("email",),
        "hosts": ("website",),
        "names": ("company_name",),
    },
}
PEOPLE = {
    "stg_salesforce__leads": "salesforce_lead_id",
    "stg_salesforce__contacts": "salesforce_contact_id",
    "stg_hubspot__contacts": "hubspot_contact_id",
    "stg_marketo__leads": "marketo_lead_id",
    "stg_pardot__prospects": "pardot_prospect_id",
}
COMPANIES = {
    "stg_salesforce__accounts": "salesforce_account_id",
    "stg_hubspot__companies": "hubspot_company_id",
}
# A copy's company has an address of its own; a free mailbox keeps its provider.
COPIED = {
    "ids": "copy || '-' || {0}",
    "lists": "regexp_replace({0}, '[0-9.]+', copy || '-\\0', 'g')",
    "emails": "case when split_part(lower({0}), '@', 2) in (select domain from reference.listed_domains) "
    "then 'c' || copy || '.' || {0} else replace({0}, '@', '@c' || copy || '-') end",
    "hosts": "regexp_replace({0}, '(^|//|[;,] ?)(www[.])?([^./:;, ]+[.])', '\\1\\2c' || copy || '-\\3', 'gi')",
    "names": "{0} || ' ' || copy",
}


def count_records(connection: duckdb.DuckDBPyConnection) -> int:
    """Source records of people."""
    counted = " union all ".join(f"select count(*) as n from staging.{table}" for table in PEOPLE)
    row = connection.execute(f"select sum(n) from ({counted})").fetchone()
    return int(row[0]) if row else 0


def multiply(database: Path, records: int) -> int:
    """Repeat every person and company until there are about `records` records of people; returns how many there are."""
    with duckdb.connect(str(database)) as connection:
        times = max(1, -(-records // max(1, count_records(connection))))
        for table, kinds in INPUTS.items():
            replaced = ", ".join(
                f"case when copy = 0 then {column} else {COPIED[kind].format(column)} end as {column}"
                for kind, columns in kinds.items()
                for column in columns
            )
            connection.execute(
                "create table staging.copied as "
                f"select t.* replace ({replaced}) from staging.{table} as t, range({times}) as copies(copy)"
            )
            kind = connection.execute(
                "select table_type from information_schema.tables where table_schema = 'staging' "
                "and table_name = ?",
                [table],
            ).fetchone()
            connection.execute(f"drop {'view' if kind == ('VIEW',) else 'table'} staging.{table}")
            connection.execute(f"alter table staging.copied rename to {table}")
        found = count_records(connection)
        connection.execute("checkpoint")
    return found


def change(database: Path, share: float) -> int:
    """Change a share of the records, each in one of six ways, and of the companies; returns how many records."""
    changed = 0
    every = round(1 / share)
    with duckdb.connect(str(database)) as connection:
        for table, key in PEOPLE.items():
            chosen = f"hash({key}) % {every} = 0"
            way = f"(hash({key}) // {every}) % 6"
            row = connection.execute(f"select count(*) from staging.{table} where {chosen}").fetchone()
            changed += int(row[0]) if row else 0
            for number, change in enumerate(
                (
                    "title = coalesce(title, '') || ' and more'",
                    "email = 'moved.' || email",
                    "is_deleted = not is_deleted",
                    "first_name = 'Renamed'",
                    "created_at = created_at - interval 400 day",
                    "phone = '+1 212 555 0100'",
                )
            ):
                connection.execute(
                    f"update staging.{table} set {change}, last_modified_at = last_modified_at + interval 1 hour, "
                    "loaded_at = loaded_at + interval 1 day "
                    f"where {chosen} and {way} = {number}"
                )
        for table, key in COMPANIES.items():
            connection.execute(
                f"update staging.{table} set account_name = account_name || ' and Sons', "
                f"website = case when hash({key}) % 3 = 0 then 'https://moved-' || {key} || '.com' else website end, "
                "loaded_at = loaded_at + interval 1 day "
                f"where hash({key}) % {every} = 1"
            )
        connection.execute("checkpoint")
    return changed


def measure_identity(
    landing: Path, folder: Path, as_of: str, records: int, memory_limit: str, threads: int
) -> dict[str, Any]:
    """Time the identity models: whole, on a night with 1 % changed records, and on a night that changes nothing."""
    warehouse = folder / "warehouse"
    shutil.rmtree(warehouse, ignore_errors=True)
    _in_process("prepare", str(landing), str(warehouse), as_of, memory_limit)
    paths = Paths(warehouse)
    result: dict[str, Any] = {"records": multiply(paths.build, records)}
    out = folder / "identity.json"
    for part in ("whole", "night", "unchanged"):
        if part == "night":
            result["changed_records"] = change(paths.build, 0.01)
        _in_process("measure", str(warehouse), as_of, memory_limit, str(threads), part, str(out))
        result[part] = json.loads(out.read_text())
    result["ratio"] = round(result["night"]["cpu_seconds"] / result["whole"]["cpu_seconds"], 3)
    return result


def _in_process(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "bench.identity", *arguments], cwd=PROJECT_ROOT, check=True)


def prepare(landing: str, warehouse: str, as_of: str, memory_limit: str) -> None:
    """Load the demo and build what identity reads."""

    from orchestration import nightly
    from orchestration.progress import Silent
    from orchestration.settings import Settings
    from orchestration.transform.dbt import invoke

    settings = Settings.load(
        {}, landing=landing, warehouse=Path(warehouse), as_of=as_of, memory_limit=memory_limit
    )
    night = nightly.Night.begin(settings)
    night.paths.build.parent.mkdir(parents=True, exist_ok=True)
    nightly.prepare_definitions(night)
    nightly.load(night, Silent())
    nightly.write_reference(night)
    upstream = [f"+{model}" for model in MODELS]
    left_out = [part for kind in ("test", "unit_test") for part in ("--exclude-resource-type", kind)]
    answer = invoke(night.paths, memory_limit, ["build", *left_out, "--select", *upstream], as_of=as_of)
    if not answer.success:
        raise SystemExit("the inputs of identity could not be built: see the warehouse's logs/dbt.log")


def measure(warehouse: str, as_of: str, memory_limit: str, threads: str, part: str, out: str) -> None:
    """Run the models in this process and write what they took; with one thread also each model's CPU seconds."""
    from bench.measure import Meter
    from orchestration.transform.dbt import invoke

    paths = Paths(Path(warehouse))
    meter = Meter()
    finished: list[tuple[str, float]] = []

    def on_event(event: Any) -> None:
        if event.info.name == "NodeFinished":
            finished.append((event.data.node_info.node_name, meter.cpu_seconds()))

    arguments = ["run", "--threads", threads, "--select", *MODELS]
    arguments += ["--full-refresh"] * (part == "whole")
    answer = invoke(paths, memory_limit, arguments, [meter.start_with_models, on_event], as_of)
    result = meter.stop()
    if not answer.success:
        raise SystemExit("the identity models failed: see the warehouse's logs/dbt.log")
    if threads == "1":
        befores = [meter.used, *(spent for _, spent in finished)]
        result["models"] = {
            name: round(spent - before, 2) for (name, spent), before in zip(finished, befores, strict=False)
        }
    Path(out).write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(*sys.argv[2:])
    else:
        measure(*sys.argv[2:])
