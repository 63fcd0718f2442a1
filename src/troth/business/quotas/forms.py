"""Forms of procedures, sequences and protections."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries import screens as masterdata
from troth.business.quotas.actions import ReachDraft
from troth.business.quotas.models import Procedure
from troth.business.quotas.notation import is_share
from troth.business.quotas.queries.screens import CHARACTERISTICS
from troth.business.quotas.rules import Characteristic, WrongQuota
from troth.kernel.errors import Sentence
from troth.platform.web.forms import FigureField, Section
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Text
from troth.reference import queries as reference


def _choices(field: str) -> list[Any]:
    column: Any = Procedure._meta.get_field(field)
    return list(column.choices)


def day_field(label: Text, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class _Versioned(forms.Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    is_active = forms.ChoiceField(label=_("Active"), choices=[("yes", _("yes")), ("no", _("no"))], initial="yes")


class ProcedureForm(_Versioned):
    sections = (
        Section("", ("code", "name", "unit", "is_active")),
        Section(_("Cells"), ("characteristics", "period", "without_cell")),
        Section(_("What is used"), ("look_back", "look_ahead", "order", "exhausted")),
    )
    code = forms.CharField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=80)
    unit = forms.ChoiceField(label=_("Counted in"), choices=lambda: masterdata.choices("unit"))
    characteristics = forms.MultipleChoiceField(
        label=_("Told apart by"), choices=list(CHARACTERISTICS.items()), widget=forms.CheckboxSelectMultiple
    )
    period = forms.ChoiceField(label=_("Period"), choices=_choices("period"), initial="week")
    without_cell = forms.ChoiceField(label=_("Who is in no cell"), choices=_choices("without_cell"))
    look_back = forms.IntegerField(label=_("Periods to look back"), initial=0, min_value=0)
    look_ahead = forms.IntegerField(label=_("Periods to look ahead"), initial=0, min_value=0)
    order = forms.ChoiceField(label=_("After the own period"), choices=_choices("order"))
    exhausted = forms.ChoiceField(label=_("What a used-up quota leaves over"), choices=_choices("exhausted"))


class SequenceForm(_Versioned):
    sections = (
        Section("", ("code", "name", "is_active")),
        Section(_("Asked one after the other"), ("procedures",)),
        Section(_("Holds for"), ("reaches",)),
    )
    code = forms.CharField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=80)
    procedures = forms.CharField(
        label=_("Procedures"), max_length=400, help_text=_("Codes with commas, in the order in which they are asked.")
    )
    reaches = forms.CharField(
        label=_("Products and groups"),
        required=False,
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "A line each: product; product group; from; to. Of the first two one is empty: HL-U509; ; 2026-03-31;"
        ),
    )


class TargetField(FigureField):
    """A quantity as its reader writes figures, or a share of a total as `notation` has it, which is left as it is."""

    def to_python(self, value: Any) -> Any:
        return value.strip() if value and is_share(value) else super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) and is_share(value) else super().prepare_value(value)


KEPT_BY = [
    (one.value, CHARACTERISTICS[one])
    for one in (
        Characteristic.CUSTOMER_GROUP,
        Characteristic.CUSTOMER,
        Characteristic.CHANNEL,
        Characteristic.REGION,
        Characteristic.COUNTRY,
    )
]


class ProtectionForm(_Versioned):
    sections = (
        Section("", ("product", "site", "is_active")),
        Section(_("Kept for"), ("characteristic", "value", "second_characteristic", "second_value", "priority")),
        Section(_("How much, and when"), ("quantity", "first_on", "last_on")),
    )
    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    site = forms.ChoiceField(
        label=_("Site"), choices=lambda: [(one.code, f"{one.code} · {one.name}") for one in reference.sites()]
    )
    characteristic = forms.ChoiceField(
        label=_("Told apart by"),
        choices=KEPT_BY,
    )
    value = forms.CharField(label=_("Kept for"), max_length=60)
    second_characteristic = forms.ChoiceField(
        label=_("And by"),
        required=False,
        choices=[("", _("Nothing else")), *KEPT_BY],
        help_text=_("Where two say together whom it is kept for: the dealers of a region, say."),
    )
    second_value = forms.CharField(label=_("And for"), max_length=60, required=False)
    priority = forms.IntegerField(
        label=_("Delivery priority"),
        required=False,
        min_value=1,
        max_value=99,
        help_text=_("Only for lines of this priority; empty for all of the group."),
    )
    quantity = FigureField(label=_("Quantity"), max_length=30)
    first_on = day_field(_("From"))
    last_on = day_field(_("To"))


def read_reaches(text: str) -> list[ReachDraft]:
    """The lines of a sequence's form. `WrongQuota` by row for what is no such line."""
    return [_reach(row, line) for row, line in enumerate(filter(str.strip, text.splitlines()), 1)]


def _reach(row: int, line: str) -> ReachDraft:
    cells = [one.strip() for one in line.split(";")]
    if not 3 <= len(cells) <= 4:
        raise WrongQuota(Sentence("Write: product; product group; from; to."), row=row, field="reaches")
    product, group, first, *last = cells
    return ReachDraft(_day(first, row), product, group, _day(last[0], row) if last and last[0] else None)


def _day(text: str, row: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongQuota(
            Sentence("%(text)s is no day. Write it as 2026-03-31."), row=row, field="reaches", text=text[:20]
        ) from None


def write_reaches(found: Iterable[Any]) -> str:
    """What a sequence holds for, as the lines of its form."""
    return "\n".join(
        f"{one.product.number if one.product else ''}; {one.product_group}; {one.valid_from_on.isoformat()}; "
        f"{one.valid_to_on.isoformat() if one.valid_to_on else ''}".strip()
        for one in found
    )
