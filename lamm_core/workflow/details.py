"""One language in detail: what the model confuses, class by class, and how the people who label it work."""

from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from lamm_core.actors import Role
from lamm_core.errors import InvalidInput, ModelUnreadable
from lamm_core.model.check_record import CHECK_RECORD, CheckRecord
from lamm_core.model.intervals import wilson
from lamm_core.model.measuring import UNMEASURED, Measurement, take_look
from lamm_core.model.payoff import macro_f1
from lamm_core.model.verdict import verdict
from lamm_core.records import LanguageState, Project, RoundClass
from lamm_core.storage import agreement, models, rounds
from lamm_core.words import translate as _
from lamm_core.workflow.agreement import Agreement, agreement_of
from lamm_core.workflow.drift_details import NO_DRIFT, LanguageDrift, read_language_drift
from lamm_core.workflow.gold import GoldResult, read_results
from lamm_core.workflow.opinions import kept_opinions
from lamm_core.workflow.recent_work import Taken, recent_speeds
from lamm_core.workflow.rights import needs
from lamm_core.workflow.work_tallies import standing_times
from lamm_core.workflow.workspace import Workspace

_MOST_HARD = 20

_Counts = NDArray[np.int64]


@dataclass(frozen=True)
class ClassFigure:
    """How often the model is right about the texts of one class.

    Attributes:
        class_name: the class.
        checked: check items of this class.
        correct: those of them that the model predicted right.
        accuracy: correct of checked, 0 to 1; None without a check item of the class.
        low, high: 95 % interval of the accuracy; 0 and 1 without one.
        target: share to be predicted right, 0 to 1; None where the class has no target of its own.
        state: whether the target is met, as far as that is proven; None without a target.
    """

    class_name: str
    checked: int
    correct: int
    accuracy: float | None
    low: float
    high: float
    target: float | None
    state: LanguageState | None


@dataclass(frozen=True)
class HardItem:
    """A check item that the model predicted wrong.

    Attributes:
        external_id: its id in the imported file.
        text: the text.
        true: the class it was labelled with when the model was measured.
        predicted: the class that the model predicted.
        confidence: the probability that the model gave to it, 0 to 1.
    """

    external_id: str
    text: str
    true: str
    predicted: str
    confidence: float


@dataclass(frozen=True)
class Speed:
    """How fast an annotator labels a language.

    Attributes:
        name: the annotator.
        labels: timed labels of the language among the newest of the project.
        median_seconds: the middle one of the times they took.
    """

    name: str
    labels: int
    median_seconds: float


@dataclass(frozen=True, eq=False)
class LanguageDetails:
    """One language in detail.

    Attributes:
        language: the language.
        round_number: round of the model that serves; None without a model.
        classes: k names: the project's classes in their order, then others that the record has.
        confusion: `(k, k)` check items by [true, predicted] class, as the round saw them; `(0, 0)` where none is known.
        class_figures: one for each class that occurs in the check set or has a target, in the order of `classes`.
        macro_f1: mean over classes of F1 on the check items, with the plain interval of this one look; its proven
            bounds say nothing.
        hardest: check items predicted wrong, the most confident first, 20 at most.
        agreement: how far annotators agree.
        speeds: one for each annotator who labelled lately, most labels first.
        gold: one for each annotator who labelled gold items of the language, by name.
        drift: how its texts differ from its check set.
    """

    language: str
    round_number: int | None
    classes: tuple[str, ...]
    confusion: _Counts
    class_figures: tuple[ClassFigure, ...]
    macro_f1: Measurement
    hardest: tuple[HardItem, ...]
    agreement: Agreement
    speeds: tuple[Speed, ...]
    gold: tuple[GoldResult, ...] = ()
    drift: LanguageDrift = NO_DRIFT


@needs(Role.MANAGER)
def language_details(workspace: Workspace, project: Project, language: str) -> LanguageDetails:
    """One language in detail.

    What was measured is told as the round of the model that serves saw it: a label that changed since then counts from
    the next round on. Where there is no model, no check item, or a file that cannot be read, those parts are empty.

    Raises:
        InvalidInput: the project has no such language.
    """
    if language not in project.languages:
        raise InvalidInput(
            _("The project {name!r} has no language {language!r}.", name=project.name, language=language)
        )
    with workspace.database.read() as connection:
        model = models.latest_model(connection, project.id)
        found = rounds.list_classes(connection, project.id).get(model.round_id, []) if model else []
        number = rounds.get_round(connection, model.round_id).number if model else None
        opinions = tuple(each for each in kept_opinions(connection, project.id) if each.language == language)
        (times,) = standing_times(connection, project, [language])
        taken = recent_speeds(connection, project.id, language)
        gold = [each for each in read_results(connection, project) if each.language == language]
        drift = read_language_drift(connection, project, language)
    seen = _Seen.of(_read_record(workspace, model.file) if model else None, project, language)
    wrong = seen.wrong()
    with workspace.database.read() as connection:
        texts = agreement.read_names_and_texts(connection, project.id, [int(seen.ids[row]) for row in wrong])
    confusion = seen.confusion()
    return LanguageDetails(
        language=language,
        round_number=number,
        classes=seen.classes,
        confusion=confusion,
        class_figures=_class_figures(project, language, seen.classes, confusion, found),
        macro_f1=_macro_f1(seen),
        hardest=tuple(seen.hard_item(row, *texts[int(seen.ids[row])]) for row in wrong if int(seen.ids[row]) in texts),
        agreement=agreement_of(project, language, opinions, gold, times),
        speeds=_speeds(taken),
        gold=tuple(gold),
        drift=drift,
    )


