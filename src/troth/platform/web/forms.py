"""Forms by parts: any Django form, in sections, each refusal beside its field and again on top with a link to it.

A form may declare `sections = (Section(_("Address"), ("street", "city")), …)`; fields it does not name stand first,
without a heading. A refusal of an action comes back into the form by `refused_form`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BaseForm, BaseFormSet, BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View

from troth.kernel.errors import BusinessError
from troth.platform.web import formats
from troth.platform.web.access import Actor, demand
from troth.platform.web.language import worded
from troth.platform.web.values import Link, Step, Text

ADD_ROWS = "_more_rows"


@dataclass(frozen=True, slots=True)
class Section:
    title: Text
    fields: tuple[str, ...]
    help: Text = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class DrawnSection:
    """A folded section is one line with what is filled in, until it is opened or refused."""

    title: Text
    help: Text
    fields: tuple[BoundField, ...]
    folded: bool = False

    @property
    def is_open(self) -> bool:
        return any(field.errors for field in self.fields)

    @property
    def told(self) -> str:
        """What is filled in, on one line."""
        return " · ".join(told for field in self.fields if (told := _told(field)))


def _told(field: BoundField) -> str:
    value = field.value()
    if value in (None, "", False, "false"):
        return ""
    if value is True or value == "true":
        return str(field.label)
    if isinstance(field.field, forms.IntegerField):
        return f"{field.label} {value}"
    choices = dict(getattr(field.field, "choices", ()))
    return str(choices.get(value, value))


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the summary. `anchor` is the id of the field, empty where the whole form is meant."""

    sentence: Text
    anchor: str = ""
    where: str = ""


def sections_of(form: BaseForm) -> tuple[DrawnSection, ...]:
    declared: Sequence[Section] = getattr(form, "sections", ())
    named = {name for section in declared for name in section.fields}
    rest = tuple(field for field in form.visible_fields() if field.name not in named)
    drawn = [DrawnSection("", "", rest)] if rest else []
    for section in declared:
        fields = tuple(form[name] for name in section.fields if name in form.fields)
        drawn += [DrawnSection(section.title, section.help, fields, section.folded)] if fields else []
    return tuple(drawn)


def problems(form: BaseForm | None, rows: BaseFormSet[Any] | None = None) -> tuple[Problem, ...]:
    """All that was refused, in the order of the page."""
    found = list(_form_problems(form)) if form and form.is_bound else []
    if rows and rows.is_bound:
        found += [Problem(str(error)) for error in rows.non_form_errors()]
        for number, row in enumerate(rows.forms, start=1):
            found += list(_form_problems(row, gettext("Row %(row)s") % {"row": number}))
    return tuple(found)


def _form_problems(form: BaseForm, where: str = "") -> Iterator[Problem]:
    for error in form.non_field_errors():
        yield Problem(str(error), "", where)
    for field in (*form.visible_fields(), *form.hidden_fields()):
        for error in field.errors:
            label = f"{where}, {field.label}" if where else str(field.label)
            yield Problem(str(error), field.id_for_label or field.auto_id, label)


def refused_form(form: BaseForm, error: BusinessError, rows: BaseFormSet[Any] | None = None) -> None:
    """Put a refusal where the person can mend it: beside its field, in its row, or else on top of the form.

    Works for one refusal and for `Refusals`. `row` counts from 1 over the rows of the formset.
    """
    for refusal in getattr(error, "refusals", (error,)):
        target, prefix = form, ""
        if refusal.row is not None and rows is not None and 1 <= refusal.row <= len(rows.forms):
            target = rows.forms[refusal.row - 1]
        elif refusal.row is not None:
            prefix = gettext("Row %(row)s: ") % {"row": refusal.row}
        if target.errors is None:
            target.full_clean()
        field = refusal.field if refusal.field in target.fields else None
        target.add_error(field, prefix + worded(refusal.message))


class FigureField(forms.CharField):
    """A quantity or amount, typed and shown as its reader writes figures; `cleaned_data` has it written plainly."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def to_python(self, value: Any) -> Any:
        try:
            return formats.figure_read(super().to_python(value) or "")
        except formats.UnclearFigure as error:
            raise forms.ValidationError(worded(error.message), code=error.code) from error

    def _typed(self, data: Any, initial: Any) -> Any:
        return None if data is None else _Typed(data)

    bound_data = _typed

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, _Typed) else formats.figure_shown(str(value))


class _Typed(str):
    """What a person typed: it stands in the field as it was, right or wrong."""

    __slots__ = ()


class Rows(BaseFormSet):  # type: ignore[type-arg]
    """Rows of one form. A row in which only the first choice of its selects stands counts as not filled in."""

    def _construct_form(self, i: int, **arguments: Any) -> Any:
        row = super()._construct_form(i, **arguments)  # type: ignore[misc]
        for field in row.fields.values():
            if isinstance(field, forms.ChoiceField) and field.initial is None:
                field.initial = next((value for value, _words in field.widget.choices), None)
        return row

    def add_fields(self, form: Any, index: int | None) -> None:
        """A field in a row is named by its column's head, which a screen reader does not tell from the field."""
        super().add_fields(form, index)
        for field in form.fields.values():
            if field.label:
                field.widget.attrs.setdefault("aria-label", field.label)


