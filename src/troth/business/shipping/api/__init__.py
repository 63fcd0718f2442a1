"""Shipping over the API: what is due, deliveries, shipments, transfer orders, the ready check, the goods issue."""

from troth.business.shipping.api import deliveries, shipments, warehouse

ROUTERS = (deliveries.operations, shipments.operations, warehouse.operations)

__all__ = ["ROUTERS"]
