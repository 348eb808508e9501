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


@dg.asset(
    deps=[published_warehouse],
    group_name="publish",
    description="Alerts of the published warehouse, sent to every channel; what a channel refuses waits for its turn.",
)
def sent_alerts(night: NightResource) -> dg.MaterializeResult:
    """Send what is new. Publishing is done by then, and no refusal undoes it."""
    return dg.MaterializeResult(metadata={"outcome": nightly.send_or_say_why(night.night) or "no channel"})
