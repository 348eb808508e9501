from __future__ import annotations

import pytest

from tests import nights
from tests.landing import Landing, Published


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """One night over the hand-written extracts of test_judged_*: every check of the build lets them pass."""
    from orchestration.runs import Paths
    from tests.integration import test_judged_extracts, test_judged_promises

    folder = tmp_path_factory.mktemp("judged")
    landing = Landing(folder / "landing")
    test_judged_extracts.write(landing)
    test_judged_promises.write(landing)
    definitions = Landing(folder)
    definitions.csv(
        "definitions",
        """
        lead_ref                | account_ref                           | decided_by | decided_on | note
        Over@Chain-Elsewhere.com | salesforce:account:0015g0000000110AAA | a          | 2026-01-01 | known
        """,
        name="lead_account_overrides.csv",
    )
    definitions.csv(
        "definitions",
        """
        account_ref                        | target_tier | added_on   | removed_on | sales_agreed_by | marketing_agreed_by | note
        salesforce:account:0015g0000000061 | 1           | 2026-01-01 |            | a               | b                   | known
        salesforce:account:0015g0000000060 | 2           | 2026-01-01 |            | a               | b                   | known
        salesforce:account:001000000000001 | 1           | 2026-01-01 |            | a               | b                   | known
        """,  # noqa: E501 -- a table, a row a line
        name="target_accounts.csv",
    )
    warehouse = folder / "warehouse"
    as_of = test_judged_promises.AS_OF.isoformat()
    ended = nights.run(landing.root, warehouse, as_of, definitions=str(folder / "definitions"))
    assert ended.code == 0, ended.output
    assert "Quarantined" not in ended.output
    return Published(Paths(warehouse).published)
