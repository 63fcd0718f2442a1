"""What became of an alternative of a rule, for people."""

from troth.kernel.errors import Sentence

WHY = {
    "taken": Sentence("serves"),
    "nothing": Sentence("has nothing"),
    "late": Sentence("has nothing by the wished day"),
    "short": Sentence("has not enough"),
    "worse": Sentence("is not needed"),
    "closed": Sentence("its site is closed"),
    "not_sold": Sentence("is not sold"),
    "not_offered": Sentence("is not for this customer"),
    "valuated": Sentence("is valuated separately, and a rule names no type"),
    "no_site": Sentence("ships from nowhere"),
    "no_way": Sentence("has no way to the customer"),
    "other_company": Sentence("lies with another company"),
}
