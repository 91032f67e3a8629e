"""Cells that a spreadsheet would take for a formula, kept from running, and read again as what they were.

CSV has no types: a spreadsheet that opens a file computes whatever begins like a formula, and a formula can send the
table elsewhere or start a program. An apostrophe in front says "text" to spreadsheets.
"""

import re

_TEXT = "'"
# Spaces in front may be dropped, and some take the full-width signs of East Asian keyboards for the usual ones. A text
# that is dangerous behind apostrophes of its own gets one more, so that reading can tell which one is ours. Space alone
# is no text: reading finds the cell empty.
_FORMULA = re.compile(r"[\s']*(?:[=+\-@＝＋－＠]|[\t\r](?=\s*\S))")


def defused(text: str) -> str:
    """The text as a cell that no spreadsheet computes; it is itself where there is no danger."""
    return _TEXT + text if _FORMULA.match(text) else text


def restored(cell: str) -> str:
    """The text that `defused` made the cell of: `restored(defused(text)) == text` for every text."""
    return cell[1:] if cell.startswith(_TEXT) and _FORMULA.match(cell, 1) else cell
