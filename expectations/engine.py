"""The one custom expectation and its metric: a rule's rows, counted inside the database.

Importing this module imports Great Expectations, which takes seconds: `expectations.run` does so only when it runs.
"""

from __future__ import annotations

import html
import os
from typing import Any, ClassVar

# Before the import: Great Expectations reports usage to its maker unless told not to.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")

from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.query_metrics.query_table.query_table import QueryTable
from great_expectations.render.components import (
    LegacyDiagnosticRendererType,
    RenderedStringTemplateContent,
)
from great_expectations.render.renderer.renderer import renderer

METRIC = "concord.rule_counts"
KEYS_SHOWN = 10


class RuleCounts(QueryTable):
    """A rule's query, reduced to one row: rows looked at, rows failing, the worst observation, the first keys."""

    metric_name = METRIC
    value_keys = ("unexpected_rows_query", "worst")
    query_param_name: ClassVar[str] = "unexpected_rows_query"

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,
        execution_engine: SqlAlchemyExecutionEngine,
        metric_domain_kwargs: dict,
        metric_value_kwargs: dict,
        metrics: dict[str, Any],
        runtime_configuration: dict,
    ) -> dict[str, Any]:
        from great_expectations.core.metric_domain_types import MetricDomainTypes

        selectable, _, _ = execution_engine.get_compute_domain(
            metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE
        )
        table = selectable.compile(
            dialect=execution_engine.engine.dialect, compile_kwargs={"literal_binds": True}
        )
        query = cls._format_query(
            cls._get_query_from_metric_value_kwargs(metric_value_kwargs), batch=f"({table})"
        )
        worst = {"max": "max", "min": "min"}[metric_value_kwargs.get("worst") or "max"]
        counted = f"""
select
    count(*) as looked_at,
    count(*) filter (where is_failing) as failing,
    {worst}(observed) as observed,
    to_json(min(row_key, {KEYS_SHOWN}) filter (where is_failing)) as failing_keys
from (
{query}
) as marked"""
        # Straight to the driver: a colon in the text of a rule is no bind parameter.
        with execution_engine.engine.connect() as connection:
            row = connection.exec_driver_sql(counted).mappings().one()
        return dict(row)


class ExpectRowsToKeepRule(UnexpectedRowsExpectation):
    """No row, or no more than a share of the rows, breaks the rule."""

    measure: str = "rows"
    limit: float = 0.0
    worst: str = "max"

    metric_dependencies: ClassVar[tuple[str, ...]] = (METRIC,)
    success_keys: ClassVar[tuple[str, ...]] = ("unexpected_rows_query", "worst", "measure", "limit")

    def _validate(
        self, metrics: dict, runtime_configuration: dict | None = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        counts = metrics[METRIC]
        looked_at, failing = int(counts["looked_at"]), int(counts["failing"])
        if self.measure == "share":
            observed = failing / looked_at if looked_at else None
            success = observed is None or observed <= self.limit
        elif self.measure == "value":
            observed = counts["observed"]
            success = failing == 0
        else:
            observed = failing
            success = failing <= self.limit
        keys = counts["failing_keys"]
        return {
            "success": success,
            "result": {
                "observed_value": observed,
                "looked_at": looked_at,
                "failing_rows": failing,
                "failing_keys": keys,
            },
        }

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: dict | None = None
    ) -> str:
        found = (result.result if result is not None else None) or {}
        if "looked_at" not in found:
            return "--"
        observed = found["observed_value"]
        text = "nothing to check" if observed is None else f"{observed:.6g}"
        return f"{text} ({found['failing_rows']:,} of {found['looked_at']:,} rows)"

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_STATEMENT)
    def _diagnostic_unexpected_statement_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: dict | None = None
    ) -> list[RenderedStringTemplateContent]:
        found = (result.result if result is not None else None) or {}
        if result is None or result.success or not found.get("failing_rows"):
            return []
        keys = ", ".join(html.escape(str(key)) for key in found["failing_keys"] or [])
        return [
            RenderedStringTemplateContent(
                content_block_type="string_template",
                string_template={
                    "template": "$count rows break the rule: $keys",
                    "params": {"count": found["failing_rows"], "keys": keys},
                },
            )
        ]
