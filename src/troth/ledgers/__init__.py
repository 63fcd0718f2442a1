"""Append-only postings with a lockable balance per key. Whatever anyone asks is a sum over one of them.

| ledger | answers |
| --- | --- |
| stock | what lies where |
| availability | supply and demand by day and category |
| quota | what may still be confirmed to whom |
| capacity | what a resource is booked for |
| exposure | what a customer owes or will owe |
| fulfilment | how far a line has come, and from which document to which |
| journal | balanced money postings |

Each has `keys` (what is locked), `models` (balance and posting), `actions` (`post`, under the lock), `queries`
(balance, time line) and `checks` (recomputes the balances from the postings). A correction is a posting that reverses
another.
"""
