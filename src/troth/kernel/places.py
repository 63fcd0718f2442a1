"""What is kept apart for one storage location of a site: the segment of its series, and the owner of its goods."""

PREFIX = "location:"


def segment_of(location: str) -> str:
    """The segment of a location by its code; "" (what is common to the site) for none."""
    return f"{PREFIX}{location}" if location else ""


def location_of(segment: str) -> str:
    """The code of the location that a segment is kept apart for; "" for any other segment."""
    return segment[len(PREFIX) :] if segment.startswith(PREFIX) else ""
