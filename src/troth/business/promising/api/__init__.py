"""Availability, checks and promises over the API."""

from troth.business.promising.api import availability, checks, holders, holds, measures, pegs, promises, slips, whole

ROUTERS = (
    availability.operations,
    checks.operations,
    holders.operations,
    holds.operations,
    measures.operations,
    pegs.operations,
    promises.operations,
    slips.operations,
    whole.operations,
)

__all__ = ["ROUTERS"]
