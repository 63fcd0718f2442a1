"""The only plumbing: locks, actions, events, documents, numbers, blocks, rights, jobs, mail and the parts of pages."""
