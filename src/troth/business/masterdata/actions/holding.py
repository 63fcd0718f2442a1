"""How many holds of goods a customer may have at once."""

from troth.business.masterdata.models import Customer
from troth.platform.actors import Actor
from troth.platform.locks import Held


def holds_allowed(held: Held, company_id: int, party_id: int, *, by: Actor) -> int | None:
    """How many holds may be open for a customer at once; None: any number.

    Where there is a limit the customer is locked: whoever counts its holds counts alone.
    """
    found = Customer.objects.filter(company_id=company_id, party_id=party_id).values_list("pk", "holds_max").first()
    if found is None or found[1] is None:
        return None
    [customer] = held.hold(Customer, found[0], by=by)
    return customer.holds_max
