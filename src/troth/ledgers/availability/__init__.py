"""The availability ledger: supply and demand by day and category."""
