"""Benches: what Troth costs, measured the same way on every machine.

A bench makes a database of its own beside the one it is given and drops it at the end, so nothing of yours is touched.
`troth bench order-entry` measures orders of 1 to 300 lines from the call to the commit, `order-to-invoice` ten
lines on their way to a posted invoice, `papers` each paper with 1, 10 and 100 lines, `pages` what the server takes for
each page in books of a million lines. `promise` measures checks in the kernel and through the store, eight
clients beside a bare script, and the grouped writer; `backorder` the run over the open lines in the kernel alone and
through the books, `backorder-million` through the books up to a million lines. `rules` checks a line with rules of
20 candidates beside the check without. `credit` checks payers with ten and a million open items, and judges 10,000
blocked orders again after a payment run.
"""

from collections.abc import Callable, Sequence

from troth.doors.cli.reports import Figure
from troth.kernel.errors import InvalidInput, NotFound


def run(name: str, *, quick: bool, keep: bool = False) -> Sequence[Figure]:
    """Run a bench by name and return its figures; `keep` fills the given database itself, where a bench can."""
    benches = _benches()
    if name not in benches:
        raise NotFound(f"There is no bench {name}. There is: {', '.join(benches)}.", bench=name)
    if not keep:
        return benches[name](quick)
    if name != "pages":
        raise InvalidInput(f"The bench {name} always measures in a database of its own; leave out --keep.")
    from troth.doors.bench import pages

    return pages.run(quick, keep=True)


def _benches() -> dict[str, Callable[[bool], Sequence[Figure]]]:
    from troth.doors.bench import backorder, by_rule, credit, order_entry, pages, papers, promise, to_invoice

    return {
        "backorder": backorder.run,
        "backorder-million": lambda _quick: backorder.large(),
        "credit": credit.run,
        "order-entry": order_entry.run,
        "order-to-invoice": to_invoice.run,
        "promise": promise.run,
        "papers": papers.run,
        "pages": pages.run,
        "rules": by_rule.run,
    }
