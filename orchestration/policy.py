"""What holds for every asset, said once."""

import dagster as dg

# A night's failures are either in the data, which trying again does not change (they are raised as not to be
# retried), or in the surroundings (a bucket, a disk, a network), which half a minute usually mends. Two retries with
# doubling delay give up after a minute and a half, long before anybody would look.
RETRY = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL)

OWNER = "team:data-platform"


def apply(spec: dg.AssetSpec) -> dg.AssetSpec:
    """An owner for every asset that does not name its own, and DuckDB among its kinds."""
    changed = spec if spec.owners else spec.replace_attributes(owners=[OWNER])
    return changed.merge_attributes(kinds={"duckdb"}) if len(changed.kinds) < 3 else changed
