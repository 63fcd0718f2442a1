"""Bar codes, as widths of bars and spaces by turns: what a layout draws and a paper keeps.

zint encodes; the widths are text of digits, since no bar of these codes is wider than nine modules.
"""

from itertools import groupby

import zint

from troth.kernel.errors import BusinessError, Sentence


class NotEncodable(BusinessError):
    """A text that has no bar code."""

    code = "no_bar_code"


def has_code128(text: str) -> bool:
    """Whether every scanner can read the text in Code 128: printed signs of ASCII, at least one."""
    return bool(text) and text.isascii() and text.isprintable()


def code128(text: str) -> str:
    """The bars of a text in Code 128."""
    if not has_code128(text):
        raise NotEncodable(
            Sentence("%(text)r has no bar code. Give it a number of Latin letters, digits and signs."), text=text
        )
    return _widths(text, zint.Symbology.CODE128)


def gs1_128(sscc: str) -> str:
    """The bars of a GS1-128 symbol with an SSCC, which its application identifier 00 marks as one."""
    return _widths(f"[00]{sscc}", zint.Symbology.GS1_128)


def _widths(text: str, symbology: zint.Symbology) -> str:
    symbol = zint.Symbol()
    symbol.symbology = symbology
    symbol.encode(text)
    row = bytes(symbol.encoded_data)
    modules = [row[place // 8] >> place % 8 & 1 for place in range(symbol.width)]
    return "".join(str(len(list(run))) for _, run in groupby(modules))
