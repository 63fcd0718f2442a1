"""The demo company: the facts it is built from."""