def more_rows(shown: str, *, added: int = 5, most: int = 1000) -> str:
    """How many rows stand after some were asked for; a count that nobody but a tampered form sends counts as none."""
    count = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 5 else 0
    return str(min(count + added, most))


def rows_of(form_class: type[BaseForm], *, empty: int = 5, most: int = 1000) -> type[BaseFormSet[Any]]:
    """A formset class with `empty` rows to begin with, for `FormPage.rows_class`."""
    return forms.formset_factory(form_class, formset=Rows, extra=empty, min_num=0, max_num=most, validate_max=True)


class FormPage(View):
    """A page with one form, with or without rows below it.

    Subclasses give `form_class`, perhaps `rows_class` (a formset), and `submit`, which calls one action and returns
    where to go. A BusinessError from `submit` comes back into the form with everything that was typed.
    """

    title: Text = ""
    lead: Text = ""
    permission: str = ""
    form_class: type[forms.BaseForm] = forms.Form
    rows_class: type[BaseFormSet[Any]] | None = None
    rows_title: Text = ""
    submit_label: Text = _("Save")
    save_label: Text = ""
    cancel_url: Text = ""
    crumbs: Sequence[Link] = ()
    steps: Sequence[Step] = ()
    template_name: str = "web/form_page.html"
    submitted: Callable[..., str] | None = None
    creates: bool = False
    """Whether a client key goes with the form, so that what is sent twice is made once; see `client_key`."""

    @property
    def client_key(self) -> str | None:
        """The key of this form, for the action's `key`; it changes with what is sent."""
        if not self.creates:
            return None
        sent = sorted((name, value) for name, value in self.request.POST.lists() if name != "csrfmiddlewaretoken")
        return hashlib.sha256(repr(sent).encode()).hexdigest()

    def initial(self) -> dict[str, Any]:
        return {}

    def initial_rows(self) -> list[dict[str, Any]]:
        return []

    def form_arguments(self) -> dict[str, Any]:
        """Further arguments of the form's constructor."""
        return {}

    def submit(self, actor: Actor, form: Any, rows: Any) -> str | HttpResponse:
        """Call one action with what was entered; return the next address, or a page. May raise BusinessError."""
        assert self.submitted is not None, "a form page needs `submit`"
        return self.submitted(actor, form, rows)

    def get(self, request: HttpRequest, **_captured: Any) -> HttpResponse:
        demand(request, self.permission)
        form = self.form_class(initial=self.initial(), **self.form_arguments())
        return self.draw(form, self._rows(None))

    def post(self, request: HttpRequest, **_captured: Any) -> HttpResponse:
        actor = demand(request, self.permission)
        posted = request.POST.copy()
        if ADD_ROWS in posted:
            posted["rows-TOTAL_FORMS"] = more_rows(posted.get("rows-TOTAL_FORMS", ""))
        form = self.form_class(posted, request.FILES, initial=self.initial(), **self.form_arguments())
        rows = self._rows(posted)
        if ADD_ROWS in posted:
            return self.draw(_without_errors(form), _rows_without_errors(rows))
        if form.is_valid() and (rows is None or rows.is_valid()):
            try:
                went = self.submit(actor, form, rows)
                return HttpResponseRedirect(went) if isinstance(went, str) else went
            except BusinessError as error:
                refused_form(form, error, rows)
        return self.draw(form, rows, status=422)

    def rows_arguments(self) -> dict[str, Any]:
        """Further arguments of each row's constructor: what all rows choose from is read once."""
        return {}

    def _rows(self, posted: Any) -> Any:
        if self.rows_class is None:
            return None
        initial, arguments = self.initial_rows(), self.rows_arguments()
        return self.rows_class(posted, initial=initial, prefix="rows", form_kwargs=arguments)

    def draw(self, form: Any, rows: Any, status: int = 200) -> HttpResponse:
        context = {
            "title": self.title,
            "lead": self.lead,
            "form": form,
            "rows": rows,
            "rows_title": self.rows_title,
            "submit_label": self.submit_label,
            "save_label": self.save_label,
            "cancel_url": self.cancel_url,
            "crumbs": self.crumbs,
            "steps": self.steps,
            "client_key": uuid.uuid4().hex if self.creates else "",
            **self.more(),
        }
        return render(self.request, self.template_name, context, status=status)

    def more(self) -> dict[str, Any]:
        """Further context of a subclass's template."""
        return {}


def _without_errors(form: Any) -> Any:
    """What was typed, not yet judged: the person has only asked for more rows."""
    form._errors = forms.utils.ErrorDict()
    form.cleaned_data = {}
    return form


def _rows_without_errors(rows: Any) -> Any:
    if rows is not None:
        rows._errors = [{} for _form in rows.forms]
        rows._non_form_errors = rows.error_class()
        for form in rows.forms:
            _without_errors(form)
    return rows
