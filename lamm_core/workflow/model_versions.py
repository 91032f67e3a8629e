"""The versions of a project's model: which there are, and how good each was measured to be."""

from dataclasses import dataclass
from pathlib import Path

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

# Setting of a model version that names the folder with the preparation that it was fitted with.
PREPARATION_FOLDER = "preparation_folder"


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


@needs(Role.MANAGER)
def keeps_preparation(workspace: Workspace, project: Project, model: ModelVersion) -> bool:
    """Whether the preparation of a model version is kept: not after a restore, nor after a round on other texts."""
    return preparation_folder_of(workspace, project, model).is_dir()


@needs(Role.MANAGER)
def preparation_folder_of(workspace: Workspace, project: Project, model: ModelVersion) -> Path:
    """The folder with the preparation of a model version; it need not be there.

    Raises:
        UnsafePath: the name that the database has leads out of the folder of models.
    """
    # A version of before the folder was noted has none; a name that no folder has stands for it.
    return workspace.model_file(f"{project.id}/{model.settings.get(PREPARATION_FOLDER, 'preparation-unknown')}")


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
