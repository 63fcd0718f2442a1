"""Customers, terms, routes, order types and price conditions: what is recorded before the first order."""
