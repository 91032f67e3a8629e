"""How far annotators agree: in a language or a whole project, by class, by pair, and each with the others.

An annotator counts with the label that stands; gold items, imported labels and labels that were taken back do not. The
same labels give the same figures every time: resamples are drawn by the project's seed.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lamm_core.actors import Role
from lamm_core.model.agreement import (
    MISSING,
    Figure,
    Labels,
    Reading,
    against_rest,
    alpha,
    kappa,
    same_share,
    share_with_others,
)
from lamm_core.records import Project
from lamm_core.workflow.gold import GoldResult, gold_figure, read_results
from lamm_core.workflow.opinions import Opinions, SharedLabels, kept_opinions, sorted_names, tabulate
from lamm_core.workflow.rights import needs
from lamm_core.workflow.work_tallies import StandingTimes, median_of_tenths, standing_times
from lamm_core.workflow.workspace import Workspace

_MOST_WEAK = 3


@dataclass(frozen=True)
class ClassAgreement:
    """How far annotators agree on one class.

    Attributes:
        class_name: the class.
        alpha: Krippendorff's alpha where all other classes count as one.
    """

    class_name: str
    alpha: Figure


@dataclass(frozen=True)
class PairAgreement:
    """How far two annotators agree on the items that both labelled.

    Attributes:
        first, second: their names, by the alphabet.
        share: share of these items that got the same class from both, 0 to 1.
        kappa: Cohen's kappa.
    """

    first: str
    second: str
    share: Figure
    kappa: Figure


@dataclass(frozen=True)
class AnnotatorAgreement:
    """One annotator beside the others.

    Attributes:
        name: name of the annotator.
        items: items with a label of the annotator that stands, gold items left out.
        median_seconds: the middle one of the times that these labels took; None where none has a time.
        with_others: share of the others' labels on these items that are the same, 0 to 1.
        gold: share of gold items that got the known class, 0 to 1, with Wilson's interval; None where none was
            answered.
    """

    name: str
    items: int
    median_seconds: float | None
    with_others: Figure
    gold: Figure | None


@dataclass(frozen=True)
class Agreement:
    """How far annotators agree in one language, or in all.

    Attributes:
        language: the language; None for the whole project.
        alpha: Krippendorff's alpha over all classes.
        share: of the pairs of labels of an item the share that is equal, its mean over items.
        classes: one for each class of the project, in its order.
        pairs: one for each two annotators who share an item, by name.
        annotators: one for each annotator with a label or an answered gold item, by name.
    """

    language: str | None
    alpha: Figure
    share: Figure
    classes: tuple[ClassAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    annotators: tuple[AnnotatorAgreement, ...]

    @property
    def items(self) -> int:
        """Items with labels of two or more annotators."""
        return self.alpha.units

    @property
    def is_low(self) -> bool:
        """Whether alpha is known and less than good."""
        return _is_low(self.alpha)

    @property
    def weak_classes(self) -> tuple[ClassAgreement, ...]:
        """Classes that disagree most, three at most, none that is good; the surest first."""
        weak = [each for each in self.classes if _is_low(each.alpha)]
        return tuple(sorted(weak, key=lambda each: _surely_at_most(each.alpha))[:_MOST_WEAK])

    @property
    def weak_pairs(self) -> tuple[PairAgreement, ...]:
        """Pairs that disagree most by kappa, three at most, none that is good; the surest first."""
        weak = [each for each in self.pairs if _is_low(each.kappa)]
        return tuple(sorted(weak, key=lambda each: _surely_at_most(each.kappa))[:_MOST_WEAK])


@needs(Role.MANAGER)
def project_agreement(workspace: Workspace, project: Project) -> tuple[Agreement, ...]:
    """How far annotators agree: in the whole project, then in each language in the project's order."""
    with workspace.database.read() as connection:
        opinions = kept_opinions(connection, project.id)
        whole, *times = standing_times(connection, project, [None, *project.languages])
        gold = read_results(connection, project)
    found = [agreement_of(project, None, opinions, gold, whole)]
    for language, of_language in zip(project.languages, times, strict=True):
        own = tuple(each for each in opinions if each.language == language)
        of_gold = [each for each in gold if each.language == language]
        found.append(agreement_of(project, language, own, of_gold, of_language))
    return tuple(found)


