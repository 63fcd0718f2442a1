"""What was asked for, where a line sells something else."""

from troth.business.sales.queries import LineView
from troth.platform.api.values import Shown, quantity


class AskedShown(Shown):
    """The product and the quantity that were asked for, in the unit they were asked in; `reason`: why they changed."""

    product: str
    product_name: str
    quantity: str
    unit: str
    site: str
    reason: str


def asked(view: LineView) -> AskedShown | None:
    """None where the line sells what was asked for."""
    found = view.asked
    if found is None:
        return None
    return AskedShown(
        product=found.number,
        product_name=found.name,
        quantity=quantity(found.quantity, found.unit_decimals),
        unit=found.unit,
        site=found.site,
        reason=found.why,
    )
