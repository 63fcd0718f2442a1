"""Passing on what a requirement carries but what nothing is checked for: priority and goods recipient."""

from collections.abc import Sequence

from troth.business.promising.models import Requirement
from troth.platform.locks import Held


def pass_on(held: Held, kind: str, line_ids: Sequence[int], *, priority: int, party_id: int) -> None:
    """Give the requirements of these lines another priority and recipient; their promises stay as they are."""
    assert held.writes
    rows = Requirement.objects.filter(document_kind=kind, line_id__in=line_ids, is_withdrawn=False)
    rows.update(priority=priority, party_id=party_id)
