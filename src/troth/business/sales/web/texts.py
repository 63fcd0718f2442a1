"""The page on which the texts of an order or a quotation are changed."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries import snapshot
from troth.business.sales import actions
from troth.business.sales.queries import DocumentView
from troth.business.sales.rules.changes import LineChange, OrderChanges
from troth.business.sales.rules.texts import TEXT_MAX, Texts
from troth.business.sales.web.verbs import OrderAsk, QuotationAsk
from troth.platform.web.forms import Section

HEADER = 0
"""Stands for the header among the line numbers."""


class TextsForm(forms.Form):
    """A field for each kind of text on the header, and on each item; emptied, the text is taken out."""

    def __init__(self, *arguments: Any, places: Iterable[tuple[int, Texts]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.sections = [self._section(number, texts) for number, texts in places]
        self.sections = [section for section in self.sections if section.fields]

    def _section(self, number: int, texts: Texts) -> Section:
        kinds = [kind for kind in snapshot().text_kinds.values() if kind.is_on_items == (number != HEADER)]
        names = []
        for kind in kinds:
            if kind.is_active or kind.code in texts:
                name = f"{number}-{kind.code}"
                self.fields[name] = forms.CharField(
                    label=kind.name,
                    required=False,
                    max_length=TEXT_MAX,
                    initial=texts.get(kind.code, ""),
                    widget=forms.Textarea(attrs={"rows": 2}),
                )
                names.append(name)
        title = gettext("Item %(line)s") % {"line": number} if number != HEADER else gettext("Header")
        return Section(title, tuple(names))

    def changed(self) -> dict[int, dict[str, str]]:
        """What is different, by line number and kind."""
        found: dict[int, dict[str, str]] = {}
        for name in self.changed_data:
            number, _dash, code = name.partition("-")
            found.setdefault(int(number), {})[code] = self.cleaned_data[name]
        return found


def _places(view: DocumentView) -> list[tuple[int, Texts]]:
    lines = [(one.line.line_number, one.line.texts) for one in view.lines if one.line.stands]
    return [(HEADER, view.document.texts), *lines]


class OrderTexts(OrderAsk):
    form_class = TextsForm
    danger = False

    def words(self) -> None:
        self.title = gettext("Texts of %(number)s") % {"number": self.number}
        self.sentence = _("They began with what the master data says. Deliveries and invoices that exist keep theirs.")
        self.submit_label = _("Save texts")

    def form_arguments(self) -> dict[str, Any]:
        return {"places": _places(self.view)}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        changed = form.changed()
        header = {"texts": changed.pop(HEADER)} if HEADER in changed else {}
        lines = tuple(LineChange(line_number=number, values={"texts": found}) for number, found in changed.items())
        actions.change_order(self.view.ref.id, OrderChanges(header=header, lines=lines), **self.acting)
        return self.done(
            gettext("Texts of %(number)s saved.") % {"number": self.number}, f"{self.cancel_url}?tab=texts"
        )


class QuotationTexts(QuotationAsk):
    form_class = TextsForm
    danger = False

    def words(self) -> None:
        self.title = gettext("Texts of %(number)s") % {"number": self.number}
        self.sentence = _("They began with what the master data says, and go over to the order.")
        self.submit_label = _("Save texts")

    def form_arguments(self) -> dict[str, Any]:
        return {"places": _places(self.view)}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        changed = form.changed()
        actions.change_quotation_texts(self.view.ref.id, changed.pop(HEADER, {}), changed, **self.acting)
        return self.done(
            gettext("Texts of %(number)s saved.") % {"number": self.number}, f"{self.cancel_url}?tab=texts"
        )
