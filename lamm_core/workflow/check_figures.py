"""What a round's check set says of its model: a figure for each language and each class with a target, with bounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamm_core.actors import Role
from lamm_core.errors import EstimatorUnusable, ModelUnreadable, NotEnoughLabels
from lamm_core.model.check_record import CHECK_RECORD, CheckRecord, figure_name
from lamm_core.model.classifier import Classifier
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.intervals import wilson
from lamm_core.model.judge import Ask, Labelled, draw_folds, judge, predict_outside
from lamm_core.model.looks import boundary, correlations
from lamm_core.model.measuring import UNMEASURED, Judged, Look, Measurement, take_look
from lamm_core.model.payoff import PayoffOf, accuracy, macro_f1, recall_of
from lamm_core.records import Metric, Project
from lamm_core.storage import models
from lamm_core.storage.items import ItemTable
from lamm_core.workflow.preparing import PreparedVectors
from lamm_core.workflow.rights import needs
from lamm_core.workflow.round_data import RoundData
from lamm_core.workflow.workspace import Workspace

METRICS: dict[str, PayoffOf] = {Metric.ACCURACY: accuracy, Metric.MACRO_F1: macro_f1}
# A population of ten texts a check item gives nine tenths of what all texts would; judging more only takes time.
_POPULATION_PER_ITEM = 10
_SMALLEST_POPULATION = 500
# Texts that the model was fitted on are predicted by models that saw four fifths of the labels, and so a little worse
# than it would. Where they are most of a language, the judge would tell of those models rather than of this one.
_MOST_TRAINED_ON = 0.5

_Codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class CheckFigures:
    """What the check set says of one model.

    Attributes:
        languages: language to its figure, for languages with labelled check items.
        classes: (language, class) to the share of that class predicted right, for those with a target.
        record: what is kept for later rounds and for the page; None without a model or check items.
    """

    languages: Mapping[str, Measurement]
    classes: Mapping[tuple[str, str], Measurement]
    record: CheckRecord | None


NO_FIGURES = CheckFigures({}, {}, None)


@needs(Role.MANAGER)
def read_check_records(workspace: Workspace, project: Project) -> list[CheckRecord | None]:
    """What earlier models made of the check items, oldest first; None for a record that cannot be read."""
    with workspace.database.read() as connection:
        files = [each.file for each in models.list_models(connection, project.id)]
    found: list[CheckRecord | None] = []
    for file in files:
        try:
            found.append(CheckRecord.load(workspace.model_file(file).with_suffix(CHECK_RECORD)))
        except ModelUnreadable:
            found.append(None)
    return found


def measure_check_set(
    project: Project,
    data: RoundData,
    vectors: PreparedVectors,
    classifier: Classifier | None,
    earlier: Sequence[CheckRecord | None],
) -> CheckFigures:
    """Measure a model on the labelled check items, language by language.

    Args:
        project: its metric and its targets say what is measured.
        data: what the round works on.
        vectors: its prepared vectors.
        classifier: the model; None gives no figures.
        earlier: records of earlier rounds, for bounds that hold over all of them; None for one that is lost.
    """
    if classifier is None or not len(data.check):
        return NO_FIGURES
    names = tuple(sorted({*project.settings.classes, *classifier.classes, *data.check.classes.tolist()}))
    judged = _Judgement.of(project, data, vectors, classifier, names)
    true = _codes(data.check.classes, names)
    looks: dict[str, tuple[_Codes, Look]] = {}
    for language in sorted(set(data.check.languages.tolist())):
        rows = np.flatnonzero(data.check.languages == language)
        metrics = {figure_name(language): METRICS[project.settings.metric]}
        for of_language, class_name in project.settings.class_targets:
            if of_language == language:
                metrics[figure_name(language, class_name)] = recall_of(names.index(class_name))
        check, population = judged.of_language(language, rows)
        for name, metric in metrics.items():
            look = take_look(metric, judged.predicted[rows], true[rows], len(names), check, population)
            looks[name] = (rows, look)
    record = _record(project.settings.metric, data, judged, names, looks)
    # What was measured before the project changed its metric was another figure.
    earlier = [each for each in earlier if each is None or str(each.metric) == project.settings.metric]
    past = _Past.of(earlier, record)
    figures = {name: look.measurement(past.proven(name, look)) for name, (_, look) in looks.items()}
    classes = {each: figures.pop(figure_name(*each), UNMEASURED) for each in project.settings.class_targets}
    return CheckFigures(figures, classes, record)


@dataclass(frozen=True, eq=False)
class _Judgement:
    """Predictions for the check items, and what the judge says of them and of the population.

    Attributes:
        predicted: `(m,)` class that the model predicts for each check item.
        confidence: `(m,)` its probability.
        chances: `(m, k)` the judge's word on the check items; None where there are too few labels to have one.
        population: the judge's word on other texts.
        languages: languages of these.
        trained_on: which of these the model was fitted on.
    """

    predicted: _Codes
    confidence: NDArray[np.float64]
    chances: NDArray[np.float64] | None
    population: Judged | None
    languages: NDArray[np.str_]
    trained_on: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        project: Project,
        data: RoundData,
        vectors: PreparedVectors,
        classifier: Classifier,
        names: tuple[str, ...],
    ) -> "_Judgement":
        """Ask the model about the check items, and the judge about them and a part of the population."""
        code_of = np.array([names.index(name) for name in classifier.classes], dtype=np.intp)
        probabilities = classifier.predict_proba(vectors.check)
        predicted, confidence = code_of[probabilities.argmax(axis=1)], probabilities.max(axis=1)
        seed, no_languages = project.settings.seed, np.empty(0, dtype=str)
        chosen, reserved = _population(data, seed)
        texts = np.concatenate([vectors.pool[chosen], vectors.reserve[reserved]])
        if not len(texts):
            return cls(predicted, confidence, None, None, no_languages, np.empty(0, dtype=bool))
        folds = draw_folds([*_keys(data.pool, chosen), *_keys(data.reserve, reserved)], seed)
        trained, check_folds = _training_labels(data, vectors, names, seed), draw_folds(data.check.keys, seed)
        with_check = Labelled(
            np.concatenate([trained.vectors, vectors.check]),
            np.concatenate([trained.classes, _codes(data.check.classes, names)]),
            np.concatenate([trained.folds, check_folds]),
        )
        of_texts = code_of[classifier.predict_proba(texts).argmax(axis=1)]
        known = np.concatenate([data.labelled[chosen], np.zeros(len(reserved), dtype=bool)])
        try:
            of_texts[known] = predict_outside(trained, texts[known], folds[known], _like(classifier, names, seed))
        except (NotEnoughLabels, EstimatorUnusable):  # without a fold, labels may be too few for an estimator as well
            return cls(predicted, confidence, None, None, no_languages, np.empty(0, dtype=bool))
        together = np.concatenate([vectors.check, texts])
        chances = judge(with_check, together, np.concatenate([check_folds, folds]), len(names), seed)
        of_check, of_others = chances[: len(vectors.check)], chances[len(vectors.check) :]
        languages = np.concatenate([data.pool.languages[chosen], data.reserve.languages[reserved]])
        return cls(predicted, confidence, of_check, Judged(of_texts, of_others), languages, known)

    def of_language(self, language: str, rows: _Codes) -> tuple[NDArray[np.float64] | None, Judged | None]:
        """The judge's word on these check items and on the language's population."""
        if self.chances is None or self.population is None:
            return None, None
        own = self.languages == language
        if own.any() and self.trained_on[own].mean() > _MOST_TRAINED_ON:
            return None, None
        return self.chances[rows], Judged(self.population.predicted[own], self.population.chances[own])


def _training_labels(data: RoundData, vectors: PreparedVectors, names: tuple[str, ...], seed: int) -> Labelled:
    labelled = np.flatnonzero(data.labelled)
    folds = draw_folds(_keys(data.pool, labelled), seed)
    return Labelled(vectors.pool[labelled], _codes(data.pool.classes[labelled], names), folds)


def _like(classifier: Classifier, names: tuple[str, ...], seed: int) -> Ask:
    """Asks models that are fitted as this one was."""

    def ask(known: Vectors, classes: _Codes, texts: Vectors) -> _Codes:
        of_known = np.asarray(names)[classes].tolist()
        model = Classifier.fit(known, of_known, seed, estimator=classifier.own_estimator)
        return _codes(model.predict(texts), names)

    return ask


def _keys(table: ItemTable, rows: _Codes) -> list[bytes]:
    return [table.keys[row] for row in rows]


def _population(data: RoundData, seed: int) -> tuple[_Codes, _Codes]:
    """Positions in the pool and in the reserve of a random part of each language, labelled texts included.

    To leave out what was labelled would leave out what the strategy found hard, and the rest would look too easy.
    """
    rng = np.random.default_rng([seed, 2])
    chosen: list[_Codes] = []
    for language in sorted(set(data.check.languages.tolist())):
        in_pool = np.flatnonzero((data.pool.languages == language) & (not data.pool_is_chosen))
        in_reserve = np.flatnonzero(data.reserve.languages == language) + len(data.pool)
        texts = np.concatenate([in_pool, in_reserve])
        checked = int((data.check.languages == language).sum())
        size = max(_SMALLEST_POPULATION, _POPULATION_PER_ITEM * checked)
        chosen.append(rng.choice(texts, min(size, len(texts)), replace=False))
    every = np.sort(np.concatenate(chosen)) if chosen else np.empty(0, dtype=np.intp)
    return every[every < len(data.pool)], every[every >= len(data.pool)] - len(data.pool)


def _codes(classes: NDArray[np.str_], names: tuple[str, ...]) -> _Codes:
    return np.searchsorted(np.asarray(names, dtype=str), classes)


def _record(
    metric: str, data: RoundData, judged: _Judgement, names: tuple[str, ...], looks: Mapping[str, tuple[_Codes, Look]]
) -> CheckRecord:
    measured = {name: found for name, found in looks.items() if found[1].estimate is not None}
    influence = np.zeros((len(measured), len(data.check)))
    for row, (rows, look) in enumerate(measured.values()):
        influence[row, rows] = look.influence
    chance = np.full(len(data.check), np.nan)
    if judged.chances is not None:
        chance = judged.chances[np.arange(len(data.check)), judged.predicted]
    return CheckRecord(
        metric=np.array(metric),
        ids=data.check.ids,
        languages=data.check.languages.astype(str),
        predicted=np.asarray(names, dtype=str)[judged.predicted],
        true=data.check.classes.astype(str),
        confidence=judged.confidence,
        chance=chance,
        figures=np.array(list(measured), dtype=str),
        errors=np.array([look.error for _, look in measured.values()]),
        influence=influence,
    )


@dataclass(frozen=True, eq=False)
class _Past:
    """The looks of all rounds, put side by side once for all figures.

    Attributes:
        records: those that can be read, oldest first, the new one last.
        places: of each record, the place of its items among all check items that any of them has.
        items: number of these check items.
        lost: rounds whose record cannot be read.
    """

    records: tuple[CheckRecord, ...]
    places: tuple[_Codes, ...]
    items: int
    lost: int

    @classmethod
    def of(cls, earlier: Sequence[CheckRecord | None], now: CheckRecord) -> "_Past":
        """Earlier records, None for one that is lost, and the one of this round."""
        records = (*(each for each in earlier if each is not None), now)
        ids = np.unique(np.concatenate([each.ids for each in records]))
        places = tuple(np.searchsorted(ids, each.ids) for each in records)
        return cls(records, places, len(ids), len(earlier) + 1 - len(records))

    def proven(self, name: str, look: Look) -> tuple[float, float]:
        """Bounds of a figure that hold over this and all earlier rounds."""
        if look.estimate is None:
            return (0.0, 1.0)
        # Somebody has looked at the lost rounds; nothing is known of them, so they count as independent looks.
        influences, errors = [np.zeros(self.items)] * self.lost, [1.0] * self.lost
        for record, places in zip(self.records, self.places, strict=True):
            figure = record.figure(name)
            if figure is not None:
                spread = np.zeros(self.items)
                spread[places] = figure[0]
                influences.append(spread)
                errors.append(figure[1])
        return wilson(look.estimate, look.effective, boundary(correlations(influences, errors)))
