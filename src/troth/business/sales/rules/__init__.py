"""Decisions of sales: reading a draft, determining what was left open, what is missing, what a change does."""
