"""Shipping over the API: what is due, deliveries and their proofs, shipments, transfer orders, the goods issue."""

from troth.business.shipping.api import amendments, deliveries, proofs, shipments, warehouse

ROUTERS = (amendments.operations, proofs.operations, deliveries.operations, shipments.operations, warehouse.operations)

__all__ = ["ROUTERS"]
