"""Check sets that grow: how far each is, and which check items are asked beside the next batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from sqlalchemy import Connection

from lamm_core.model.check_plan import labels_for_width, plan_check_labels, spread_of
from lamm_core.model.intervals import wilson
from lamm_core.records import ItemState, Project, Purpose, RoundLanguage
from lamm_core.storage import check_sets, items, rounds
from lamm_core.workflow.batches import batch_size
from lamm_core.workflow.round_data import RoundData

# Two right and two wrong answers are added to what was measured (Agresti and Coull, 1998): a handful of check items
# that are all predicted right would otherwise promise that hardly any more are needed.
_ADDED = 2

Entry = TypeVar("Entry")
_Counts = Mapping[tuple[Purpose, str, ItemState], int]


@dataclass(frozen=True)
class CheckSetProgress:
    """How far the check set of a language is.

    Attributes:
        language: the language.
        imported: it was imported and is used as it is; otherwise it grows.
        labelled: check items that have a label, and are measured with.
        open: check items that are in a batch.
        reserve: check items that can be asked later.
        needed: check labels that are still needed for an interval of the half-width that the project wants, by what
            the newest round measured, those that are open among them. A set that was imported does not grow by itself.
        width: half-width of the interval now, 0 to 1; None without a measurement.
        near_duplicates: pool items that nearly repeat a check item, and are kept out of training.
    """

    language: str
    imported: bool
    labelled: int
    open: int
    reserve: int
    needed: int
    width: float | None
    near_duplicates: int


def read_progress(connection: Connection, project: Project, counts: _Counts) -> dict[str, CheckSetProgress]:
    """How far the check set of each language is.

    Args:
        counts: items of the project by (purpose, language, state), as `storage.items.count_items` gives them.
    """
    return _progress(connection, project, counts, _measured(connection, project))


def wants_check_items(connection: Connection, project: Project) -> bool:
    """Whether a round could ask for a check item that is still needed."""
    return bool(_plan(connection, project, 1))


def plan_check_items(
    connection: Connection, project: Project, data: RoundData, chosen: int, rng: np.random.Generator
) -> list[tuple[int, str]]:
    """The check items that a round asks, each with its language.

    Beside chosen items there are as many as the project's share of a batch allows; those that are still open from
    earlier batches count. Where the pool has nothing more to give, check items make a batch by themselves.

    Args:
        data: what the round works on.
        chosen: items of the pool that the round has chosen.
        rng: source of chance; where the share is no whole number of items, chance decides on the last one, so that
            small batches have the right share in the long run.
    """
    settings = project.settings
    if chosen:
        room = int(settings.check_share * settings.budget + rng.random()) - _open(connection, project)
    elif data.selectable.any():
        room = 0  # the queue is full
    else:
        room = batch_size(settings.budget, data.open_items)
    return [
        (item_id, language)
        for language, count in sorted(_plan(connection, project, room).items())
        for item_id in check_sets.next_items(connection, project.id, language, count)
    ]


def mix(batch: Sequence[Entry], check_items: Sequence[Entry], rng: np.random.Generator) -> list[Entry]:
    """Check items at random places of a batch, spread evenly over it, so that nobody can tell them apart.

    The batch keeps its order. The places are random within as many equal parts of the whole as there are check items.
    """
    size, parts = len(batch) + len(check_items), len(check_items)
    bounds = [part * size // parts for part in range(parts + 1)] if parts else []
    places = {int(rng.integers(low, high)) for low, high in pairwise(bounds)}
    order = rng.permutation(parts).tolist()
    waiting, drawn = iter(batch), iter([check_items[each] for each in order])
    return [next(drawn) if place in places else next(waiting) for place in range(size)]


@dataclass(frozen=True)
class _Measured:
    """What the newest round says of a language's figure.

    Attributes:
        estimate: the figure that more labels are expected to show; None without a measurement.
        effective_per_label: labels of a plain sample that one label is worth.
        width: half-width of its interval; None without a measurement.
    """

    estimate: float | None = None
    effective_per_label: float = 1.0
    width: float | None = None


def _plan(connection: Connection, project: Project, room: int) -> dict[str, int]:
    """How many of at most `room` check items each language gets."""
    if room < 1 or not project.settings.check_share:
        return {}
    measured = _measured(connection, project)
    progress = _progress(connection, project, items.count_items(connection, project.id), measured)
    growing = {language: each for language, each in progress.items() if not each.imported and each.reserve}
    return plan_check_labels(
        room,
        labelled={language: each.labelled for language, each in growing.items()},
        under_way={language: each.open for language, each in growing.items()},
        reserve={language: each.reserve for language, each in growing.items()},
        spread={language: spread_of(each.estimate, each.effective_per_label) for language, each in measured.items()},
        wanted={language: each.needed for language, each in growing.items()},
    )


def _progress(
    connection: Connection, project: Project, counts: _Counts, measured: Mapping[str, _Measured]
) -> dict[str, CheckSetProgress]:
    imported = check_sets.imported_languages(connection, project.id)
    twins = items.count_near_duplicates(connection, project.id)
    found = {}
    for language in project.languages:
        now = measured.get(language, _Measured())
        labelled = counts.get((Purpose.CHECK, language, ItemState.LABELLED), 0)
        wanted = labels_for_width(now.estimate, now.effective_per_label, project.settings.check_width)
        found[language] = CheckSetProgress(
            language=language,
            imported=language in imported,
            labelled=labelled,
            open=counts.get((Purpose.CHECK, language, ItemState.QUEUED), 0),
            reserve=counts.get((Purpose.CHECK, language, ItemState.UNLABELLED), 0),
            needed=max(0, wanted - labelled),
            width=now.width,
            near_duplicates=twins.get(language, 0),
        )
    return found


def _open(connection: Connection, project: Project) -> int:
    counts = items.count_items(connection, project.id)
    return sum(
        count for (purpose, _, state), count in counts.items() if purpose is Purpose.CHECK and state is ItemState.QUEUED
    )


def _measured(connection: Connection, project: Project) -> dict[str, _Measured]:
    """What the newest finished round measured, language by language."""
    found = rounds.newest_languages(connection, project.id, project.settings.metric)
    return {each.language: _figures(each) for each in found if each.checked}


def _figures(found: RoundLanguage) -> _Measured:
    """Rounds of earlier versions kept counts alone; their figure was the share of right predictions."""
    checked = found.checked
    share = found.correct / checked if found.estimate is None else found.estimate
    size = found.effective or checked
    low, high = wilson(share, size) if found.low is None or found.high is None else (found.low, found.high)
    return _Measured(
        estimate=(size * share + _ADDED) / (size + 2 * _ADDED),
        effective_per_label=size / checked,
        width=(high - low) / 2,
    )
