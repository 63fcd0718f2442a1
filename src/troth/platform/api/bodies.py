"""Reading what was sent: bytes into text, text into JSON, and nothing that a database could not hold.

What fails here is refused before any rule sees it: wrong encoding and broken JSON (400), another content type (415),
NUL characters and half characters in text (422).
"""

import json
from decimal import Decimal
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from ninja.parser import Parser

from troth.kernel.errors import BusinessError, InvalidInput

JSON, CSV = "application/json", "text/csv"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""An Excel workbook, taken wherever a CSV file is."""
DEPTH_MAX = 20
DIGITS_MAX = 40


class MalformedBody(BusinessError):
    """The body is no UTF-8 or no JSON."""

    code = "malformed_body"


class BodyTooLarge(BusinessError):
    code = "body_too_large"


class WrongContentType(BusinessError):
    code = "wrong_content_type"


class UnstorableText(InvalidInput):
    """A text with a NUL or half of a character pair."""

    code = "unstorable_text"


class SentParser(Parser):
    """Hands out what the gate has read."""

    def parse_body(self, request: HttpRequest) -> Any:
        return request.sent  # type: ignore[attr-defined]


def read(request: HttpRequest, accepts: str) -> Any:
    """The body: JSON read, CSV as text, a workbook as it came; None where there is none."""
    try:
        body = request.body
    except RequestDataTooBig:
        raise BodyTooLarge("The body is too large. Send it in parts.") from None
    except UnreadablePostError:
        raise MalformedBody("The body broke off. Send it again.") from None
    if not body:
        return None
    if accepts == CSV and request.content_type == WORKBOOK:
        return body
    charset = str((request.content_params or {}).get("charset", "utf-8")).lower()
    if request.content_type != accepts or charset not in ("utf-8", "utf8"):
        raise WrongContentType(f"Send the body as {accepts} in UTF-8.", sent=request.content_type, accepted=accepts)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedBody(
            f"The body is not in UTF-8 (byte {error.start}). Encode it in UTF-8.", position=error.start
        ) from None
    if accepts == CSV:
        refuse_unstorable(text)
        return text
    return read_json(text)


def read_json(text: str) -> Any:
    """JSON with exact decimals. Not-a-number, infinity and duplicate names are no JSON."""
    try:
        sent = json.loads(text, parse_float=_exact, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise MalformedBody(f"The body is not valid JSON: {str(error)[:120]}. Correct it and send it again.") from None
    _walk(sent, 0)
    return sent


def _exact(text: str) -> Decimal:
    """A number with a decimal point or exponent. One that would fill pages when written out is no number of ours."""
    number = Decimal(text)
    if (number and abs(number.adjusted()) > DIGITS_MAX) or len(text) > 2 * DIGITS_MAX:
        raise ValueError(f"{text[:40]} has more than {DIGITS_MAX} digits")
    return number


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice[:40]!r} stands twice in one object")
    return found


def _walk(sent: Any, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise MalformedBody(f"The body is nested more than {DEPTH_MAX} deep. Send a flatter one.")
    if isinstance(sent, str):
        refuse_unstorable(sent)
    elif isinstance(sent, dict):
        for name, value in sent.items():
            refuse_unstorable(name)
            _walk(value, depth + 1)
    elif isinstance(sent, list):
        for value in sent:
            _walk(value, depth + 1)


def refuse_unstorable(text: str, *, field: str | None = None) -> None:
    """Refuse a text that no column can hold."""
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise UnstorableText("A text holds a character that cannot be stored. Remove it.", field=field)
