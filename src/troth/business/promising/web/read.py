"""What was read for a promise, as its page shows it: then and now."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising.rules.explain import spelled_period
from troth.business.promising.versions import CellRead, Read, read
from troth.business.promising.web.quotas import cell_words
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.web.columns import Column, table_of
from troth.platform.web.formats import day as said_day
from troth.platform.web.language import worded
from troth.platform.web.values import Quantity

COLUMNS = (
    Column("quota", _("Quota"), wide=True),
    Column("period", _("Period")),
    Column("left", _("Left then"), "quantity"),
    Column("left_now", _("Left now"), "quantity"),
)


def context(record: Mapping[str, Any], key: AvailabilityKey, unit: tuple[int, str]) -> dict[str, Any]:
    """Sentences on what was read, and a table of the quotas it took from (None: none). `unit` is (decimals, unit)."""
    found = read(record, key)
    return {"read": _sentences(found), "cells": _cells(found.cells, unit)}


def _sentences(found: Read) -> list[str]:
    said: list[str] = []
    facts: dict[str, Any]
    if found.looked_on is not None:
        facts = {"day": said_day(found.looked_on), "scope": found.scope}
        said.append(gettext("Looked at on %(day)s with scope %(scope)s.") % facts)
    if found.changes is not None:
        count = ngettext("changed once since", "changed %(count)s times since", found.changes)
        told = count % {"count": found.changes} if found.changes else gettext("unchanged since")
        facts = {"version": found.version, "changes": told}
        said.append(gettext("Books of the product at the site: version %(version)s, %(changes)s.") % facts)
    if found.masters is not None:
        facts = {"edition": found.masters, "changes": _changes(found.masters_changed)}
        said.append(gettext("Scopes, rules, calendars and routes: edition %(edition)s, %(changes)s.") % facts)
    if found.quotas is not None:
        facts = {"version": found.quotas, "changes": _changes(found.quotas_changed)}
        said.append(gettext("Quotas and supply protection: version %(version)s, %(changes)s.") % facts)
    if found.rule:
        said.append(gettext("Rule of availability: %(rule)s.") % {"rule": found.rule})
    return said


def _changes(changed: bool) -> str:
    return gettext("changed since") if changed else gettext("unchanged since")


def _cells(cells: Sequence[CellRead], unit: tuple[int, str]) -> Any:
    rows = [
        {
            "quota": f"{one.procedure.name}: {cell_words(one.values)}" if one.procedure else gettext("Protected"),
            "period": worded(spelled_period(one.procedure.period, one.number)) if one.procedure else "",
            "left": Quantity(one.planned - one.consumed, *unit),
            "left_now": Quantity(one.planned_now - one.consumed_now, *unit),
        }
        for one in cells
    ]
    return table_of(COLUMNS, rows) if rows else None
