"""The pages of sales: lists, entry, document pages, and what their buttons do."""
