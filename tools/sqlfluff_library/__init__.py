"""What the models' Jinja sees while sqlfluff lints them: every macro of the project as a plain function call.

sqlfluff lints what a model's author wrote, not what a macro expands to, so `{{ text('email') }}` may as well read
`text(email)`. That needs no database and no dbt project, and parses far faster than the real macros. Macros are found
by name in `macros/`; only those that give a relation or CTEs are listed here.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

MACROS = Path(__file__).resolve().parents[2] / "macros"


def flat(value: Any) -> str:
    """An argument as SQL: lists are spread, everything else stands as it is."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def function_call(name: str) -> Callable[..., str]:
    """A macro that gives an expression."""

    def macro(*values: Any, **named: Any) -> str:
        return f"{name}({', '.join(flat(value) for value in (*values, *named.values()))})"

    return macro


def relation(*_values: Any, **_named: Any) -> str:
    """A macro that gives a relation to put into a CTE; the CTEs it reads are not looked for."""
    return "select 1 as placeholder"


def reading_relation(name: str, *_values: Any, **_named: Any) -> str:
    """A macro that gives a relation made of the CTE that it is told of."""
    return f"select 1 as placeholder from {name}"


def ctes(last: str, *needed: str) -> Callable[..., str]:
    """A macro that gives CTEs: one stands for all, and reads those that the macro needs and is told of."""

    def macro(_subject: Any, *further: Any, **_named: Any) -> str:
        names = [*needed, *(name for value in further for name in flat(value).split(", "))]
        unions = " union all ".join(f"select 1 as placeholder from {name}" for name in names)
        return f"{last} as ({unions})"

    return macro


def reached(stages: list[str]) -> str:
    """The CTEs of every stage, the last of which has them all."""
    made = ctes("proofs", "evaluated", "rule_spans")(stages)
    return ", ".join([made, *(f"reached_{stage} as (select 1 from proofs)" for stage in stages)])


def union_activities(relations: list[str], extra_columns: object = None) -> str:
    """The given CTEs, one below the other."""
    return " union all ".join(f"select 1 as placeholder from {name}" for name in relations)


def delivered_tables() -> list[dict[str, str]]:
    """One table that a source has delivered."""
    names = ("source_system", "table_name", "relation", "stamp", "loaded")
    return [{name: f"some_{name}" for name in names}]


def api_type(data_type: str) -> str:
    """A declared type, as it is called."""
    return "varchar" if data_type == "string" else data_type


def passthrough_columns(_source_name: str, _table_name: str) -> str:
    """No custom column."""
    return ""


def only_changed(_kind: str, _key: str) -> str:
    """A build from scratch reads every row."""
    return ""


def only_news(_kind: str, _id: str) -> str:
    """A build from scratch reads every row."""
    return ""


def record_models() -> list[str]:
    """One staging model."""
    return ["stg_pardot__prospects"]


def record_tables() -> list[dict[str, Any]]:
    """One table of records."""
    return [{"model": "stg_pardot__prospects", "kind": "kind", "id": "own_id", "instants": ["created_at"]}]


def what_is_news(_inputs: str, _built: object, _models: object) -> dict[str, Any]:
    """Whatever was loaded since."""
    since = dict.fromkeys(
        ("stg_pardot__prospects", "activities", "parts", "stg_hubspot__forms"), "some_instant"
    )
    return {"since": since, "from_at": "some_instant", "to_at": "other_instant", "is_whole": False}


def list_input(_part: str, relation_name: str, _columns: list[str], key: str = "") -> str:
    """Reads the list."""
    return reading_relation(relation_name)


def changed_and_linked() -> str:
    """Reads the CTEs that it joins."""
    return "select 1 as placeholder from changed union all select 1 as placeholder from changed_links"


def links_of_changed(_links: str) -> str:
    """Reads the CTE of changed keys."""
    return "select 1 as placeholder from changed"


def resolved_people() -> str:
    """The records of people that are resolved."""
    return "select * from int_people__records"


