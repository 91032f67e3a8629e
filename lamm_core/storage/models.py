"""Model versions: every fitted model, with what is needed to fit it again."""

from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from lamm_core.records import ModelVersion
from lamm_core.storage.tables import model_version


def next_number(connection: Connection, project_id: int) -> int:
    """Number for the next model version of a project, from 1."""
    query = select(func.max(model_version.c.number)).where(model_version.c.project_id == project_id)
    return int(connection.execute(query).scalar_one() or 0) + 1


def add_model(connection: Connection, values: dict[str, Any]) -> int:
    """Store a model version and return its id."""
    new = insert(model_version).values(**values).returning(model_version.c.id)
    return int(connection.execute(new).scalar_one())


def list_models(connection: Connection, project_id: int) -> list[ModelVersion]:
    """All model versions of a project, oldest first."""
    query = select(model_version).where(model_version.c.project_id == project_id).order_by(model_version.c.number)
    return [_record(row) for row in connection.execute(query).mappings()]


def latest_model(connection: Connection, project_id: int) -> ModelVersion | None:
    """The model that serves now."""
    query = (
        select(model_version)
        .where(model_version.c.project_id == project_id)
        .order_by(model_version.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return _record(row) if row else None


def _record(row: RowMapping) -> ModelVersion:
    classes = row["classes"]
    return ModelVersion(**dict(row) | {"classes": None if classes is None else tuple(classes)})


def model_files(connection: Connection) -> list[str]:
    """Files of all model versions of all projects, below the folder of models."""
    return list(connection.execute(select(model_version.c.file).order_by(model_version.c.id)).scalars())


def own_name(file: str, name: str | None = None) -> str:
    """Folder of the project and name of a model's file, without the folder that a restore has put both into.

    Args:
        name: of another file beside it; None for the file itself.
    """
    path = PurePosixPath(file)
    return f"{path.parent.name}/{name or path.name}"


def move_files(connection: Connection, folder: str) -> None:
    """Say that the files of all model versions lie in a folder of their own, below the folder of models."""
    for row in connection.execute(select(model_version.c.id, model_version.c.file)).all():
        moved = update(model_version).where(model_version.c.id == row.id)
        connection.execute(moved.values(file=f"{folder}/{own_name(row.file)}"))
