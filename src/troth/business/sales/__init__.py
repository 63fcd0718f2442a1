"""Quotations and orders."""
