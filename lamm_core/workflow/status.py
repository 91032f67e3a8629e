"""Where a project stands, for managers: per language, per round, and as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from lamm_core.actors import Role
from lamm_core.model.intervals import wilson
from lamm_core.model.measuring import UNMEASURED, Measurement, measured
from lamm_core.model.verdict import labels_to_settle, verdict, worst
from lamm_core.records import (
    BatchProgress,
    ItemState,
    LanguageState,
    ModelVersion,
    Project,
    Purpose,
    Round,
    RoundClass,
    RoundDrift,
    RoundLanguage,
    RoundState,
)
from lamm_core.selection import Observation, Standing, allocate
from lamm_core.selection.allocations import checked_weights, find_allocation
from lamm_core.selection.strategies import find_strategy
from lamm_core.storage import items, models, queue_counts, rounds
from lamm_core.storage.drift import newest_drift
from lamm_core.workflow.check_sets import CheckSetProgress, read_progress
from lamm_core.workflow.drift_details import drifting_part
from lamm_core.workflow.growth import Growth, read_growth
from lamm_core.workflow.outlook import Outlook, Outlooks, read_outlooks
from lamm_core.workflow.recent_work import count_since
from lamm_core.workflow.rights import needs
from lamm_core.workflow.round_data import history_of
from lamm_core.workflow.running import notice_dead_round
from lamm_core.workflow.workspace import Workspace, utc_now

_WEEK = timedelta(days=7)
# Languages in the order in which they need somebody: those whose targets can be worked on, then the rest.
_NEED = (
    LanguageState.MISSED,
    LanguageState.UNPROVEN,
    LanguageState.UNMEASURED,
    LanguageState.OUT_OF_REACH,
    LanguageState.MET,
)
# A strategy that chooses text by text has no quotas to tell; its last batches say what the next is like.
_RECENT_BATCHES = 3

# What is set aside repeats another text, and is no text of its own.
_COUNTED = tuple(each for each in ItemState if each is not ItemState.ASIDE)

_Counts = Mapping[tuple[Purpose, str, ItemState], int]


@dataclass(frozen=True)
class ClassStatus:
    """Where one class of a language stands that has a target of its own.

    Attributes:
        class_name: the class.
        target: share of its texts to be predicted right, 0 to 1.
        measured: the share that is, with its interval.
        state: whether the target is met, as far as that is proven.
        settle: check labels of this class that would settle it; see `labels_to_settle`.
    """

    class_name: str
    target: float
    measured: Measurement
    state: LanguageState
    settle: int | None


@dataclass(frozen=True)
class LanguageStatus:
    """Where one language stands.

    Attributes:
        language: the language.
        target: the figure to reach, 0 to 1.
        measured: the figure of the model that serves now, with its interval.
        state: whether all its targets are met, as far as that is proven.
        settle: check labels that would settle it, if the figure stays; see `labels_to_settle`.
        gap: target minus figure, at least 0, the largest of language and classes; an unmeasured language counts as 0
            reached.
        classes: classes that have a target of their own.
        check: how far its check set is.
        outlook: labels, hours and cost until the target; None where too few rounds have measured it.
        trend: (labels in all, figure) of each round that measured it, oldest first.
        pool: items of the pool.
        pool_share: its share of the pool, 0 to 1.
        labels: labelled items of the pool.
        label_share: its share of the labels, 0 to 1.
        labels_this_week: labels that annotators gave in the last seven days, check items among them.
        skipped: items set aside.
        free: items of the pool that can still be chosen: not those that nearly repeat a check item.
        quota: items that the newest batch took from it.
        next_quota: items that a full batch would take from it by today's gaps; None where that is not known: the
            strategy chooses from the whole pool, or there is no model yet.
        usual_quota: items that the last batches took from it on average.
        drift: how its texts differ from its check set, as the newest round saw it.
    """

    language: str
    target: float
    measured: Measurement
    state: LanguageState
    settle: int | None
    gap: float
    classes: tuple[ClassStatus, ...]
    check: CheckSetProgress
    outlook: Outlook | None
    trend: tuple[tuple[int, float], ...]
    pool: int
    pool_share: float
    labels: int
    label_share: float
    labels_this_week: int
    skipped: int
    free: int
    quota: int
    next_quota: int | None
    usual_quota: float
    drift: tuple[RoundDrift, ...] = ()

    @property
    def drifting(self) -> RoundDrift | None:
        """What was found of its drift, of the newest texts where these drift; None where none is shown."""
        return drifting_part(self.drift)

    @property
    def target_met(self) -> bool:
        """Whether all targets of the language are proven to be met."""
        return self.state is LanguageState.MET


@dataclass(frozen=True)
class ProjectStatus:
    """Where a project stands.

    Attributes:
        project: the project with its settings.
        languages: one entry a language, the one most in need first.
        latest: the newest round, running and failed ones included; None before the first.
        model: the model that serves now; None before the first.
        progress: how far the newest batch is.
        outlooks: answers about other targets than the project's.
        history: labels and figures of earlier rounds, as a strategy sees them.
        growth: classes and languages that the model does not know, and labels from before the newest classes came.
    """

    project: Project
    languages: tuple[LanguageStatus, ...]
    latest: Round | None
    model: ModelVersion | None
    progress: BatchProgress
    outlooks: Outlooks
    history: tuple[Observation, ...]
    growth: Growth = field(default_factory=Growth)

    @property
    def labels(self) -> int:
        """Labelled items of the pool."""
        return sum(each.labels for each in self.languages)

    @property
    def pool(self) -> int:
        """Items of the pool."""
        return sum(each.pool for each in self.languages)

    @property
    def targets_met(self) -> int:
        """Number of languages whose targets are proven to be met."""
        return sum(each.target_met for each in self.languages)

    @property
    def furthest(self) -> LanguageStatus | None:
        """The language to work on next: the largest gap among those within reach; None where there is none."""
        within = (LanguageState.MISSED, LanguageState.UNPROVEN)
        return next((each for each in self.languages if each.state in within and each.gap > 0), None)

    @property
    def unproven(self) -> tuple[LanguageStatus, ...]:
        """Languages whose figure is at its target, without being proven to be."""
        return tuple(each for each in self.languages if each.state is LanguageState.UNPROVEN and each.gap == 0)

    @property
    def chosen_by_text(self) -> bool:
        """Whether the strategy chooses from the whole pool, text by text, so that no language has a quota.

        Raises:
            UnknownStrategy: the project's strategy is one that this version does not have.
        """
        return not find_strategy(self.project.settings.strategy).splits_budget

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """Languages without a check item, or without a model yet."""
        return tuple(sorted(each.language for each in self.languages if each.measured.estimate is None))


@dataclass(frozen=True)
class RoundHistory:
    """One finished round with what it found and decided for each language, and its model."""

    round: Round
    languages: tuple[RoundLanguage, ...]
    model: ModelVersion | None


@needs(Role.MANAGER)
def project_status(workspace: Workspace, project: Project) -> ProjectStatus:
    """Where a project stands now."""
    latest = notice_dead_round(workspace, project)
    with workspace.database.read() as connection:
        done = [each for each in rounds.list_rounds(connection, project.id) if each.state is RoundState.DONE]
        found = rounds.list_languages(connection, project.id, project.settings.metric)
        classes = rounds.list_classes(connection, project.id)
        measured_rounds = tuple(tuple(found.get(each.id, ())) for each in done)
        counts = items.count_items(connection, project.id)
        facts = _Facts(
            project=project,
            counts=counts,
            set_aside=items.count_near_duplicates(connection, project.id, ItemState.UNLABELLED),
            check_sets=read_progress(connection, project, counts),
            rounds=measured_rounds,
            classes=tuple(classes.get(done[-1].id, ())) if done else (),
            this_week=count_since(connection, project.id, utc_now() - _WEEK),
            outlooks=read_outlooks(connection, project.id, project.settings, measured_rounds),
            drift=tuple(newest_drift(connection, project.id)),
        )
        history = history_of(found, classes)
        model = models.latest_model(connection, project.id)
        growth = read_growth(connection, project, model)
        progress = queue_counts.progress(connection, project.id, utc_now())
    languages = [facts.language(language) for language in project.languages]
    quotas = _next_quota(project, languages, history) if model else {}
    languages = [replace(each, next_quota=quotas.get(each.language)) for each in languages]
    return ProjectStatus(
        project=project,
        languages=tuple(sorted(languages, key=lambda each: (_NEED.index(each.state), -each.gap, each.language))),
        latest=latest,
        model=model,
        progress=progress,
        outlooks=facts.outlooks,
        history=history,
        growth=growth,
    )


@needs(Role.MANAGER)
def round_history(workspace: Workspace, project: Project) -> list[RoundHistory]:
    """All finished rounds of a project, oldest first."""
    with workspace.database.read() as connection:
        finished = [each for each in rounds.list_rounds(connection, project.id) if each.state is RoundState.DONE]
        languages = rounds.list_languages(connection, project.id, project.settings.metric)
        by_round = {each.round_id: each for each in models.list_models(connection, project.id)}
    return [RoundHistory(each, tuple(languages.get(each.id, ())), by_round.get(each.id)) for each in finished]


def next_quotas(status: ProjectStatus, targets: Mapping[str, float], budget: int) -> dict[str, int]:
    """How the strategy would split a batch if targets and budget were other ones; empty where it has no quotas.

    Args:
        targets: language to target, 0 to 1.
        budget: labels in the batch.
    """
    settings = replace(status.project.settings, targets=dict(targets), budget=budget)
    project = replace(status.project, settings=settings)
    if status.model is None:
        return {}
    changed = [
        replace(each, target=targets[each.language], gap=_gap(each.measured, targets[each.language], each.classes))
        for each in status.languages
    ]
    return _next_quota(project, changed, status.history)


@dataclass(frozen=True)
class _Facts:
    """What was read about a project, to be sorted by language.

    Attributes:
        project: the project with its settings.
        counts: items by (purpose, language, state).
        set_aside: unlabelled pool items per language that nearly repeat a check item, and are not chosen.
        check_sets: how far each check set is.
        rounds: what each finished round found for each language, oldest first.
        classes: what the newest one found for single classes.
        this_week: labels of the last seven days per language.
        outlooks: what is still to come.
        drift: how texts differ from the check sets, as the newest round saw it.
    """

    project: Project
    counts: _Counts
    set_aside: Mapping[str, int]
    check_sets: Mapping[str, CheckSetProgress]
    rounds: tuple[tuple[RoundLanguage, ...], ...]
    classes: tuple[RoundClass, ...]
    this_week: Mapping[str, int]
    outlooks: Outlooks
    drift: tuple[RoundDrift, ...]

    def language(self, language: str) -> LanguageStatus:
        """Where one language stands."""
        target = self.project.settings.targets[language]
        past = [each for found in self.rounds for each in found if each.language == language]
        newest = past[-1] if self.rounds and past and past[-1] in self.rounds[-1] else None
        figure = measurement_of(newest)
        outlook = self.outlooks.of(language, target)
        classes = self._classes(language)
        own = verdict(figure, target, outlook.forecast if outlook else None)
        pool, labelled = _count(self.counts, language, *_COUNTED), _count(self.counts, language, ItemState.LABELLED)
        return LanguageStatus(
            language=language,
            target=target,
            measured=figure,
            state=worst([own, *(each.state for each in classes)]),
            settle=labels_to_settle(figure, target),
            gap=_gap(figure, target, classes),
            classes=classes,
            check=self.check_sets[language],
            outlook=outlook,
            trend=self._trend(language),
            pool=pool,
            pool_share=_share(pool, _count(self.counts, None, *_COUNTED)),
            labels=labelled,
            label_share=_share(labelled, _count(self.counts, None, ItemState.LABELLED)),
            labels_this_week=self.this_week.get(language, 0),
            skipped=_count(self.counts, language, ItemState.SKIPPED),
            free=_count(self.counts, language, ItemState.UNLABELLED) - self.set_aside.get(language, 0),
            quota=newest.quota if newest else 0,
            next_quota=None,
            usual_quota=_mean([each.quota for each in past[-_RECENT_BATCHES:]]),
            drift=tuple(each for each in self.drift if each.language == language),
        )

    def _classes(self, language: str) -> tuple[ClassStatus, ...]:
        found = {each.class_name: each for each in self.classes if each.language == language}
        statuses = []
        for (of_language, name), target in self.project.settings.class_targets.items():
            if of_language == language:
                figure = measurement_of(found.get(name))
                settle = labels_to_settle(figure, target)
                statuses.append(ClassStatus(name, target, figure, verdict(figure, target), settle))
        return tuple(statuses)

    def _trend(self, language: str) -> tuple[tuple[int, float], ...]:
        return tuple(
            (sum(every.labels for every in found), each.figure)
            for found in self.rounds
            for each in found
            if each.language == language and each.figure is not None
        )


def measurement_of(found: RoundLanguage | RoundClass | None) -> Measurement:
    """What a round measured. An earlier version kept the counts only: their plain interval is all that is known."""
    if found is None or not found.checked:
        return UNMEASURED
    estimate, effective = found.estimate, found.effective
    if estimate is None or effective is None:
        estimate, effective = found.correct / found.checked, float(found.checked)
    low, high = wilson(estimate, effective)
    below = 0.0 if found.proven_low is None else found.proven_low
    above = 1.0 if found.proven_high is None else found.proven_high
    return Measurement(found.correct, found.checked, estimate, effective, low, high, below, above)


def _gap(figure: Measurement, target: float, classes: tuple[ClassStatus, ...]) -> float:
    """The largest gap of a language and of its classes."""
    gaps = [target - (figure.estimate or 0.0)]
    gaps += [each.target - each.measured.estimate for each in classes if each.measured.estimate is not None]
    return max(0.0, *gaps)


def _next_quota(project: Project, languages: list[LanguageStatus], history: tuple[Observation, ...]) -> dict[str, int]:
    """How the strategy would split a full batch now; empty where it chooses from the whole pool."""
    settings = project.settings
    strategy = find_strategy(settings.strategy)
    if not strategy.splits_budget:
        return {}
    standing = Standing(
        accuracy=measured({each.language: each.measured for each in languages}),
        targets=settings.targets,
        available={each.language: each.free for each in languages},
        labels={each.language: each.labels for each in languages},
        checked={each.language: each.measured.checked for each in languages},
        history=history,
    )
    weights = checked_weights(find_allocation(strategy.allocation), standing)
    return allocate(weights, settings.budget, standing.available)


def _count(counts: _Counts, language: str | None, *states: ItemState) -> int:
    """Items of the pool in these states, of one language or (None) of all."""
    return sum(
        number
        for (purpose, each, state), number in counts.items()
        if purpose is Purpose.POOL and state in states and language in (None, each)
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(values: list[int]) -> float:
    return sum(values) / len(values) if values else 0.0
