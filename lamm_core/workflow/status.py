"""Where a project stands, for managers: per language, per round, and as a whole."""

from dataclasses import dataclass

from lamm_core.model.evaluation import LanguageAccuracy, measured
from lamm_core.records import (
    BatchProgress,
    ItemState,
    ModelVersion,
    Project,
    Purpose,
    Round,
    RoundLanguage,
    RoundState,
)
from lamm_core.selection import Observation, Standing, allocate, language_weights
from lamm_core.selection.allocations import checked_weights, find_allocation
from lamm_core.selection.strategies import find_strategy
from lamm_core.storage import items, models, queue, rounds
from lamm_core.workflow.round_data import read_history
from lamm_core.workflow.running import notice_dead_round
from lamm_core.workflow.workspace import Workspace, utc_now


@dataclass(frozen=True)
class LanguageStatus:
    """Where one language stands.

    Attributes:
        language: the language.
        target: accuracy to reach, 0 to 1.
        measured: accuracy of the model that serves now, with its interval.
        gap: target minus accuracy, at least 0; an unmeasured language counts as accuracy 0.
        pool: items of the pool.
        pool_share: its share of the pool, 0 to 1.
        labels: labelled items of the pool.
        label_share: its share of the labels, 0 to 1.
        skipped: items set aside.
        quota: items that the newest batch took from it.
        next_quota: items that a full batch would take from it by today's gaps; None where that is not known: the
            strategy chooses from the whole pool, or there is no model yet.
    """

    language: str
    target: float
    measured: LanguageAccuracy
    gap: float
    pool: int
    pool_share: float
    labels: int
    label_share: float
    skipped: int
    quota: int
    next_quota: int | None

    @property
    def target_met(self) -> bool:
        """Whether the measured accuracy is at or over the target."""
        return self.measured.checked > 0 and self.gap == 0


@dataclass(frozen=True)
class ProjectStatus:
    """Where a project stands.

    Attributes:
        project: the project with its settings.
        languages: one entry a language, largest gap first.
        latest: the newest round, running and failed ones included; None before the first.
        model: the model that serves now; None before the first.
        progress: how far the newest batch is.
    """

    project: Project
    languages: tuple[LanguageStatus, ...]
    latest: Round | None
    model: ModelVersion | None
    progress: BatchProgress

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
        """Number of languages whose measured accuracy is at or over the target."""
        return sum(each.target_met for each in self.languages)

    @property
    def furthest(self) -> LanguageStatus | None:
        """The measured language with the largest gap; None where none has one."""
        return next((each for each in self.languages if each.measured.checked and each.gap > 0), None)

    @property
    def chosen_by_text(self) -> bool:
        """Whether the strategy chooses from the whole pool, text by text, so that no language has a quota."""
        return not find_strategy(self.project.settings.strategy).splits_budget

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """Languages without a check item, or without a model yet."""
        return tuple(sorted(each.language for each in self.languages if not each.measured.checked))


@dataclass(frozen=True)
class RoundHistory:
    """One finished round with what it found and decided for each language, and its model."""

    round: Round
    languages: tuple[RoundLanguage, ...]
    model: ModelVersion | None


def project_status(workspace: Workspace, project: Project) -> ProjectStatus:
    """Where a project stands now."""
    latest = notice_dead_round(workspace, project)
    with workspace.database.read() as connection:
        counts = items.count_items(connection, project.id)
        found = rounds.list_languages(connection, project.id)
        done = [each for each in rounds.list_rounds(connection, project.id) if each.state is RoundState.DONE]
        history = read_history(connection, project.id)
        model = models.latest_model(connection, project.id)
        progress = queue.progress(connection, project.id, utc_now())
    newest = {each.language: each for each in found.get(done[-1].id, [])} if done else {}
    next_quota = _next_quota(project, counts, newest, history) if model else {}
    languages = [
        _language_status(project, language, counts, newest.get(language), next_quota.get(language))
        for language in project.languages
    ]
    return ProjectStatus(
        project=project,
        languages=tuple(sorted(languages, key=lambda each: (-each.gap, each.language))),
        latest=latest,
        model=model,
        progress=progress,
    )


def round_history(workspace: Workspace, project: Project) -> list[RoundHistory]:
    """All finished rounds of a project, oldest first."""
    with workspace.database.read() as connection:
        finished = [each for each in rounds.list_rounds(connection, project.id) if each.state is RoundState.DONE]
        languages = rounds.list_languages(connection, project.id)
        by_round = {each.round_id: each for each in models.list_models(connection, project.id)}
    return [RoundHistory(each, tuple(languages.get(each.id, ())), by_round.get(each.id)) for each in finished]


def _language_status(
    project: Project,
    language: str,
    counts: dict[tuple[Purpose, str, ItemState], int],
    newest: RoundLanguage | None,
    next_quota: int | None,
) -> LanguageStatus:
    target = project.settings.targets[language]
    accuracy = _accuracy(newest)
    pool = _count(counts, language, *ItemState)
    labels = _count(counts, language, ItemState.LABELLED)
    return LanguageStatus(
        language=language,
        target=target,
        measured=accuracy,
        gap=language_weights(measured({language: accuracy}), {language: target})[language],
        pool=pool,
        pool_share=_share(pool, _count(counts, None, *ItemState)),
        labels=labels,
        label_share=_share(labels, _count(counts, None, ItemState.LABELLED)),
        skipped=_count(counts, language, ItemState.SKIPPED),
        quota=newest.quota if newest else 0,
        next_quota=next_quota,
    )


def _accuracy(newest: RoundLanguage | None) -> LanguageAccuracy:
    return LanguageAccuracy(newest.correct, newest.checked) if newest else LanguageAccuracy(0, 0)


def _next_quota(
    project: Project,
    counts: dict[tuple[Purpose, str, ItemState], int],
    newest: dict[str, RoundLanguage],
    history: tuple[Observation, ...],
) -> dict[str, int]:
    """How the strategy would split a full batch now; empty where it chooses from the whole pool."""
    settings = project.settings
    strategy = find_strategy(settings.strategy)
    if not strategy.splits_budget:
        return {}
    standing = Standing(
        accuracy=measured({language: _accuracy(entry) for language, entry in newest.items()}),
        targets=settings.targets,
        available={language: _count(counts, language, ItemState.UNLABELLED) for language in project.languages},
        labels={language: _count(counts, language, ItemState.LABELLED) for language in project.languages},
        checked={language: entry.checked for language, entry in newest.items()},
        history=history,
    )
    weights = checked_weights(find_allocation(strategy.allocation), standing)
    return allocate(weights, settings.budget, standing.available)


def _count(counts: dict[tuple[Purpose, str, ItemState], int], language: str | None, *states: ItemState) -> int:
    """Items of the pool in these states, of one language or (None) of all."""
    return sum(
        number
        for (purpose, each, state), number in counts.items()
        if purpose is Purpose.POOL and state in states and language in (None, each)
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
