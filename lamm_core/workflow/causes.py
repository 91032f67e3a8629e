"""Where the low accuracy of a language comes from: what is measured about it, and the rule of `model.cause`."""

import functools
from collections.abc import Sequence

import numpy as np

from lamm_core.actors import Role
from lamm_core.model.agreement import Figure, same_share
from lamm_core.model.cause import Cause, Facts, Person, find_cause, most_confused
from lamm_core.records import Project
from lamm_core.workflow.agreement import agreement_of
from lamm_core.workflow.gold import GoldResult, gold_figure, read_results
from lamm_core.workflow.opinions import Opinions, SharedLabels, kept_opinions, tabulate
from lamm_core.workflow.projects import languages_beyond_encoder
from lamm_core.workflow.rights import needs
from lamm_core.workflow.status import LanguageStatus
from lamm_core.workflow.workspace import Workspace


@needs(Role.MANAGER)
def find_causes(workspace: Workspace, project: Project, languages: Sequence[LanguageStatus]) -> dict[str, Cause]:
    """Language to where its low accuracy comes from, for those of the given ones that are behind a target.

    Args:
        languages: where languages of the project stand.
    """
    behind = [each for each in languages if each.gap > 0 and each.measured.estimate is not None]
    if not behind:
        return {}
    with workspace.database.read() as connection:
        opinions = kept_opinions(connection, project.id)
        gold = read_results(connection, project)
    beyond = languages_beyond_encoder(project.settings)
    return {
        each.language: find_cause(
            _facts(
                project,
                each,
                tuple(opinion for opinion in opinions if opinion.language == each.language),
                [result for result in gold if result.language == each.language],
                encoder_knows=each.language not in beyond,
            )
        )
        for each in behind
    }


def _facts(
    project: Project,
    language: LanguageStatus,
    opinions: Opinions,
    gold: Sequence[GoldResult],
    *,
    encoder_knows: bool,
) -> Facts:
    found = agreement_of(project, language.language, opinions, gold, {})
    names = tuple(each.name for each in found.annotators)
    shared = SharedLabels.of(tabulate(opinions, names, project.settings.classes).labels)
    people = [
        Person(
            name=each.name,
            with_others=each.with_others,
            others=others,
            gold=each.gold,
            others_gold=gold_figure([result for result in gold if result.annotator != each.name]),
        )
        for each, others in zip(found.annotators, _others(shared, project.settings.seed), strict=True)
    ]
    chance = language.outlook.forecast.chance if language.outlook else None
    return Facts(found.alpha, tuple(people), most_confused(shared.labels), chance, encoder_knows)


# Pages ask again at every click.
@functools.lru_cache(maxsize=64)
def _others(shared: SharedLabels, seed: int) -> tuple[Figure, ...]:
    """How far all but one annotator agree among themselves, for each one that is left out."""
    rng = np.random.default_rng(seed)
    return tuple(same_share(np.delete(shared.labels, column, axis=1), rng) for column in range(shared.shape[1]))
