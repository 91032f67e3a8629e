"""What a row means: the records that storage gives and takes, and the words they use."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Purpose(StrEnum):
    """What an item is for."""

    POOL = "pool"
    CHECK = "check"
    GOLD = "gold"


class ItemState(StrEnum):
    """Where an item stands."""

    UNLABELLED = "unlabelled"
    QUEUED = "queued"
    LABELLED = "labelled"
    SKIPPED = "skipped"
    ASIDE = "aside"  # it nearly repeats another text of the pool, and is neither chosen nor counted


class Action(StrEnum):
    """What an annotator did with an item."""

    LABEL = "label"
    SKIP = "skip"
    UNDO = "undo"


class Source(StrEnum):
    """Where a label comes from."""

    HUMAN = "human"
    IMPORT = "import"


class RoundState(StrEnum):
    """How far a round is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Metric(StrEnum):
    """The figure that a language's target speaks of."""

    ACCURACY = "accuracy"
    MACRO_F1 = "macro-f1"


class Consensus(StrEnum):
    """How one class follows from the labels of several annotators."""

    MAJORITY = "majority"
    DAWID_SKENE = "dawid-skene"


class LanguageState(StrEnum):
    """How a language stands to its target, as far as the check set proves it."""

    MET = "met"
    MISSED = "missed"
    UNPROVEN = "unproven"
    OUT_OF_REACH = "out of reach"
    UNMEASURED = "not measured"


MAX_COMMENT = 2_000  # characters of what an annotator says about an item
# The strategy of new projects, and what `default` stands for.
DEFAULT_STRATEGY = "foresight"


@dataclass(frozen=True)
class ProjectSettings:
    """What a manager decides about a project.

    Attributes:
        classes: names of the classes, in the order of their keys.
        targets: language to the accuracy it must reach, 0 to 1; its keys are the project's languages.
        guidelines: advice for annotators, plain text.
        budget: labels per batch.
        strategy: name of a strategy, composed ones included; see `selection.strategies.find_strategy`.
        uncertainty: name in `selection.UNCERTAINTIES`.
        encoder: name for `model.encoders.load_encoder`.
        preparation: what is done to embeddings before a model is fitted; see `model.preparation.parse_preparation`.
        seed: makes rounds repeatable; 0 or more.
        lease_minutes: how long an annotator may hold an item, 1 or more.
        automatic_rounds: the next round starts by itself when a batch is nearly done.
        translator: name for `translation.translators.load_translator`; empty where nothing is translated.
        translation_weight: what a translated text counts in training, 0 to 1, where a labelled text counts 1.
        use_translations: whether the translations that are there are trained on.
        metric: the figure that the targets speak of, a value of `Metric`.
        class_targets: (language, class) to the share of that class's texts to be predicted right, 0 to 1; classes
            without an entry have no target of their own.
        check_part: share of a language's texts that is set apart for its check set, 0 to 1, where none was imported.
        check_share: check items that are asked beside each label of a batch, 0 to 1.
        check_width: half-width that the interval of each language shall reach, 0 to 1.
        price_per_label: what a label costs, in `currency`; 0 where nobody said.
        currency: what prices are told in.
        suggestions: annotators see the class that the model predicts; see `workflow.suggestions`.
        overlap_share: share of a batch's items that several annotators label, 0 to 1, so that their agreement is known.
        overlap_count: how many annotators label each of these, 2 or more.
        gold_count: how many gold items a newcomer answers first, in the languages asked; 0 for none.
        gold_feedback: annotators are told the known class of a gold item once they have labelled it.
        consensus: how one class follows from the labels of several annotators, a value of `Consensus`.
        near_duplicates: texts that nearly repeat another one of the pool are set aside.
    """

    classes: tuple[str, ...]
    targets: dict[str, float]
    guidelines: str = ""
    budget: int = 50
    strategy: str = DEFAULT_STRATEGY
    uncertainty: str = "entropy"
    encoder: str = "builtin:use-multilingual"
    preparation: str = "default"
    seed: int = 0
    lease_minutes: int = 30
    automatic_rounds: bool = True
    translator: str = ""
    translation_weight: float = 0.5
    use_translations: bool = True
    metric: str = Metric.ACCURACY
    class_targets: dict[tuple[str, str], float] = field(default_factory=dict)
    check_part: float = 0.2
    check_share: float = 0.2
    check_width: float = 0.05
    price_per_label: float = 0.0
    currency: str = "EUR"
    suggestions: bool = False
    overlap_share: float = 0.0
    overlap_count: int = 2
    gold_count: int = 10
    gold_feedback: bool = False
    consensus: str = Consensus.MAJORITY
    near_duplicates: bool = True


