"""What a credit manager asks back before deciding about a blocked document."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from troth.platform import requests
from troth.platform.documents import DocumentRef
from troth.platform.models import RequestRow
from troth.platform.permissions.table import CREDIT, OPS, REP
from troth.platform.requests import RequestKind, RequestState, Terms

ASKED_BACK = RequestKind(
    "credit_question", _("Question about a credit block"), frozenset({CREDIT}), (REP,),
    Terms(answer_minutes=240, receipt_minutes=60, escalates_to=OPS), frozenset({"order", "delivery"}),
)  # fmt: skip


def declare() -> None:
    requests.declare(ASKED_BACK)


def asked_back(refs: Iterable[DocumentRef]) -> dict[DocumentRef, RequestRow]:
    """What was asked back last about each of these documents, in one statement; what was withdrawn is left out."""
    wanted = {(ref.kind, ref.id): ref for ref in refs}
    found = RequestRow.objects.filter(kind=ASKED_BACK.code, document_id__in={ref_id for _kind, ref_id in wanted})
    rows = found.exclude(state=RequestState.WITHDRAWN).order_by("pk")
    return {wanted[place]: row for row in rows if (place := (row.document_kind, row.document_id)) in wanted}
