"""Forecasts over the API: what is expected to be ordered, by product, site and day."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.supply import actions, queries
from troth.business.supply.actions.forecast_named import NamedForecast, read_forecast
from troth.platform import permissions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Day, Entry, Figure, Id, Shown, quantity

operations = Operations("forecasts")


class ForecastShown(Shown):
    """`quantity` is expected to be ordered for a day; `version` counts how often it was set."""

    id: int
    product: str
    site: str
    on: date
    quantity: str
    unit: str
    reason: str
    version: int


class ForecastFilter(Paging):
    company: Id
    site: Id | None = None
    product: Id | None = None


@operations.reads("/forecasts", Page[ForecastShown])
def list_forecasts(request: ApiRequest, found: Query[ForecastFilter]) -> dict[str, Any]:
    """Forecasts of a company by day."""
    permissions.require(request.auth, "supply.view_forecast", company_id=found.company)
    rows = queries.forecasts(
        found.company, site_id=found.site, site_ids=request.auth.site_ids, product_id=found.product
    )
    return page(request, rows.values(*queries.FORECAST), found, _listed, order=("on", "id"))


def _listed(chosen: Iterable[dict[str, Any]]) -> list[ForecastShown]:
    return [
        ForecastShown(
            id=row["id"],
            product=row["product__number"],
            site=row["site__code"],
            on=row["on"],
            quantity=quantity(row["quantity"], row["product__base_unit__decimals"]),
            unit=row["product__base_unit__code"],
            reason=row["reason"],
            version=row["version"],
        )
        for row in chosen
    ]


class ForecastEntry(Entry):
    """The product by number and the site by code; `quantity` in the product's base unit, 0 where there is none any
    more. Of a week or a month `on` is its last day."""

    product: Code
    site: Code
    on: Day
    quantity: Figure


class ForecastEntries(Entry):
    """`reason` says where they come from, such as the version of a plan."""

    reason: Annotated[str, Field(min_length=1, max_length=80)]
    forecasts: Annotated[list[ForecastEntry], Field(min_length=1, max_length=5_000)]


class ForecastSet(Shown):
    """How many days differ from what stood before."""

    changed: int


@operations.creates("/forecasts", ForecastSet)
def set_forecast(request: ApiRequest, entries: ForecastEntries) -> ForecastSet:
    """Let these be the forecasts of their days: all of them or none. Days that are not named keep theirs."""
    read = read_forecast([NamedForecast(**one.model_dump()) for one in entries.forecasts])
    return ForecastSet(changed=create(request, actions.set_forecast, read, reason=entries.reason))
