"""What annotators did in the rounds of a project: the entries of its queue, and their acts in the order of time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from timing_pages.size import Size
from timing_pages.texts import CLASSES, Codes, Items

ANNOTATORS = ("Ana", "Ben", "Chi", "Dina", "Emil")
NOBODY, NO_CLASS = -1, -1
GOLD_ANSWERS = 10  # gold items that each annotator has answered
_CHECKED, _SHARED = 0.1, 0.05  # of a batch: check items, and pool items that a second annotator labels as well
_MISTAKES, _SKIPS, _EDITS, _FLAGS, _COMMENTS = 0.1, 0.01, 0.02, 0.01, 0.02
_MEDIAN_SECONDS = 7.0


@dataclass(frozen=True, eq=False)
class Entries:
    """The queue, with a row for each copy of an item.

    Attributes:
        items: `(e,)` numbers of items.
        rounds: `(e,)` number of the round, from 1.
        positions: `(e,)` places in the batch.
        copies: `(e,)` 0 or 1.
        people: `(e,)` who has closed it; `NOBODY` where it is open.
    """

    items: Codes
    rounds: Codes
    positions: Codes
    copies: Codes
    people: Codes

    @property
    def is_closed(self) -> NDArray[np.bool_]:
        """`(e,)` whether somebody has labelled or skipped it."""
        return np.asarray(self.people != NOBODY)

    def joined(self, other: "Entries") -> "Entries":
        """These entries and after them the other ones."""
        names = self.__dataclass_fields__
        return Entries(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in names))


@dataclass(frozen=True, eq=False)
class Acts:
    """Acts, oldest first.

    Attributes:
        items: `(a,)` numbers of items.
        people: `(a,)` who acted; `NOBODY` for what came with an import.
        classes: `(a,)` the class given; `NO_CLASS` for a skip.
        revisions: `(a,)` number of the act among those of this person on this item, from 1.
        seconds: `(a,)` how long it took.
        flagged: `(a,)` whether somebody is to look at it.
        commented: `(a,)` whether it has a comment.
        decides: `(a,)` whether it says where the item stands.
        times: `(a,)` when, from 0 for the first one to 1 for now.
    """

    items: Codes
    people: Codes
    classes: Codes
    revisions: Codes
    seconds: NDArray[np.float64]
    flagged: NDArray[np.bool_]
    commented: NDArray[np.bool_]
    decides: NDArray[np.bool_]
    times: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.items)


def make_queue(items: Items, size: Size) -> Entries:
    """All batches: those of the rounds that are labelled, and after them the one that is open."""
    rng = np.random.default_rng([size.seed, 2])
    pool, check = rng.permutation(np.flatnonzero(items.is_pool)), np.argsort(items.order)[: items.is_check.sum()]
    used_pool = used_check = 0
    found: Entries | None = None
    batches = [size.batch] * size.rounds + [size.queue]
    for number, batch in enumerate(batches, 1):
        checked, shared = int(_CHECKED * batch), int(_SHARED * batch)
        of_pool = batch - checked - shared
        chosen = pool[used_pool : used_pool + of_pool]
        asked = check[used_check : used_check + checked]
        used_pool, used_check = used_pool + len(chosen), used_check + len(asked)
        entries = _batch(chosen, asked, shared, number, rng, is_open=number == len(batches))
        found = entries if found is None else found.joined(entries)
    return found or _batch(pool[:0], check[:0], 0, 1, rng, is_open=True)


def _batch(
    chosen: Codes, asked: Codes, shared: int, number: int, rng: np.random.Generator, *, is_open: bool
) -> Entries:
    mixed = rng.permutation(np.concatenate([chosen, asked]))
    twice = np.isin(mixed, chosen[:shared])
    positions = np.concatenate([np.arange(len(mixed)), np.flatnonzero(twice)])
    copies = np.concatenate([np.zeros(len(mixed), dtype=np.intp), np.ones(int(twice.sum()), dtype=np.intp)])
    first = rng.integers(len(ANNOTATORS), size=len(mixed))
    second = (first[twice] + rng.integers(1, len(ANNOTATORS), size=int(twice.sum()))) % len(ANNOTATORS)
    people = np.full(len(positions), NOBODY) if is_open else np.concatenate([first, second])
    return Entries(mixed[positions], np.full(len(positions), number), positions, copies, people)


def make_acts(items: Items, queue: Entries, size: Size) -> Acts:
    """What annotators did: gold items first, then batch by batch, with skips, edits, flags and comments."""
    rng = np.random.default_rng([size.seed, 3])
    gold = np.flatnonzero(items.is_gold)
    answered = np.tile(gold[:GOLD_ANSWERS], len(ANNOTATORS))
    by = np.repeat(np.arange(len(ANNOTATORS)), min(GOLD_ANSWERS, len(gold)))
    closed = np.flatnonzero(queue.is_closed)
    closed = closed[np.lexsort((queue.positions[closed], queue.copies[closed], queue.rounds[closed]))]
    twice = np.isin(queue.items, queue.items[queue.copies > 0])[closed]
    edited = np.flatnonzero(~twice & (rng.random(len(closed)) < _EDITS))
    # An edit comes right after what it replaces.
    rows = np.insert(closed, edited + 1, closed[edited])
    is_edit = np.insert(np.zeros(len(closed), dtype=bool), edited + 1, True)
    numbers = np.concatenate([gold, answered, queue.items[rows]])
    people = np.concatenate([np.full(len(gold), NOBODY), by, queue.people[rows]])
    before, count = len(gold) + len(answered), len(numbers)
    classes = items.classes[numbers]
    wrong = (rng.random(count) < _MISTAKES) & (people != NOBODY)
    classes[wrong] = rng.integers(len(CLASSES), size=int(wrong.sum()))
    of_queue = np.arange(count) >= before
    single = np.concatenate([np.zeros(before, dtype=bool), ~np.insert(twice, edited + 1, True) & ~is_edit])
    replaced = np.append(np.concatenate([np.zeros(before, dtype=bool), is_edit])[1:], False)
    classes[single & ~replaced & (rng.random(count) < _SKIPS)] = NO_CLASS
    first_copies = np.concatenate([np.zeros(before, dtype=bool), queue.copies[rows] == 0])
    decides = (first_copies & ~replaced) | (people == NOBODY)
    return Acts(
        items=numbers,
        people=people,
        classes=classes,
        revisions=np.concatenate([np.ones(before, dtype=np.intp), 1 + is_edit]),
        seconds=np.round(_MEDIAN_SECONDS * np.exp(rng.normal(0, 0.5, count)), 1),
        flagged=of_queue & (rng.random(count) < _FLAGS),
        commented=of_queue & (rng.random(count) < _COMMENTS),
        decides=decides,
        times=np.linspace(0, 1, count, endpoint=False),
    )