@dataclass(frozen=True)
class Project:
    """A project with its settings."""

    id: int
    name: str
    settings: ProjectSettings
    created_at: datetime

    @property
    def languages(self) -> tuple[str, ...]:
        """The project's languages, in the order of its targets."""
        return tuple(self.settings.targets)


class NewLabel(NamedTuple):
    """A label that comes with an item; a tuple, as an import makes millions of them.

    Attributes:
        class_name: the class.
        annotator: name of who gave it; None where nobody knows.
        labelled_at: when, in UTC; None for the moment of the import.
        seconds: how long it took, at least 0.
        comment: what the annotator said about the item.
        flagged: somebody is to look at it again.
        deciding: it says the item's class, although another label of the file stands further up.
    """

    class_name: str
    annotator: str | None = None
    labelled_at: datetime | None = None
    seconds: float | None = None
    comment: str | None = None
    flagged: bool = False
    deciding: bool = False


class NewItem(NamedTuple):
    """An item about to be stored; a tuple, as an import makes millions of them.

    Attributes:
        external_id: its id in the user's own systems.
        language: a tag of the project.
        text: what is to be labelled.
        purpose: what it is for.
        label: the label that it came with, if any.
        language_guess: how probable the language is, 0 to 1, where it was guessed from the text; None where the file
            said it.
    """

    external_id: str
    language: str
    text: str
    purpose: Purpose
    label: NewLabel | None = None
    language_guess: float | None = None

    @property
    def class_name(self) -> str | None:
        """The class that it came with, if any."""
        return None if self.label is None else self.label.class_name


@dataclass(frozen=True)
class Remark:
    """What somebody wrote about an item; the time in UTC."""

    author: str
    text: str
    written_at: datetime


@dataclass(frozen=True)
class Lease:
    """An item held by one annotator.

    Attributes:
        item_id: global id of the item.
        external_id: its id in the imported file.
        language: language of the text.
        text: what is to be labelled.
        revision: number that the annotator's next act on this item must carry.
        round_number: round that chose the item.
        until: when the lease ends.
        weight: weight of the language in that round; None where the strategy has none.
        score: mean uncertainty of the texts that the round chose in this language; None in a first batch, and where
            chance chose them or there are none. It is the language's and not the text's own, which a check item lacks:
            check items are told apart by nothing, save in a language from which the round chose no other text.
        suggestion: the class that the model predicts; None where suggestions are off or this one is withheld.
        sent_back: a reviewer asks the annotator about it once more.
        remarks: what was written about it, oldest first, where it was sent back.
    """

    item_id: int
    external_id: str
    language: str
    text: str
    revision: int
    round_number: int
    until: datetime
    weight: float | None = None
    score: float | None = None
    suggestion: str | None = None
    sent_back: bool = False
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class LabelEvent:
    """One act of one annotator on one item, as stored."""

    id: int
    item_id: int
    annotator_id: int | None
    revision: int
    action: Action
    class_name: str | None
    comment: str | None = None
    flagged: bool = False


@dataclass(frozen=True)
class RoundLanguage:
    """What a round found and decided for one language.

    Attributes:
        language: the language.
        target: the accuracy it had to reach.
        correct: check items predicted right.
        checked: check items.
        weight: its part in the split of the budget; None where the strategy has none.
        quota: items chosen.
        pool: items of the pool, labelled ones included.
        labels: labelled items of the pool when the model was fitted.
        estimate: the figure that the target speaks of, 0 to 1; None without a measurement.
        effective: check items that a plain random sample would need for an interval as narrow.
        low, high: its 95 % interval, as if only this round had been looked at.
        proven_low, proven_high: bounds that hold over all rounds together: the chance that the figure ever was under
            the lower one, or ever over the upper one, is 5 % each.
        score: mean score of the items chosen; None where chance or nothing was chosen.
    """

    language: str
    target: float
    correct: int
    checked: int
    weight: float | None
    quota: int
    pool: int
    labels: int
    estimate: float | None = None
    effective: float | None = None
    low: float | None = None
    high: float | None = None
    proven_low: float | None = None
    proven_high: float | None = None
    score: float | None = None

    @property
    def figure(self) -> float | None:
        """The figure that the target speaks of, 0 to 1; a round of an earlier version kept only counts."""
        if self.estimate is None and self.checked:
            return self.correct / self.checked
        return self.estimate


@dataclass(frozen=True)
class RoundClass:
    """What a round measured for a class of a language that has a target of its own; see `RoundLanguage`."""

    language: str
    class_name: str
    target: float
    correct: int
    checked: int
    estimate: float | None = None
    effective: float | None = None
    low: float | None = None
    high: float | None = None
    proven_low: float | None = None
    proven_high: float | None = None


