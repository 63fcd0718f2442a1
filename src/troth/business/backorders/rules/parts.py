"""Which products at sites are decided together: those that lines link which arrive together, over others too.

What is decided together is read, locked and applied at once. So a part is bounded: a group of lines that would make it
larger links nothing and keeps what it has. Groups are looked at in their order, so that the first come in.
"""

from collections.abc import Iterable, Mapping, Sequence

Key = tuple[int, int]
"""Product and site."""

KEYS_MAX = 200
LINES_MAX = 20_000


def parts(lines: Mapping[Key, int], groups: Iterable[Sequence[Key]]) -> list[list[Key]]:
    """Return all keys of `lines` (how many lie on each) in parts, in the order of their first keys."""
    part_of = {key: [key] for key in lines}
    for keys in groups:
        if not all(key in part_of for key in keys):
            continue
        linked = list({id(part_of[key]): part_of[key] for key in keys}.values())
        joined = [key for part in linked for key in part]
        if len(linked) == 1 or len(joined) > KEYS_MAX or sum(lines[key] for key in joined) > LINES_MAX:
            continue
        part_of.update(dict.fromkeys(joined, joined))
    found = {id(part): part for part in (part_of[key] for key in lines)}
    return [sorted(part) for part in found.values()]
