"""Model versions: every fitted model, with what is needed to fit it again."""

from typing import Any

from sqlalchemy import Connection, func, insert, select

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
    return [ModelVersion(**row) for row in connection.execute(query).mappings()]


def latest_model(connection: Connection, project_id: int) -> ModelVersion | None:
    """The model that serves now."""
    query = (
        select(model_version)
        .where(model_version.c.project_id == project_id)
        .order_by(model_version.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return ModelVersion(**row) if row else None