def agreement_of(
    project: Project,
    language: str | None,
    opinions: Opinions,
    gold: Sequence[GoldResult],
    times: Mapping[str, StandingTimes],
) -> Agreement:
    """How far annotators agree.

    Args:
        project: gives the classes and the seed.
        language: what the opinions are of; None for the whole project.
        opinions: as `kept_opinions` gives them, or some of them.
        gold: results on gold items of that language, or of all.
        times: annotator to the times that all their standing labels took, shared or not.
    """
    classes = project.settings.classes
    names = sorted_names({each.annotator for each in opinions} | {each.annotator for each in gold} | {*times})
    labels = tabulate(opinions, names, classes).labels
    if not len(labels):
        labels = _one_by_one(names, times)
    found = _measured(SharedLabels.of(labels), len(classes), project.settings.seed)
    return Agreement(
        language=language,
        alpha=found.alpha,
        share=found.share,
        classes=tuple(ClassAgreement(name, each) for name, each in zip(classes, found.classes, strict=True)),
        pairs=tuple(PairAgreement(names[one], names[two], *figures) for (one, two), figures in found.pairs),
        annotators=tuple(
            AnnotatorAgreement(
                name,
                sum(times[name].values()) if name in times else 0,
                median_of_tenths({tenths: many for tenths, many in times.get(name, {}).items() if tenths is not None}),
                found.with_others[column],
                gold_figure([each for each in gold if each.annotator == name]),
            )
            for column, name in enumerate(names)
        ),
    )


@dataclass(frozen=True)
class _Measured:
    """All that is drawn for: figures by class, by pair of columns, and by column."""

    alpha: Figure
    share: Figure
    classes: tuple[Figure, ...]
    pairs: tuple[tuple[tuple[int, int], tuple[Figure, Figure]], ...]
    with_others: tuple[Figure, ...]


# Pages ask again at every click, and a thousand resamples of many pairs take a while.
@functools.lru_cache(maxsize=32)
def _measured(shared: SharedLabels, classes: int, seed: int) -> _Measured:
    rng, labels = np.random.default_rng(seed), shared.labels
    return _Measured(
        alpha(labels, rng),
        same_share(labels, rng),
        tuple(alpha(against_rest(labels, code), rng) for code in range(classes)),
        tuple(_pairs(labels, rng)),
        tuple(share_with_others(labels, column, rng) for column in range(labels.shape[1])),
    )


def _pairs(labels: Labels, rng: np.random.Generator) -> Iterator[tuple[tuple[int, int], tuple[Figure, Figure]]]:
    for one, two in combinations(range(labels.shape[1]), 2):
        both = labels[:, [one, two]]
        both = both[(both != MISSING).all(axis=1)]
        if len(both):
            yield (one, two), (same_share(both, rng), kappa(both[:, 0], both[:, 1], rng))


def _one_by_one(names: Sequence[str], times: Mapping[str, StandingTimes]) -> Labels:
    """An item of their own for each who labelled anything: where nothing is shared, that says what is missing."""
    labelled = np.array([name in times for name in names], dtype=bool)
    return np.where(np.diag(labelled)[labelled], 0, MISSING).astype(np.int16)


def _is_low(figure: Figure) -> bool:
    return figure.reading not in (None, Reading.GOOD)


def _surely_at_most(figure: Figure) -> tuple[float, float]:
    """The end of the interval: a figure of three items shall not come before one of three hundred."""
    return (1.0 if figure.high is None else figure.high, 1.0 if figure.estimate is None else figure.estimate)
