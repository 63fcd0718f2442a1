"""Proof of delivery: what waits for one, recording one or many, taking one back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from ninja import Query
from pydantic import Field

from troth.business.shipping import actions, queries
from troth.business.shipping.actions import DeliveryProven
from troth.business.shipping.api.shared import DeliveryListed, Ids, deliveries_shown
from troth.business.shipping.rules.proof import Arrived
from troth.kernel.errors import InvalidInput
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging
from troth.platform.api.paging import page as page_of_rows
from troth.platform.api.values import Day, Entry, Figure, Id, Reason, Shown, Whole, quantity

operations = Operations("proofs")


@operations.reads("/deliveries/unproven", Page[DeliveryListed])
def list_unproven_deliveries(request: ApiRequest, found: Query[Paging]) -> dict[str, Any]:
    """Deliveries that left for customers who are billed after the proof of delivery, without one; the newest first."""
    companies = request.auth.company_ids
    rows = queries.deliveries(
        company_ids=None if companies is None else sorted(companies), site_ids=request.auth.site_ids, unproven=True
    )
    return page_of_rows(
        request,
        rows.values("id"),
        found,
        lambda chosen: deliveries_shown(queries.delivery_rows([row["id"] for row in chosen])),
    )


class ArrivedEntry(Entry):
    """What arrived of a line, in the product's base unit; where it is not what left, why and what becomes of it.

    Without a decision less is accepted and more is kept as far as the order line's tolerances go.
    """

    line_number: Whole
    arrived: Figure
    reason: Literal["damaged", "missing", "refused", "over"]
    decision: Literal["", "credit", "reship", "refuse"] = ""


class ProofEntry(Entry):
    """When it arrived and who signed; lines that are not named arrived in full."""

    arrived_on: Day
    signed_by: Annotated[str, Field(max_length=80)] = ""
    differences: Annotated[list[ArrivedEntry], Field(max_length=5000)] = []


class DifferenceShown(Shown):
    """`lost` is not billed. On top came `kept`, which is billed, or `turned_away`, which went back."""

    line_number: int
    lost: str
    turned_away: str
    kept: str
    reason: str
    outcome: str


class ProvenShown(Shown):
    delivery: int
    number: str
    arrived_on: date
    differences: list[DifferenceShown]


@operations.creates("/deliveries/{int:delivery_id}/proof", ProvenShown)
def prove_delivery(request: ApiRequest, delivery_id: Id, proof: ProofEntry) -> ProvenShown:
    """Record the proof of delivery of what left: whole, or line by line with what differs."""
    # What arrived in full needs no units, so its client key is asked before anything else.
    lines = _lines(request, delivery_id) if proof.differences else {}
    arrived: dict[int, Arrived] = {}
    for row, one in enumerate(proof.differences):
        if one.line_number in arrived:
            raise InvalidInput(
                "The line stands here twice. Name each line once, with all that arrived of it.", row=row,
                field="line_number",
            )  # fmt: skip
        arrived[one.line_number] = _read(row, one, lines)
    proven = create(
        request,
        actions.prove_delivery,
        delivery_id=delivery_id,
        arrived_on=proof.arrived_on,
        signed_by=proof.signed_by,
        arrived=arrived,
    )
    return _shown(proven, lines)


def _lines(request: ApiRequest, delivery_id: int) -> dict[int, queries.DeliveryLineView]:
    return {line.line_number: line for line in queries.delivery(delivery_id, by=request.auth).lines}


def _read(row: int, one: ArrivedEntry, lines: Mapping[int, queries.DeliveryLineView]) -> Arrived:
    line = lines.get(one.line_number)
    if line is None:
        raise InvalidInput("There is no such line. Name a line of this delivery.", row=row, field="line_number")
    amount = parse_quantity(one.arrived, Unit(line.unit, line.decimals), zero_allowed=True)
    return Arrived(amount, one.reason, one.decision)


def _shown(proven: DeliveryProven, lines: Mapping[int, queries.DeliveryLineView]) -> ProvenShown:
    differences = [
        DifferenceShown(
            line_number=one.number,
            lost=quantity(one.lost, lines[one.number].decimals),
            turned_away=quantity(one.turned_away, lines[one.number].decimals),
            kept=quantity(one.kept, lines[one.number].decimals),
            reason=str(one.reason),
            outcome=str(one.outcome),
        )
        for one in proven.differences
    ]
    return ProvenShown(
        delivery=proven.delivery_id, number=proven.number, arrived_on=proven.arrived_on, differences=differences
    )


class MassProof(Entry):
    deliveries: Ids


class ProofOutcome(Shown):
    """What became of a delivery: the day it arrived, or the refusal's code and sentence."""

    delivery: int
    arrived_on: date | None
    code: str
    detail: str


class MassProven(Shown):
    results: list[ProofOutcome]


@operations.creates("/proofs", MassProven, status=200)
def prove_deliveries(request: ApiRequest, wanted: MassProof) -> MassProven:
    """Record many deliveries as arrived in full on their planned days; one that is refused does not stop the others."""
    found: Sequence[actions.ProofResult] = actions.prove_deliveries(
        delivery_ids=wanted.deliveries, by=request.auth, clock=request.clock
    )
    return MassProven(
        results=[
            ProofOutcome(
                delivery=one.delivery_id,
                arrived_on=one.proven.arrived_on if one.proven else None,
                code=one.code,
                detail=one.reason,
            )
            for one in found
        ]
    )


class Unproven(Shown):
    delivery: int
    state: str
    version: int


@operations.acts("/deliveries/{int:delivery_id}/withdraw-proof", Unproven)
def withdraw_proof(request: ApiRequest, delivery_id: Id, why: Reason) -> Unproven:
    """Take a proof back, as long as the delivery is not billed."""
    act(request, actions.withdraw_proof, delivery_id=delivery_id, reason=why.reason)
    view = queries.delivery(delivery_id, by=request.auth)
    return Unproven(delivery=view.id, state=view.state, version=view.version)
