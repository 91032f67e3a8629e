"""Made-up items: their texts, languages, classes, and which of them are set apart for the check sets."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamm_core.workflow.check_draw import draw_numbers
from timing_pages.size import Size

SHARES = {"en": 0.36, "de": 0.17, "fr": 0.13, "es": 0.11, "it": 0.09, "pl": 0.07, "nl": 0.05, "tr": 0.02}
CLASSES = (
    *("access", "account", "billing", "complaint", "contract", "delivery", "feature"),
    *("fault", "order", "praise", "returns", "setup", "other"),
)
GOLD_OF_LANGUAGE = 20
_WORDS = (
    "the order arrived late again and nobody answers my letters about the broken handle of the blue kettle please "
    "tell me how to change the address before it is sent because I moved to another town last week many thanks"
)
_PHRASES, _OF_TEXT, _WORDS_OF_PHRASE = 4_096, 4, 10  # four phrases of ten words are some 200 characters

Codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Items:
    """The items of a project, numbered from 0.

    Attributes:
        languages: `(n,)` places in `SHARES`.
        classes: `(n,)` places in `CLASSES`: what everybody would say who makes no mistake.
        order: `(n,)` place of a text in the random order in which check items are asked; nan outside the check sets.
        is_gold: `(n,)` whether it is a gold item.
        seed: of the texts.
    """

    languages: Codes
    classes: Codes
    order: NDArray[np.float64]
    is_gold: NDArray[np.bool_]
    seed: int

    def __len__(self) -> int:
        return len(self.languages)

    @property
    def is_check(self) -> NDArray[np.bool_]:
        """`(n,)` whether it is set apart for a check set."""
        return ~np.isnan(self.order)

    @property
    def is_pool(self) -> NDArray[np.bool_]:
        """`(n,)` whether it belongs to the pool."""
        return ~(self.is_check | self.is_gold)

    def texts(self) -> Iterator[str]:
        """The texts in order, the same each time, each with a number of its own."""
        rng = np.random.default_rng([self.seed, 1])
        words = np.array(_WORDS.split(), dtype=object)
        phrases = [" ".join(each) for each in rng.choice(words, (_PHRASES, _WORDS_OF_PHRASE))]
        for number, chosen in enumerate(rng.integers(_PHRASES, size=(len(self), _OF_TEXT)).tolist()):
            yield f"{number}: {' '.join([phrases[each] for each in chosen])}."


def external_id(number: int) -> str:
    """The id of an item in the systems that it came from."""
    return f"item-{number}"


def make_items(size: Size, check_part: float) -> Items:
    """The items of a project.

    Args:
        check_part: share of the texts that is set apart for check sets, 0 to 1, drawn as a round draws it.
    """
    rng = np.random.default_rng(size.seed)
    languages = rng.choice(len(SHARES), size.items, p=list(SHARES.values()))
    is_gold = np.zeros(size.items, dtype=bool)
    for language in range(len(SHARES)):
        is_gold[np.flatnonzero(languages == language)[:GOLD_OF_LANGUAGE]] = True
    drawn = np.array([draw_numbers(size.seed, external_id(number)) for number in range(size.items)])
    order = np.where((drawn[:, 0] < check_part) & ~is_gold, drawn[:, 1], np.nan)
    return Items(languages, rng.integers(len(CLASSES), size=size.items), order, is_gold, size.seed)