class DriftPart(StrEnum):
    """Which texts of a language are held against its check set."""

    ALL = "all"
    NEWEST = "newest"


@dataclass(frozen=True)
class RoundDrift:
    """How texts of a language differed from its check set when a round looked.

    Attributes:
        language: the language.
        part: all texts of the language that are not measured with, or those of the newest imports.
        checked: labelled check items.
        texts: texts that they were compared with; of very many, a random part was.
        since: when the oldest of the newest texts came, in UTC; None for all.
        look: how often the project had looked, this look included, 1 or more; 0 where it was too few to look.
        p_value: chance that texts of the same kind as the check set differ from it as much or more, 0 to 1; None where
            there were too few to tell, as with the next three.
        share: share of the texts that must be of another kind than the check set, 0 to 1.
        low, high: 95 % interval of that share.
        found: whether they are shown to differ, with all languages and all looks so far paid for.
        unlike: ids of the items that were least like the check set, the least alike first; none unless found.
    """

    language: str
    part: DriftPart
    checked: int
    texts: int
    since: datetime | None
    look: int = 0
    p_value: float | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    found: bool = False
    unlike: tuple[int, ...] = ()


@dataclass(frozen=True)
class Round:
    """One round of a project; times in UTC, seconds are wall-clock.

    Attributes:
        id: number among all rounds, 1 or more.
        project_id: number of its project, 1 or more.
        number: counts from 1 within the project.
        attempt: counts from 1; a round that failed is run again under its number.
        state: whether it runs, is done, or failed.
        stage: what is being done.
        progress: how much of it is done, 0 to 1.
        error: why it failed, one sentence.
        host, process_id: who works on it; the number of the process, 1 or more, on the machine of that name.
        heartbeat_at: when that process last said that it is alive.
        started_at: when this attempt began.
        finished_at: when it ended; None while it runs.
        strategy: what chose the batch; None unless it is done, as with all that follows.
        uncertainty: how texts were scored.
        metric: the figure that was measured.
        labels: labels of the pool that it learnt from.
        newest_label_id: the newest act of an annotator that it saw, 1 or more; None where there was none.
        seconds_embed: seconds to embed and to prepare.
        seconds_fit: seconds to fit the model.
        seconds_select: seconds to choose the batch.
        seconds_queue: seconds to save it.
    """

    id: int
    project_id: int
    number: int
    attempt: int
    state: RoundState
    stage: str
    progress: float
    error: str | None
    host: str | None
    process_id: int | None
    heartbeat_at: datetime
    started_at: datetime
    finished_at: datetime | None
    strategy: str | None
    uncertainty: str | None
    metric: str | None
    labels: int | None
    newest_label_id: int | None
    seconds_embed: float | None
    seconds_fit: float | None
    seconds_select: float | None
    seconds_queue: float | None


@dataclass(frozen=True)
class ModelVersion:
    """A fitted model and what it was fitted on.

    Attributes:
        number: counts from 1 within the project.
        file: skops file, relative to the folder of models.
        labels: number of labels it was fitted on.
        data_key: digest of the items and classes it was fitted on, in order.
        settings: settings of preparation and classifier.
        seconds: wall-clock seconds of the fit.
        classes: those that it can answer, sorted; None where an earlier version of the program fitted it.
    """

    id: int
    project_id: int
    round_id: int
    number: int
    file: str
    encoder: str
    labels: int
    data_key: str
    settings: dict[str, object]
    seed: int
    seconds: float
    created_at: datetime
    classes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class WatchedFile:
    """A file that a watched folder brought.

    Attributes:
        name: its name in its folder.
        read_at: when it was read, in UTC.
        rows: rows that it had.
        added: items added.
        labelled: items that were there without a class, and have one by it.
        rejected: rows that could not be taken.
        error: why nothing of it was imported, one sentence; None where it was.
    """

    name: str
    read_at: datetime
    rows: int
    added: int
    labelled: int
    rejected: int
    error: str | None


@dataclass(frozen=True)
class OpenItems:
    """Items of a project's batches that nobody labelled or skipped yet.

    An item that several annotators are to label is one item, and is no longer open once the first of them is done.

    Attributes:
        open: all of them.
        free: those that nobody holds.
    """

    open: int
    free: int


@dataclass(frozen=True)
class BatchProgress:
    """How far the newest batch is. An item that several annotators are to label counts once, by the first of them.

    Attributes:
        round_number: the round that chose it; 0 before the first.
        size: items in it.
        closed: items of it that are labelled or skipped.
        open: items still open in all batches of the project.
        held: open items that an annotator holds now.
        held_until: when the earliest of these leases ends.
    """

    round_number: int
    size: int
    closed: int
    open: int
    held: int
    held_until: datetime | None
