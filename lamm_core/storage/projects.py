"""Projects, their classes, languages and targets."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, insert, select, update

from lamm_core.records import Project, ProjectSettings
from lamm_core.storage.tables import label, project, project_class, project_class_target, project_language

# Made once, since every label needs it: making a statement costs more than running it.
_CLASS_IDS = (
    select(project_class.c.name, project_class.c.id)
    .where(project_class.c.project_id == bindparam("project"))
    .order_by(project_class.c.position)
)
_SETTINGS = (
    "guidelines",
    "budget",
    "strategy",
    "uncertainty",
    "encoder",
    "preparation",
    "seed",
    "lease_minutes",
    "automatic_rounds",
    "translator",
    "translation_weight",
    "use_translations",
    "metric",
    "check_part",
    "check_share",
    "check_width",
    "price_per_label",
    "currency",
    "suggestions",
    "overlap_share",
    "overlap_count",
    "gold_count",
    "gold_feedback",
    "consensus",
    "near_duplicates",
)


def add_project(connection: Connection, name: str, settings: ProjectSettings, now: datetime) -> int:
    """Store a project and return its id."""
    values = {column: getattr(settings, column) for column in _SETTINGS}
    project_id = connection.execute(
        insert(project).values(name=name, created_at=now, **values).returning(project.c.id)
    ).scalar_one()
    _add_classes(connection, project_id, settings.classes, start=0)
    _set_targets(connection, project_id, settings.targets)
    _set_class_targets(connection, project_id, settings.class_targets)
    return int(project_id)


def encoders(connection: Connection) -> list[str]:
    """Names of the encoders of all projects, each once."""
    return list(connection.execute(select(project.c.encoder).distinct().order_by(project.c.encoder)).scalars())


def update_project(connection: Connection, stored: Project, settings: ProjectSettings, now: datetime) -> None:
    """Store changed settings. Classes and languages may be added, never taken away here: items refer to them.

    Args:
        now: since when the project has the classes that are added.
    """
    values = {column: getattr(settings, column) for column in _SETTINGS}
    connection.execute(update(project).where(project.c.id == stored.id).values(**values))
    # Read only now: the row above is locked, so nobody else adds classes at the same time.
    known = class_ids(connection, stored.id)
    last = connection.execute(
        select(func.max(project_class.c.position)).where(project_class.c.project_id == stored.id)
    ).scalar_one()
    new = tuple(name for name in settings.classes if name not in known)
    newest_label = connection.execute(select(func.max(label.c.id))).scalar_one() or 0
    _add_classes(connection, stored.id, new, start=last + 1, added_at=now, added_after=newest_label)
    _set_targets(connection, stored.id, settings.targets)
    _set_class_targets(connection, stored.id, settings.class_targets)


def remove_class(connection: Connection, project_id: int, name: str) -> None:
    """Take away a class with its targets.

    Raises:
        IntegrityError: a label, an item, a decision, a suggestion or a round refers to it.
    """
    class_id = class_ids(connection, project_id)[name]
    connection.execute(delete(project_class_target).where(project_class_target.c.class_id == class_id))
    connection.execute(delete(project_class).where(project_class.c.id == class_id))


def find_project(connection: Connection, name: str) -> Project | None:
    """The project of that name."""
    row = connection.execute(select(project).where(project.c.name == name)).mappings().one_or_none()
    return _record(connection, row) if row else None


def get_project(connection: Connection, project_id: int) -> Project | None:
    """The project of that id."""
    row = connection.execute(select(project).where(project.c.id == project_id)).mappings().one_or_none()
    return _record(connection, row) if row else None


def list_projects(connection: Connection) -> list[Project]:
    """All projects, by name."""
    rows = connection.execute(select(project).order_by(func.lower(project.c.name))).mappings().all()
    return [_record(connection, row) for row in rows]


def project_names(connection: Connection) -> dict[int, str]:
    """Project id to name, sorted by name."""
    rows = connection.execute(select(project.c.id, project.c.name).order_by(func.lower(project.c.name)))
    return {row.id: row.name for row in rows}


def lock_project(connection: Connection, project_id: int) -> None:
    """Let writers of a project's items or settings follow each other; labelling goes on meanwhile."""
    connection.execute(select(project.c.id).where(project.c.id == project_id).with_for_update(key_share=True))


def class_ids(connection: Connection, project_id: int) -> dict[str, int]:
    """Class name to class id, in the order of the classes."""
    return {row.name: row.id for row in connection.execute(_CLASS_IDS, {"project": project_id})}


def _record(connection: Connection, row: RowMapping) -> Project:
    targets = select(project_language.c.language, project_language.c.target).where(
        project_language.c.project_id == row["id"]
    )
    settings = ProjectSettings(
        classes=tuple(class_ids(connection, row["id"])),
        targets={
            each.language: each.target for each in connection.execute(targets.order_by(project_language.c.position))
        },
        class_targets=_class_targets(connection, row["id"]),
        **{column: row[column] for column in _SETTINGS},
    )
    return Project(id=row["id"], name=row["name"], settings=settings, created_at=row["created_at"])


def _add_classes(
    connection: Connection, project_id: int, names: tuple[str, ...], start: int, **added: datetime | int
) -> None:
    rows = [
        {"project_id": project_id, "position": position, "name": name, **added}
        for position, name in enumerate(names, start)
    ]
    if rows:
        connection.execute(insert(project_class), rows)


def _set_targets(connection: Connection, project_id: int, targets: dict[str, float]) -> None:
    columns = project_language.c
    query = select(columns.language).where(columns.project_id == project_id)
    known = set(connection.execute(query).scalars())
    for position, (language, target) in enumerate(targets.items()):
        if language in known:
            change = update(project_language).values(target=target, position=position)
            connection.execute(change.where(columns.project_id == project_id, columns.language == language))
        else:
            row = {"project_id": project_id, "position": position, "language": language, "target": target}
            connection.execute(insert(project_language).values(**row))


def _class_targets(connection: Connection, project_id: int) -> dict[tuple[str, str], float]:
    query = (
        select(project_class_target.c.language, project_class.c.name, project_class_target.c.target)
        .join(project_class, project_class.c.id == project_class_target.c.class_id)
        .where(project_class_target.c.project_id == project_id)
        .order_by(project_class_target.c.language, project_class.c.position)
    )
    return {(row.language, row.name): row.target for row in connection.execute(query)}


def _set_class_targets(connection: Connection, project_id: int, targets: dict[tuple[str, str], float]) -> None:
    """Nothing refers to a class's target, so all are written anew."""
    connection.execute(delete(project_class_target).where(project_class_target.c.project_id == project_id))
    ids = class_ids(connection, project_id)
    rows = [
        {"project_id": project_id, "language": language, "class_id": ids[name], "target": target}
        for (language, name), target in targets.items()
    ]
    if rows:
        connection.execute(insert(project_class_target), rows)
