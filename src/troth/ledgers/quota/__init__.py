"""The quota ledger: what may still be confirmed to whom."""
