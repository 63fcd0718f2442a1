"""What every screen of master data does with what was typed, and how its form shows what is kept."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.queries import screens
from troth.platform.actors import Actor
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.web.acts import step
from troth.platform.web.values import Step

Values = dict[str, Any]
Given = Callable[[Actor, Values], Values]
"""What was typed, as an action takes it."""


def unversioned(_actor: Actor, values: Values) -> Values:
    """As it was typed, without the version that the page was opened at."""
    return {name: value for name, value in values.items() if name != "version"}


def of_company(actor: Actor, values: Values) -> Values:
    """`unversioned`, with a customer that is named without a company as the one of the person's."""
    given = unversioned(actor, values)
    customer = str(given.get("customer", ""))
    if customer and "/" not in customer:
        given["customer"] = screens.code_of_customer(customer, actor)
    return given


def as_typed(value: Any) -> Any:
    """A value as its form shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def verbs(maintain: Callable[..., Any], id_name: str, given: Given = unversioned) -> dict[str, Any]:
    """Create, change and deactivate by the action `maintain`, which takes a record's id as `id_name`."""

    def create(actor: Actor, values: Values) -> int:
        answer: int = maintain(given(actor, values), by=actor, clock=SYSTEM_CLOCK).id
        return answer

    def change(actor: Actor, key: int, values: Values) -> None:
        version = values.get("version")
        maintain(given(actor, values), version=version, by=actor, clock=SYSTEM_CLOCK, **{id_name: key})

    def deactivate(actor: Actor, key: int, **why: str) -> None:
        maintain({"is_active": False, **why}, by=actor, clock=SYSTEM_CLOCK, **{id_name: key})

    return {"create": create, "change": change, "deactivate": deactivate}


def import_step(table: str) -> Callable[[Actor], Step | None]:
    """The step to the page where the table comes in as a file."""
    return lambda actor: step(actor, _("Import"), "masterdata:file-import", table, method="get")
