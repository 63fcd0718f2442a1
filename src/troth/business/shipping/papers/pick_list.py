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
from troth.platform.printing import contents, fitting, wording
from troth.platform.printing.barcodes import code128, has_code128
from troth.platform.printing.contents import Content, Loaded, Pair
from troth.platform.printing.wording import Speaker
from troth.reference import letters

WORDS = Path(__file__).parent / "words.toml"
LAYOUT = Path(__file__).parent / "layout" / "pick_list.typ"
NAMED_MAX = 4
# The layout's: between the margins, around a cell, a box to tick, a module of a bar code; all in points.
ROOM = {"a4": 510.2, "us-letter": 526.9}
PADDING, TICK, MODULE = 10.0, 17.1, 0.7654


def load(transfer_order_id: int) -> Loaded:
    order = TransferOrder.objects.select_related("site", "shipment").get(pk=transfer_order_id)
    lines = list(
        order.lines.select_related(
            "location", "bin", "product__base_unit", "delivery_line__delivery"
        ).order_by("position")
    )  # fmt: skip
    speak = wording.speaker(get_language() or wording.FALLBACK, WORDS)
    heads = [speak(word) for word in ("item", "bin", "product", "quantity", "picked")]
    shown = [_line(line, speak) for line in lines]
    size = letters.paper_size(letters.home_of(order.company_id))
    content = Content(
        language=speak.language,
        title=speak("pick_list"),
        number=order.number,
        page=speak("page", page="{page}", pages="{pages}"),
        sender=replace(letters.sender(order.company_id, speak), foot=()),
        address=(),
        facts=_facts(order, lines, speak),
        size=size,
        more={
            "site": f"{order.site.name} ({order.site.code})",
            "bars": _bars(order.number),
            "version_words": speak("version", version="{version}"),
            "heads": heads,
            "lines": shown,
            "fit": fit(heads, shown, size),
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
    said = (
        f"{product.number} · {target}",
        speak("batch", batch=line.batch) if line.batch else "",
        speak("valuation", valuation=line.valuation) if line.valuation else "",
    )
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


def fit(heads: Sequence[str], lines: Sequence[dict[str, Any]], size: str) -> dict[str, Any]:
    """What `layout/pick_list.typ` need not try: columns in points, and the lines below each product's name.

    None where it has to: a sign that the fonts do not have, a name that needs a second line.
    """
    labels = [(word, 8.0, 600) for word in heads]
    position = fitting.widest([labels[0], *((line["position"], 10.0, 400) for line in lines)])
    place = fitting.widest(
        [labels[1], *((line["bin"], 13.0, 700) for line in lines), *((line["location"], 9.0, 400) for line in lines)]
    )
    quantity = fitting.widest([labels[3], *((line["quantity"], 14.0, 700) for line in lines)])
    tick = fitting.widest([labels[4], ("", 0.0, 400)])
    needed = [position, place, None, quantity, tick]
    bars = max((_points(line["bin_bars"]) for line in lines), default=0.0)
    needed[1] = None if place is None else max(place, bars)
    needed[4] = None if tick is None else max(tick, TICK)
    columns = [None if one is None else round(one + PADDING, 1) for one in needed]
    fixed = [one for one in columns if one is not None]
    room = ROOM[size] - sum(fixed) - PADDING if len(fixed) == len(columns) - 1 else None
    goods = [(line["name"], line["lines"]) for line in lines]
    below = fitting.lines_of(goods, room, (10.0, 600), 9.0)
    wide = [room is not None and _points(line["product_bars"]) <= room for line in lines]
    return {"columns": columns, "lines": [one if fits else None for one, fits in zip(below, wide, strict=True)]}


def _points(bars: str) -> float:
    """How wide a bar code comes out, with the white at its right."""
    return (sum(map(int, bars)) + 10) * MODULE


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
        "valuation", "quantity", "delivery_line_id",
    ):  # fmt: skip
        said[order_id].append([str(on), *line])
    return {order_id: contents.hash_of(words) for order_id, words in said.items()}