@dataclass(frozen=True, eq=False)
class _Seen:
    """The check items of one language as a round saw them, classes as positions in `classes`."""

    classes: tuple[str, ...]
    ids: NDArray[np.int64]
    predicted: NDArray[np.intp]
    true: NDArray[np.intp]
    confidence: NDArray[np.float64]

    @classmethod
    def of(cls, record: CheckRecord | None, project: Project, language: str) -> "_Seen":
        """The part of a record that is about a language; nothing of a record that does not fit together."""
        classes = project.settings.classes
        none = np.empty(0, dtype=np.intp)
        if record is None or not _fits_together(record):
            return cls(classes, none.astype(np.int64), none, none, none.astype(np.float64))
        rows = np.flatnonzero(record.languages == language)
        predicted, true = record.predicted[rows].tolist(), record.true[rows].tolist()
        classes += tuple(sorted({*predicted, *true} - {*classes}))
        position = {name: place for place, name in enumerate(classes)}
        return cls(
            classes,
            record.ids[rows],
            np.array([position[name] for name in predicted], dtype=np.intp),
            np.array([position[name] for name in true], dtype=np.intp),
            np.clip(np.nan_to_num(record.confidence[rows].astype(np.float64)), 0, 1),
        )

    def confusion(self) -> _Counts:
        """`(k, k)` items by [true, predicted]; `(0, 0)` without items."""
        if not len(self.ids):
            return np.zeros((0, 0), dtype=np.int64)
        counts = np.zeros((len(self.classes), len(self.classes)), dtype=np.int64)
        np.add.at(counts, (self.true, self.predicted), 1)
        return counts

    def wrong(self) -> list[int]:
        """Rows predicted wrong, the most confident first."""
        order = np.lexsort((self.ids, -self.confidence))
        return [int(row) for row in order if self.predicted[row] != self.true[row]][:_MOST_HARD]

    def hard_item(self, row: int, external_id: str, text: str) -> HardItem:
        """One of them with its text."""
        true, predicted = self.classes[self.true[row]], self.classes[self.predicted[row]]
        return HardItem(external_id, text, true, predicted, float(self.confidence[row]))


def _read_record(workspace: Workspace, file: str) -> CheckRecord | None:
    try:
        return CheckRecord.load(workspace.model_file(file).with_suffix(CHECK_RECORD))
    except ModelUnreadable:
        return None


def _fits_together(record: CheckRecord) -> bool:
    parts = (record.ids, record.languages, record.predicted, record.true, record.confidence)
    return all(part.ndim == 1 and len(part) == len(record.ids) for part in parts)


def _class_figures(
    project: Project, language: str, classes: tuple[str, ...], confusion: _Counts, found: list[RoundClass]
) -> tuple[ClassFigure, ...]:
    measured = {each.class_name: each for each in found if each.language == language}
    figures = []
    for place, name in enumerate(classes):
        target = project.settings.class_targets.get((language, name))
        checked, correct = (int(confusion[place].sum()), int(confusion[place, place])) if len(confusion) else (0, 0)
        if checked or target is not None:
            accuracy = correct / checked if checked else None
            low, high = wilson(accuracy or 0.0, checked)
            state = None if target is None else _state(measured.get(name), target)
            figures.append(ClassFigure(name, checked, correct, accuracy, low, high, target, state))
    return tuple(figures)


def _state(found: RoundClass | None, target: float) -> LanguageState:
    """How the round's figure stands to the target of today, by the bounds that hold over all rounds."""
    if found is None or found.estimate is None or found.proven_low is None or found.proven_high is None:
        return LanguageState.UNMEASURED
    figure = replace(UNMEASURED, estimate=found.estimate, proven_low=found.proven_low, proven_high=found.proven_high)
    return verdict(figure, target)


def _macro_f1(seen: _Seen) -> Measurement:
    if not len(seen.ids):
        return UNMEASURED
    return take_look(macro_f1, seen.predicted, seen.true, len(seen.classes)).measurement((0.0, 1.0))


def _speeds(taken: Taken) -> tuple[Speed, ...]:
    by_name: dict[str, list[float]] = {}
    for name, seconds in taken:
        by_name.setdefault(name, []).append(seconds)
    speeds = [Speed(name, len(each), median(each)) for name, each in by_name.items()]
    return tuple(sorted(speeds, key=lambda each: (-each.labels, each.name)))
