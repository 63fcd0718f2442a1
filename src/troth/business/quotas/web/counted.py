"""What people are told of promises that were counted in what they made or changed."""

from django.utils.translation import gettext, ngettext

from troth.business.quotas.actions import Counted
from troth.platform.web.formats import number as figure
from troth.reference.models import Unit


def told_counted(sentence: str, counted: Counted, unit: Unit) -> str:
    """The sentence, and after it how much was counted, of how many lines, and by how much that is over."""
    if not counted.quantity:
        return sentence

    def amount(quantity: int) -> str:
        return f"{figure(quantity, unit.decimals)} {unit.code}"

    more = ngettext(
        "%(amount)s that are promised on %(lines)s line were counted.",
        "%(amount)s that are promised on %(lines)s lines were counted.",
        counted.lines,
    ) % {"amount": amount(counted.quantity), "lines": counted.lines}
    if counted.over:
        over = gettext("%(amount)s of it are over what is planned; nobody loses a promise.")
        more = f"{more} {over % {'amount': amount(counted.over)}}"
    return f"{sentence} {more}"
