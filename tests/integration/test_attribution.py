"""Touches and linear credits equal a plain-Python walk, over random companies built in one run."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.reference.attribution import Conversion, Touch, touches_of

CHANNELS = ["website", "email", "webinar", "sales"]
EPOCH = datetime(2026, 1, 1)


def _instant(rng: random.Random) -> datetime:
    # A few distinct offsets rather than random microseconds: collisions and merges are what breaks.
    return EPOCH + timedelta(minutes=rng.choice([0, 1, 29, 30, 31, 60]) + 720 * rng.randrange(300))


def _company(rng: random.Random, number: int):
    leads = [f"c{number}l{i}" for i in range(rng.randint(1, 4))]
    account = f"c{number}"
    touches = []
    for i in range(rng.randint(0, 25)):
        channel = rng.choice(CHANNELS)
        touches.append(
            Touch(
                engagement_id=f"c{number}e{i:03d}",
                lead_id=rng.choice(leads),
                channel=channel,
                campaign_id=rng.choice([None, "a", "b"]),
                direction="sales" if channel == "sales" else "inbound",
                occurred_at=_instant(rng),
            )
        )
    opportunities = []
    for i in range(rng.randint(0, 2)):
        created = _instant(rng)
        won = rng.random() < 0.5
        opportunities.append(
            {
                "opportunity_id": f"c{number}o{i}",
                "account_id": rng.choice([account, None]),
                "created_at": created,
                "is_open": not won,
                "is_won": won,
                "closed_at": created + timedelta(days=rng.randint(0, 40)) if won else None,
                "amount_usd": Decimal(rng.randint(0, 10_000_00)) / 100,
                "amount_at_creation_usd": Decimal(rng.randint(0, 10_000_00)) / 100,
                "leads": rng.sample(leads, rng.randint(0, len(leads))),
            }
        )
    mqls = [(lead, _instant(rng)) for lead in leads if rng.random() < 0.7]
    return account, leads, touches, opportunities, mqls


def test_a_window_and_a_pause_may_be_fractions(warehouse) -> None:
    changed = {"attribution_lookback_days": "1.5", "touch_merge_minutes": "0.5"}
    warehouse.put(
        "definitions.settings",
        [
            {**row, "value": changed.get(row["setting"], row["value"])}
            for row in warehouse.rows("select * from definitions.settings")
        ],
    )
    instants = {
        "before": EPOCH - timedelta(hours=36, microseconds=1),
        "edge": EPOCH - timedelta(hours=36),
        "same": EPOCH - timedelta(hours=36) + timedelta(seconds=30),
        "other": EPOCH - timedelta(hours=35),
        "later": EPOCH - timedelta(hours=35) + timedelta(seconds=31),
    }
    warehouse.put(
        "core.fct_engagements",
        [
            {
                "engagement_id": key,
                "lead_id": "l",
                "channel": "email",
                "direction": "inbound",
                "occurred_at": at,
                "is_touch": True,
                "is_bot": False,
            }
            for key, at in instants.items()
        ],
    )
    warehouse.put(
        "core.fct_lifecycle_transitions",
        [{"transition_id": "t", "lead_id": "l", "to_stage": "mql", "occurred_at": EPOCH}],
    )
    warehouse.run("fct_conversions", "fct_touches")
    touches = warehouse.rows("select engagement_id from attribution.fct_touches order by touch_position")
    assert [row["engagement_id"] for row in touches] == ["edge", "other", "later"]


@pytest.mark.parametrize("seed", [1, 2])
def test_touches_and_credits_equal_the_reference(warehouse, seed: int) -> None:
    rng = random.Random(seed)
    companies = [_company(rng, n) for n in range(150)]
    touches = [t for company in companies for t in company[2]]
    opportunities = [o for company in companies for o in company[3]]
    never_touches = [
        {
            "engagement_id": f"x{i}",
            "lead_id": "c0l0",
            "is_bot": i == 0,
            "is_touch": i == 0,
            "occurred_at": EPOCH + timedelta(days=i),
        }
        for i in range(2)
    ]
    warehouse.put(
        "core.fct_engagements",
        [{**vars(t), "is_touch": True, "is_bot": False} for t in touches] + never_touches,
    )
    warehouse.put(
        "core.bridge_lead_accounts",
        [{"lead_id": lead, "account_id": c[0]} for c in companies for lead in c[1]],
    )
    warehouse.put(
        "intermediate.int_opportunities__unified",
        [{k: v for k, v in o.items() if k != "leads"} for o in opportunities],
    )
    warehouse.put(
        "intermediate.int_opportunities__leads",
        [
            {
                "opportunity_id": o["opportunity_id"],
                "lead_id": lead,
                "linked_at": o["created_at"],
                "is_primary": False,
            }
            for o in opportunities
            for lead in o["leads"]
        ],
    )
    warehouse.put(
        "core.fct_lifecycle_transitions",
        [
            {"transition_id": f"t{lead}", "lead_id": lead, "to_stage": "mql", "occurred_at": at}
            for c in companies
            for lead, at in c[4]
        ],
    )
    warehouse.run("fct_conversions", "fct_touches", "fct_attribution_credits")

    conversions = [
        Conversion("mql", lead, None, frozenset([lead]), at, Decimal(1))
        for c in companies
        for lead, at in c[4]
    ]
    for o in opportunities:
        group, account = frozenset(o["leads"]), o["account_id"]
        conversions.append(
            Conversion(
                "pipeline", o["opportunity_id"], account, group, o["created_at"], o["amount_at_creation_usd"]
            )
        )
        if o["is_won"]:
            conversions.append(
                Conversion("revenue", o["opportunity_id"], account, group, o["closed_at"], o["amount_usd"])
            )
    account_leads = {c[0]: set(c[1]) for c in companies}
    expected = {
        (c.conversion_type, c.subject): [t.engagement_id for t in touches_of(c, touches, account_leads)]
        for c in conversions
    }
    assert any(len(v) > 3 for v in expected.values())
    assert any(not v for v in expected.values())

    got: dict[tuple[str, str], list[str]] = {key: [] for key in expected}
    for row in warehouse.rows(
        "select c.conversion_type, coalesce(c.opportunity_id, c.lead_id) as subject, t.engagement_id, "
        "t.touch_position from attribution.fct_touches as t "
        "join attribution.fct_conversions as c using (conversion_id) order by t.touch_position"
    ):
        touched = got[(row["conversion_type"], row["subject"])]
        touched.append(row["engagement_id"])
        assert row["touch_position"] == len(touched)
    assert got == expected

    values = {(c.conversion_type, c.subject): c.value for c in conversions}
    credits: dict[tuple[str, str], list[dict]] = {key: [] for key in expected}
    for row in warehouse.rows(
        "select c.conversion_type, coalesce(c.opportunity_id, c.lead_id) as subject, r.engagement_id, "
        "r.channel, r.credit_share, r.credit_usd from attribution.fct_attribution_credits as r "
        "join attribution.fct_conversions as c using (conversion_id)"
    ):
        credits[(row["conversion_type"], row["subject"])].append(row)
    for key, rows in credits.items():
        assert abs(sum(r["credit_share"] for r in rows) - 1) < 1e-9
        assert sum(r["credit_usd"] for r in rows) == values[key]
        if expected[key]:
            assert sorted(r["engagement_id"] for r in rows) == sorted(expected[key])
            assert all(abs(r["credit_share"] - 1 / len(rows)) < 1e-12 for r in rows)
            assert all(abs(r["credit_usd"] - values[key] / len(rows)) <= Decimal("0.01") for r in rows)
        else:
            assert [r["channel"] for r in rows] == ["unattributed"]


def test_spend_that_no_rate_converts_is_unknown_and_spend_without_credit_stays_visible(warehouse) -> None:
    day = datetime(2026, 3, 1).date()
    spent = [
        ("euros", "EUR", 10),
        ("francs", "CHF", 10),
        ("mixed", "USD", 20),
        ("mixed", "CHF", 20),
        ("lower", "usd", 30),
        ("plain", None, 40),
    ]
    warehouse.put(
        "staging.stg_files__ad_spend",
        [
            {
                "campaign_id": campaign,
                "channel": "paid",
                "currency_code": currency,
                "spend_amount": Decimal(amount),
                "spend_date": day,
            }
            for campaign, currency, amount in spent
        ],
    )
    warehouse.put(
        "staging.stg_salesforce__dated_conversion_rates",
        [
            {
                "salesforce_dated_conversion_rate_id": "1",
                "currency_code": "EUR",
                "conversion_rate": 0.5,
                "start_date": datetime(2026, 1, 1).date(),
                "is_deleted": False,
            }
        ],
    )
    conversion = {"conversion_id": "c", "conversion_type": "mql", "converted_at": datetime(2026, 3, 5, 12)}
    warehouse.put("attribution.fct_conversions", [conversion])
    warehouse.put(
        "attribution.fct_attribution_credits",
        [
            {
                "model": "linear",
                "conversion_id": "c",
                "channel": "website",
                "credit_share": 1.0,
                "credit_usd": Decimal(1),
            }
        ],
    )
    warehouse.run("int_currencies__rates", "rpt_attribution")
    rows = warehouse.rows("select * from attribution.rpt_attribution where channel = 'paid'")
    assert {(r["conversion_type"], r["campaign_id"]): r["spend_usd"] for r in rows} == {
        (conversion_type, campaign): spend
        for conversion_type in ("mql", "pipeline", "revenue")
        for campaign, spend in [
            ("euros", Decimal(20)),
            ("francs", None),
            ("mixed", None),
            ("lower", Decimal(30)),
            ("plain", Decimal(40)),
        ]
    }
