"""The server of a run that is to go wrong: `troth serve` with one promise of the product taken out.

A run that cannot fail proves nothing. The variable is read by `sabotaged_wsgi` alone, the entry
of the crash run; nothing of the product imports either. Kill points take their promise out themselves.

| taken out | must be seen as |
| --- | --- |
| `lock`: balances and documents are read without being locked | oversold |
| `unique-key`: client keys are neither looked up nor unique | duplicates |
| `commit-first`: the answer goes out before the commit | lost |
| `one-commit`: an action commits before it writes its events, and again behind them | half done at a kill point |
"""

import sys

VARIABLE = "TROTH_TEST_CRASH_WITHOUT"
TARGET = "troth.doors.crash.sabotaged_wsgi:application"


def commit_in_halves() -> None:
    """Have all actions of this process, and of those that it forks, commit twice."""
    from troth.platform import events, sql

    write = events.write

    def write_apart(recorded: list[events.Recorded]) -> None:
        sql.send()
        sql.fetch("COMMIT")
        sql.fetch("BEGIN" if sql.is_postgres() else "BEGIN IMMEDIATE")
        write(recorded)

    events.write = write_apart


def main() -> None:
    """Serve as `troth serve` does, with the sabotaged application: port, workers, threads."""
    from troth.doors import serving
    from troth.doors.cli.session import start_django

    port, workers, threads = (int(word) for word in sys.argv[1:])
    start_django()
    serving.serve(host="127.0.0.1", port=port, workers=workers, threads=threads, target=TARGET)
