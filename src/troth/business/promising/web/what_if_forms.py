"""What is asked on the page of what-ifs: who asks, for which goods, and what is supposed in which scenario."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries import screens as masterdata
from troth.business.promising.states import Mode
from troth.business.quotas import queries as quotas
from troth.kernel.netting import Category
from troth.kernel.scopes import DEMANDS, SUPPLIES
from troth.ledgers.availability.words import CATEGORIES
from troth.platform.web.forms import ADD_ROWS, FigureField, more_rows, rows_of
from troth.platform.web.pickers import Picker
from troth.reference import queries as reference

SCENARIOS = ("A", "B", "C")
LINES_MOST = 20
SUPPOSED_MOST = 60
ALONE = ("product", "site", "quantity", "on", "mode", "location", "valuation", "promise")
"""What an address may say of one line by itself: so others lead here."""


def _moves() -> dict[str, tuple[Any, Category, int]]:
    """What can be supposed, by its key: words, the category that it moves, and whether it adds or takes."""
    found: dict[str, tuple[Any, Category, int]] = {}
    for category in (*SUPPLIES, *DEMANDS):
        name, sign = category.name.lower(), -1 if category.is_demand else 1
        found[name] = (CATEGORIES[category], category, sign)
        found[f"no_{name}"] = (CATEGORIES[category], category, -sign)
    return found


MOVES = _moves()


QUOTA = "quota:"
"""Before the code of a procedure: its targets are what is supposed."""


def quota_of(key: str) -> str:
    """The code of the procedure of which something is supposed; "" where it is not of a quota."""
    return key.removeprefix("no_").removeprefix(QUOTA) if key.removeprefix("no_").startswith(QUOTA) else ""


def sign_of(key: str) -> int:
    """Of a quota: whether it is more or less."""
    return -1 if key.startswith("no_") else 1


def said_move(key: str) -> str:
    """`more: Purchase orders`, `less: Quota NORTH`."""
    pattern = gettext("less: %(what)s") if key.startswith("no_") else gettext("more: %(what)s")
    code = quota_of(key)
    return pattern % {"what": gettext("Quota %(code)s") % {"code": code} if code else MOVES[key][0]}


def _choices() -> list[tuple[Any, Any]]:
    def among(categories: Any) -> list[tuple[str, str]]:
        names = [category.name.lower() for category in categories]
        return [(key, said_move(key)) for name in names for key in (name, f"no_{name}")]

    codes = sorted(one.code for one in quotas.known().procedures.values())
    keys = [key for code in codes for key in (f"{QUOTA}{code}", f"no_{QUOTA}{code}")]
    planned = [(_("Quotas"), [(key, said_move(key)) for key in keys])] if keys else []
    return [("", "–"), (_("Supply"), among(SUPPLIES)), (_("Demand"), among(DEMANDS)), *planned]


def _sites() -> list[tuple[str, str]]:
    return [(one.code, f"{one.code} · {one.name}") for one in reference.sites()]


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


class Asker(forms.Form):
    """What holds for all lines."""

    customer = forms.CharField(
        label=_("Customer"),
        required=False,
        max_length=40,
        widget=Picker("masterdata:customer-options"),
        help_text=_(
            "Whose quotas, supply protection, remaining life and rules hold;"
            " empty: those of anybody, and no rule is asked."
        ),
    )
    document = forms.CharField(
        label=_("Order or quotation"),
        required=False,
        max_length=40,
        help_text=_("Its number: all its lines are asked for together, for its customer. Then leave the rows empty."),
    )
    scope = forms.ChoiceField(
        label=_("Scope of check"),
        required=False,
        choices=lambda: [("", _("As for orders")), *masterdata.names("checking_scope")],
    )
    apart = forms.BooleanField(
        label=_("Each line by itself"),
        required=False,
        help_text=_("Otherwise what one line takes the next does not see, as in one order."),
    )


class AskedLine(forms.Form):
    """Goods that are wanted. Without a product and a quantity the row counts as empty."""

    product = forms.CharField(
        label=_("Product"), max_length=40, required=False, widget=Picker("masterdata:product-options")
    )
    site = forms.ChoiceField(label=_("Site"), choices=_sites, required=False)
    quantity = FigureField(label=_("Quantity"), max_length=24, required=False)
    on = _day(_("Ready on"), required=False)
    mode = forms.ChoiceField(
        label=_("Delivery proposal"),
        required=False,
        choices=(
            (Mode.PARTIAL.value, _("in parts")),
            (Mode.COMPLETE.value, _("all on one day")),
            (Mode.ONE_TIME.value, _("on the wished day only")),
        ),
    )
    location = forms.CharField(label=_("Location"), max_length=10, required=False)
    valuation = forms.CharField(label=_("Valuation type"), max_length=20, required=False)
    promise = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not given.get("product") and not given.get("quantity"):
            return given
        for name, words in (
            ("product", _("Which product is it?")), ("quantity", _("How much is it?")),
            ("on", _("On which day is it?")), ("site", _("Choose a site.")),
        ):  # fmt: skip
            if not given.get(name) and name not in self.errors:
                self.add_error(name, str(words))
        return given


class Supposed(forms.Form):
    """What is supposed in a scenario; without a product or a site, of those of the first line."""

    scenario = forms.ChoiceField(label=_("Scenario"), choices=[(one, one) for one in SCENARIOS], required=False)
    what = forms.ChoiceField(label=_("What"), required=False, choices=_choices)
    quantity = FigureField(label=_("Quantity"), max_length=24, required=False)
    on = _day(_("On"), required=False)
    product = forms.CharField(
        label=_("Product"),
        max_length=40,
        required=False,
        widget=Picker("masterdata:product-options", {"placeholder": _("as asked first")}),
    )
    site = forms.ChoiceField(
        label=_("Site"), required=False, choices=lambda: [("", _("as asked first")), *_sites()]
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A row with something in it needs all of it; stock has no day."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        what = given.get("what")
        if what and not given.get("quantity") and "quantity" not in self.errors:
            self.add_error("quantity", gettext("How much is it?"))
        if what and (quota_of(what) or not what.endswith("stock")) and not given.get("on") and "on" not in self.errors:
            self.add_error("on", gettext("On which day is it?"))
        if given.get("quantity") and not what:
            self.add_error("what", gettext("What is it?"))
        return given


Lines = rows_of(AskedLine, empty=2, most=LINES_MOST)
SupposedRows = rows_of(Supposed, empty=3, most=SUPPOSED_MOST)


def asked_in(query: QueryDict) -> QueryDict | None:
    """The address as the forms read it; None where nothing is asked yet. One line may stand in it by itself, or a
    document."""
    if not {"quantity", "lines-TOTAL_FORMS", "document"} & set(query):
        return None
    given = query.copy()
    if "lines-TOTAL_FORMS" not in given:
        given["lines-TOTAL_FORMS"], given["lines-INITIAL_FORMS"] = "2", "0"
        for name in ALONE if "quantity" in query else ():
            given[f"lines-0-{name}"] = query.get(name, "")
    if "rows-TOTAL_FORMS" not in given:
        given["rows-TOTAL_FORMS"], given["rows-INITIAL_FORMS"] = "3", "0"
    if ADD_ROWS in given:
        for prefix in ("lines", "rows"):
            given[f"{prefix}-TOTAL_FORMS"] = more_rows(given.get(f"{prefix}-TOTAL_FORMS", ""), added=2)
    return given


def beginning(query: QueryDict, site: str, today: Any) -> list[dict[str, Any]]:
    """The first line of an empty page: at the person's own site, a week ahead."""
    return [
        {
            "product": query.get("product", ""), "site": query.get("site") or site, "quantity": "",
            "on": today + timedelta(days=7), "valuation": query.get("valuation", ""),
        }
    ]  # fmt: skip
