"""What is expected to be ordered: the list of it, and a page to enter it or bring it in from a file."""

import hashlib
from typing import Any

from django import forms
from django.contrib import messages
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries.screens import names
from troth.business.supply import actions, screens
from troth.business.supply.actions.forecast_named import NamedForecast, read_forecast
from troth.kernel.errors import InvalidInput, Refusals
from troth.platform.web import imports, workplace
from troth.platform.web.acts import clocked, once
from troth.platform.web.columns import Column, Filter
from troth.platform.web.forms import FigureField, FormPage, rows_of
from troth.platform.web.lists import ListPage
from troth.platform.web.pickers import Picker
from troth.platform.web.values import Empty, Link
from troth.reference import queries as reference


class ForecastList(ListPage):
    title = _("Forecasts")
    permission = "supply.view_forecast"
    columns = (
        Column("product", _("Product"), "party", wide=True),
        Column("site", _("Site")),
        Column("on", _("Day"), "date", sort=True),
        Column("quantity", _("Forecast"), "quantity"),
        Column("reason", _("Reason")),
        Column("version", _("Version"), align="right"),
    )
    filters = (
        Filter("site", _("Site"), "choice", lambda: names("site")),
        Filter("on", _("Day"), "date_range"),
    )
    routes = ((_("Enter forecasts"), "supply:forecast-set"),)
    search_label = _("Product")
    empty = Empty(
        _("Nothing is forecast"),
        _("A forecast keeps goods for what will be ordered, where the scope of check counts it."),
    )
    source = screens.forecasts
    row_url = staticmethod(lambda row: row.url)


class ForecastFile(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=80, help_text=_("Where it comes from, such as the version of a plan.")
    )
    file = forms.FileField(
        label=_("Excel or CSV file"),
        required=False,
        help_text=_("With the columns product, site, on, quantity; instead of the rows below."),
    )


class ForecastRow(forms.Form):
    product = forms.CharField(label=_("Product"), max_length=40, widget=Picker("masterdata:product-options"))
    site = forms.CharField(label=_("Site"), max_length=10)
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    quantity = FigureField(label=_("Quantity"), max_length=30)


class ForecastSet(FormPage):
    title = _("Enter forecasts")
    lead = _(
        "What is expected to be ordered for a day, in base units; of a week or a month on its last day. A day that is "
        "named again is set anew, with 0 nothing is expected any more. All rows are taken, or none."
    )
    permission = "supply.set_forecast"
    form_class = ForecastFile
    rows_class = rows_of(ForecastRow)
    rows_title = _("Forecasts")
    submit_label = _("Set the forecasts")
    cancel_url = reverse_lazy("supply:forecasts")
    crumbs = (Link(_("Forecasts"), reverse_lazy("supply:forecasts")),)
    creates = True

    def initial_rows(self) -> list[dict[str, Any]]:
        """What the list's row said, to be changed; else the site that the person works at."""
        asked = self.request.GET
        here = workplace.site_of(self.request)
        site = asked.get("site") or (here if here in {one.code for one in reference.sites()} else "")
        if not asked.get("product"):
            return [{"site": site}] if site else []
        return [{name: asked.get(name, "") for name in ("product", "on", "quantity")} | {"site": site}]

    @property
    def client_key(self) -> str | None:
        """The file is part of what is sent: another file sets other forecasts."""
        sent = self.request.FILES.get("file")
        own = super().client_key
        if own is None or sent is None:
            return own
        content = sent.read()
        sent.seek(0)
        return hashlib.sha256(own.encode() + content).hexdigest()

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        sent, reason = form.cleaned_data["file"], form.cleaned_data["reason"]
        entries = _of_file(sent.read(imports.LARGEST_BYTES + 1)) if sent else _of_rows(rows)
        count = once(actions.set_forecast)(
            read_forecast(entries), reason=reason, key=self.client_key, **clocked(self.request, actor)
        )
        words = ngettext("%(count)s forecast changed.", "%(count)s forecasts changed.", count)
        messages.success(self.request, words % {"count": count})
        return reverse("supply:forecasts")


def _of_rows(rows: Any) -> list[NamedForecast]:
    filled = [row.cleaned_data for row in rows.forms if row.cleaned_data]
    if not filled:
        raise InvalidInput(gettext("Nothing is entered. Fill in a row, or choose a file."))
    return [NamedForecast(**given) for given in filled]


def _of_file(content: bytes) -> list[NamedForecast]:
    found = imports.preview(imports.decoded(content), ForecastRow)
    if found.refusals:
        raise Refusals([_refusal(one) for one in found.refusals])
    return [NamedForecast(**values) for values in found.values]


def _refusal(one: imports.CellRefusal) -> InvalidInput:
    where = gettext("Row %(row)s, ") % {"row": one.row} if one.row else ""
    return InvalidInput(f"{where}{one.column}: {one.sentence}", field="file")
