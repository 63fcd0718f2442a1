"""How far a credit manager's release goes: up to which value, until which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from troth.business.credit.models import Approval, Excess
from troth.business.credit.rules import LimitInvalid
from troth.kernel.errors import InvalidInput
from troth.kernel.quantity import MAX
from troth.platform.documents import DocumentRef
from troth.platform.models import BlockRow


@dataclass(frozen=True, slots=True)
class Bounds:
    """`up_to` in minor units of the company's currency: raised to that value, the document is not blocked again.
    From the day after `until` it is judged as if it had not been released. None: not bounded so."""

    up_to: int | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return self.up_to is not None or self.until is not None


def write(block: BlockRow, bounds: Bounds, today: date) -> None:
    """Keep how far the release of a block goes. Refuses what would be none."""
    if bounds.until is not None and bounds.until < today:
        raise InvalidInput("The release would be over already; choose a later day.", field="until")
    stands = _stands_for(DocumentRef(block.document_kind, block.document_id))
    if bounds.up_to is not None and not stands <= bounds.up_to <= MAX:
        raise LimitInvalid(
            "The document stands for more than that already. Enter at least its value, or reject it.", field="up_to"
        )
    Approval.objects.create(
        block_id=block.pk, document_kind=block.document_kind, document_id=block.document_id, up_to=bounds.up_to,
        until=bounds.until,
    )  # fmt: skip


def _stands_for(ref: DocumentRef) -> int:
    """What the document stood for when it was blocked last; 0 where no check blocked it."""
    found = Excess.objects.filter(document_kind=ref.kind, document_id=ref.id, outcome="block").order_by("-pk")
    return found.values_list("amount", flat=True).first() or 0


def covers(ref: DocumentRef, amount: int, today: date) -> bool:
    """Whether a credit manager approved this document up to this value, and that still holds."""
    found = Approval.objects.filter(document_kind=ref.kind, document_id=ref.id, up_to__gte=amount)
    return any(one.until is None or one.until >= today for one in found)


def over(block_ids: Sequence[int], today: date) -> set[int]:
    """Of these blocks those whose release held until a day that has passed."""
    return set(Approval.objects.filter(pk__in=block_ids, until__lt=today).values_list("pk", flat=True))
