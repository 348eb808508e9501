"""The benchmark measures dbt as the night runs it."""

from __future__ import annotations

import inspect

from bench.measure import _watched
from bench.sections import belongs
from orchestration.transform import dbt


def test_the_watched_dbt_takes_what_dbt_takes_and_hands_all_of_it_on() -> None:
    night = list(inspect.signature(dbt.invoke).parameters.values())
    watched = list(inspect.signature(_watched).parameters.values())[2:]
    assert [(p.name, p.default) for p in watched] == [(p.name, p.default) for p in night]
    called: list[tuple] = []

    def on_event(_: object) -> None:
        pass

    _watched(lambda *given: called.append(given), on_event, "paths", "1GB", ["run"], [print], "2026-01-01")
    assert called == [("paths", "1GB", ["run"], [print, on_event], "2026-01-01")]


def test_the_sections_hold_what_they_are_about() -> None:
    for name, path in [
        ("stg_hubspot__email_events", "staging/hubspot/stg_hubspot__email_events.sql"),
        ("fct_engagements", "marts/core/fct_engagements.sql"),
        ("int_lifecycle__lead_cycles", "intermediate/lifecycle/int_lifecycle__lead_cycles.sql"),
        ("fct_lead_scores", "marts/core/fct_lead_scores.sql"),
    ]:
        assert belongs(name, path), name
    for name, path in [
        ("stg_hubspot__contacts", "staging/hubspot/stg_hubspot__contacts.sql"),
        ("fct_sla_clocks", "marts/sla/fct_sla_clocks.sql"),
        ("bridge_lead_records", "marts/core/bridge_lead_records.sql"),
    ]:
        assert not belongs(name, path), name
