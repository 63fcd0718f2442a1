"""Availability, checks and promises over the API."""

from troth.business.promising.api import availability, checks, holds, measures, promises, slips

ROUTERS = (
    availability.operations,
    checks.operations,
    holds.operations,
    measures.operations,
    promises.operations,
    slips.operations,
)

__all__ = ["ROUTERS"]
