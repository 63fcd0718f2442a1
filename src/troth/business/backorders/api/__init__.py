"""Backorder variants and runs over the API: keep variants, simulate, read what changes, decide, apply, undo."""

from troth.business.backorders.api import changes, runs, variants

ROUTERS = (variants.operations, runs.operations, changes.operations)

__all__ = ["ROUTERS"]
