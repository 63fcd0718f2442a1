"""Master data over the API."""

from troth.business.masterdata.api import offering, records

ROUTERS = (records.operations, offering.operations)

__all__ = ["ROUTERS"]
