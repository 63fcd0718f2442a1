"""What pages and the API read of variants and runs: only what the person may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from troth.business.backorders.models import Change, Loss, Run, Variant
from troth.business.backorders.states import ChangeState, Kind
from troth.business.quotas import queries as quotas
from troth.business.quotas.queries import ProcedureTerms
from troth.business.quotas.rules import values_of
from troth.kernel.errors import NotFound, Sentence
from troth.platform.documents import within
from troth.reference import queries as reference


def variants(actor: Any) -> QuerySet[Variant]:
    return within(Variant.objects.all(), actor.reach)


def runs(actor: Any) -> QuerySet[Run]:
    return within(Run.objects.select_related("variant"), actor.reach)


def variant_of(actor: Any, key: int) -> Variant:
    """A variant that the actor may see; `NotFound` else."""
    found = variants(actor).filter(pk=key).first()
    if found is None:
        raise NotFound(Sentence("There is no such variant, or it belongs to another company."), variant=key)
    return found


def run_of(actor: Any, key: int) -> Run:
    """A run that the actor may see; `NotFound` else."""
    found = runs(actor).filter(pk=key).first()
    if found is None:
        raise NotFound(Sentence("There is no such run, or it belongs to another company."), run=key)
    return found


def change_of(actor: Any, key: int) -> Change:
    """A change of a run that the actor may see; `NotFound` else."""
    found = Change.objects.select_related("run").filter(pk=key).first()
    if found is None:
        raise NotFound(Sentence("There is no such change, or it belongs to another company."), change=key)
    run = run_of(actor, found.run_id)
    if not actor.sees(run.company_id, found.site_id):
        raise NotFound(Sentence("There is no such change, or it belongs to another site."), change=key)
    return found


def changes(actor: Any, run_id: int) -> QuerySet[Change]:
    """The changes of a run, at the sites that the actor sees, with what names them."""
    found = Change.objects.filter(run_id=run_id).select_related("run", "product__base_unit", "site", "customer")
    return found if actor.site_ids is None else found.filter(site_id__in=actor.site_ids)


@dataclass(frozen=True, slots=True)
class Consumed:
    """What a line consumes of a row of targets in a period (its kind and number), before and by the run.

    `values` are those of the cell by characteristic, `name` the procedure's.
    """

    name: str
    values: dict[str, str]
    kind: str
    number: int
    before: int
    after: int


def procedures_of(changes: Iterable[Change]) -> Mapping[int, ProcedureTerms]:
    """The quotas that changes consume, as far as they are kept, by id; asked for only where one does."""
    return quotas.known().procedures if any(one.old_uses or one.new_uses for one in changes) else {}


def consumed_of(change: Change, procedures: Mapping[int, ProcedureTerms]) -> list[Consumed]:
    """What a change consumes of these quotas, cell by cell."""
    sums: dict[tuple[int, str, int], list[int]] = {}
    for side, uses in enumerate((change.old_uses, change.new_uses)):
        for _, procedure_id, cell, period, quantity in uses:
            sums.setdefault((procedure_id, cell, period), [0, 0])[side] += quantity
    return [
        Consumed(
            procedures[procedure_id].name, values_of(cell, procedures[procedure_id].characteristics),
            str(procedures[procedure_id].period), period, before, after,
        )
        for (procedure_id, cell, period), (before, after) in sorted(sums.items())
        if procedure_id in procedures
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """`quantity` (smallest units) that one line lost and another took; `other` is the change of that line, if any."""

    quantity: int
    lost_on: Any
    other: Change | None


def takers(change: Change) -> list[Taken]:
    """Who took what a line lost; None for goods that are not there."""
    found = Loss.objects.filter(loser=change).select_related("winner__customer").order_by("lost_on", "id")
    return [Taken(one.quantity, one.lost_on, one.winner) for one in found]


def givers(change: Change) -> list[Taken]:
    """From whom a line took what it gained."""
    found = Loss.objects.filter(winner=change).select_related("loser__customer").order_by("lost_on", "id")
    return [Taken(one.quantity, one.lost_on, one.loser) for one in found]


def takers_of(change_ids: Iterable[int]) -> dict[int, list[str]]:
    """The numbers of the orders that took of what each change lost."""
    found: dict[int, list[str]] = {}
    rows = Loss.objects.filter(loser_id__in=list(change_ids), winner__isnull=False).order_by("loser_id", "id")
    for loser_id, number in rows.values_list("loser_id", "winner__document_number"):
        numbers = found.setdefault(loser_id, [])
        if number not in numbers:
            numbers.append(number)
    return found


def taken_of(change_ids: Iterable[int]) -> dict[int, list[Taken]]:
    """Who took what each change lost, by the change's id. One statement."""
    found: dict[int, list[Taken]] = {}
    rows = Loss.objects.filter(loser_id__in=list(change_ids)).select_related("winner").order_by("loser_id", "id")
    for one in rows:
        found.setdefault(one.loser_id, []).append(Taken(one.quantity, one.lost_on, one.winner))
    return found


