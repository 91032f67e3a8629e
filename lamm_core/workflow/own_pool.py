"""The pool of the database: all items of a project, and the batch that the strategy takes from them."""

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
from lamm_core.words import marked
from lamm_core.workflow.batches import batch_size
from lamm_core.workflow.cells import Cells, make_cells
from lamm_core.workflow.check_draw import draw_check_items
from lamm_core.workflow.check_figures import CheckFigures
from lamm_core.workflow.duplicates import set_duplicates_aside
from lamm_core.workflow.heartbeat import Heartbeat
from lamm_core.workflow.importing import embed_project
from lamm_core.workflow.near_duplicates import mark_near_duplicates
from lamm_core.workflow.pool_source import Batch, RoundTexts
from lamm_core.workflow.preparing import PreparedVectors, folder_name, prepare_vectors
from lamm_core.workflow.round_data import RoundData, read_round_data
from lamm_core.workflow.workspace import Workspace


class OwnPool:
    """The pool of most projects."""

    def texts(self, workspace: Workspace, project: Project, pulse: Heartbeat) -> RoundTexts:
        """Embed what is new, set check texts apart, and prepare all items."""
        set_duplicates_aside(workspace, project)
        embed_project(workspace, project, pulse.embedding)
        pulse.stage(marked("setting check texts apart"), 0.5)
        draw_check_items(workspace, project)
        mark_near_duplicates(workspace, project)
        data = read_round_data(workspace, project)
        pulse.stage(marked("preparing the texts"), 0.5)
        vectors = prepare_vectors(workspace, project, data)
        names, counts = np.unique(data.pool.languages, return_counts=True)
        return RoundTexts(
            data, vectors, folder_name(project, data), dict(zip(names.tolist(), counts.tolist(), strict=True))
        )

    @with_one_thread
    def next_batch(
        self,
        workspace: Workspace,
        project: Project,
        round_: Round,
        texts: RoundTexts,
        classifier: Classifier | None,
        figures: CheckFigures,
        pulse: Heartbeat,
    ) -> Batch:
        """Choose the next batch; none when the queue is full or the pool is empty."""
        settings, data, vectors = project.settings, texts.data, texts.vectors
        budget = batch_size(settings.budget, data.open_items, data.open_check)
        rows = np.flatnonzero(data.selectable)
        if budget < 1 or not len(rows):
            return Batch()
        rng = np.random.default_rng([settings.seed, round_.number])
        if classifier is None:
            # Without a model nothing is known about any text but where it lies.
            method = find_strategy(settings.strategy).first_batch
            languages, ids = data.pool.languages[rows], data.pool.ids[rows]
            first = select_first_batch(languages, settings.targets, budget, method, vectors.pool[rows], ids, rng)
            return Batch(replace(first, indices=rows[first.indices]))
        cells = make_cells(settings, data, figures)
        choose = _of_whole_pool if cells.behind or not _streams(settings.strategy) else _of_passing_pool
        chosen = choose(project, data, vectors, classifier, cells, budget, rng)
        return Batch(chosen, tuple(classifier.predict(vectors.pool[chosen.indices]).tolist()))


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
