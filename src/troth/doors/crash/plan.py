"""What a crash run does, all of it drawn from the seed: who orders what, what is in stock, when what is killed.

Faults are placed by progress, not by the clock: "when 317 orders are answered". So a slow machine meets as many as a
fast one, and the seed replays them. Which request a fault hits is chance all the same: processes have their own clocks.
"""

import random
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

SUPPLY_SHARE = 0.6
"""What lies in stock, of what will be asked for: so every product gets scarce, and demand is left in the end."""

FAULTS_UNTIL_SHARE = 0.95
LOST_ANSWER_SHARE = 0.05
"""How often a client hangs up right after asking, and asks again with the same key."""


class Defect(StrEnum):
    """What a run may be started without, to see that it notices; the last one is for kill points."""

    LOCK = "lock"
    UNIQUE_KEY = "unique-key"
    COMMIT_FIRST = "commit-first"
    ONE_COMMIT = "one-commit"


class Vendor(StrEnum):
    """The databases that kill points are tried on."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class Fault(StrEnum):
    """What ends, always without warning."""

    WEB = "web worker killed"
    SERVER = "web server killed with all its workers"
    JOB = "job worker killed"
    IMMEDIATE = "database restarted in immediate mode"
    DATABASE = "database server killed and started"


@dataclass(frozen=True, slots=True)
class Asked:
    """An order as a client asks for it: product numbers and quantities. `key` is its idempotency key."""

    key: str
    customer: str
    days_ahead: int
    lines: tuple[tuple[str, int], ...]
    hangs_up: bool


@dataclass(frozen=True)
class Plan:
    """The numbers of a run and what follows from them."""

    clients: int = 32
    orders: int = 20
    products: int = 10
    kills: int = 20
    restarts: int = 1
    seed: int = 1
    without: Defect | None = None
    workers: int = 3
    threads: int = 4
    jobs: int = 2

    @property
    def total(self) -> int:
        return self.clients * self.orders

    @cached_property
    def asked(self) -> tuple[tuple[Asked, ...], ...]:
        """The orders of each client, in the order in which it asks."""
        return tuple(self._of_client(number) for number in range(self.clients))

    def _of_client(self, client: int) -> tuple[Asked, ...]:
        draw = random.Random(f"{self.seed}/client {client}")  # noqa: S311 - replays, not a secret
        return tuple(self._order(draw, client, number) for number in range(self.orders))

    def _order(self, draw: random.Random, client: int, number: int) -> Asked:
        products = draw.sample(range(self.products), min(self.products, draw.choice((1, 1, 2))))
        return Asked(
            key=f"crash-{self.seed}-{client}-{number}",
            customer=f"C{client:05d}",
            days_ahead=draw.randrange(5, 30),
            lines=tuple((f"P{product:05d}", draw.randint(1, 5)) for product in products),
            hangs_up=draw.random() < LOST_ANSWER_SHARE,
        )

    @cached_property
    def demand(self) -> tuple[int, ...]:
        """What will be asked for of each product."""
        wanted = [0] * self.products
        for order in (order for orders in self.asked for order in orders):
            for product, quantity in order.lines:
                wanted[int(product[1:])] += quantity
        return tuple(wanted)

    @property
    def stock(self) -> tuple[int, ...]:
        return tuple(max(1, int(quantity * SUPPLY_SHARE)) for quantity in self.demand)

    @cached_property
    def faults(self) -> tuple[tuple[int, Fault], ...]:
        """When (after so many answers) what happens, in order."""
        draw = random.Random(f"{self.seed}/faults")  # noqa: S311 - replays, not a secret
        kinds = draw.choices((Fault.WEB, Fault.JOB, Fault.SERVER), weights=(7, 2, 1), k=self.kills)
        kinds += [(Fault.IMMEDIATE, Fault.DATABASE)[number % 2] for number in range(self.restarts)]
        return tuple(sorted((draw.randrange(1, max(2, int(self.total * FAULTS_UNTIL_SHARE))), kind) for kind in kinds))
