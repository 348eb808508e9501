"""Capabilities that a checkout may lack."""

import importlib
from typing import Any


def find(module: str, attribute: str) -> Any | None:
    """An attribute of a module, or None where the module or the attribute does not exist.

    An import error inside the module itself is not hidden.
    """
    try:
        loaded = importlib.import_module(module)
    except ModuleNotFoundError as problem:
        if problem.name is not None and (module == problem.name or module.startswith(problem.name + ".")):
            return None
        raise
    return getattr(loaded, attribute, None)
