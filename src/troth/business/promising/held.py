"""What is held for other documents, such as quotations: for their pages, the API, and `troth verify`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from troth.business.promising import store
from troth.business.promising.models import Hold, HoldLine
from troth.business.promising.rules.holds import state_at
from troth.business.promising.states import HoldState
from troth.platform.documents import DocumentRef


@dataclass(frozen=True, slots=True)
class HeldItem:
    """A line of a hold: `quantity` was asked for, `held` of it is kept, ready on `ready` (day, quantity)."""

    line_number: int
    reference_line_id: int
    product_number: str
    product: str
    quantity: int
    held: int
    unit: str
    decimals: int
    ready: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class HeldFor:
    """A hold for another document, by id; its state is that of the moment asked."""

    id: int
    number: str
    document_id: int
    state: HoldState
    site: str
    expires_at: datetime
    life_ends_at: datetime
    entered_by_id: int | None
    entered_at: datetime
    order_id: int | None
    items: tuple[HeldItem, ...]

    @property
    def is_active(self) -> bool:
        return self.state == HoldState.ACTIVE


def holds_for(kind: str, document_ids: Sequence[int], now: datetime) -> list[HeldFor]:
    """The holds of documents, the newest first, with what each holds; three statements however many there are."""
    return _read(Hold.objects.filter(reference_kind=kind, reference_id__in=document_ids).order_by("-id"), now)


def active_for(kind: str, now: datetime) -> list[HeldFor]:
    """The holds for documents of a kind that have not ended in the books, swept or not."""
    found = Hold.objects.filter(reference_kind=kind, reference_id__isnull=False, state=HoldState.ACTIVE)
    return _read(found.order_by("id"), now)


def line_ids(kind: str, document_id: int, now: datetime) -> list[int]:
    """The lines of the holds of a document that hold something now."""
    found = HoldLine.objects.filter(
        hold__reference_kind=kind, hold__reference_id=document_id, hold__state=HoldState.ACTIVE,
        hold__expires_at__gt=now,
    )  # fmt: skip
    return list(found.order_by("id").values_list("pk", flat=True))


def documents_of(hold_ids: Iterable[int]) -> dict[int, DocumentRef]:
    """For which document goods are held, by the id of the hold; those for none are left out."""
    wanted = set(hold_ids)
    rows = Hold.objects.filter(pk__in=wanted, reference_id__isnull=False) if wanted else Hold.objects.none()
    names = ("pk", "reference_kind", "reference_id", "reference_number")
    return {row[0]: DocumentRef(row[1], row[2] or 0, row[3]) for row in rows.values_list(*names)}


def _read(found: Any, now: datetime) -> list[HeldFor]:
    holds: list[Any] = list(found.select_related("site"))
    items = _items([hold.pk for hold in holds])
    return [
        HeldFor(
            one.pk, one.number, one.reference_id, state_at(one.state, one.expires_at, now), one.site.code,
            one.expires_at, one.life_ends_at, one.entered_by_id, one.entered_at, one.order_id, tuple(items[one.pk]),
        )
        for one in holds
    ]  # fmt: skip


def _items(hold_ids: Iterable[int]) -> dict[int, list[HeldItem]]:
    found: dict[int, list[HeldItem]] = {hold_id: [] for hold_id in hold_ids}
    if not found:
        return found
    rows: list[Any] = list(
        HoldLine.objects.filter(hold_id__in=found)
        .order_by("hold_id", "line_number")
        .values_list(
            "hold_id", "id", "line_number", "reference_line_id", "product__number", "product__name", "quantity",
            "product__base_unit_id", "product__base_unit__decimals",
        )
    )  # fmt: skip
    stands = store.standing("hold", [row[1] for row in rows])
    for hold_id, line_id, number, reference, product, name, quantity, unit, decimals in rows:
        held, ready = _held(stands.get(line_id))
        found[hold_id].append(HeldItem(number, reference, product, name, quantity, held, unit, decimals, ready))
    return found


def _held(one: store.Standing | None) -> tuple[int, tuple[tuple[date, int], ...]]:
    if one is None or one.is_withdrawn:
        return 0, ()
    return one.confirmed_quantity, tuple((line.schedule.material_on, line.open) for line in one.lines if line.open)
