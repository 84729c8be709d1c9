"""The staff's pages. Importing this module declares every route of the blueprint."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from submissions.dashboard import blueprint, nav

__all__ = ["blueprint", "nav"]

# Each is a module beside this one, or a package with a module `views`.
AREAS = ("class_view", "gradebook", "work", "answers", "regrades", "setup", "health", "audit", "similarity")

for _area in AREAS:
    _spec = find_spec(f"submissions.dashboard.{_area}")
    if _spec is not None:
        import_module(f"{_spec.name}.views" if _spec.submodule_search_locations else _spec.name)
