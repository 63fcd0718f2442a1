"""What if: lines that are wanted, on the books as they are and in up to three scenarios besides, side by side.

Everything stands in the address, so that a question can be sent to somebody else; nothing is reserved or written. A
line that is asked for in place of one that stands (`promise`) is promised as that one: with its way to the customer,
and without what it holds itself. A `document` (number) is asked for with all its lines together.
"""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from troth.business.promising import actions
from troth.business.promising.actions import Answer, Check, Whole
from troth.business.promising.rules.alternatives import Planned
from troth.business.promising.screens import link_of
from troth.business.promising.web.what_if_forms import ADD_ROWS, Asker, Lines, SupposedRows, asked_in, beginning
from troth.business.promising.web.what_if_read import Asked, Reader, Scenario
from troth.business.promising.web.what_if_shown import boards, compared, standing, told, tried
from troth.kernel.errors import BusinessError
from troth.platform import documents
from troth.platform.clock import Clock
from troth.platform.web import workplace
from troth.platform.web.access import demand
from troth.platform.web.forms import refused_form
from troth.platform.web.language import worded
from troth.reference import queries as reference


def what_if(request: HttpRequest) -> HttpResponse:
    """The question as a form, and its answers once it is asked."""
    actor = demand(request, "promising.simulate")
    clock: Clock = request.clock  # type: ignore[attr-defined]
    given = asked_in(request.GET)
    if given is None:
        begins = beginning(request.GET, workplace.site_of(request), reference.today(clock, actor.company_ids))
        form, lines = (
            Asker(initial={"customer": request.GET.get("customer", "")}),
            Lines(prefix="lines", initial=begins),
        )
        rows = SupposedRows(prefix="rows")
    else:
        form, lines, rows = Asker(given), Lines(given, prefix="lines"), SupposedRows(given, prefix="rows")
    context: dict[str, Any] = {"title": gettext("What if"), "form": form, "lines": lines, "rows": rows}
    if given is not None and ADD_ROWS not in given:
        context |= _answered(form, lines, rows, actor, clock)
    return render(request, "promising/what_if.html", context)


def _answered(form: Any, lines: Any, rows: Any, actor: Any, clock: Clock) -> dict[str, Any]:
    """The answers; nothing where something is refused, which then stands in its row."""
    if not (form.is_valid() and lines.is_valid() and rows.is_valid()):
        return {}
    if number := form.cleaned_data["document"].strip():
        return _answered_whole(number, form, lines, rows, actor, clock)
    reader = Reader(form.cleaned_data, actor, clock)
    asked = reader.lines(lines)
    if not asked and not any(one.errors for one in lines.forms):
        form.add_error(None, gettext("Say in a row which product is wanted, how much of it, and when."))
        return {}
    scenarios = reader.scenarios(rows, asked) if asked else []
    if any(one.errors for one in (form, *lines.forms, *rows.forms)):
        return {}
    found = [_of(scenario, asked, together=not form.cleaned_data["apart"], clock=clock) for scenario in scenarios]
    for one, answer in zip(asked, found[0], strict=True):
        if isinstance(answer, BusinessError):
            refused_form(one.form, answer)
    if any(one.form.errors for one in asked):
        return {}
    planned = [_by_rule(scenario, asked, form.cleaned_data, actor, clock) for scenario in scenarios]
    return {
        "compared": compared(asked, scenarios, found),
        "tried": tried(asked, scenarios, planned),
        "told": told(asked, scenarios, found),
        "boards": boards(asked, scenarios),
    }


def _answered_whole(number: str, form: Any, lines: Any, rows: Any, actor: Any, clock: Clock) -> dict[str, Any]:
    """The answers of a document, all of its lines together."""
    if any(one.cleaned_data.get("product") for one in lines.forms):
        form.add_error("document", gettext("Ask for the document or for the goods in the rows, not for both."))
        return {}
    try:
        one = actions.whole_named(number, by=actor, clock=clock)
    except BusinessError as refusal:
        form.add_error("document", worded(refusal.message))
        return {}
    reader = Reader(form.cleaned_data, actor, clock)
    asked = reader.whole(one)
    scenarios = reader.scenarios(rows, asked)
    if any(each.errors for each in rows.forms):
        return {}
    found = [actions.check_whole(one, each.supposed, clock=clock) for each in scenarios]
    planned = [actions.ask_rules_of(one, each.supposed, clock=clock) for each in scenarios]
    return {
        "whole": _link(one, actor),
        "compared": compared(asked, scenarios, found, standing(one)),
        "tried": tried(asked, scenarios, planned),
        "told": told(asked, scenarios, found),
        "boards": boards(asked, scenarios),
    }


def _link(one: Whole, actor: Any) -> Any:
    """The document that was asked about, with its kind in words."""
    kind = documents.kind_named(one.document.kind)
    return {"kind": str(kind.title).capitalize(), "link": link_of(one.document, actor)}


def _of(scenario: Scenario, asked: Sequence[Asked], *, together: bool, clock: Clock) -> list[Answer]:
    """What each line would be promised in a scenario, in their order."""
    checks: list[Check] = [one.check for one in asked if one.line is None]
    answers = iter(actions.check(checks, scenario.supposed, together=together, clock=clock))
    return [
        next(answers)
        if one.line is None
        else actions.check_line(
            *one.line, one.check.quantity, one.check.on, one.check.mode, scenario.supposed, clock=clock
        )
        for one in asked
    ]


def _by_rule(
    scenario: Scenario, asked: Sequence[Asked], given: dict[str, Any], actor: Any, clock: Clock
) -> list[Planned | None]:
    """What rules would let serve each line in a scenario, where it falls short on its own goods."""
    checks = [(one.check, one.line) for one in asked]
    return actions.ask_rules(checks, scenario.supposed, together=not given["apart"], by=actor, clock=clock)
