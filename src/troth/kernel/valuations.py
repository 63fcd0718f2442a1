"""What is kept apart of a product that is valuated separately: the segment of the series of one valuation type."""

PREFIX = "valuation:"


def segment_of(valuation: str) -> str:
    """The segment of a valuation type by its code; "" (what is common to the site) for none."""
    return f"{PREFIX}{valuation}" if valuation else ""


def valuation_of(segment: str) -> str:
    """The code of the valuation type that a segment is kept apart for; "" for any other segment."""
    return segment[len(PREFIX) :] if segment.startswith(PREFIX) else ""
