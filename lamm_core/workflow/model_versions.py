"""The versions of a project's model: which there are, and how good each was measured to be."""

from dataclasses import dataclass

from lamm_core.actors import Role
from lamm_core.errors import UnknownModel
from lamm_core.model.exported.facts import LanguageFacts
from lamm_core.model.verdict import verdict
from lamm_core.records import Metric, ModelVersion, Project, Round, RoundLanguage
from lamm_core.storage import models, rounds
from lamm_core.words import translate as _
from lamm_core.workflow.rights import needs
from lamm_core.workflow.status import measurement_of
from lamm_core.workflow.workspace import Workspace


@dataclass(frozen=True)
class MeasuredModel:
    """A model version as the round saw it that fitted and measured it.

    Attributes:
        model: the version.
        round: the round.
        metric: what figures and targets speak of.
        languages: the project's languages, as they stood then.
    """

    model: ModelVersion
    round: Round
    metric: Metric
    languages: tuple[LanguageFacts, ...]


@needs(Role.MANAGER)
def list_versions(workspace: Workspace, project: Project) -> list[ModelVersion]:
    """All versions of a project's model, oldest first."""
    with workspace.database.read() as connection:
        return models.list_models(connection, project.id)


@needs(Role.MANAGER)
def measured_model(workspace: Workspace, project: Project, number: int | None = None) -> MeasuredModel:
    """One version of a project's model.

    Args:
        number: the version's number; None for the newest, which serves now.

    Raises:
        UnknownModel: the project has no such version, or none at all.
    """
    model = _version(list_versions(workspace, project), project, number)
    with workspace.database.read() as connection:
        round_ = rounds.get_round(connection, model.round_id)
        metric = Metric(round_.metric or Metric.ACCURACY)
        found = rounds.list_languages(connection, project.id, metric).get(round_.id, [])
    return MeasuredModel(model, round_, metric, tuple(map(_facts, found)))


def _version(versions: list[ModelVersion], project: Project, number: int | None) -> ModelVersion:
    if not versions:
        raise UnknownModel(
            _("The project {name!r} has no model yet; a round fits one once there are labels.", name=project.name)
        )
    if number is None:
        return versions[-1]
    found = next((each for each in versions if each.number == number), None)
    if found is None:
        raise UnknownModel(
            _(
                "The project {name!r} has no version {number} of its model; the newest is {newest}.",
                name=project.name,
                number=number,
                newest=versions[-1].number,
            )
        )
    return found


def _facts(found: RoundLanguage) -> LanguageFacts:
    figure = measurement_of(found)
    measured = figure.estimate is not None
    return LanguageFacts(
        language=found.language,
        target=found.target,
        labels=found.labels,
        checked=figure.checked,
        figure=figure.estimate,
        low=figure.low if measured else None,
        high=figure.high if measured else None,
        status=verdict(figure, found.target),
    )
