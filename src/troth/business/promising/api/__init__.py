"""Availability, checks and promises over the API."""

from troth.business.promising.api import availability, checks, holds, promises

ROUTERS = (availability.operations, checks.operations, holds.operations, promises.operations)

__all__ = ["ROUTERS"]
