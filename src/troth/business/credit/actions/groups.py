"""Who shares whose limit: an account may belong to another one, and so to the group of the topmost of them.

The ledger sums each group (`ledgers.exposure`), and whoever posts to a member holds the group with it, so two members
cannot both take the last of the limit that they share. Whoever changes who belongs to whom holds all members concerned
with their groups, old and new, and the company's own key of this structure: two changes that were no loop each cannot
make one together.
"""

from collections.abc import Iterable, Mapping

from troth.business.credit.models import CreditAccount
from troth.business.credit.rules import GroupLoop
from troth.kernel.errors import Sentence
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import ExposureKey, GroupKey
from troth.platform.actions import BeginAgain
from troth.platform.locks import BalanceKey, Held

Parents = Mapping[int, int]
"""The party that an account belongs to, by its own party."""
Changes = Mapping[int, int | None]
"""What accounts are to belong to, by their parties; None: to nobody."""


def parents(company_id: int) -> dict[int, int]:
    """Who belongs to whom in a company."""
    rows = CreditAccount.objects.filter(company_id=company_id, parent__isnull=False)
    return dict(rows.values_list("party_id", "parent__party_id"))


def keys(company_id: int, changes: Changes) -> tuple[BalanceKey, ...]:
    """What must be held to make these changes. `GroupLoop` where they make a loop."""
    if not changes:
        return ()
    before = parents(company_id)
    after = changed(before, changes)
    parties = _concerned(before, after, changes)
    roots = {root for one in parties for root in (_root(before, one), _root(after, one)) if root}
    return (
        GroupKey(company_id, 0),
        *(ExposureKey(company_id, one) for one in parties),
        *(GroupKey(company_id, root) for root in roots),
    )


def refuse_outdated(held: Held, company_id: int, changes: Changes) -> None:
    """`BeginAgain` where somebody changed who belongs to whom between the look and the lock."""
    if not set(keys(company_id, changes)).issubset(held.keys()):
        raise BeginAgain


def regroup(held: Held, company_id: int, changes: Changes) -> None:
    """Let the ledger follow what was written of the accounts; what `keys` names is held."""
    if not changes:
        return
    now = parents(company_id)
    own = (key for key in tuple(held.keys()) if isinstance(key, ExposureKey) and key.company_id == company_id)
    exposure.regroup(held, {key: _root(now, key.party_id) for key in own})


def changed(before: Parents, changes: Changes) -> dict[int, int]:
    """Who belongs to whom after these changes. `GroupLoop` where one would belong to itself."""
    after = {**before, **{one: parent for one, parent in changes.items() if parent is not None}}
    for one, parent in changes.items():
        if parent is None:
            after.pop(one, None)
    for one in changes:
        _chain(after, one)
    return after


def _concerned(before: Parents, after: Parents, changes: Iterable[int]) -> set[int]:
    """Those whose group may be another one: what hangs below, and whom it belonged to and will belong to."""
    found: set[int] = set()
    for one in changes:
        found |= {*_below(before, one), *_below(after, one), *_chain(before, one), *_chain(after, one)}
    return found


def _chain(of: Parents, party_id: int) -> list[int]:
    """A party and all that it belongs to, upwards."""
    found = [party_id]
    while (parent := of.get(found[-1])) is not None:
        if parent in found:
            raise GroupLoop(
                Sentence("The account would belong to itself. Choose one that does not belong to it."), field="parent",
                party=party_id,
            )  # fmt: skip
        found.append(parent)
    return found


def _below(of: Parents, party_id: int) -> set[int]:
    found, new = {party_id}, {party_id}
    while new:
        new = {one for one, parent in of.items() if parent in new} - found
        found |= new
    return found


def _root(of: Parents, party_id: int) -> int:
    """The topmost party of the group, or 0 where it belongs to nobody and nobody to it."""
    top = _chain(of, party_id)[-1]
    return top if top != party_id or top in of.values() else 0
