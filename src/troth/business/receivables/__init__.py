"""Payments and their clearing against invoices."""
