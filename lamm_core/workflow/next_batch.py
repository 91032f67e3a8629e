"""The next batch of a round: what the strategy takes from the pool."""

from dataclasses import replace

import numpy as np

from lamm_core.errors import InvalidChoice
from lamm_core.model.classifier import Classifier
from lamm_core.model.pool_selection import select_from_pool
from lamm_core.model.threads import with_one_thread
from lamm_core.model.vector_blocks import VectorFile
from lamm_core.records import Project, Round
from lamm_core.selection import Selection, select_batch, select_first_batch
from lamm_core.selection.strategies import find_strategy
from lamm_core.selection.streaming import CodedLanguages, check_streamable
from lamm_core.workflow.batches import batch_size
from lamm_core.workflow.cells import Cells, make_cells
from lamm_core.workflow.check_figures import CheckFigures
from lamm_core.workflow.preparing import PreparedVectors
from lamm_core.workflow.round_data import RoundData


@with_one_thread
def next_batch(
    project: Project,
    round_: Round,
    data: RoundData,
    vectors: PreparedVectors,
    classifier: Classifier | None,
    figures: CheckFigures,
) -> tuple[Selection | None, list[str]]:
    """Choose the next batch.

    Returns:
        The batch, its indices positions in the pool, and the class predicted for each item in it, where there is a
        model; None and nothing when the queue is full or the pool is empty.
    """
    settings = project.settings
    budget = batch_size(settings.budget, data.open_items, data.open_check)
    rows = np.flatnonzero(data.selectable)
    if budget < 1 or not len(rows):
        return None, []
    rng = np.random.default_rng([settings.seed, round_.number])
    if classifier is None:
        # Without a model nothing is known about any text but where it lies.
        method = find_strategy(settings.strategy).first_batch
        languages, ids = data.pool.languages[rows], data.pool.ids[rows]
        first = select_first_batch(languages, settings.targets, budget, method, vectors.pool[rows], ids, rng)
        return replace(first, indices=rows[first.indices]), []
    cells = make_cells(settings, data, figures)
    choose = _of_whole_pool if cells.behind or not _streams(settings.strategy) else _of_passing_pool
    chosen = choose(project, data, vectors, classifier, cells, budget, rng)
    return chosen, classifier.predict(vectors.pool[chosen.indices]).tolist()


def _streams(strategy: str) -> bool:
    try:
        check_streamable(strategy)
    except InvalidChoice:
        return False
    return True


def _of_passing_pool(
    project: Project,
    data: RoundData,
    vectors: PreparedVectors,
    classifier: Classifier,
    cells: Cells,
    budget: int,
    rng: np.random.Generator,
) -> Selection:
    """Where every item is ranked by its own score, the pool need not be in memory."""
    settings = project.settings
    return select_from_pool(
        classifier,
        VectorFile.behind(vectors.pool) or vectors.pool,
        CodedLanguages.of(data.pool.languages),
        cells.now.accuracy,
        cells.targets,
        budget,
        settings.strategy,
        settings.uncertainty,
        rng=rng,  # the pool is in the order of its ids, which settles ties
        among=data.selectable,
        labels=cells.now.labels,
        checked=cells.checked,
        history=(*data.history, cells.now),
    )


def _of_whole_pool(
    project: Project,
    data: RoundData,
    vectors: PreparedVectors,
    classifier: Classifier,
    cells: Cells,
    budget: int,
    rng: np.random.Generator,
) -> Selection:
    """Items that are compared, or told apart by the class predicted for them, are all needed at once."""
    settings, pool, rows = project.settings, data.pool, np.flatnonzero(data.selectable)
    points = vectors.pool if len(rows) == len(pool) else vectors.pool[rows]
    probabilities = classifier.predict_proba(points)
    predicted = np.asarray(classifier.classes)[probabilities.argmax(axis=1)]
    chosen = select_batch(
        probabilities,
        cells.names(pool.languages[rows], predicted),
        cells.now.accuracy,
        cells.targets,
        budget,
        strategy=settings.strategy,
        uncertainty=settings.uncertainty,
        ids=pool.ids[rows],
        rng=rng,
        vectors=points,
        labelled_vectors=vectors.pool[data.labelled],
        labels=cells.now.labels,
        checked=cells.checked,
        history=(*data.history, cells.now),
    )
    return replace(cells.fold(chosen), indices=rows[chosen.indices])
