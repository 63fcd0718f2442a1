"""What is checked of the hours of desks and of the times of requests as they come in."""

import re
from collections.abc import Mapping
from typing import Any

from troth.kernel.errors import Sentence
from troth.platform import permissions, requests


def hour(value: str) -> str:
    if re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", value):
        return ""
    return Sentence("Enter hours and minutes, such as 08:00.")


def manned(values: Mapping[str, Any]) -> tuple[str, str] | None:
    if values["closes"] <= values["opens"]:
        return "closes", Sentence("The desks close before they open. Enter a later hour.")
    return None


def asked(value: str) -> str:
    known = sorted(kind.code for kind in requests.kinds())
    if value in known:
        return ""
    return Sentence("There is no such kind of request. Known are: %(known)s.", known=", ".join(known))


def role(value: str) -> str:
    if not value or value in permissions.ROLES:
        return ""
    return Sentence("There is no such role. Known are: %(known)s.", known=", ".join(permissions.ROLES))


def receipt_first(values: Mapping[str, Any]) -> tuple[str, str] | None:
    if values["receipt_minutes"] > values["answer_minutes"]:
        return "receipt_minutes", Sentence("The receipt comes before the answer. Enter fewer minutes.")
    return None
