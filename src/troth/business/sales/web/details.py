"""The details of a line on the entry page: what folds away below it, in groups.

A field more is a field of `forms.ItemForm`, its name here, and its length in `typed.LONGEST`.
"""

from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from troth.platform.web.values import Text

GROUPS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (_("Goods"), ("site", "location", "batch", "valuation")),
    (
        _("Delivery"),
        ("delivery_mode", "delivery_group", "is_fixed", "route", "min_shipment", "lateness_days_max", "deliveries_max"),
    ),
    (_("Terms"), ("item_category", "delivery_days", "manual_conditions", "text")),
)
ONLY_ORDERS = frozenset({"location"})
"""What a quotation cannot say."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A field as the page writes it; without `choices` it is typed, into no more than `longest` characters."""

    name: str
    html_name: str
    label: Text
    value: str
    choices: tuple[tuple[str, Text], ...]
    longest: int
    placeholder: Text
    inputmode: str
    title: Text


def of_row(row: Any, kind: str) -> list[tuple[Text, list[Detail]]]:
    """The groups of a row's details: those fields that the person and the kind of document have."""
    return [
        (title, [_detail(row[name]) for name in names if name in row.fields and _has(kind, name)])
        for title, names in GROUPS
    ]


def _has(kind: str, name: str) -> bool:
    return kind == "order" or name not in ONLY_ORDERS


def _detail(bound: BoundField) -> Detail:
    value, field = bound.value(), bound.field
    attrs = field.widget.attrs
    return Detail(
        name=bound.name,
        html_name=bound.html_name,
        label=bound.label,
        value="" if value is None else str(value),
        choices=tuple(getattr(field, "choices", ())),
        longest=getattr(field, "max_length", None) or WHOLE_MAX,
        placeholder=attrs.get("placeholder", ""),
        inputmode=attrs.get("inputmode", ""),
        title=field.help_text,
    )


WHOLE_MAX = 4
"""Digits of a whole number."""
