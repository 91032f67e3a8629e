"""The places in a message where values stand: a translation must have the same ones."""

from string import Formatter
from typing import NamedTuple


class Placeholder(NamedTuple):
    """A place such as `{name!r}` or `{count:,}`."""

    name: str
    conversion: str
    spec: str


def placeholders(message: str) -> frozenset[Placeholder]:
    """The places in a message, each once.

    Raises:
        ValueError: braces do not match.
    """
    return frozenset(
        Placeholder(name, conversion or "", spec or "")
        for _, name, spec, conversion in Formatter().parse(message)
        if name is not None
    )


def fits(ids: tuple[str, ...], strings: tuple[str, ...]) -> bool:
    """Whether a translation can be filled with the values of its message.

    Args:
        ids: the English sentence; of a message with a number, its singular and its plural.
        strings: the translation, in all its forms. The last form stands for most numbers and must name all that the
            English plural names; forms for few numbers may leave out what the singular leaves out, as in "one label".
    """
    try:
        wanted = [placeholders(each) for each in ids]
        found = [placeholders(each) for each in strings]
    except ValueError:
        # Braces that are no places are fine where no value is to be put in.
        return len(ids) == 1 and "{" in ids[0] and _braces(ids[0]) == _braces(strings[0])
    always, ever = frozenset.intersection(*wanted), frozenset.union(*wanted)
    return found[-1] == wanted[-1] and all(always <= each <= ever for each in found)


def _braces(message: str) -> list[str]:
    return [mark for mark in message if mark in "{}"]
