"""The stock ledger: what lies where."""
