"""Outside sources of credit data, plugged in.

A source is an entry point of the group `troth.credit_sources`: it names something that is called without arguments and
returns a `Source`, or None where it is not set up. Its `ratings()` are rows as the file `credit_ratings` has them; they
are asked for outside any transaction, so a slow source holds nobody up, and taken in all or none.
"""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

from django.conf import settings

from troth.kernel.errors import BusinessError, NotFound, Sentence

GROUP = "troth.credit_sources"
MORE = ""


class Source(Protocol):
    def ratings(self) -> Iterable[Mapping[str, str]]:
        """What it says of payers, now: columns of the file `credit_ratings`, as text."""
        ...


class SourceFails(BusinessError):
    """A source of credit data cannot be read; the message says why."""

    code = "credit_source_fails"


@cache
def plugged() -> tuple[EntryPoint, ...]:
    """What is plugged in; looked up once a process, since that reads the files of all installed packages."""
    return tuple(entry_points(group=GROUP))


def _set_up() -> dict[str, Source]:
    return {one.name: made for one in plugged() if (made := one.load()()) is not None}


def names() -> tuple[str, ...]:
    """The sources that are plugged in and set up."""
    return tuple(sorted(_set_up()))


def named(name: str) -> Source:
    """The source of this name. Refuses one that is not plugged in or not set up."""
    if found := _set_up().get(name):
        return found
    raise NotFound(
        Sentence("There is no source of credit data %(name)s. Set up are: %(known)s.", name=name,
                 known=", ".join(names()) or "–"),
        field="source",
    )  # fmt: skip


class Feed:
    """A CSV file that another program leaves for us, whole, as often as it likes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def ratings(self) -> Iterable[Mapping[str, str]]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file, restkey=MORE, restval="", strict=True))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            said = Sentence(
                "The feed of credit data %(path)s cannot be read: %(why)s. Mend the file, or TROTH_CREDIT_FEED.",
                path=str(self.path), why=str(error),
            )  # fmt: skip
            raise SourceFails(said) from error
        for number, row in enumerate(rows, start=1):
            if MORE in row:
                said = Sentence("Row %(row)s of the feed of credit data has more cells than columns.", row=number)
                raise SourceFails(said, row=number)
        return rows


def feed() -> Feed | None:
    """The feed that `TROTH_CREDIT_FEED` names."""
    path = settings.ENVIRONMENT.credit_feed
    return None if path is None else Feed(path)
