"""Shipping over the API: what is due, deliveries and their proofs, shipments, transfer orders, packing, goods issue."""

from troth.business.shipping.api import amendments, deliveries, packing, proofs, shipments, warehouse

ROUTERS = (
    amendments.operations,
    proofs.operations,
    deliveries.operations,
    shipments.operations,
    warehouse.operations,
    packing.operations,
)

__all__ = ["ROUTERS"]
