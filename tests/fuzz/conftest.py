"""Counts what was asked and answered, for the last lines of a run."""

from collections import Counter

ANSWERS = Counter()
"""Status -> answers that had it and stood all checks."""


def pytest_terminal_summary(terminalreporter):
    """How often the API was asked, and with which statuses it answered."""
    by_status = ", ".join(f"{count:,} with {status}" for status, count in sorted(ANSWERS.items()))
    terminalreporter.write_line(f"{ANSWERS.total():,} requests: {by_status or 'none'}")
