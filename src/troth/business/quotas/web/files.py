"""Targets of a procedure as a file, taken out as they are shown, and the tables of quotas: brought in after a look at
what would become of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.actions import Brought
from troth.business.masterdata.imports import Shape
from troth.business.masterdata.web.files import ImportPage, TableImport
from troth.business.quotas import files
from troth.business.quotas.actions import Counted
from troth.business.quotas.actions.targets import Planned
from troth.business.quotas.models import Procedure
from troth.business.quotas.queries import screens
from troth.business.quotas.web.counted import told_counted
from troth.kernel.errors import NotFound, Sentence
from troth.platform.web import exports
from troth.platform.web.access import demand
from troth.platform.web.acts import step
from troth.platform.web.imports import MOST_ROWS
from troth.platform.web.language import worded
from troth.platform.web.values import Step, Text
from troth.reference import queries as reference

NAME = "quota_targets"


@dataclass(frozen=True, slots=True)
class Offered:
    """What the matrix offers: steps to files, and where there are too many targets for one, the sentence that says
    so."""

    steps: tuple[Step, ...]
    problem: str = ""


def offered(actor: Any, procedure: Procedure, *, on: date, words: str) -> Offered:
    """Files of the cells that are shown, from the same day on, and the page to bring one in."""
    found = files.count(procedure, on=on, words=words)
    chosen = f"?{urlencode({'on': on.isoformat(), 'q': words})}"
    out = [
        step(actor, label, "quotas:quota-targets-file", procedure.pk, form, method="get", query=chosen)
        for label, form in ((_("Excel"), "xlsx"), (_("CSV"), "csv"))
    ]
    bring = step(actor, _("Import"), "quotas:quota-targets-import", procedure.pk, method="get")
    too_many = found > MOST_ROWS
    steps = (*(() if too_many or not found else out), bring)
    problem = worded(files.too_many(found).message) if too_many else ""
    return Offered(tuple(one for one in steps if one is not None), problem)


def targets(request: HttpRequest, key: int, form: str) -> HttpResponseBase:
    """`?on=…&q=…`: targets from that day on, or with `?empty=1` none, in the shape in which they are brought in."""
    demand(request, "quotas.view_quota")
    procedure = screens.procedure(key)
    if form not in exports.FILES:
        raise NotFound(Sentence("There are no files of the form %(form)s. Choose csv or xlsx."), form=form)
    nothing: Iterator[list[str]] = iter(())
    if "empty" in request.GET:
        return exports.FILES[form](NAME, list(files.shape_of(key).fields), nothing)
    header, rows = files.export_rows(procedure, on=_day(request), words=request.GET.get("q", ""))
    return exports.FILES[form](NAME, header, rows)


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return reference.today(request.clock)  # type: ignore[attr-defined]


class RecordImport(TableImport):
    """Procedures, sequences or protections."""

    permission = "quotas.import_table"
    lists: ClassVar[Mapping[str, str]] = {
        "quota_procedures": "quotas:quota-procedures-list",
        "quota_sequences": "quotas:quota-sequences-list",
        "supply_protections": "quotas:supply-protections-list",
    }


def record_steps(code: str) -> tuple[Callable[[Any], Step | None], Step]:
    """For the list of a table: the step to the page where it comes in, for those who may, and its file."""

    def bring(actor: Any) -> Step | None:
        return step(actor, _("Import"), "quotas:file-import", code, method="get")

    return bring, Step(_("As a file"), reverse_lazy("masterdata:file", args=[code, "xlsx"]), "get")


class TargetImport(ImportPage):
    """Targets for the cells of one procedure."""

    permission = "quotas.set_targets"

    @cached_property
    def procedure(self) -> Procedure:
        return screens.procedure(self.kwargs["key"])

    def shape(self) -> Shape:
        return files.shape_of(self.procedure.pk)

    def named(self) -> Text:
        return gettext("Targets of %(procedure)s") % {"procedure": self.procedure.name}

    def template_url(self) -> str:
        return f"{reverse('quotas:quota-targets-file', args=[self.procedure.pk, 'xlsx'])}?empty=1"

    def back(self) -> str:
        return reverse("promising:quota-cells", args=[self.procedure.pk])

    def told(self, brought: Brought) -> str:
        """With what of promises was counted in new cells and periods."""
        count = brought.created + brought.changed
        sentence = ngettext("%(count)s target set.", "%(count)s targets set.", count) % {"count": count}
        counted = brought.counted if isinstance(brought, Planned) else Counted()
        return told_counted(sentence, counted, self.procedure.unit)