def activity_models() -> list[str]:
    """One staging model."""
    return ["stg_hubspot__email_events"]


def activity_kinds() -> list[dict[str, Any]]:
    """One kind of activity."""
    lookups = {"address": [None, "recipient_email"], "stg_hubspot__forms": ["form_id", "form_id"]}
    kind = {"kind": "kind", "model": "activities", "id": "own_id", "instants": ["occurred_at"]}
    return [
        kind | {"lookups": lookups, "parts": {"parts": "own_id"}, "part_instants": {"parts": ["created_at"]}}
    ]


def differing_inputs(_parts: list[str]) -> str:
    """Reads the CTEs that it compares."""
    return "select 1 as placeholder from inputs union all select 1 as placeholder from built"


def going_on(_subject: str, relation_name: str, _column: str, _instant: str = "") -> str:
    """Reads the relation."""
    return f"select * from {relation_name}"


def counted_engagements(_measure: str) -> str:
    """Reads engagements."""
    return "select * from fct_engagements"


def openings(_subject: str, _column: str = "") -> str:
    """Reads the model's own table."""
    return "select * from stored_spans"


def begun_when_stored(subject: str, spans: str, _columns: list[str], _keys: list[str]) -> str:
    """Gives the CTE that it is told to, from found_spans."""
    return ctes(spans, "found_spans")(subject)


def defined_macros() -> set[str]:
    """The names of the project's macros."""
    files = sorted(MACROS.rglob("*.sql"))
    return {name for file in files for name in re.findall(r"\{%-? *macro (\w+)\(", file.read_text())}


dbt = SimpleNamespace(type_string=lambda: "varchar", position=function_call("position_of"))
adapter = SimpleNamespace(quote=lambda name: f'"{name}"', get_relation=lambda *_names: "built")
this = SimpleNamespace(database="concord", schema="intermediate")
flags = SimpleNamespace(FULL_REFRESH=False)
execute = True
load_relation = function_call("load_relation")

newest_rows = rows_if_present = pushed_rows = numbered_keys = relation
leads_of_keys = accounts_of_keys = unextracted_keys = relation
changed_keys = instant_and_loads = rates_in_force = relation
explode_text = business_elapsed = business_due = business_day_close = reading_relation
salesforce_owner_changes = shared_parents = newest_promises = reading_relation
published_scores = partial(reading_relation, "scores")

owner_spans = ctes("owner_spans", "records", "salesforce_changes", "hubspot_changes")
counter_steps = ctes("counter_steps", "engagements", "epochs")
score_steps = ctes("score_steps", "counter_steps", "epochs", "held_tests")
rule_spans = ctes(
    "rule_spans",
    *("counter_steps", "score_steps", "held_tests", "target_spans", "facts", "epochs"),
)


def attribute_spans(_entity: str, _attributes: list[str], histories: list[tuple[str, str]]) -> str:
    """The CTE of what attributes were over time."""
    read = [f"{source_system}_{source_object}_history" for source_system, source_object in histories]
    return ctes("attribute_spans", "records", "used_attributes", *read)("")


def used_account_attributes() -> str:
    """The CTE of the attributes that are asked about."""
    return "used_attributes as (select 'industry' as attribute)"


def most_trusted_spans(spans: str) -> str:
    """The CTE of the spans that are believed."""
    return ctes("attribute_spans", spans)(spans)


def fired_rules(_subject: str, _stages: list[str]) -> str:
    """The CTE of the rules that fired."""
    return ctes("fired", "transitions", "rule_spans")(_subject)


def counted_scores(subject: str) -> str:
    """The CTE of the scores that count."""
    return ctes("scores", f"{subject}_cycles", "score_steps")(subject)


def what_if(subject: str, _stage: str) -> str:
    """The CTE of who qualifies under which version."""
    return ctes("compared", "definition_versions", f"{subject}_cycles", "rule_spans")(subject)


for _name in defined_macros() - globals().keys():
    globals()[_name] = function_call(_name)
