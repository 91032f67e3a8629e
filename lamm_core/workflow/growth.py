"""What a project has that its model does not know: classes and languages that came in its middle."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.records import ModelVersion, Project, Purpose
from lamm_core.storage import growth, models, rounds
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace, utc_now


@dataclass(frozen=True)
class Growth:
    """What came to a project after its model was fitted or its texts were labelled.

    Attributes:
        version: number of the newest model; None without one.
        classes: how many classes the project has.
        unknown: classes that this model never answers; none without a model.
        unlabelled: those among them that no labelled text of the pool has, so that the next model will not know them
            either.
        languages: languages that came after this model was fitted.
        newest: the classes that were added last; none where all were there from the beginning.
        since: when they were added, in UTC; None where there are none.
        labelled_before: class to texts of the pool that were labelled before then and not looked at since.
        checked_before: language to check texts likewise.
    """

    version: int | None = None
    classes: int = 0
    unknown: tuple[str, ...] = ()
    unlabelled: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    newest: tuple[str, ...] = ()
    since: datetime | None = None
    labelled_before: Mapping[str, int] = field(default_factory=dict)
    checked_before: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_labelled_before(self) -> bool:
        """Whether texts were labelled before the newest classes came, and not looked at since."""
        return bool(self.labelled_before or self.checked_before)


@needs(Role.MANAGER)
def project_growth(workspace: Workspace, project: Project) -> Growth:
    """What came to a project after its newest model was fitted, and what was labelled before it came."""
    with workspace.database.read() as connection:
        return read_growth(connection, project, models.latest_model(connection, project.id))


@needs(Role.MANAGER)
def foreseen_growth(
    workspace: Workspace, project: Project, classes: Collection[str], languages: Collection[str]
) -> Growth:
    """What `project_growth` would say if these classes and languages were added now, to be told before they are."""
    new_classes = tuple(each for each in classes if each not in project.settings.classes)
    new_languages = tuple(each for each in languages if each not in project.languages)
    with workspace.database.read() as connection:
        now = read_growth(connection, project, models.latest_model(connection, project.id))
        addition = growth.an_addition_now(connection, utc_now())
        counts = growth.count_labelled_before(connection, project.id, addition) if new_classes else []
    return Growth(
        version=now.version,
        classes=now.classes + len(new_classes),
        unknown=(*now.unknown, *new_classes) if new_classes and now.version is not None else (),
        unlabelled=(*now.unlabelled, *new_classes) if new_classes and now.version is not None else (),
        languages=new_languages if now.version is not None else (),
        newest=new_classes,
        labelled_before=_by_class(counts),
        checked_before=_by_language(counts),
    )


def read_growth(connection: Connection, project: Project, model: ModelVersion | None) -> Growth:
    """As `project_growth`, where the newest model is known already."""
    unknown = _unknown_classes(connection, project, model)
    labelled = growth.classes_in_pool(connection, project.id) if unknown else set()
    addition = growth.newest_addition(connection, project.id)
    counts = growth.count_labelled_before(connection, project.id, addition) if addition else []
    return Growth(
        version=model.number if model else None,
        classes=len(project.settings.classes),
        unknown=unknown,
        unlabelled=tuple(each for each in unknown if each not in labelled),
        languages=_unknown_languages(connection, project, model),
        newest=tuple(addition.classes) if addition else (),
        since=addition.at if addition else None,
        labelled_before=_by_class(counts),
        checked_before=_by_language(counts),
    )


def _unknown_classes(connection: Connection, project: Project, model: ModelVersion | None) -> tuple[str, ...]:
    if model is None:
        return ()
    if model.classes is not None:
        return tuple(each for each in project.settings.classes if each not in model.classes)
    # A model of an earlier version does not say its classes; it surely does not know those that came later.
    added = growth.classes_added(connection, project.id)
    return tuple(each for each in project.settings.classes if each in added and added[each] > model.created_at)


def _unknown_languages(connection: Connection, project: Project, model: ModelVersion | None) -> tuple[str, ...]:
    if model is None:
        return ()
    known = set(rounds.languages_of(connection, model.round_id))
    return tuple(each for each in project.languages if each not in known)


def _by_class(counts: list[growth.LabelledBefore]) -> dict[str, int]:
    found = Counter[str]()
    for each in counts:
        if each.purpose is Purpose.POOL:
            found[each.class_name] += each.items
    return dict(found.most_common())


def _by_language(counts: list[growth.LabelledBefore]) -> dict[str, int]:
    found = Counter[str]()
    for each in counts:
        if each.purpose is Purpose.CHECK:
            found[each.language] += each.items
    return dict(found.most_common())
