"""Goods that are to come: purchase and production receipts, and their arrival."""
