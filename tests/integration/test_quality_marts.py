"""Bounce rates, freshness and quarantine, against plain loops over the same rows."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.harness import Warehouse

NEW_YORK = ZoneInfo("America/New_York")
COUNTED = {
    "email_sent": "sent",
    "email_delivered": "delivered",
    "email_hard_bounced": "hard",
    "email_soft_bounced": "soft",
}


def test_bounce_rates_equal_a_plain_count(warehouse: Warehouse) -> None:
    chance = random.Random(11)
    leads = [
        {
            "lead_id": f"lead{n}",
            "email_domain": chance.choice(["a.com", "b.org", None]),
            "is_deleted": n % 7 == 0,
        }
        for n in range(40)
    ]
    # Around Sunday midnight in New York, and around both changes of its clocks.
    anchors = [datetime(2026, 3, 9, 4), datetime(2025, 11, 3, 5), datetime(2026, 6, 1, 4)]
    events = [
        {
            "engagement_id": f"e{n}",
            "lead_id": chance.choice(leads)["lead_id"],
            "occurred_at": chance.choice(anchors) + timedelta(minutes=chance.randint(-600, 600)),
            "engagement_type": chance.choice([*COUNTED, "email_opened", "page_viewed"]),
            "source_system": chance.choice(["hubspot", "marketo"]),
        }
        for n in range(600)
    ]
    warehouse.put("intermediate.int_people__leads", leads)
    warehouse.put("core.fct_engagements", events)
    warehouse.run("rpt_bounce_rates", command="build")

    domains = {lead["lead_id"]: lead["email_domain"] for lead in leads}
    expected: dict[tuple[object, ...], Counter[str]] = {}
    for event in events:
        if event["engagement_type"] in COUNTED:
            day = event["occurred_at"].replace(tzinfo=UTC).astimezone(NEW_YORK).date()
            key = (day - timedelta(days=day.weekday()), event["source_system"], domains[event["lead_id"]])
            expected.setdefault(key, Counter())[COUNTED[event["engagement_type"]]] += 1
    found = {
        (row["week_start"], row["source_system"], row["email_domain"]): row
        for row in warehouse.rows("select * from quality.rpt_bounce_rates")
    }
    assert found.keys() == expected.keys()
    for key, counts in expected.items():
        row = found[key]
        assert {name: row[name] for name in COUNTED.values()} == {
            name: counts[name] for name in COUNTED.values()
        }
        bounced = counts["hard"] + counts["soft"]
        assert row["rate"] == (bounced / counts["sent"] if counts["sent"] else None)
        assert row["hard_rate"] == (counts["hard"] / counts["sent"] if counts["sent"] else None)


def test_freshness_and_quarantine(warehouse: Warehouse) -> None:
    models = ("rpt_source_freshness", "fct_quarantined_files", "rpt_data_quality")
    warehouse.run(*models, command="build")
    assert warehouse.rows("select * from quality.rpt_source_freshness") == []
    assert warehouse.rows("select * from quality.fct_quarantined_files") == []

    as_of = datetime.fromisoformat(warehouse.as_of)
    new, old, future = (as_of - timedelta(hours=h) for h in (12, 24 * 30, -5))
    warehouse.execute(f"""
        create schema if not exists raw_hubspot; create schema if not exists raw_meta;
        create schema if not exists quality_state;
        create table raw_hubspot.contact as select * from (values
            ('1', timestamp '{new}', timestamp '{new}'), ('2', timestamp '{future}', timestamp '{new}')
        ) as t(id, property_lastmodifieddate, _loaded_at);
        create table raw_hubspot.deal as select '1' as id, timestamp '{old}' as property_hs_lastmodifieddate,
            timestamp '{old}' as _loaded_at;
        create table raw_meta.quarantined_files as select 'hubspot' as source, 'deal' as "table",
            'hubspot/deal/x.csv' as file, 3 as "row", 'amount' as "column", 'no number' as reason,
            timestamp '{new}' as detected_at;
        create table quality_state.check_results as select 'r' as run_id, timestamp '{old}' as checked_at,
            's' as suite, 'e' as expectation, 'core' as schema_name, 't' as table_name, null as column_name,
            'passed' as status, true as is_blocking, '0' as observed, '0' as threshold, 0 as failing_rows,
            'o' as owner, 'x' as sentence, null as failing_keys;
    """)
    warehouse.run(*models, command="build")
    rows = {row["table_name"]: row for row in warehouse.rows("select * from quality.rpt_source_freshness")}
    assert rows["contact"]["newest_record_at"] == new, "what is dated after the build is left out"
    assert rows["contact"]["row_count"] == 2
    assert abs(rows["contact"]["hours_since_newest_record"] - 12) < 1e-9
    assert (rows["contact"]["is_stale"], rows["contact"]["is_source_stale"]) == (False, False)
    assert (rows["deal"]["is_stale"], rows["deal"]["is_source_stale"]) == (True, False)
    (file,) = warehouse.rows("select * from quality.fct_quarantined_files")
    assert (file["file_path"], file["row_number_in_file"], file["column_name"]) == (
        "hubspot/deal/x.csv",
        3,
        "amount",
    )
    assert [row["run_id"] for row in warehouse.rows("select run_id from quality.rpt_data_quality")] == ["r"]
