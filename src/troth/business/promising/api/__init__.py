"""Availability, checks and promises over the API."""

from troth.business.promising.api import availability, checks, promises

ROUTERS = (availability.operations, checks.operations, promises.operations)

__all__ = ["ROUTERS"]
