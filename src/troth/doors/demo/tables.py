"""Writing whole tables of an empty database in few statements.

The demo stands above all apps and is the only one that fills their master data without their forms; it names the tables
by label, so that no app's models are imported.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models

from troth.business.masterdata import actions as masterdata


def table(label: str) -> type[models.Model]:
    """The model of a label such as "masterdata.Customer"."""
    return apps.get_model(label)


def row(label: str, **values: Any) -> Any:
    return table(label)(**values)


def write(rows: Iterable[Any]) -> list[Any]:
    """Insert rows of one table and return them with their ids."""
    found = list(rows)
    if not found:
        return []
    written: list[Any] = type(found[0])._default_manager.bulk_create(found, batch_size=1_000)
    masterdata.touch()
    return written
