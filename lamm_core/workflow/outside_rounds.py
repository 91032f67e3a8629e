"""A round whose pool stays in files outside the database: only what is chosen comes in.

The work goes to the parts of the pool, and little comes back: once a sample of texts, on which the preparation is
fitted and from which check sets are drawn, and in each round the best texts of each language with how many there are.
From there on the round is that of any project: labels, check sets, models and figures are in the database.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lamm_core.actors import Role
from lamm_core.errors import InvalidChoice, InvalidInput
from lamm_core.model.classifier import Classifier
from lamm_core.model.embedding_store import text_key
from lamm_core.model.near_duplicates import near_duplicates
from lamm_core.model.preparation.preparation import Preparation, fit_preparation
from lamm_core.outside_pool.blocks import Eligible
from lamm_core.outside_pool.embedding_file import EmbeddingPlace
from lamm_core.outside_pool.engine import Engine, PartWork, Result
from lamm_core.outside_pool.files import PoolFiles
from lamm_core.outside_pool.sample import Sample, draw_sample
from lamm_core.outside_pool.scoring import Best, PoolModel, ScorePart
from lamm_core.outside_pool.shortlist import Shortlist, merge
from lamm_core.records import NewItem, Project, Purpose, Round
from lamm_core.selection import select_first_batch
from lamm_core.selection.arrays import IntArray
from lamm_core.selection.strategies import Strategy, find_strategy
from lamm_core.selection.streaming import CodedLanguages, check_streamable, select_from_best
from lamm_core.storage import check_sets, items
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.batches import batch_size
from lamm_core.workflow.cells import make_cells
from lamm_core.workflow.check_draw import draw_numbers
from lamm_core.workflow.check_figures import CheckFigures
from lamm_core.workflow.coming_in import bring_in
from lamm_core.workflow.heartbeat import Heartbeat, Report
from lamm_core.workflow.importing import embed_project
from lamm_core.workflow.near_duplicates import mark_near_duplicates
from lamm_core.workflow.pool_source import Batch, RoundTexts
from lamm_core.workflow.preparing import kept_preparation, name_for_texts, prepare_like
from lamm_core.workflow.rights import needs
from lamm_core.workflow.round_data import read_round_data
from lamm_core.workflow.rounds import perform_round
from lamm_core.workflow.running import begin_round
from lamm_core.workflow.workspace import Workspace

# Texts that stand for the pool when a preparation is fitted: as many as it ever takes as neighbours.
SAMPLE_TEXTS = 20_000
# Texts set apart for the check set of a language at most: measured with all of them, an accuracy is known to 2 points.
CHECK_TEXTS = 2_000
# So many texts a label are looked at, since some of the best repeat a check text or each other.
_SPARE = 2
# Check sets are drawn by other numbers than the sample, so that neither says anything about the other.
_CHECK_SEED = 1


@needs(Role.MANAGER)
def run_outside_round(
    workspace: Workspace,
    project: Project,
    files: PoolFiles,
    place: EmbeddingPlace,
    engine: Engine,
    report: Report | None = None,
) -> Round:
    """Run the next round in this process, its batch chosen from a pool of files.

    Args:
        files: the pool; every part of it has been embedded.
        place: where these embeddings are; by the encoder of the project.
        engine: what carries the work to the parts.
        report: called with (stage, progress 0 to 1) as the round goes on.

    Returns:
        The finished round. What it chose is in the project, and in the queue.

    Raises:
        InvalidChoice: the strategy of the project cannot choose from a pool that passes by.
        InvalidInput: rounds of the project also begin by themselves, without this pool; or the embeddings are those of
            another encoder.
        RoundRunning, RoundSuperseded: as for `run_round`.
        MissingVectors: a part has not been embedded; the round has failed and can be run again. So it is, by
            InvalidInput, where no text of the pool is in a language of the project.
    """
    _scored_strategy(project)
    if place.encoder != project.settings.encoder:
        raise InvalidInput(
            _(
                "The embeddings are by {theirs!r}, and {name!r} has the encoder {own!r}.",
                theirs=place.encoder,
                name=project.name,
                own=project.settings.encoder,
            )
        )
    if project.settings.automatic_rounds:
        raise InvalidInput(
            _(
                "Rounds of {name!r} begin by themselves, without the pool in {url}; switch that off first "
                "(automatic_rounds).",
                name=project.name,
                url=files.url,
            )
        )
    pool = OutsidePool(files, place, engine)
    return perform_round(workspace, project, begin_round(workspace, project), report, pool=pool)


def _scored_strategy(project: Project) -> Strategy:
    strategy = check_streamable(project.settings.strategy)
    if strategy.random_scores:
        raise InvalidChoice(
            _(
                "From a pool outside the database, texts are chosen by their uncertainty, not by {name!r}.",
                name=strategy.name,
            )
        )
    return strategy


class OutsidePool:
    """A pool of files, for one round.

    Args:
        files: the pool.
        place: where its embeddings are.
        engine: what carries the work to its parts.
    """

    def __init__(self, files: PoolFiles, place: EmbeddingPlace, engine: Engine) -> None:
        self._files = files
        self._place = place
        self._engine = engine
        self._known: frozenset[str] = frozenset()  # ids that the project has
        self._sample: Sample
        self._preparation: Preparation

    def texts(self, workspace: Workspace, project: Project, pulse: Heartbeat) -> RoundTexts:
        """Draw a sample of the pool, set check texts apart, and prepare the items of the project."""
        pulse.stage(marked("setting check texts apart"), 0.05)
        self._draw_check_items(workspace, project)
        pulse.stage(marked("drawing a sample of the pool"), 0.2)
        self._draw_sample(workspace, project)
        embed_project(workspace, project, pulse.embedding)
        mark_near_duplicates(workspace, project)
        data = replace(read_round_data(workspace, project), pool_is_chosen=True)
        pulse.stage(marked("preparing the texts"), 0.5)
        keys, languages = [text_key(text) for text in self._sample.texts], self._sample.languages.tolist()
        name = name_for_texts(project, keys, languages)
        self._preparation = kept_preparation(workspace, project, name, lambda: self._fitted(project))
        vectors = prepare_like(workspace, project, data, self._preparation)
        return RoundTexts(data, vectors, name, self._sample.counts)

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
        """Choose the next batch; without a model, a first one from the sample."""
        budget = batch_size(project.settings.budget, texts.data.open_items, texts.data.open_check)
        if budget < 1:
            return Batch()
        if classifier is None:
            return self._first_batch(project, round_, budget)
        best = self._best(workspace, project, classifier, budget, pulse)
        if not len(best):
            return Batch()
        # The predicted class of each text, which cells of classes need, is not known here: languages alone are weighed.
        settings = replace(project.settings, class_targets={})
        cells = make_cells(settings, texts.data, figures)
        chosen = select_from_best(
            best.scores,
            CodedLanguages.of(best.languages),
            best.counts,
            cells.now.accuracy,
            cells.targets,
            budget,
            settings.strategy,
            labels=cells.now.labels,
            checked=cells.checked,
            history=(*texts.data.history, cells.now),
        )
        return Batch(chosen, tuple(best.predicted[chosen.indices].tolist()), _arrivals(best, chosen.indices))

    def _first_batch(self, project: Project, round_: Round, budget: int) -> Batch:
        settings, sample, preparation = project.settings, self._sample, self._preparation
        rows = np.flatnonzero([each not in self._known for each in sample.ids.tolist()])
        if not len(rows):
            return Batch()
        first = select_first_batch(
            sample.languages[rows],
            settings.targets,
            budget,
            find_strategy(settings.strategy).first_batch,
            preparation.vectors[rows],
            sample.ids[rows],
            np.random.default_rng([settings.seed, round_.number]),
        )
        return Batch(first, arrivals=_arrivals(sample, rows[first.indices]))

    def _best(
        self, workspace: Workspace, project: Project, classifier: Classifier, budget: int, pulse: Heartbeat
    ) -> Best:
        """The best texts of each language that repeat nothing, in the order that settles ties."""
        uncertainty = _scored_strategy(project).uncertainty or project.settings.uncertainty
        model = PoolModel(self._preparation, classifier, uncertainty)
        eligible = Eligible(frozenset(project.languages), self._known)
        work = ScorePart(self._files.columns, self._place, model, _SPARE * budget, eligible)
        best = merge(self._over_parts(work, pulse, marked("choosing the next batch"), 0.8, 0.85))
        new = np.zeros(len(best), dtype=np.bool_)
        for language in sorted(set(best.languages.tolist())):
            rows = np.flatnonzero(best.languages == language)
            with workspace.database.read() as connection:
                known = items.texts_of_language(connection, project.id, language)
            new[rows] = _repeats_nothing(best.texts[rows].tolist(), known)
        return _those(best, np.flatnonzero(new)[np.argsort(best.ids[new])])

    def _draw_check_items(self, workspace: Workspace, project: Project) -> None:
        """Set texts apart for the check sets of languages that have none; done again, it changes nothing."""
        with workspace.database.read() as connection:
            self._known = frozenset(items.external_ids(connection, project.id))
            counts = items.count_items(connection, project.id)
        have = {language for (purpose, language, _state) in counts if purpose is Purpose.CHECK}
        wanted = [each for each in project.languages if each not in have]
        settings = project.settings
        if not (wanted and settings.check_part and settings.check_share):
            return
        drawn = self._sampled(CHECK_TEXTS, settings.seed + _CHECK_SEED, wanted, per_language=True)
        rows = np.concatenate(
            [
                np.flatnonzero(drawn.languages == language)[: int(settings.check_part * drawn.counts.get(language, 0))]
                for language in wanted
            ]
        )
        _set_apart(workspace, project, _arrivals(drawn, rows))
        workspace.embedding_store(settings.encoder).append(
            [text_key(text) for text in drawn.texts[rows]], drawn.embeddings[rows]
        )
        self._known |= frozenset(drawn.ids[rows].tolist())

    def _draw_sample(self, workspace: Workspace, project: Project) -> None:
        """The sample on which the preparation is fitted: the same in every round, and without check texts."""
        with workspace.database.read() as connection:
            check = frozenset(items.external_ids(connection, project.id, Purpose.CHECK))
        self._sample = self._sampled(SAMPLE_TEXTS, project.settings.seed, project.languages, excluded=check)
        if not len(self._sample):
            raise InvalidInput(
                _(
                    "No text in {url} is in a language of {name!r} ({languages}).",
                    url=self._files.url,
                    name=project.name,
                    languages=", ".join(project.languages),
                )
            )

    def _sampled(
        self,
        count: int,
        seed: int,
        languages: Iterable[str],
        *,
        per_language: bool = False,
        excluded: frozenset[str] | None = None,
    ) -> Sample:
        eligible = Eligible(frozenset(languages), self._known if excluded is None else excluded)
        return draw_sample(
            self._files, self._place, self._engine, count, seed, per_language=per_language, eligible=eligible
        )

    def _over_parts(
        self, work: PartWork[Result], pulse: Heartbeat, stage: str, begin: float, end: float
    ) -> Iterator[Result]:
        """What the work gives for each part, with progress told."""
        parts = self._files.parts
        for done, each in enumerate(self._engine.map_parts(work, parts)):
            pulse.stage(stage, begin + (end - begin) * done / len(parts))
            yield each

    def _fitted(self, project: Project) -> Preparation:
        sample = self._sample
        return fit_preparation(project.settings.preparation, sample.embeddings, sample.texts.tolist(), sample.languages)


def _repeats_nothing(texts: Sequence[str], known: Sequence[str]) -> NDArray[np.bool_]:
    """`(n,)` texts that nearly repeat neither a text that the project has nor one before them."""
    first = near_duplicates(texts, texts)
    alone = (first < 0) | (first == np.arange(len(texts)))
    new: NDArray[np.bool_] = alone & (near_duplicates(texts, known) < 0)
    return new


def _those(best: Best, rows: IntArray) -> Best:
    """These rows; what was left out is not counted as available either."""
    left_out = Counter(best.languages.tolist())
    left_out.subtract(best.languages[rows].tolist())
    counts = {language: count - left_out[language] for language, count in best.counts.items()}
    columns = {name: getattr(best, name)[rows] for name in Best.ROWS}
    return replace(best, counts=counts, **columns)


def _arrivals(found: Shortlist, rows: IntArray) -> tuple[NewItem, ...]:
    columns = (found.ids[rows].tolist(), found.languages[rows].tolist(), found.texts[rows].tolist())
    return tuple(NewItem(*values, Purpose.POOL) for values in zip(*columns, strict=True))


def _set_apart(workspace: Workspace, project: Project, arrivals: Sequence[NewItem]) -> None:
    """Bring texts in as check items, to be asked in an order drawn by chance."""
    with workspace.database.write() as connection:
        _there, ids = bring_in(connection, project, arrivals)
        orders = {item_id: draw_numbers(project.settings.seed, name)[1] for name, item_id in ids.items()}
        check_sets.set_apart(connection, project.id, orders)
        items.count_anew(connection, project.id)
