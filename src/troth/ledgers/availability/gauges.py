"""What the ledger says to `/metrics`."""

from troth.ledgers.availability.models import Shortage
from troth.platform.metrics.books import gauge


@gauge("shortages_open", "Shortages that nobody has worked off yet.")
def _shortages_open() -> int:
    return Shortage.objects.filter(closed_at=None).count()
