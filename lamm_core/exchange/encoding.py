"""The text of a file, in whatever encoding it was saved.

UTF-8 and UTF-16 are known by what only they look like. What is neither is one of the older encodings, in which every
file can be read and most make no sense: the one that makes the most is taken, on a sample, and told to the user.
"""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from lamm_core.bounded import MAX_LINE, check_size, line_too_long
from lamm_core.words import translate as _

_BLOCK = 2**20
_SEARCHED = 64 * _BLOCK  # how far the first character that is not ASCII is looked for
_EVIDENCE = 65_536  # bytes of lines with such characters that an older encoding is told by
_UTF_8 = "utf-8"
_MARKS = {  # that programmes put in front
    codecs.BOM_UTF8: _UTF_8,
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_NAMES = {
    _UTF_8: "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1252": "Windows-1252",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp874": "Windows-874",
    "koi8_r": "KOI8-R",
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "gb18030": "GB18030",
    "big5": "Big5",
    "cp949": "EUC-KR",
}
# Encodings of the Latin script, by the letters that their languages use; the first wins where they do equally well. The
# letters that only Icelandic has are left out: their bytes are those of the Turkish ones, and it has others.
_LATIN = {
    "cp1252": "äöüßéèêëàâáãåæçíìîïñóòôõøœúùûÿ",
    "cp1254": "çğıöşüâîûİ",
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžäöüßőűăâîşţľĺŕôđ",
}
_MARKS_OF_TEXT = "“”„‘’‚«»‹›–—…•·°§€£©®™¿¡\xa0"
_OTHER_SCRIPTS = [
    "cp1251",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp874",
    "koi8_r",
    "cp932",
    "euc_jp",
    "gb18030",
    "big5",
    "cp949",
]
# Letters of the Latin script that are not ASCII stand alone among others; those of other scripts come in words.
_LATIN_RUN = 2
# The letters of Hebrew, which charset-normalizer takes for Cyrillic; that has some letters behind them and capitals.
_HEBREW = re.compile(rb"[\xe0-\xfa]{20,}")
_RUN = re.compile(rb"[\x80-\xff]+")
_HEAD = 64  # bytes in which every other one is zero where UTF-16 has no mark: the names of columns, or JSON's signs


class TextFile:
    """An open file as text. See `open_text`.

    Attributes:
        encoding: what it was saved in, as people call it; None where it is UTF-8.
        characters: how many of it were handed out.
    """

    def __init__(self, file: BinaryIO, size: int, text: io.TextIOWrapper, encoding: str | None) -> None:
        self.encoding = encoding
        self.characters = 0
        self._file = file
        self._size = size
        self._text = text

    def lines(self) -> Iterator[str]:
        """The lines, each with its end as it is in the file.

        Raises:
            ValueError: a line has more than `MAX_LINE` characters.
        """
        while line := self._text.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE:
                raise ValueError(line_too_long())
            self.characters += len(line)
            yield line

    def read(self, characters: int) -> str:
        """So many characters, or what is left; empty at the end."""
        text = self._text.read(characters)
        self.characters += len(text)
        return text

    @property
    def done(self) -> float:
        """How much of the file was read, 0 to 1."""
        return min(1.0, self._file.tell() / max(1, self._size))


@contextmanager
def open_text(file: BinaryIO, most: int | None = None) -> Iterator[TextFile]:
    """Read a file as text, from its beginning and in the encoding that it seems to be in; it stays open.

    Args:
        most: bytes that it may have; see `check_size`.

    Raises:
        ValueError: it is too large, or some byte of it does not fit the encoding; at any time while it is read.
    """
    size = check_size(file, most)
    codec, mark = find_codec(file)
    file.seek(mark)
    text = io.TextIOWrapper(file, encoding=codec, newline="")
    name = _NAMES[codec]
    try:
        yield TextFile(file, size, text, None if codec == _UTF_8 else name)
    except UnicodeDecodeError as error:
        # The wrapper decodes in pieces, and what could not be decoded is the last one that it has read.
        place = file.tell() - len(error.object) + error.start
        raise ValueError(_("byte {place:,} of it is no {encoding} text", place=place, encoding=name)) from error
    finally:
        text.detach()


def find_codec(file: BinaryIO) -> tuple[str, int]:
    """The encoding that a file seems to be in, as Python names it, and how many bytes of a mark stand before the text.

    The place in the file is another one afterwards.
    """
    file.seek(0)
    head = file.read(_HEAD)
    for mark, codec in _MARKS.items():
        if head.startswith(mark):
            return codec, len(mark)
    return _wide(head) or _codec_of(_first_beyond_ascii(file)), 0


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: of every two bytes one, and always the same one, is zero."""
    evens, odds = head[0::2], head[1::2]
    if len(head) < 4 or len(head) % 2:
        return None
    if not evens.count(0) and odds.count(0) * 2 > len(odds):
        return "utf-16-le"
    if not odds.count(0) and evens.count(0) * 2 > len(evens):
        return "utf-16-be"
    return None


def _first_beyond_ascii(file: BinaryIO) -> bytes:
    """The first block with something in it that is not ASCII; empty where there is none, or only far behind."""
    file.seek(0)
    while (block := file.read(_BLOCK)) and file.tell() <= _SEARCHED:
        if not block.isascii():
            return block
    return b""


def _codec_of(sample: bytes) -> str:
    if _is_utf_8(sample):
        return _UTF_8
    evidence = b"\n".join(line for line in sample.splitlines() if not line.isascii())
    evidence = evidence[:_EVIDENCE].rpartition(b"\n")[0] or evidence[:_EVIDENCE]
    runs = _RUN.findall(evidence)
    # UTF-8 but for a few bytes: taken as such, it is refused with the place of the first of them.
    if sum(map(_is_whole_utf_8, runs)) * 2 >= len(runs):
        return _UTF_8
    if sum(map(len, runs)) <= _LATIN_RUN * len(runs):
        return max(_LATIN, key=lambda codec: _share_of_letters(evidence, codec))
    return _codec_of_script(evidence)


def _is_utf_8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)  # a character may be cut off at the end
    except UnicodeDecodeError:
        return False
    return True


def _is_whole_utf_8(run: bytes) -> bool:
    try:
        run.decode()
    except UnicodeDecodeError:
        return False
    return True


def _share_of_letters(evidence: bytes, codec: str) -> float:
    """How much of what is not ASCII are letters of the languages that the encoding was made for, 0 to 1."""
    letters = _LATIN[codec]
    beyond = [each for each in evidence.decode(codec, "replace") if not each.isascii()]
    return sum(each in letters or each.lower() in letters or each in _MARKS_OF_TEXT for each in beyond) / len(beyond)


def _codec_of_script(evidence: bytes) -> str:
    import charset_normalizer  # here, since few files need it

    if _HEBREW.fullmatch(b"".join(_RUN.findall(evidence))):
        return "cp1255"
    found = charset_normalizer.from_bytes(evidence, cp_isolation=_OTHER_SCRIPTS).best()
    return found.encoding if found is not None and found.encoding in _NAMES else "cp1252"