def losers_to(number: str) -> QuerySet[Any, int]:
    """The changes whose goods an order of this number took, as a subquery."""
    return Loss.objects.filter(winner__document_number=number).values_list("loser_id", flat=True)


@dataclass(frozen=True, slots=True)
class PartSum:
    """The lines of a customer or an order in a run; `id` and `number` of it, `name` of the customer."""

    id: int
    number: str
    name: str
    lines: int
    better: int
    worse: int
    mixed: int


def by_customer(actor: Any, run_id: int, *, most: int = 200) -> list[PartSum]:
    """The customers whose lines a run changes, those with the most losing lines first."""
    return _summed(changes(actor, run_id), ("customer_id", "customer__number", "customer__name"), most)


def by_order(actor: Any, run_id: int, *, most: int = 200) -> list[PartSum]:
    """The orders that a run changes, those with the most losing lines first."""
    return _summed(changes(actor, run_id), ("document_id", "document_number", "customer__name"), most)


def _summed(found: QuerySet[Change], parts: tuple[str, str, str], most: int) -> list[PartSum]:
    """The changes summed by the columns of `PartSum.id`, `number` and `name`."""
    rows = (
        found.select_related(None)
        .values_list(*parts)
        .annotate(
            lines=Count("id"), better=Count("id", filter=Q(verdict="better")),
            worse=Count("id", filter=Q(verdict="worse")), mixed=Count("id", filter=Q(verdict="mixed")),
        )
        .order_by("-worse", "-lines", parts[0])
    )  # fmt: skip
    return [PartSum(*row) for row in rows[:most]]


def applied(run_id: int) -> dict[str, int]:
    """How many changes of a run stand in each state."""
    rows = Change.objects.filter(run_id=run_id).values_list("state").annotate(count=Count("id"))
    return dict(rows.order_by("state"))


def serving(run_id: int) -> dict[str, int]:
    """For how many lines of a run rules let other goods serve, by what became of them."""
    rows = Change.objects.filter(run_id=run_id, turn__gt=0).values_list("serving").annotate(count=Count("id"))
    return dict(rows.order_by("serving"))


def restored(run: Run) -> tuple[int, int]:
    """Of the lines that a run had changed, how many its undoing restored and how many it left as they are."""
    return restored_among([run])[run.pk]


def restored_among(runs: Sequence[Run]) -> dict[int, tuple[int, int]]:
    """The same of several runs by id, in two statements."""
    undoing = {one.pk: one.pk for one in runs if one.kind == Kind.UNDO}
    undone = [one.pk for one in runs if one.kind != Kind.UNDO]
    undoing |= dict(Run.objects.filter(undoes__in=undone).order_by("id").values_list("undoes_id", "id"))
    counted = Change.objects.filter(run_id__in=undoing.values()).order_by()
    counts = {row[:2]: row[2] for row in counted.values_list("run_id", "state").annotate(count=Count("id"))}
    return {
        one.pk: (
            counts.get((undoing.get(one.pk), ChangeState.APPLIED), 0),
            counts.get((undoing.get(one.pk), ChangeState.KEPT), 0),
        )
        for one in runs
    }


def companies(actor: Any) -> list[tuple[int, str]]:
    """The companies for which the actor may keep variants: id and name."""
    ids = {site.company_id for site in reference.sites()}
    found = [reference.company(one) for one in sorted(ids) if actor.sees(one, None)]
    return [(one.id, one.name) for one in found]
