"""Rows of a file that say something of a payer of a company: whose they are, and amounts in the company's currency."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from troth.business.credit.models import CreditAccount
from troth.business.credit.rules import CreditAccountUnknown, LimitInvalid
from troth.business.masterdata.rules import DuplicateKey
from troth.kernel.errors import BusinessError, Sentence
from troth.kernel.money import parse_money
from troth.ledgers.exposure.keys import ExposureKey
from troth.platform import actions
from troth.platform.actors import Actor
from troth.reference.models import Company, Party

NOBODY = ExposureKey(0, 0)


@dataclass(slots=True)
class PayerRow:
    """A row that was read: its number in the file, its cells, their values, and whose it is."""

    row: int
    given: Mapping[str, str]
    values: dict[str, Any]
    key: ExposureKey = NOBODY


R = TypeVar("R", bound=PayerRow)


def understand(rows: Sequence[PayerRow], amounts: Sequence[str], *, by: Actor) -> Iterable[BusinessError]:
    """Find company and payer of each row, and turn amounts into minor units of the company's currency."""
    companies = {
        one.code: one
        for one in Company.objects.select_related("currency").filter(code__in={one.values["company"] for one in rows})
    }
    named = Party.objects.filter(number__in={one.values["payer"] for one in rows})
    parties = dict(named.values_list("number", "pk"))
    for one in rows:
        company, party_id = companies.get(one.values["company"]), parties.get(one.values["payer"])
        if company is None or not by.sees(company.pk):
            said = Sentence("There is no company %(value)s that you may work for. Check the code.")
            yield CreditAccountUnknown(said, row=one.row, field="company", value=one.values["company"])
            continue
        actions.require(by, company_id=company.pk)
        if party_id is None:
            said = Sentence("There is no payer %(value)s. Check the number.")
            yield CreditAccountUnknown(said, row=one.row, field="payer", value=one.values["payer"])
            continue
        one.key = ExposureKey(company.pk, party_id)
        if one.values.get("currency") not in (None, "", company.currency_id):
            said = Sentence(
                "The limits of this company are in %(currency)s. Enter the amount in it.", currency=company.currency_id
            )
            yield LimitInvalid(said, row=one.row, field="currency")
            continue
        yield from _amounts(one, amounts, company.currency.decimals)


def _amounts(one: PayerRow, amounts: Sequence[str], decimals: int) -> Iterable[BusinessError]:
    for name in amounts:
        if isinstance(one.values.get(name), str):
            try:
                one.values[name] = parse_money(one.values[name], decimals)
            except BusinessError as refusal:
                yield type(refusal)(refusal.message, row=one.row, field=name, **refusal.facts)


def twins(rows: Iterable[R], key: Callable[[R], object]) -> Iterable[BusinessError]:
    """Refuse each row with the key of one before it."""
    first = dict[object, R]()
    for one in rows:
        other = first.setdefault(key(one), one)
        if other is not one:
            said = Sentence("Row %(other)s has the same key. Remove one of the two.", other=other.row)
            yield DuplicateKey(said, row=one.row, field="payer")


def accounts(keys: Sequence[ExposureKey]) -> dict[ExposureKey, CreditAccount]:
    """The accounts of these payers, also those that are not kept any more."""
    rows = CreditAccount.objects.select_related("party").filter(
        company_id__in={key.company_id for key in keys}, party_id__in={key.party_id for key in keys}
    )
    found = {ExposureKey(row.company_id, row.party_id): row for row in rows}
    return {key: found[key] for key in keys if key in found}
