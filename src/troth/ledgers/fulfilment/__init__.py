"""The fulfilment ledger: how far a line has come."""
