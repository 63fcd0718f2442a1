"""ETag and If-Match: two people on one document do not overwrite each other.

What is shown carries its version as the ETag. A change says which version it was made from; where the document has
moved on since, it is refused with 412 and nothing is written.
"""

from django.http import HttpRequest

from troth.kernel.errors import BusinessError


class VersionMissing(BusinessError):
    """A change without If-Match."""

    code = "version_missing"


class VersionMismatch(BusinessError):
    """The document is not any more what the change was made from."""

    code = "version_mismatch"


def etag(version: int | str) -> str:
    return f'"{version}"'


def expected(request: HttpRequest) -> int | None:
    """The version in If-Match, None for `*`. Raises where the header is missing or names no version."""
    if "If-Match" not in request.headers:
        raise VersionMissing("Say which version you change: send its ETag in If-Match, or * for any.")
    return stated(request)


def stated(request: HttpRequest) -> int | None:
    """The version in If-Match where the caller states one."""
    text = request.headers.get("If-Match", "*").strip()
    if text == "*":
        return None
    number = text.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise VersionMismatch(f"{text[:40]} is not the ETag of a version. Read the record again.", sent=text[:40])
    return int(number)


def is_known(request: HttpRequest, version: int | str) -> bool:
    """Whether the caller has this version already (If-None-Match)."""
    known = request.headers.get("If-None-Match", "")
    return etag(version) in [one.strip().removeprefix("W/") for one in known.split(",")]
