"""Shipping over the API: what is due, deliveries, shipments, transfer orders, the ready check, the goods issue."""

from troth.business.shipping.api import amendments, deliveries, shipments, warehouse

ROUTERS = (amendments.operations, deliveries.operations, shipments.operations, warehouse.operations)

__all__ = ["ROUTERS"]
