"""What every API operation is made of, so that an app's `api.py` only parses, calls one action or query, and shows.

| module | holds |
| --- | --- |
| `operations` | the four kinds of operation: lists and reads, creates, acts, changes |
| `gate` | who asks (token or session) and whether they may; what cannot be text or JSON stops here |
| `keys` | the client key, which a creating call must have |
| `problems` | every refusal as `application/problem+json` |
| `paging` | keyset pages with a link to the next one |
| `versions` | ETag and If-Match against lost edits |
| `values` | how ids, quantities, money and texts are written |
"""
