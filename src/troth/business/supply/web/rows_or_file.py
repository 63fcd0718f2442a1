"""A page whose rows are typed, or come in a file with the same columns; all of them are taken, or none."""

import hashlib
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext

from troth.kernel.errors import InvalidInput, Refusals, Sentence
from troth.platform.web import imports
from troth.platform.web.forms import FormPage


class RowsOrFilePage(FormPage):
    """The form has a field `file`; `row_class` reads a row of either."""

    row_class: ClassVar[type[forms.Form]]
    creates = True

    @property
    def client_key(self) -> str | None:
        """The file is part of what is sent: another file is another posting."""
        sent = self.request.FILES.get("file")
        own = super().client_key
        if own is None or sent is None:
            return own
        sent.seek(0)
        content = sent.read()
        sent.seek(0)
        return hashlib.sha256(own.encode() + content).hexdigest()

    def given(self, form: Any, rows: Any) -> list[dict[str, Any]]:
        """The cleaned rows of the file, else those that were typed. `Refusals` by row and column of the file."""
        sent = form.cleaned_data["file"]
        return self._of_file(sent.read(imports.LARGEST_BYTES + 1)) if sent else _typed(rows)

    def _of_file(self, content: bytes) -> list[dict[str, Any]]:
        found = imports.preview(imports.decoded(content), self.row_class)
        if found.refusals:
            raise Refusals([_refusal(one) for one in found.refusals])
        return list(found.values)


def _typed(rows: Any) -> list[dict[str, Any]]:
    filled = [row.cleaned_data for row in rows.forms if row.cleaned_data]
    if not filled:
        raise InvalidInput(gettext("Nothing is entered. Fill in a row, or choose a file."))
    return filled


def _refusal(one: imports.CellRefusal) -> InvalidInput:
    where = gettext("Row %(row)s, ") % {"row": one.row} if one.row else ""
    said = Sentence("%(where)s%(column)s: %(sentence)s", where=where, column=one.column, sentence=one.sentence)
    return InvalidInput(said, field="file")
