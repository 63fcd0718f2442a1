"""Supply protections as rows of a file.

A row is the protection of its product, site, whom it is kept for and its first day; of several, of which all but one
have ended, the one that holds or, where none does, the last.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from troth.business.masterdata.rules import As, Field
from troth.business.quotas.actions.drafts import WHOM, ProtectionDraft, in_order
from troth.business.quotas.actions.protect import KEPT_BY, PRIORITY_MAX, write_protections
from troth.business.quotas.actions.rows import Wanted
from troth.business.quotas.models import Protection
from troth.business.quotas.queries import protection_key
from troth.business.quotas.rules import UnknownValue
from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform.actions import require
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.reference import queries as reference

FIELDS: Mapping[str, Field] = {
    "product": Field(As.TEXT, 40, required=True, is_key=True),
    "site": Field(As.TEXT, 10, required=True, is_key=True),
    "characteristic": Field(As.CHOICE, required=True, choices=tuple(map(str, KEPT_BY)), is_key=True),
    "value": Field(As.TEXT, 60, required=True, is_key=True),
    "second_characteristic": Field(As.CHOICE, choices=tuple(map(str, KEPT_BY)), standard="", is_key=True),
    "second_value": Field(As.TEXT, 60, standard="", is_key=True),
    "priority": Field(As.WHOLE, PRIORITY_MAX, standard=None, is_key=True),
    "first_on": Field(As.DAY, required=True, is_key=True),
    "last_on": Field(As.DAY, required=True),
    "quantity": Field(As.AMOUNT, 24, required=True),
    "is_active": Field(As.YES_NO, standard=True),
}
_KEY = [name for name, field in FIELDS.items() if field.is_key]
_CODES = ("product__number", "site__code")


class ProtectionSheet:
    """`Sheet` of protections; quantities in smallest units once they are understood."""

    fields = FIELDS

    def understand(self, lines: Sequence[Any], *, by: Actor) -> Iterable[BusinessError]:
        named = {one.values["site"] for one in lines}
        for site in reference.sites(with_closed=True):
            if site.code in named:
                require(by, company_id=site.company_id, site_id=site.id)
        products = reference.products_by_number([one.values["product"] for one in lines]) if lines else {}
        for one in lines:
            one.values |= _in_order(one.values)
            product = products.get(one.values["product"])
            if product is None:
                unknown = Sentence("There is no product %(value)s. Check the number.", value=one.values["product"])
                yield UnknownValue(unknown, row=one.row, field="product")
            elif "quantity" in one.values:
                try:
                    unit = Unit(product.base_unit, product.decimals)
                    one.values["quantity"] = parse_quantity(one.values["quantity"], unit, zero_allowed=True)
                except BusinessError as refusal:
                    yield type(refusal)(refusal.message, row=one.row, field="quantity", **refusal.facts)

    def key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(values.get(name) for name in _KEY)

    def find(self, held: Held, keys: Iterable[tuple[Any, ...]], *, by: Actor) -> dict[tuple[Any, ...], Any]:
        wanted = set(keys)
        near = Protection.objects.filter(
            product__number__in={key[0] for key in wanted}, site__code__in={key[1] for key in wanted}
        )
        # What holds comes after what has ended, so that it is what stays.
        rows = near.order_by("is_active", "pk").values_list(*_CODES, *_KEY[2:], "pk")
        found = {row[:-1]: row[-1] for row in rows}
        ids = {found[key]: key for key in wanted & found.keys()}
        records = held.hold(Protection, *ids, by=by) if ids else []
        held.take(*(protection_key(one.pk) for one in records))
        # Its first day, the last of the key, may have changed before it was locked.
        return {ids[one.pk]: one for one in records if one.first_on == ids[one.pk][-1]}

    def current(self, held: Held, record: Protection) -> dict[str, Any]:
        stored = {name: getattr(record, name) for name in ("last_on", "is_active")}
        return {**stored, "quantity": int(held.balance(protection_key(record.pk)).planned)}

    def is_same(self, current: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        """What has ended keeps nothing, whatever quantity its row says."""
        kept = {**wanted, "quantity": wanted["quantity"] if wanted["is_active"] else 0}
        return all(kept[name] == value for name, value in current.items())

    def write(self, held: Held, lines: Sequence[Any], *, by: Actor, clock: Clock) -> None:
        wanted = [Wanted(ProtectionDraft(**one.values), one.record or Protection(version=0), one.row) for one in lines]
        write_protections(held, wanted, by=by, clock=clock)


def _in_order(values: Mapping[str, Any]) -> dict[str, str]:
    """Whom a row keeps for, as the books write it; nothing where what it is told apart by is wrong."""
    said = [values.get(name) or "" for name in WHOM]
    return in_order(*said) if {said[0], said[2]} <= {*KEPT_BY, ""} else {}
