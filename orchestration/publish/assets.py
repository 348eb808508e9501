"""The published warehouse as an asset."""

import dagster as dg

from orchestration import nightly, policy
from orchestration.progress import Silent
from orchestration.quality.checks import CHECKED_BUILD
from orchestration.resources import NightResource


@dg.asset(
    deps=[CHECKED_BUILD],
    group_name="publish",
    description="The file that BI tools and analysts open, exchanged in one step after every blocking check.",
    retry_policy=policy.RETRY,
)
def published_warehouse(night: NightResource) -> dg.MaterializeResult:
    """Publish the build, unless a blocking check failed."""
    with night.stage("publish") as tonight:
        nightly.gate([], night.checked)
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
