"""The capacity ledger: what a resource is booked for."""
