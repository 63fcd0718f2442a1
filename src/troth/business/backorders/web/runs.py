"""The workbench: runs, what one would change, and the steps from a simulation to its undoing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.backorders import jobs, queries, screens, words
from troth.business.backorders.actions import decide
from troth.business.backorders.models import Run
from troth.business.backorders.states import RUN, Kind, RunState, Serving
from troth.platform.documents import DocumentRef
from troth.platform.web import documents, formats, history
from troth.platform.web.access import demand
from troth.platform.web.acts import Said, button, clocked, step, steps
from troth.platform.web.columns import Column, Filter
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.history import changes_of, names_of
from troth.platform.web.keyset import Page, page
from troth.platform.web.language import worded
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.values import Block, Empty, Link, Status, Step, Tone

history.words(
    {
        "backorders.run_started": _("Simulation begun"),
        "backorders.run_simulated": _("Simulated"),
        "backorders.run_failed": _("Simulation failed"),
        "backorders.run_approved": _("Approved"),
        "backorders.run_discarded": _("Discarded"),
        "backorders.run_begun": _("Applying begun"),
        "backorders.run_applied": _("Applied"),
        "backorders.run_stale": _("Nothing of it could be applied any more"),
        "backorders.run_undo_begun": _("Undoing begun"),
        "backorders.run_undone": _("Undone"),
    }
)
WORKING = (RunState.SIMULATING, RunState.APPLYING, RunState.UNDOING)


def _runs(query: ListQuery) -> Page:
    found = queries.runs(query.actor)
    if query.search:
        found = found.filter(number__icontains=query.search)
    if state := query.filters.get("state"):
        found = found.filter(state=state)
    if variant := query.filters.get("variant"):
        found = found.filter(variant_id=variant)
    listed = page(found, ("-id",), query.after, query.limit, count=query.count)
    restored = queries.restored_among([one for one in listed.rows if _is_restored(one)])
    return Page([_row(one, restored.get(one.pk)) for one in listed.rows], listed.next, listed.previous, listed.count)


def _row(run: Run, restored: tuple[int, int] | None) -> dict[str, Any]:
    return {
        "id": run.pk, "number": run.number, "variant": name_of(run), "on": run.started_at.date(), "lines": run.lines,
        "better": run.better, "worse": run.worse + run.mixed, "status": _status(run, restored),
    }  # fmt: skip


def name_of(run: Run) -> str:
    name = str(run.settings.get("name", ""))
    return gettext("Undoing of %(number)s") % {"number": run.undoes.number} if run.undoes else name


class RunList(ListPage):
    title = _("Backorder runs")
    permission = "backorders.view_run"
    columns = (
        Column("number", _("Run")),
        Column("variant", _("Variant"), wide=True),
        Column("on", _("Simulated on"), "date"),
        Column("lines", _("Lines"), "number"),
        Column("better", _("Better"), "number"),
        Column("worse", _("Worse"), "number"),
        Column("status", _("Status"), "status"),
    )
    filters = (Filter("state", _("State"), "choice", [(state, status.word) for state, status in words.STATES.items()]),)
    search_label = _("Number")
    routes = ((_("Variants"), "backorders:variants"),)
    empty = Empty(
        _("Nothing was simulated yet"),
        _("A run shares goods out anew among the open lines of orders. Choose a variant and simulate it."),
    )
    source = staticmethod(_runs)
    row_url = staticmethod(lambda row: reverse("backorders:run", args=[row["id"]]))


class RunPage(DocumentPage):
    permission = "backorders.view_run"
    document_kind = "backorder_run"
    template_name = "backorders/run.html"

    def document(self, actor: Any, key: int) -> Document:
        run = queries.run_of(actor, key)
        return Document(
            kind=_("Backorder run"),
            number=run.number,
            status=_status(run, queries.restored(run) if _is_restored(run) else None),
            facts=tuple(fact for fact in _facts(run) if fact.value),
            next_step=_next(actor, run),
            steps=_others(actor, run),
            blocks=_blocks(run),
            crumbs=(Link(_("Backorder runs"), reverse("backorders:runs")),),
        )

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        run = queries.run_of(actor, key)
        nothing = Empty(_("Nothing is changed"), _("With this variant every line keeps what it has."))
        tabs = [
            Tab("summary", _("Summary"), "backorders/summary.html", lambda: _summary(actor, run)),
            Tab(
                "customers", _("By customer"), documents.TABLE,
                lambda: {"table": screens.customers(actor, run), "empty": nothing},
            ),
            Tab(
                "orders", _("By order"), documents.TABLE,
                lambda: {"table": screens.orders(actor, run), "empty": nothing},
            ),
            Tab("left", _("Left as it was"), documents.TABLE, lambda: _left(actor, run)),
            Tab("history", _("History"), documents.HISTORY,
                lambda: {"changes": changes_of(DocumentRef("backorder_run", run.pk, run.number))}),
        ]  # fmt: skip
        return tuple(tabs)

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        run = queries.run_of(demand(request, self.permission), key)
        self.template_name = "backorders/run_at_work.html" if run.state in WORKING else RunPage.template_name
        return super().get(request, key)


def _undoing(run: Run) -> Run | None:
    """The run that restored, or was to restore, what a run had changed."""
    return run if run.kind == Kind.UNDO else run.undone_by.order_by("id").last()


def _is_restored(run: Run) -> bool:
    """Whether what it changed was restored, or it restored what another had, as far as that could be done."""
    return run.state == RunState.UNDONE or (run.kind == Kind.UNDO and run.state == RunState.APPLIED)


def _status(run: Run, restored: tuple[int, int] | None) -> Status:
    """`restored` is how many lines were, and how many were left as they are; None of a run that is not undone."""
    if restored is not None and restored[1]:
        return words.IN_PART if restored[0] else words.NOT_RESTORED
    return words.STATES[RunState(run.state)]


def _left(actor: Any, run: Run) -> dict[str, Any]:
    """What an undoing did not restore, line by line; before one, the products that a run left as they were."""
    undoing = _undoing(run)
    if undoing is not None:
        nothing = Empty(
            _("Everything was restored"), _("Lines that could not be restored are listed here with the reason.")
        )
        return {"table": screens.left_as_is(actor, undoing), "empty": nothing}
    nothing = Empty(
        _("Nothing was left out"),
        _("Products whose books moved since the simulation, and those an exception kept, are listed here."),
    )
    return {"table": screens.keys(actor, run, "moved", "aborted"), "empty": nothing}


def _facts(run: Run) -> list[Fact]:
    who = names_of([run.started_by_id, run.approved_by_id])
    changed = queries.applied(run.pk)
    facts = [
        Fact(_("Variant"), name_of(run)),
        Fact(_("Simulated"), formats.instant(run.simulated_at) if run.simulated_at else ""),
        Fact(_("By"), who.get(run.started_by_id, "") if run.started_by_id else gettext("the schedule")),
        Fact(_("Approved by"), who.get(run.approved_by_id, "") if run.approved_by_id else ""),
        Fact(_("Lines that took part"), formats.number(run.lines) if run.lines else ""),
        Fact(_("Better"), formats.number(run.better) if run.kind == Kind.RUN else ""),
        Fact(_("Worse"), formats.number(run.worse + run.mixed) if run.kind == Kind.RUN else ""),
        Fact(_("Served by a rule"), _served(run)),
        Fact(_("Changes moved since"), formats.number(changed["moved"]) if "moved" in changed else ""),
        Fact(_("Lines left as they are"), formats.number(changed["kept"]) if "kept" in changed else ""),
    ]
    for undoing in run.undone_by.all():
        facts.append(Fact(_("Undone by"), Link(undoing.number, reverse("backorders:run", args=[undoing.pk]))))
    if run.undoes is not None:
        facts.append(Fact(_("Undoes"), Link(run.undoes.number, reverse("backorders:run", args=[run.undoes.pk]))))
    return facts


def _served(run: Run) -> str:
    """How many lines other goods serve by rules, by what became of them: `Proposed: 2`."""
    if not run.settings.get("asks_rules") or run.kind == Kind.UNDO:
        return ""
    found = queries.serving(run.pk)
    return ", ".join(f"{words.SERVING[Serving(state)].word}: {formats.number(n)}" for state, n in found.items())


def _next(actor: Any, run: Run) -> Step | None:
    company = run.company_id
    if run.state == RunState.SIMULATED and run.changes.exists():
        return step(actor, _("Approve"), "backorders:run-approve", run.pk, company_id=company)
    if run.state == RunState.APPROVED:
        return step(actor, _("Apply"), "backorders:run-apply", run.pk, company_id=company)
    return None


def _others(actor: Any, run: Run) -> tuple[Step, ...]:
    company, is_run = run.company_id, run.kind == Kind.RUN
    return steps(
        Step(_("All changes"), reverse("backorders:changes", args=[run.pk]), "get"),
        step(actor, _("Simulate again"), "backorders:variant-simulate", run.variant_id, company_id=company)
        if run.variant is not None and run.variant.is_active and run.state not in WORKING else None,
        step(actor, _("Undo the run"), "backorders:run-undo", run.pk, company_id=company, danger=True)
        if is_run and RUN.allows(run.state, "undo") else None,
        step(actor, _("Discard"), "backorders:run-discard", run.pk, company_id=company, danger=True)
        if RUN.allows(run.state, "discard") else None,
    )  # fmt: skip


def _blocks(run: Run) -> list[Block]:
    if run.note:
        return [Block(worded(run.note), gettext("Change the variant and simulate again."))]
    if _is_restored(run):
        return _not_restored(run)
    if run.state not in (RunState.SIMULATED, RunState.APPROVED):
        return []
    return [
        Block(worded(one), gettext("Beyond the limits, somebody else than who simulated has to approve it."))
        for one in decide.beyond(run)
    ]


def _not_restored(run: Run) -> list[Block]:
    restored, left = queries.restored(run)
    if not left:
        return []
    if restored:
        said = gettext("%(left)s of %(all)s lines were not restored. They keep what they have.") % {
            "left": formats.number(left), "all": formats.number(left + restored),
        }  # fmt: skip
    else:
        said = gettext("None of the lines could be restored. They keep what they have.")
    which = Step(gettext("Which lines, and why"), f"{_url(run)}?tab=left", "get")
    return [Block(said, step=which, tone=Tone.WAITING)]


def _summary(actor: Any, run: Run) -> dict[str, Any]:
    return {
        "segments": screens.segments(run),
        "left_out": screens.left_out(run),
        "changes_url": reverse("backorders:changes", args=[run.pk]),
        "has_changes": queries.changes(actor, run.pk).exists(),
        "is_undoing": run.kind == Kind.UNDO,
        "is_failed": run.state == RunState.FAILED,
    }


def progress(request: HttpRequest, key: int) -> HttpResponse:
    """How far a run is; once it is done the page is asked anew."""
    run = queries.run_of(demand(request, "backorders.view_run"), key)
    answer = render(request, "backorders/progress.html", at_work(run))
    if run.state not in WORKING:
        answer["HX-Refresh"] = "true"
    return answer


def at_work(run: Run) -> dict[str, Any]:
    return {
        "run": run,
        "label": words.STATES[RunState(run.state)].word,
        "progress_url": reverse("backorders:run-progress", args=[run.pk]),
        "total": max(run.keys_total, 1),
    }


def _approve(request: HttpRequest, actor: Any, key: int) -> Said:
    run = queries.run_of(actor, key)
    decide.approve_run(key, expected_version=run.version, **clocked(request, actor))
    return Said(gettext("%(number)s is approved. Apply it next.") % {"number": run.number}, _url(run))


def _apply(request: HttpRequest, actor: Any, key: int) -> Said:
    run = queries.run_of(actor, key)
    jobs.apply(key, **clocked(request, actor))
    run.refresh_from_db()
    if run.state == RunState.STALE:
        said = gettext("Nothing of %(number)s could be applied: all of it moved since. Simulate again.")
        return Said(said % {"number": run.number}, _url(run))
    said = (
        gettext("%(number)s is applied.") if run.state == RunState.APPLIED else gettext("%(number)s is being applied.")
    )
    return Said(said % {"number": run.number}, _url(run))


def _undo(request: HttpRequest, actor: Any, key: int) -> Said:
    queries.run_of(actor, key)
    undoing = jobs.undo(key, **clocked(request, actor))
    found = Run.objects.get(pk=undoing.id)
    restored, left = queries.restored(found)
    if left and not restored:
        said = gettext("Nothing could be restored. %(number)s says of each line why.")
    elif left:
        said = gettext("%(number)s restored what could be had again, and says of each other line why not.")
    else:
        said = gettext("%(number)s restores what was promised before.")
    return Said(said % {"number": found.number}, _url(found))


def _discard(request: HttpRequest, actor: Any, key: int) -> Said:
    run = queries.run_of(actor, key)
    decide.discard_run(key, expected_version=run.version, **clocked(request, actor))
    return Said(gettext("%(number)s is discarded.") % {"number": run.number}, _url(run))


def _url(run: Run) -> str:
    return reverse("backorders:run", args=[run.pk])


approve, apply, undo, discard = button(_approve), button(_apply), button(_undo), button(_discard)
