"""The demo company: the facts it is built from, and the raw files that they come from."""
