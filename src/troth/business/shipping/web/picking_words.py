"""What the scripts of the picking pages say."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS = (_("Bin is empty"), _("Fewer lie there"), _("Damaged"), _("Wrong goods in the bin"))
"""What differs most often; anything else is typed."""

CONNECTION: dict[str, Promise] = {
    "noAnswer": _("No connection. What you picked is kept on this device; go on, and confirm when there is one."),
    "signedOut": _("You are signed out. What you picked is kept on this device."),
    "signIn": _("Sign in and go on"),
    "faulty": _("The server could not answer. What you picked is kept on this device."),
}

WORDS: dict[str, Promise] = {
    **CONNECTION,
    "progress": _("%(done)s of %(total)s"),
    "at": _("Position %(position)s of %(total)s: bin %(bin)s, %(product)s, %(quantity)s."),
    "putOff": _("%(count)s put off"),
    "rightBin": _("Bin %(bin)s is right."),
    "rightProduct": _("%(product)s is right."),
    "wrong": _("%(code)s is wrong here. Wanted: bin %(bin)s, product %(product)s."),
    "otherBin": _("%(code)s is the bin of position %(position)s. Wanted here: bin %(bin)s."),
    "otherProduct": _("%(code)s is the product of position %(position)s. Wanted here: %(product)s."),
    "scanFirst": _("Scan or type the bin or the product first."),
    "noQuantity": _("“%(text)s” is not a quantity. Enter a number."),
    "sayWhy": _("Listed are %(listed)s. Say why it differs."),
    "allPicked": _("All positions are done. Check them, then confirm."),
    "restored": _("What you picked before is back."),
    "listChanged": _("The list has changed since: %(positions)s are to be picked anew."),
    "discard": _("Begin again"),
    "reload": _("Load the list again"),
    "confirm": _("Confirm pick: %(count)s positions"),
    "confirmDiffering": _("Confirm pick: %(count)s positions, %(differing)s differ"),
    "change": _("Change"),
    "position": _("Position %(position)s"),
    "oneLine": _("%(picked)s of %(listed)s"),
}

START_WORDS: dict[str, Promise] = {**CONNECTION, "begun": _("%(done)s of %(total)s picked")}
