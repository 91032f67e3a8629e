"""A project's model out: as a folder, as a file to download, or at once as something that predicts."""

import io
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from lamm_core.actors import Role
from lamm_core.files import cannot_be_written
from lamm_core.model.classifier import Classifier
from lamm_core.model.exported.facts import ModelFacts
from lamm_core.model.exported.folder import ModelParts, check_place, write_model
from lamm_core.model.exported.model import Model
from lamm_core.model.exported.onnx_file import check_onnx
from lamm_core.model.preparation.preparation import Preparation
from lamm_core.paths import download_name
from lamm_core.records import Project
from lamm_core.trail import AuditAction
from lamm_core.workflow.audit import note
from lamm_core.workflow.model_versions import PREPARATION_FOLDER, MeasuredModel, measured_model
from lamm_core.workflow.preparing import preparation_of_model
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace


@needs(Role.MANAGER)
def project_model(workspace: Workspace, project: Project, number: int | None = None) -> Model:
    """A project's model, which predicts what it predicted in its round.

    Args:
        number: the version's number; None for the newest.

    Raises:
        UnknownModel: the project has no such version.
        ModelUnreadable: its file is missing or damaged, or its preparation is gone.
    """
    return Model(_parts(workspace, project, number))


@needs(Role.MANAGER)
def export_model(
    workspace: Workspace,
    project: Project,
    folder: Path,
    number: int | None = None,
    *,
    onnx: bool = False,
    replace: bool = False,
) -> ModelFacts:
    """Write a model into a folder of its own, whole or not at all; `lamm_core.load_model` reads it.

    Args:
        folder: made, with those above it; what is there is left alone.
        number: the version's number; None for the newest.
        onnx: add the classifier as ONNX.
        replace: take the place of a model that lies there.

    Returns:
        What is known of the model.

    Raises:
        UnknownModel, ModelUnreadable: as for `project_model`.
        DataInTheWay: something is there already.
        PackageMissing: what writes ONNX is not installed.
        StorageUnavailable: the folder cannot be written.
    """
    if onnx:
        check_onnx()
    try:
        check_place(folder, replace=replace)
        parts = _parts(workspace, project, number)
        write_model(folder, parts, onnx=onnx)
    except OSError as error:
        raise cannot_be_written(folder, error) from error
    _note_export(workspace, project, parts)
    return parts.facts


@needs(Role.MANAGER)
def model_archive(workspace: Workspace, project: Project, number: int | None = None) -> bytes:
    """The content of a .zip file with that folder in it.

    Raises:
        UnknownModel, ModelUnreadable: as for `project_model`.
        StorageUnavailable: there is no room for it on the disk.
    """
    parts = _parts(workspace, project, number)
    content = io.BytesIO()
    try:
        with tempfile.TemporaryDirectory() as place, ZipFile(content, "w", ZIP_DEFLATED, compresslevel=1) as packed:
            write_model(Path(place) / download_name(project.name, "model", str(parts.facts.version)), parts)
            for file in sorted(each for each in Path(place).rglob("*") if each.is_file()):
                packed.write(file, file.relative_to(place))
    except OSError as error:
        raise cannot_be_written(tempfile.gettempdir(), error) from error
    _note_export(workspace, project, parts)
    return content.getvalue()


def _parts(workspace: Workspace, project: Project, number: int | None) -> ModelParts:
    found = measured_model(workspace, project, number)
    # An estimator of the user's own has other parts; those that skops does not trust by itself are refused.
    trusted: list[str] | None = [] if "estimator" in found.model.settings else None
    classifier = Classifier.load(workspace.model_file(found.model.file), trusted)
    preparation = preparation_of_model(workspace, project, found.model)
    return ModelParts(classifier, preparation, _facts(project, found, classifier, preparation))


def _facts(project: Project, found: MeasuredModel, classifier: Classifier, preparation: Preparation) -> ModelFacts:
    model = found.model
    settings = {name: value for name, value in model.settings.items() if name != PREPARATION_FOLDER}
    return ModelFacts(
        project=project.name,
        version=model.number,
        labels=model.labels,
        fitted_at=model.created_at.isoformat(timespec="seconds"),
        seed=model.seed,
        encoder=model.encoder,
        dimension=preparation.dimension,
        classes=classifier.classes,
        metric=found.metric,
        languages=found.languages,
        settings={"strategy": found.round.strategy, **settings},
        unknown_classes=tuple(each for each in project.settings.classes if each not in classifier.classes),
    )


def _note_export(workspace: Workspace, project: Project, parts: ModelParts) -> None:
    with workspace.database.write() as connection:
        note(connection, workspace, AuditAction.MODEL_EXPORTED, project.id, version=parts.facts.version)
