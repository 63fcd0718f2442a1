"""The only plumbing: what every business app stands on."""
