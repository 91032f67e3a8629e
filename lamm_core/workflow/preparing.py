"""Prepared vectors of a project: fitted once for a pool, kept in a folder until the pool or the settings change."""

import hashlib
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from lamm_core.actors import Role
from lamm_core.errors import ModelUnreadable
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.preparation.names import parse_preparation
from lamm_core.model.preparation.preparation import Preparation, fit_preparation, load_preparation
from lamm_core.records import ModelVersion, Project
from lamm_core.storage import items
from lamm_core.storage.items import ItemTable
from lamm_core.words import translate as _
from lamm_core.workflow.model_versions import preparation_folder_of
from lamm_core.workflow.rights import needs
from lamm_core.workflow.round_data import RoundData, read_round_data
from lamm_core.workflow.workspace import Workspace

_FOLDER = "preparation-"
# A change of how vectors are prepared raises it, so that a folder of an earlier version is not taken for today's.
_VERSION = 1


@dataclass(frozen=True, eq=False)
class PreparedVectors:
    """What the classifier and the strategy see of a project's texts.

    Attributes:
        pool: `(n, e)` one row a pool item.
        check: `(m, e)` one row a labelled check item.
        reserve: `(r, e)` one row a check item without a label.
        translations: `(t, e)` one row a translation.
    """

    pool: Vectors
    check: Vectors
    reserve: Vectors
    translations: Vectors


@needs(Role.MANAGER)
def prepare_vectors(workspace: Workspace, project: Project, data: RoundData) -> PreparedVectors:
    """Prepare all texts of a round. Check texts and translations play no part in how the pool is prepared.

    Raises:
        OSError: the data folder cannot be written.
    """
    if not len(data.pool):
        return PreparedVectors(data.pool_vectors, data.check_vectors, data.reserve_vectors, data.translation_vectors)
    preparation = _preparation(workspace, project, data)
    return _prepared(workspace, data, preparation, preparation.vectors)


@needs(Role.MANAGER)
def prepare_like(
    workspace: Workspace,
    project: Project,  # noqa: ARG001 - the right is asked for it
    data: RoundData,
    preparation: Preparation,
) -> PreparedVectors:
    """Prepare all texts of a round with a preparation that was fitted on other texts than its pool."""
    with workspace.database.read() as connection:
        texts = _texts(items.read_texts(connection, data.pool.ids.tolist()), data.pool)
    pool = preparation.transform(data.pool_vectors, texts, data.pool.languages)
    return _prepared(workspace, data, preparation, pool)


def _prepared(workspace: Workspace, data: RoundData, preparation: Preparation, pool: Vectors) -> PreparedVectors:
    with workspace.database.read() as connection:
        check_texts = _texts(items.read_texts(connection, data.check.ids.tolist()), data.check)
        reserve_texts = _texts(items.read_texts(connection, data.reserve.ids.tolist()), data.reserve)
    return PreparedVectors(
        pool=pool,
        check=preparation.transform(data.check_vectors, check_texts, data.check.languages),
        reserve=preparation.transform(data.reserve_vectors, reserve_texts, data.reserve.languages),
        translations=preparation.transform(
            data.translation_vectors, data.translations.texts, data.translations.languages
        ),
    )


@needs(Role.MANAGER)
def forget_other_preparations(workspace: Workspace, project: Project, name: str) -> None:
    """Remove the preparations of earlier pools: a model of a later round has taken their place.

    Args:
        name: name of the folder that stays.
    """
    current = preparation_folder(workspace, project, name)
    for folder in current.parent.glob(f"{_FOLDER}*"):
        if folder != current:
            shutil.rmtree(folder, ignore_errors=True)


@needs(Role.MANAGER)
def preparation_folder(workspace: Workspace, project: Project, name: str) -> Path:
    """The folder of a project's preparation of that name, which need not be there."""
    return workspace.model_file(f"{project.id}/{name}")


def folder_name(project: Project, data: RoundData) -> str:
    """Name of the folder of the preparation that is fitted on the pool of a round."""
    return name_for_texts(project, data.pool.keys, data.pool.languages.tolist())


def name_for_texts(project: Project, keys: Iterable[bytes], languages: Iterable[str]) -> str:
    """Name of a folder: the same for the same texts and languages, encoder and setting, and for no others.

    Args:
        keys: text keys of the texts that the preparation is fitted on.
        languages: their languages.
    """
    settings = project.settings
    digest = hashlib.blake2b(digest_size=8)
    digest.update(f"{_VERSION}\n{settings.encoder}\n{parse_preparation(settings.preparation)}\n".encode())
    for key, language in zip(keys, languages, strict=True):
        digest.update(key + f"{language}\n".encode())
    return f"{_FOLDER}{digest.hexdigest()}"


@needs(Role.MANAGER)
def preparation_of_model(workspace: Workspace, project: Project, model: ModelVersion) -> Preparation:
    """The preparation that a model version was fitted with: its folder, or the same fitted again on the same pool.

    Raises:
        ModelUnreadable: the folder is gone, as it is after a restore, and the pool has changed since.
    """
    folder = preparation_folder_of(workspace, project, model)
    try:
        return load_preparation(folder)
    except ModelUnreadable:
        again = _fitted_again(workspace, project, model, folder.name)
    if again is None:
        raise ModelUnreadable(
            _(
                "What version {number} of the model does to texts before it sees them is not kept any more, and the "
                "texts have changed since; run a round, and take its model.",
                number=model.number,
            )
        )
    return again


def _fitted_again(workspace: Workspace, project: Project, model: ModelVersion, name: str) -> Preparation | None:
    """The preparation of that name; None where today's pool gives another one."""
    settings = replace(project.settings, encoder=model.encoder, preparation=str(model.settings["preparation"]))
    then = replace(project, settings=settings)
    data = read_round_data(workspace, then)
    if not len(data.pool) or folder_name(then, data) != name:
        return None
    # Not saved: a round of another process may be writing that very folder.
    return _fitted(workspace, then, data)


def _preparation(workspace: Workspace, project: Project, data: RoundData) -> Preparation:
    return kept_preparation(workspace, project, folder_name(project, data), lambda: _fitted(workspace, project, data))


@needs(Role.MANAGER)
def kept_preparation(workspace: Workspace, project: Project, name: str, fit: Callable[[], Preparation]) -> Preparation:
    """The preparation of that name, fitted and kept if it is not there; its vectors are mapped, not in memory."""
    folder = preparation_folder(workspace, project, name)
    if folder.exists():
        try:
            return load_preparation(folder)
        except ModelUnreadable:
            shutil.rmtree(folder, ignore_errors=True)  # nothing is lost: the same texts give the same one again
    fit().save(folder)
    return load_preparation(folder)


def _fitted(workspace: Workspace, project: Project, data: RoundData) -> Preparation:
    with workspace.database.read() as connection:
        texts = _texts(items.read_texts(connection, data.pool.ids.tolist()), data.pool)
    return fit_preparation(project.settings.preparation, data.pool_vectors, texts, data.pool.languages)


def _texts(found: Iterable[tuple[int, str]], table: ItemTable) -> list[str]:
    """Texts in the order of the table."""
    text_of = dict(found)
    return [text_of[item_id] for item_id in table.ids.tolist()]
