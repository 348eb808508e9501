"""Alerts: what `activation.alerts` says somebody should hear about, sent once to every channel that wants
it.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "app":  # `concord alerts`, imported when it is used
        from orchestration.alerts.cli import app

        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
