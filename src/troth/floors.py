"""The floors, from the ground up, and the Django apps that stand on each.

Imports and foreign keys point down only. `pyproject.toml` states the same order as import contracts, and
`tests/house` holds both against this table. A new app is added here, on its floor, and nowhere else.
"""

FLOORS: dict[str, tuple[str, ...]] = {
    # pure rules: no tables, so no Django app
    "kernel": (),
    # the only plumbing: locks, events, documents, jobs, permissions, the parts pages are made of
    "platform": ("troth.platform",),
    # what ledgers and documents point at
    "reference": ("troth.reference",),
    # append-only postings with a lockable balance per key
    "ledgers": (
        "troth.ledgers.stock",
        "troth.ledgers.availability",
        "troth.ledgers.quota",
        "troth.ledgers.capacity",
        "troth.ledgers.exposure",
        "troth.ledgers.fulfilment",
        "troth.ledgers.journal",
    ),
    # documents: small state machines that people see, from the ground up
    "business": (
        "troth.business.masterdata",
        "troth.business.pricing",
        "troth.business.credit",
        "troth.business.supply",
        "troth.business.quotas",
        "troth.business.promising",
        "troth.business.sales",
        "troth.business.backorders",
        "troth.business.shipping",
        "troth.business.billing",
        "troth.business.receivables",
    ),
    # the process model, work lists, conformance
    "process": (),
    # web shell, API root, command line
    "doors": ("troth.doors",),
}

INSTALLED_FLOORS: list[str] = [app for apps in FLOORS.values() for app in apps]
