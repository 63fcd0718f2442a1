"""A cell of a quota is retired, after a page has said what becomes of its lines, and comes back."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising.web.quotas import cell_words
from troth.business.quotas import actions
from troth.business.quotas.queries import frees
from troth.business.quotas.queries import screens as planned
from troth.business.quotas.rules import WithoutCell, values_of
from troth.business.quotas.web.counted import told_counted
from troth.platform.web import acts
from troth.platform.web.acts import AskPage, Said, button, clocked
from troth.platform.web.values import Link


class Meant(forms.Form):
    """What the page said: whether lines would be limited no more."""

    frees_lines = forms.BooleanField(required=False, widget=forms.HiddenInput)


class RetireCell(AskPage):
    form_class = Meant

    def ask(self, actor: Any, key: int) -> None:
        procedure, self.cell = planned.cell(key)
        self.cancel_url = _page_of(key)
        words = cell_words(values_of(self.cell.cell, procedure.characteristics.split(",")))
        self.crumbs = [
            Link(_("Quota procedures"), reverse("quotas:quota-procedures-list")),
            Link(procedure.name, reverse("promising:quota-cells", args=[procedure.pk])),
            Link(words, self.cancel_url),
        ]
        self.title, self.submit_label = gettext("Retire %(cell)s") % {"cell": words}, gettext("Retire")
        self.frees = frees(procedure, self.cell)
        self.sentence = self._becomes(procedure)
        self.consequences = (gettext("What was promised stays promised. The cell can be restored."),)

    def _becomes(self, procedure: Any) -> str:
        if self.frees:
            return gettext(
                "No other cell holds for these lines: without this one, %(procedure)s limits them no more, and whoever "
                "orders first may get everything."
            ) % {"procedure": procedure.code}
        if procedure.without_cell == WithoutCell.NOTHING:
            return gettext("Its lines are counted in the next cell that holds for them; without one they get nothing.")
        return gettext("Its lines are counted in the next cell that holds for them.")

    def initial(self) -> dict[str, Any]:
        return {"frees_lines": self.frees}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        key, meant = self.cell.pk, form.cleaned_data["frees_lines"]
        counted = actions.retire_cell(key, frees_lines=meant, **clocked(self.request, actor))
        undo = acts.step(actor, _("Undo"), "promising:quota-cell-restore", key)
        sentence = gettext("Retired. What was promised is counted where it is now, or keeps what it consumes.")
        return self.done(told_counted(sentence, counted, _unit_of(key)), self.cancel_url, undo)


def _restore(request: HttpRequest, actor: Any, key: int) -> Said:
    counted = actions.restore_cell(key, **clocked(request, actor))
    undo = acts.step(actor, _("Undo"), "promising:quota-cell-retire", key, method="get")
    return Said(told_counted(gettext("It holds again."), counted, _unit_of(key)), _page_of(key), undo)


def _unit_of(key: int) -> Any:
    procedure, _cell = planned.cell(key)
    return procedure.unit


def _page_of(key: int) -> str:
    return reverse("promising:quota-cell", args=[key])


restore = button(_restore)
