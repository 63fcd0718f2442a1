"""Whom a change of supply concerns: documents that hang on it, and documents that it could help.

Supply does not know what is promised; who promises registers how to ask for it. These are first looks, without a lock.
"""

from collections.abc import Sequence
from typing import Protocol

from troth.ledgers.availability.ahead import Cover
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef


class Affected(Protocol):
    """How an app above is asked. Quantities in smallest units; a document is named once."""

    def losing(self, product_id: int, site_id: int, segment: str, missing: int, cover: Cover) -> Sequence[DocumentRef]:
        """Those that have to wait first where so much is missing of a series, on firm supply or ahead of it."""

    def gaining(self, product_id: int, site_id: int, most: int, *, clock: Clock) -> Sequence[DocumentRef]:
        """Up to so many that would be promised more or earlier if they were promised now."""


_asked: list[Affected] = []


def register_affected(reader: Affected) -> None:
    """Let documents of an app above be told of; each reader once."""
    if reader not in _asked:
        _asked.append(reader)


def losing(
    product_id: int, site_id: int, segment: str, missing: int, cover: Cover = Cover.FIRM
) -> list[DocumentRef]:  # fmt: skip
    found = (ref for one in _asked for ref in one.losing(product_id, site_id, segment, missing, cover))
    return list(dict.fromkeys(found))


def gaining(product_id: int, site_id: int, most: int, *, clock: Clock) -> list[DocumentRef]:
    found = (ref for one in _asked for ref in one.gaining(product_id, site_id, most, clock=clock))
    return list(dict.fromkeys(found))[:most]
