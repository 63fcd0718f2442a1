"""The journal ledger: balanced money postings."""
