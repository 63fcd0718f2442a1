"""The REST API, at /api/v1/: one root, the operations of each app hung on it, and the page that describes them."""
