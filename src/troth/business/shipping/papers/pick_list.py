"""The pick list: what to fetch from which bin, in the order of the walk, with bar codes.

It stays in the house, so it is in the language of the person who prints it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from troth.business.shipping.models import TransferLine, TransferOrder
from troth.platform.documents import DocumentRef
from troth.platform.printing import contents, wording
from troth.platform.printing.barcodes import code128, has_code128
from troth.platform.printing.contents import Content, Loaded, Pair
from troth.platform.printing.wording import Speaker
from troth.reference import letters

WORDS = Path(__file__).parent / "words.toml"
LAYOUT = Path(__file__).parent / "layout" / "pick_list.typ"
NAMED_MAX = 4


def load(transfer_order_id: int) -> Loaded:
    order = TransferOrder.objects.select_related("site", "shipment").get(pk=transfer_order_id)
    lines = list(
        order.lines.select_related(
            "location", "bin", "product__base_unit", "delivery_line__delivery"
        ).order_by("position")
    )  # fmt: skip
    speak = wording.speaker(get_language() or wording.FALLBACK, WORDS)
    heads = [speak(word) for word in ("item", "bin", "product", "quantity", "picked")]
    content = Content(
        language=speak.language,
        title=speak("pick_list"),
        number=order.number,
        page=speak("page", page="{page}", pages="{pages}"),
        sender=replace(letters.sender(order.company_id, speak), foot=()),
        address=(),
        facts=_facts(order, lines, speak),
        size=letters.paper_size(letters.home_of(order.company_id)),
        more={
            "site": f"{order.site.name} ({order.site.code})",
            "bars": _bars(order.number),
            "version_words": speak("version", version="{version}"),
            "heads": heads,
            "lines": [_line(line, speak) for line in lines],
            "signatures": [speak("picked_by")],
        },
    )
    return Loaded(
        ref=DocumentRef("transfer_order", order.pk, order.number),
        company_id=order.company_id,
        site_id=order.site_id,
        content=content,
        name=f"{content.title}-{order.number}".replace(" ", "-"),
        mark=marks([transfer_order_id])[transfer_order_id],
    )


def _facts(order: TransferOrder, lines: Sequence[Any], speak: Speaker) -> tuple[Pair, ...]:
    deliveries = {line.delivery_line.delivery.number: line.delivery_line.delivery for line in lines}
    numbers = sorted(deliveries)
    named = ", ".join(numbers[:NAMED_MAX]) + (" …" if len(numbers) > NAMED_MAX else "")
    first: date | None = min((one.goods_issue_on for one in deliveries.values()), default=None)
    found = (
        (speak("shipment"), order.shipment.number if order.shipment else ""),
        (speak("deliveries"), named),
        (speak("goods_issue_on"), speak.day(first)),
        (speak("positions"), speak.figure(len(lines))),
    )
    return tuple(pair for pair in found if pair[1])


def _line(line: Any, speak: Speaker) -> dict[str, Any]:
    product, unit, there = line.product, line.product.base_unit, line.delivery_line
    code = bin_code(line.location.code, line.bin.code)
    target = speak("for_delivery", delivery=there.delivery.number, item=str(there.line_number))
    said = (f"{product.number} · {target}", speak("batch", batch=line.batch) if line.batch else "")
    return {
        "position": str(line.position),
        "bin": line.bin.code,
        "bin_code": code,
        "bin_bars": _bars(code),
        "location": speak("location", location=line.location.code),
        "name": product.name,
        "product": product.number,
        "product_bars": _bars(product.number),
        "lines": [word for word in said if word],
        "quantity": speak.quantity(line.quantity, unit.decimals, unit.code),
    }


def _bars(text: str) -> str:
    """Nothing for what has no bar code: the words are there as well."""
    return code128(text) if has_code128(text) else ""


def bin_code(location: str, place: str) -> str:
    """What the bar code of a bin says: bins of two storage locations may have the same name."""
    return f"{location}/{place}"


def marks(transfer_order_ids: Sequence[int]) -> Mapping[int, str]:
    """Another mark after every change of what is to be fetched, for whom and by when. Two statements."""
    heads = TransferOrder.objects.filter(pk__in=transfer_order_ids).values_list("pk", "shipment_id")
    said: dict[int, list[Any]] = {row[0]: [row[1]] for row in heads}
    rows = TransferLine.objects.filter(transfer_order_id__in=transfer_order_ids).order_by("position")
    for order_id, on, *line in rows.values_list(
        "transfer_order_id", "delivery_line__delivery__goods_issue_on", "position", "product_id", "bin_id", "batch",
        "quantity", "delivery_line_id",
    ):  # fmt: skip
        said[order_id].append([str(on), *line])
    return {order_id: contents.hash_of(words) for order_id, words in said.items()}
