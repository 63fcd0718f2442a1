"""What must hold of promises ahead of firm supply, for `troth verify`: counted apart from those on firm supply."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from troth.business.promising.actions.planned import promised_on
from troth.kernel.calendars import day_of
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.ahead import ANY, Cover, Due, gap_in
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform.verify import Check, Count, Finding, register


def _covered(cover: Cover, told: str) -> Callable[[], Iterator[Finding | Count]]:
    """What is confirmed on such a cover is there, or open shortages say what is not.

    As with firm supply time alone breaks nothing: what is late counts as if it came today. Nor does a scope of check
    that is changed: whichever goods lie here count.
    """

    def look() -> Iterator[Finding | Count]:
        promised = {key: dues for key, dues in promised_on(None).items() if any(one.cover is cover for one in dues)}
        yield Count(len(promised))
        known = availability.known_ahead()
        for key, dues in promised.items():
            # Something may be posted between the statements, so a difference is looked at again.
            if _missing(key, dues, cover) > known.get((key, cover), 0):
                missing = _missing(key, promised_on([key]).get(key, ()), cover)
                noted = availability.known_ahead().get((key, cover), 0)
                if missing > noted:
                    yield Finding(
                        f"Product {key.product_id} at site {key.site_id}: {missing} are promised beyond {told}; "
                        f"open shortages name {noted}.",
                        {"product": key.product_id, "site": key.site_id, "missing": missing, "known": noted},
                    )

    return look


def _missing(key: AvailabilityKey, dues: Sequence[Due], cover: Cover) -> int:
    # The latest day anywhere: no site has noted its shortages for a later one.
    today = day_of((datetime.now(UTC) + timedelta(hours=14)).date())
    series = availability.series(key.product_id, key.site_id, key.segment)
    found = gap_in(series, [one._replace(counted=ANY) for one in dues], cover, today, as_posted=True)
    return found.quantity if found else 0


register(
    Check(
        "promising: on planned supply",
        "What is confirmed on planned supply is covered or noted short.",
        _covered(Cover.PLANNED, "planned supply"),
    )
)
register(
    Check(
        "promising: on goods not released",
        "What is confirmed on goods that are not released lies here or is noted short.",
        _covered(Cover.UNRELEASED, "goods that lie here"),
    )
)
