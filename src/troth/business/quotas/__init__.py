"""Quotas and supply protection: what may be confirmed to whom, and what is kept for whom."""
