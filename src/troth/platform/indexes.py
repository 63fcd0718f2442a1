"""Indexes in the order that lists are read in."""

from typing import Any

from django.db import models
from django.db.models import F


class ListIndex(models.Index):
    """An index of a list's sort: null is the smallest value on every database, as `keyset` orders it.

    SQLite keeps null first anyway; PostgreSQL keeps it last unless the index says otherwise.
    """

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **given: Any) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return super().create_sql(model, schema_editor, using, **given)
        columns = [model._meta.get_field(name) for name in self.fields]
        ordered = [F(one.name).asc(nulls_first=True) if one.null else F(one.name).asc() for one in columns]
        return models.Index(*ordered, name=self.name).create_sql(model, schema_editor, using, **given)
