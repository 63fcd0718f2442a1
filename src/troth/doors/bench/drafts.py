"""What the benches order."""

import random
from collections.abc import Sequence
from datetime import timedelta

from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.doors.bench.scene import TODAY, BenchCompany

SKEW = 1.1
HORIZON_DAYS = 60


def draft(company: BenchCompany, lines: int, *, rng: random.Random, skewed: bool) -> OrderDraft:
    """An order of `lines` different products, one to three of each, for a day within sixty.

    Uniform: every product is as likely. Skewed: by Zipf's law with exponent 1.1, so that rivals want the same few.
    """
    return OrderDraft(
        customer=rng.choice(company.customers),
        requested_on=TODAY + timedelta(days=rng.randrange(5, HORIZON_DAYS)),
        lines=tuple(
            LineDraft(product=number, quantity=rng.randint(1, 3)) for number in _products(company, lines, rng, skewed)
        ),
    )


def draft_of(company: BenchCompany, products: Sequence[str], *, rng: random.Random) -> OrderDraft:
    """An order of one to three of each of these products, for a day within sixty."""
    return OrderDraft(
        customer=rng.choice(company.customers),
        requested_on=TODAY + timedelta(days=rng.randrange(5, HORIZON_DAYS)),
        lines=tuple(LineDraft(product=number, quantity=rng.randint(1, 3)) for number in products),
    )


def _products(company: BenchCompany, count: int, rng: random.Random, skewed: bool) -> list[str]:
    if not skewed:
        return rng.sample(company.products, count)
    weights = [1 / (rank + 1) ** SKEW for rank in range(len(company.products))]
    # Efraimidis and Spirakis: the largest u^(1/w) are a weighted sample without repeats.
    keyed = sorted(
        ((rng.random() ** (1 / w), number) for w, number in zip(weights, company.products, strict=True)), reverse=True
    )
    return [number for _, number in keyed[:count]]
