"""Deliveries, shipments, picking and goods issue."""
