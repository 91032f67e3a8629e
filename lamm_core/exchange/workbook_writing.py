"""An Excel workbook of one sheet, in which every text is a text and nothing is computed.

Source: ECMA-376, part 1, 18 (SpreadsheetML).
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

import pandas as pd

from lamm_core.errors import DoesNotFit
from lamm_core.exchange.cells import as_text
from lamm_core.exchange.formulas import defused
from lamm_core.words import translate as _

_MAX_ROWS = 1_048_576
_MAX_CHARACTERS = 32_767  # of a cell, as Excel counts them: in units of UTF-16
_EXACT = 2**53  # up to here a number of Excel has every digit
# What XML cannot hold or changes, and what would be taken for such an escape.
_TO_ESCAPE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_WRITTEN = (1980, 1, 1, 0, 0, 0)  # the same table is the same file

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FILES = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_DOCUMENT}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>',
    # The second style keeps a text a text also after somebody edited it.
    "xl/styles.xml": f'<styleSheet {_MAIN}><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def workbook_bytes(table: pd.DataFrame) -> bytes:
    """The content of a file with the table, the names of its columns in the first row.

    Raises:
        DoesNotFit: Excel has no room for so many rows, or for one of the texts.
    """
    if len(table) >= _MAX_ROWS:
        raise DoesNotFit(
            _("Excel takes {most:,} rows; save the table as CSV or Parquet instead of .xlsx.", most=_MAX_ROWS - 1)
        )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, content in _FILES.items():
            archive.writestr(zipfile.ZipInfo(name, _WRITTEN), _HEAD + content, zipfile.ZIP_DEFLATED)
        sheet = zipfile.ZipInfo("xl/worksheets/sheet1.xml", _WRITTEN)
        sheet.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(sheet, "w", force_zip64=True) as opened:
            opened.write(f"{_HEAD}<worksheet {_MAIN}><sheetData>".encode())
            for row in _rows(table):
                opened.write(row.encode())
            opened.write(b"</sheetData></worksheet>")
    return file.getvalue()


def _rows(table: pd.DataFrame) -> Iterator[str]:
    letters = [_letters(place) for place in range(table.shape[1])]
    yield _row(1, letters, [str(column) for column in table.columns])
    columns = [table.iloc[:, place].tolist() for place in range(table.shape[1])]
    for number, cells in enumerate(zip(*columns, strict=True), 2):
        yield _row(number, letters, cells)


def _row(number: int, letters: Sequence[str], cells: Iterable[object]) -> str:
    written = (_cell(f"{letter}{number}", cell, number - 1) for letter, cell in zip(letters, cells, strict=True))
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell(reference: str, value: object, row: int) -> str:
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float) and abs(value) <= _EXACT:  # not of NaN
        return f'<c r="{reference}"><v>{value!r}</v></c>'
    text = value if isinstance(value, str) else as_text(value)
    if not text:
        return ""
    if len(text) * 2 > _MAX_CHARACTERS and len(text.encode("utf-16-le", "surrogatepass")) > 2 * _MAX_CHARACTERS:
        raise DoesNotFit(
            _(
                "Excel takes {most:,} characters in a cell, and row {row:,} has a longer one; save the table as CSV or "
                "Parquet instead of .xlsx.",
                most=_MAX_CHARACTERS,
                row=row,
            )
        )
    style = ' s="1"' if defused(text) != text else ""
    return f'<c r="{reference}"{style} t="inlineStr"><is><t xml:space="preserve">{_escaped(text)}</t></is></c>'


def _escaped(text: str) -> str:
    return escape(_TO_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text))


def _letters(place: int) -> str:
    """What Excel calls a column: "AB" for place 27."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
