"""Invoices, by delivery and by order, and their journal entries."""
