"""The only plumbing: locks, events, documents, jobs, permissions and the parts pages are made of."""
