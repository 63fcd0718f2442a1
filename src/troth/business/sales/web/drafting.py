"""The draft that the entry page saves by itself: the rows that can be read are written, the others stay with the page.

| answer | when |
| --- | --- |
| saved | it is written: its number, version, addresses, and the rows as they stand now |
| conflict | somebody else wrote it since: who, when, and what stands there now |
| problems | nothing can be written before the head is mended |
"""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone

from troth.business.sales import actions, queries
from troth.business.sales.actions.answers import Saved
from troth.business.sales.actions.check import READINGS
from troth.business.sales.queries import DocumentView
from troth.business.sales.rules.drafts import line_numbers
from troth.business.sales.web import checking, typed
from troth.business.sales.web.entered import stored
from troth.business.sales.web.typed import Typed
from troth.kernel.errors import BusinessError
from troth.platform import locks
from troth.platform.actors import Actor
from troth.platform.web import history
from troth.platform.web.access import demand
from troth.platform.web.acts import clocked, once


def order_draft(request: HttpRequest, key: int | None = None) -> JsonResponse:
    """Keep what is typed of an order as a draft."""
    return _draft(request, "order", key)


def quotation_draft(request: HttpRequest, key: int | None = None) -> JsonResponse:
    """Keep what is typed of a quotation as a draft."""
    return _draft(request, "quotation", key)


def _draft(request: HttpRequest, kind: str, key: int | None) -> JsonResponse:
    actor = demand(request, "")
    try:
        entry = typed.read(request, kind, key, by=actor)
        saved, numbers = _save(request, kind, key, entry, actor)
    except locks.ChangedMeanwhile:
        assert key is not None
        return JsonResponse({"conflict": _conflict(_view(kind, key, actor))})
    except BusinessError as error:
        return JsonResponse(checking.refused(error))
    return JsonResponse({"saved": _saved(saved, numbers, _view(kind, saved.id, actor), kind)})


def _save(request: HttpRequest, kind: str, key: int | None, entry: Typed, actor: Actor) -> tuple[Saved, dict[int, int]]:
    """Write the rows that can be read; return what was saved, and the line number of each row on the screen."""
    wrong: list[BusinessError] = []
    numbers = line_numbers(entry.draft.lines, wrong)
    rows = dict(zip(entry.rows, zip(entry.draft.lines, numbers, strict=True), strict=True))
    for _ in range(READINGS):
        lines = tuple(replace(line, line_number=number) for line, number in rows.values())
        try:
            saved = _written(request, kind, key, replace(entry.draft, lines=lines), entry, actor)
            return saved, {row: number for row, (_line, number) in rows.items()}
        except BusinessError as error:
            refused = error
            places = list(rows)
            bad = {places[one.row - 1] for one in typed.refusals_of(error) if one.row is not None}
            if not bad:
                raise
            rows = {row: line for row, line in rows.items() if row not in bad}
    raise refused


def _written(request: HttpRequest, kind: str, key: int | None, draft: Any, entry: Typed, actor: Actor) -> Saved:
    save: Any = actions.save_order if kind == "order" else actions.save_quotation
    if key is None:
        return once(save)(draft, **clocked(request, actor, key=f"draft {entry.key}" if entry.key else None))
    return save(draft, **{f"{kind}_id": key}, expected_version=entry.version, **clocked(request, actor))


def _view(kind: str, key: int, actor: Actor) -> DocumentView:
    return (queries.order if kind == "order" else queries.quotation)(key, by=actor)


def _saved(saved: Saved, numbers: dict[int, int], view: DocumentView, kind: str) -> dict[str, Any]:
    return {
        "document": saved.id,
        "number": saved.number,
        "version": saved.version,
        "rows": [{"row": row, "line_number": str(number)} for row, number in numbers.items()],
        "stored": stored(view),
        "change": reverse(f"sales:{kind}-change", args=[saved.id]),
        "check": reverse(f"sales:{kind}-check-change", args=[saved.id]),
        "draft": reverse(f"sales:{kind}-draft-change", args=[saved.id]),
    }


def _conflict(view: DocumentView) -> dict[str, Any]:
    """Who wrote the document last, and what it says now."""
    last = next(iter(history.changes_of(view.ref)), None)
    at = timezone.localtime(last.at) if last else None
    return {
        "who": last.who if last else "",
        "at": at.isoformat() if at else "",
        "is_draft": view.document.state == "draft",
        "number": view.ref.number,
        "stored": stored(view),
    }
