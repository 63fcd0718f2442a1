"""Which products at sites are decided together: those that lines link which arrive together or share a row of targets,
over others too.

What is decided together is read, locked and applied at once. So a part is bounded: a group of lines that would make it
larger links nothing and keeps what it has, and so do the lines of a row. Groups are looked at in their order, so that
the first come in, and rows after them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

Key = tuple[int, int]
"""Product and site."""

KEYS_MAX = 200
LINES_MAX = 20_000


Row = tuple[int, str]
"""A row of targets: its procedure and the text of its cell."""


class Parted(NamedTuple):
    """All keys in parts, and the rows of targets whose lines would have linked too many of them."""

    parts: list[list[Key]]
    apart: list[Row]


def parted(
    lines: Mapping[Key, int], groups: Iterable[Sequence[Key]], rows: Mapping[Row, Collection[Key]]
) -> Parted:  # fmt: skip
    """Return all keys of `lines` (how many lie on each) in parts, in the order of their first keys.

    Of a row, keys that are not among the lines are not looked at: what is consumed there stays as it is.
    """
    part_of = {key: [key] for key in lines}
    shared = {row: [key for key in keys if key in part_of] for row, keys in rows.items()}
    _link(lines, part_of, (keys for keys in groups if all(key in part_of for key in keys)))
    _link(lines, part_of, (keys for keys in shared.values() if keys))
    apart = [row for row, keys in shared.items() if len({id(part_of[key]) for key in keys}) > 1]
    found = {id(part): part for part in (part_of[key] for key in lines)}
    return Parted([sorted(part) for part in found.values()], apart)


def _link(lines: Mapping[Key, int], part_of: dict[Key, list[Key]], links: Iterable[Sequence[Key]]) -> None:
    for keys in links:
        linked = list({id(part_of[key]): part_of[key] for key in keys}.values())
        joined = [key for part in linked for key in part]
        if len(linked) == 1 or len(joined) > KEYS_MAX or sum(lines[key] for key in joined) > LINES_MAX:
            continue
        part_of.update(dict.fromkeys(joined, joined))
