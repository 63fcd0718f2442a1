"""Backorders: what is promised to the open lines of orders, shared out anew by rank and strategy."""
