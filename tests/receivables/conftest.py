"""Deliveries that left the house, in the company of shipping's tests."""

from tests.shipping.conftest import company, yard

__all__ = ["company", "yard"]
