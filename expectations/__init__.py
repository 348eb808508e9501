"""Expectations about the data: suites by subject, checked inside DuckDB, told to people and to Dagster.

`run` checks a build and returns a `CheckReport`; `rules` says what would be checked, without running anything.
"""

from expectations.results import CheckReport, CheckResult
from expectations.run import run

__all__ = ["CheckReport", "CheckResult", "run"]
