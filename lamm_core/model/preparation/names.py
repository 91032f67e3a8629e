"""The parts of a preparation, and the names made of them."""

from collections import Counter
from collections.abc import Sequence

from lamm_core.errors import UnknownPreparation
from lamm_core.words import marked
from lamm_core.words import translate as _

# In the order in which they are applied.
PARTS: tuple[str, ...] = ("centre", "lexical", "smooth")
PLAIN = "plain"
DEFAULT: tuple[str, ...] = PARTS
_DEFAULT_NAME = "default"

# For the person who chooses; other combinations of parts have no sentence of their own.
PREPARATION_SUMMARIES = {
    _DEFAULT_NAME: marked(
        "Spelling beside meaning, and each text drawn towards its neighbours: fewer labels, best for most."
    ),
    PLAIN: marked("The encoder's embeddings as they are, centred: the quickest, and what the paper has."),
}


def parse_preparation(name: str) -> tuple[str, ...]:
    """The parts that a name stands for, in the order of `PARTS`.

    Args:
        name: `plain` for no part, `default` for those of `DEFAULT`, or parts joined by commas, in any order.

    Raises:
        UnknownPreparation: a part is not registered, or is named twice.
    """
    if name.strip() == PLAIN:
        return ()
    if name.strip() == _DEFAULT_NAME:
        return DEFAULT
    named = Counter(part.strip() for part in name.split(","))
    if not named.keys() <= set(PARTS):
        known = f"{PLAIN}, {_DEFAULT_NAME}"
        raise UnknownPreparation(
            _(
                "Unknown preparation {name!r}; choose one of: {known}, or parts joined by commas: {parts}.",
                name=name,
                known=known,
                parts=", ".join(PARTS),
            )
        )
    part, times = named.most_common(1)[0]
    if times > 1:
        raise UnknownPreparation(
            _(
                "The preparation {name!r} names {part!r} {times} times; once is enough.",
                name=name,
                part=part,
                times=times,
            )
        )
    return tuple(part for part in PARTS if part in named)


def preparation_name(parts: Sequence[str]) -> str:
    """The one name of these parts: `plain` for none, else the parts joined by commas."""
    return ",".join(parts) or PLAIN


def short_name(parts: Sequence[str]) -> str:
    """What these parts are called in results: `default` where they are those of `DEFAULT`, else `preparation_name`."""
    return _DEFAULT_NAME if tuple(parts) == DEFAULT else preparation_name(parts)


def full_name(name: str) -> str:
    """A name with what it stands for: `default (centre, lexical, smooth)`."""
    return f"{name} ({', '.join(DEFAULT)})" if name == _DEFAULT_NAME else name
