"""The desk over the API: what waits for the caller, and the transaction codes that lead to screens."""

from typing import Any

from troth.doors.web import codes, home
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.values import Shown
from troth.platform.web.access import allowed
from troth.reference import queries as reference

operations = Operations("house")


class TaskShown(Shown):
    """So many wait, of which so many are `late`; `more` says that the count stops there. The oldest waits so many days.

    `page` is the address of the list.
    """

    title: str
    count: int
    more: bool
    late: int
    oldest_days: int | None
    page: str


class HomeShown(Shown):
    tasks: list[TaskShown]


@operations.reads("/home", HomeShown)
def read_home(request: ApiRequest) -> dict[str, Any]:
    """What waits for the caller's roles today, as on the home page."""
    actor = request.auth
    found = home.groups(actor, reference.today(request.clock, actor.company_ids))
    return {
        "tasks": [
            TaskShown(
                title=str(card.title), count=card.count, more=card.more, late=card.late, oldest_days=card.oldest_days,
                page=card.url,
            )
            for group in found
            for card in group.cards
        ]
    }  # fmt: skip


class CodeShown(Shown):
    """`page` is the address of the screen; with a number behind it the code opens a document of `opens` ("": none)."""

    code: str
    label: str
    page: str
    opens: str


class CodesShown(Shown):
    codes: list[CodeShown]


@operations.reads("/codes", CodesShown)
def list_codes(request: ApiRequest) -> dict[str, Any]:
    """The transaction codes whose screens the caller may open."""
    known = [one for one in codes.CODES if allowed(request.auth, one.route)]
    return {"codes": [CodeShown(code=one.code, label=str(one.label), page=one.url, opens=one.kind) for one in known]}
