"""The published warehouse as an asset."""

from collections.abc import Iterable

import dagster as dg

from orchestration import nightly, policy
from orchestration.progress import Silent
from orchestration.resources import NightResource


def published_warehouse(upstream: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """The published file; waits for everything in `upstream` and for its blocking checks."""

    @dg.asset(
        name="published_warehouse",
        deps=sorted(upstream),
        group_name="publish",
        description="The file that BI tools and analysts open, exchanged in one step after every blocking check.",
        retry_policy=policy.RETRY,
    )
    def publish(night: NightResource) -> dg.MaterializeResult:
        with night.stage("publish") as tonight:
            rows = nightly.publish(tonight, Silent())
        night.published(rows)
        return dg.MaterializeResult(
            metadata={
                "run_id": tonight.run_id,
                "tables": len(rows),
                "dagster/row_count": sum(rows.values()),
                "file": str(tonight.paths.published),
            }
        )

    return publish
