"""The verbs of backorders.

| module | verbs |
| --- | --- |
| `variants` | save a variant, put it away |
| `lines` | what is open of some keys, with all that a run asks of it |
| `sharing` | one run over some keys: the same for a simulation and for what is applied |
| `simulate` | simulate a variant and keep what came out |
| `decide` | approve a run, discard it, have it applied or undone |
| `working` | apply and undo in batches, until nothing is left |
"""
