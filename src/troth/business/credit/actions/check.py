"""The two later checks: when a delivery is made, and when the goods leave.

A release holds for the document it was given for. Should that document later be raised past the limit, `claim` sets a
block again, and it is the standing block that counts. At goods issue exposure is judged as it is at that moment,
because other orders, unpaid invoices or a lowered limit may have used up the credit since the order was taken.
"""

from collections.abc import Sequence

from troth.business.credit import store
from troth.business.credit.actions.claim import parts
from troth.business.credit.rules import CreditBlocksDelivery, CreditBlocksGoodsIssue, Verdict, verdict
from troth.kernel.errors import Sentence
from troth.ledgers.exposure.keys import ExposureKey
from troth.platform import blocks
from troth.platform.blocks import BlockKind
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.platform.models import BlockRow


def check_delivery(refs: Sequence[DocumentRef]) -> None:
    """Refuse (`CreditBlocksDelivery`) where a credit block stands on one of the orders to be delivered."""
    standing = _standing(refs)
    if standing:
        block = standing[0]
        raise CreditBlocksDelivery(
            Sentence("To deliver order %(document)s a credit manager must release it. %(reason)s"),
            document=block.ref.number,
            documents=[each.ref.number for each in standing],
            reason=block.reason,
        )


def check_goods_issue(
    held: Held, key: ExposureKey, ref: DocumentRef, orders: Sequence[DocumentRef], *, checks: bool = True
) -> Verdict:
    """Refuse (`CreditBlocksGoodsIssue`) while exposure is past the limit, unless the document was released.

    `orders` are those the delivery `ref` serves: it may go where each of them was released, or the delivery itself.
    """
    account = store.account(held, key)
    found = verdict(parts(held.balance(key)), limit=account.limit, amount=0, checks=checks)
    standing = _standing([ref, *orders])
    if not standing and (found.within_limit or _released(ref, orders)):
        return found
    sentence = found.sentence(account.decimals, account.currency)
    remedy = Sentence("The customer must pay, or a credit manager raise the limit.")
    if standing:
        remedy = Sentence("A credit manager must release it, or the customer must pay.")
    raise CreditBlocksGoodsIssue(
        Sentence(
            "The goods of %(document)s may not leave. %(sentence)s %(remedy)s",
            document=ref.number,
            sentence=sentence,
            remedy=remedy,
        ),
        document=ref.number,
        exposure=found.exposure.total,
        limit=found.limit,
        excess=found.excess,
        currency=account.currency,
        blocks=[block.reason for block in standing],
    )


def _standing(refs: Sequence[DocumentRef]) -> list[blocks.Block]:
    return [block for block in blocks.standing(refs) if block.kind is BlockKind.CREDIT]


def _released(ref: DocumentRef, orders: Sequence[DocumentRef]) -> bool:
    rows = BlockRow.objects.filter(
        kind=BlockKind.CREDIT,
        document_kind__in={ref.kind, *(order.kind for order in orders)},
        document_id__in={ref.id, *(order.id for order in orders)},
        released_at__isnull=False,
    )
    released = {DocumentRef(*pair) for pair in rows.values_list("document_kind", "document_id")}
    return ref in released or (bool(orders) and released.issuperset(orders))
