"""How people and machines come in: pages, the API root, the command line."""
