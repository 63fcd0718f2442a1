"""Packing: the handling units of a delivery, what is in them, and what is still to be packed."""

from typing import Annotated

from pydantic import Field, StrictBool

from troth.business.shipping import actions, queries
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.values import Code, Entry, Figure, Id, Shown, quantity

operations = Operations("packing")


class ContentShown(Shown):
    """What of a delivery line is in a handling unit."""

    line_number: int
    product: str
    product_name: str
    quantity: str
    unit: str


class HandlingUnitShown(Shown):
    """A handling unit: `number` is its SSCC, `position` counts in the delivery, `weight_g` is gross."""

    id: int
    position: int
    number: str
    packaging: str
    packaging_name: str
    tare_weight_g: int
    weight_g: int
    contents: list[ContentShown]


class PackingShown(Shown):
    """The handling units of a delivery, and what is picked and in none of them."""

    delivery: int
    number: str
    state: str
    version: int
    handling_units: list[HandlingUnitShown]
    to_pack: list[ContentShown]


@operations.reads("/deliveries/{int:delivery_id}/handling-units", PackingShown)
def list_handling_units(request: ApiRequest, delivery_id: Id) -> PackingShown:
    """What of a delivery is packed, in what, and what is not."""
    return _shown(request, delivery_id)


def _shown(request: ApiRequest, delivery_id: int) -> PackingShown:
    view = queries.delivery(delivery_id, by=request.auth)
    units = queries.handling_units([delivery_id])
    inside = queries.packed([delivery_id])
    loose = [
        ContentShown(
            line_number=line.line_number,
            product=line.product,
            product_name=line.product_name,
            quantity=quantity(line.picked - inside.get(line.id, 0), line.decimals),
            unit=line.unit,
        )
        for line in view.lines
        if line.picked > inside.get(line.id, 0)
    ]
    return PackingShown(
        delivery=view.id,
        number=view.number,
        state=view.state,
        version=view.version,
        handling_units=[_unit(one) for one in units],
        to_pack=loose,
    )


def _unit(one: queries.HandlingUnitView) -> HandlingUnitShown:
    contents = [
        ContentShown(
            line_number=line.line_number,
            product=line.product,
            product_name=line.product_name,
            quantity=quantity(line.quantity, line.decimals),
            unit=line.unit,
        )
        for line in one.contents
    ]
    own = {name: getattr(one, name) for name in HandlingUnitShown.model_fields}
    return HandlingUnitShown(**{**own, "contents": contents})


class NewHandlingUnit(Entry):
    """`quantities` by line number in the product's base unit, into one new unit of the packaging."""

    packaging: Code
    quantities: Annotated[dict[Annotated[str, Field(pattern=r"^\d{1,9}$")], Figure], Field(min_length=1)]


@operations.creates("/deliveries/{int:delivery_id}/handling-units", PackingShown)
def pack(request: ApiRequest, delivery_id: Id, wanted: NewHandlingUnit) -> PackingShown:
    """Pack what is picked into a new handling unit."""
    create(
        request,
        actions.pack,
        delivery_id=delivery_id,
        packaging=wanted.packaging,
        quantities={int(number): text for number, text in wanted.quantities.items()},
    )
    return _shown(request, delivery_id)


class PackAll(Entry):
    """All that is picked and in no handling unit; `into_one` unit, or as many as the packaging's weight asks for."""

    packaging: Code
    into_one: StrictBool = False


@operations.creates("/deliveries/{int:delivery_id}/pack-all", PackingShown)
def pack_all(request: ApiRequest, delivery_id: Id, wanted: PackAll) -> PackingShown:
    """Pack all that is picked into one handling unit, or into as many as its weight asks for."""
    create(
        request,
        actions.pack_all,
        delivery_id=delivery_id,
        packaging=wanted.packaging,
        into_one=wanted.into_one,
    )
    return _shown(request, delivery_id)


@operations.acts(
    "/deliveries/{int:delivery_id}/handling-units/{int:handling_unit_id}/unpack", PackingShown, checks_version=True
)
def unpack(request: ApiRequest, delivery_id: Id, handling_unit_id: Id) -> PackingShown:
    """Take everything out of a handling unit until the goods issue; the unit is gone."""
    act(
        request,
        actions.unpack,
        delivery_id=delivery_id,
        handling_unit_id=handling_unit_id,
        expected_version=versions.stated(request),
    )
    return _shown(request, delivery_id)
