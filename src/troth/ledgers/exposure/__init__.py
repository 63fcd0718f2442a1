"""The exposure ledger: what a customer owes or will owe."""
