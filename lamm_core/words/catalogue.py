"""The translations of one language, read from the file that a translator edits.

A file may be edited badly. Whatever cannot be used is left out and logged, and the English sentence stands in.
"""

import functools
import gettext
import io
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lamm_core.words.placeholders import fits

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

FOLDER = Path(__file__).parents[1] / "locale"
FILE = "lamm.po"
_LINE = re.compile(r'#.*|((msgctxt|msgid|msgid_plural|msgstr(\[\d+\])?)?\s*"([^"\\]|\\.)*")?')
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What is translated into a language.

    Attributes:
        translations: finds a translation, and gives the English sentence where there is none.
        messages: the English sentences; those with a number as singular and plural.
    """

    translations: gettext.NullTranslations
    messages: tuple[tuple[str, ...], ...]


_EMPTY = Catalogue(gettext.NullTranslations(), ())


@functools.cache
def catalogue(language: str) -> Catalogue:
    """The translations into a language, read once a process."""
    return read_catalogue(FOLDER / language / FILE)


def read_catalogue(path: Path) -> Catalogue:
    """Read a file of translations; what cannot be used of it is left out, and said in the log."""
    # Babel takes a while to import, and English needs none of it.
    from babel.messages.mofile import write_mo

    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        _log.error("the translations %s cannot be read, so English stands in: %s", path, error)
        return _EMPTY
    found = _parse(text, path)
    _leave_out_what_is_wrong(found, path)
    compiled = io.BytesIO()
    try:
        write_mo(compiled, found)
        compiled.seek(0)
        translations = gettext.GNUTranslations(compiled)
    except (ValueError, OSError, LookupError) as error:  # such as a rule for plurals that says nothing
        _log.error("the translations %s cannot be used, so English stands in: %s", path, error)
        return _EMPTY
    return Catalogue(translations, tuple(_ids(each) for each in found if each.id))


def _parse(text: str, path: Path) -> "Catalog":
    """All entries of a file that can be read; entry by entry where they cannot be read as a whole."""
    from babel.messages.pofile import PoFileError, read_po

    head, *entries = [each for each in re.split(r"\n\s*\n", text) if _is_well_formed(each, path)] or [""]
    try:
        return read_po(io.StringIO("\n\n".join([head, *entries])), abort_invalid=True)
    except (PoFileError, ValueError, LookupError):
        _log.error("%s cannot be read as a whole", path)
    try:
        whole = read_po(io.StringIO(head), abort_invalid=True)
    except (PoFileError, ValueError, LookupError):
        _log.error("the head of %s cannot be read", path)
        whole = read_po(io.StringIO(""))
    for entry in entries:
        try:
            for message in read_po(io.StringIO(f"{head}\n\n{entry}\n"), abort_invalid=True):
                if message.id:
                    whole[message.id] = message
        except (PoFileError, ValueError, LookupError) as error:
            _log.error("left out of %s, as it cannot be read (%s): %s", path, error, entry)
    return whole


def _is_well_formed(entry: str, path: Path) -> bool:
    """Whether every line is a comment or ends with the quotation mark that it begins with: Babel would not mind."""
    if all(_LINE.fullmatch(line.strip()) for line in entry.splitlines()):
        return True
    _log.error("left out of %s, as a line of it has the wrong form: %s", path, entry)
    return False


def _leave_out_what_is_wrong(found: "Catalog", path: Path) -> None:
    """Take away translations that lack a place for a value, or have one too many: they could not be filled in."""
    for message in [each for each in found if each.id and any(_strings(each))]:
        if not fits(_ids(message), _strings(message)):
            _log.error("left out of %s, as its places for values are other ones: %s", path, message.string)
            found.delete(message.id, message.context)


def _ids(message: "Message") -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, list | tuple) else (message.id,)


def _strings(message: "Message") -> tuple[str, ...]:
    found = message.string
    return tuple(found) if isinstance(found, list | tuple) else (found or "",)
