"""How much room words take on a paper, so that its layout need not try it out.

Trying the columns and rows of a table of a hundred lines costs typst about as much as setting it. The advances of the
fonts say the same at once, a little too wide rather than too narrow. Where they cannot say it (a sign that the fonts
do not have, a name that needs a second line) there is None, and the layout finds out by itself.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

FONTS = Path(__file__).resolve().parents[1] / "static" / "vendor" / "@expo-google-fonts" / "source-sans-3"
FILES: Final = {400: "SourceSans3_400Regular.ttf", 600: "SourceSans3_600SemiBold.ttf", 700: "SourceSans3_700Bold.ttf"}
SAFETY: Final = 1.02
"""Pairs of letters that are kerned apart, and digits that all become as wide as the widest."""


def width(words: str, size: float, weight: int = 400) -> float | None:
    """The most that one line of these words takes, in points; `size` of the letters in points, their weight."""
    advances = _advances(weight)
    found = [advances.get(sign) for sign in words]
    return None if None in found else sum(one or 0 for one in found) * size * SAFETY


def widest(words: Iterable[tuple[str, float, int]]) -> float | None:
    """The most that any of these takes, each (words, size, weight)."""
    found = [width(*one) for one in words]
    return None if None in found else max((one or 0 for one in found), default=0)


def lines_of(
    heads: Sequence[tuple[str, Sequence[str]]], room: float | None, head: tuple[float, int], below: float
) -> list[int | None]:
    """How many lines stand below each head, where head and lines all fit into the room; None where one may not.

    `head` is the size and weight of the heads, `below` the size of the lines.
    """
    found: list[int | None] = []
    for words, lines in heads:
        needed = widest([(words, *head), *((line, below, 400) for line in lines)])
        found.append(len(lines) if room is not None and needed is not None and needed <= room else None)
    return found


@lru_cache(maxsize=len(FILES))
def _advances(weight: int) -> Mapping[str, float]:
    """The advance of each sign of a font, in its size."""
    data = (FONTS / FILES[weight]).read_bytes()
    tables = {
        data[at : at + 4]: struct.unpack_from(">4xLL", data, at + 4)[0]
        for at in range(12, 12 + 16 * struct.unpack_from(">H", data, 4)[0], 16)
    }
    [units] = struct.unpack_from(">H", data, tables[b"head"] + 18)
    [metrics] = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    wide = [struct.unpack_from(">H", data, tables[b"hmtx"] + 4 * glyph)[0] / units for glyph in range(metrics)]
    found = {
        chr(code): wide[min(glyph, metrics - 1)] for code, glyph in _glyphs(data, tables[b"cmap"]).items() if glyph
    }
    digit = max(found[sign] for sign in "0123456789")
    return {**found, **dict.fromkeys("0123456789", digit)}


def _glyphs(data: bytes, table: int) -> dict[int, int]:
    """The glyph of each code of the basic plane: the subtable of format 4, as the OpenType specification has it."""
    [count] = struct.unpack_from(">H", data, table + 2)
    subtables = [struct.unpack_from(">HHL", data, table + 4 + 8 * one) for one in range(count)]
    at = next(table + place for platform, encoding, place in subtables if (platform, encoding) == (3, 1))
    [segments] = struct.unpack_from(">H", data, at + 6)
    segments //= 2

    def column(place: int, kind: str) -> tuple[int, ...]:
        return struct.unpack_from(f">{segments}{kind}", data, at + 14 + place)

    ends, starts = column(0, "H"), column(2 * segments + 2, "H")
    deltas, offsets = column(4 * segments + 2, "h"), column(6 * segments + 2, "H")
    found: dict[int, int] = {}
    for place, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        base = at + 14 + 6 * segments + 2 + 2 * place
        for code in range(first, last + 1):
            if offset == 0:
                found[code] = (code + delta) & 0xFFFF
            elif code != 0xFFFF:
                [glyph] = struct.unpack_from(">H", data, base + offset + 2 * (code - first))
                found[code] = (glyph + delta) & 0xFFFF if glyph else 0
    return found
