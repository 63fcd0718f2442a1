"""What is expected to be ordered: the list of it, and a page to enter it or bring it in from a file."""

from typing import Any

from django import forms
from django.contrib import messages
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from troth.business.masterdata.queries.screens import names
from troth.business.supply import actions, screens
from troth.business.supply.actions.forecast_named import NamedForecast, read_forecast
from troth.business.supply.web.rows_or_file import RowsOrFilePage
from troth.platform.web import workplace
from troth.platform.web.acts import clocked, once
from troth.platform.web.columns import Column, Filter
from troth.platform.web.forms import FigureField, rows_of
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


class ForecastSet(RowsOrFilePage):
    title = _("Enter forecasts")
    lead = _(
        "What is expected to be ordered for a day, in base units; of a week or a month on its last day. A day that is "
        "named again is set anew, with 0 nothing is expected any more. All rows are taken, or none."
    )
    permission = "supply.set_forecast"
    form_class = ForecastFile
    row_class = ForecastRow
    rows_class = rows_of(ForecastRow)
    rows_title = _("Forecasts")
    submit_label = _("Set the forecasts")
    cancel_url = reverse_lazy("supply:forecasts")
    crumbs = (Link(_("Forecasts"), reverse_lazy("supply:forecasts")),)

    def initial_rows(self) -> list[dict[str, Any]]:
        """What the list's row said, to be changed; else the site that the person works at."""
        asked = self.request.GET
        here = workplace.site_of(self.request)
        site = asked.get("site") or (here if here in {one.code for one in reference.sites()} else "")
        if not asked.get("product"):
            return [{"site": site}] if site else []
        return [{name: asked.get(name, "") for name in ("product", "on", "quantity")} | {"site": site}]

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        reason = form.cleaned_data["reason"]
        entries = [NamedForecast(**given) for given in self.given(form, rows)]
        count = once(actions.set_forecast)(
            read_forecast(entries), reason=reason, key=self.client_key, **clocked(self.request, actor)
        )
        words = ngettext("%(count)s forecast changed.", "%(count)s forecasts changed.", count)
        messages.success(self.request, words % {"count": count})
        return reverse("supply:forecasts")
