"""Items by the ids that their owner gave them, for programs that know no others."""

from collections.abc import Collection, Mapping

from lamm_core.actors import Role
from lamm_core.errors import LammError, UnknownClass, UnknownItem
from lamm_core.records import Action, Project
from lamm_core.storage import imports
from lamm_core.storage.imports import StoredItem
from lamm_core.words import translate as _
from lamm_core.workflow.acts import Act
from lamm_core.workflow.rights import needs
from lamm_core.workflow.turns import take_turn
from lamm_core.workflow.workspace import Workspace


@needs(Role.MANAGER)
def find_items(workspace: Workspace, project: Project, ids: Collection[str]) -> dict[str, StoredItem]:
    """Id in the user's own systems to item.

    Raises:
        UnknownItem: the project does not have all of them; the message says how many it lacks.
    """
    with workspace.database.read() as connection:
        found = imports.existing_items(connection, project.id, list(dict.fromkeys(ids)))
    unknown = [each for each in ids if each not in found]
    if unknown:
        raise UnknownItem(
            _(
                "{unknown:,} of {all:,} ids are not in the project {name!r}; the first is {id!r}.",
                unknown=len(unknown),
                all=len(ids),
                name=project.name,
                id=unknown[0],
            )
        )
    return found


@needs(Role.MANAGER)
def label_items(workspace: Workspace, project: Project, annotator_id: int, classes: Mapping[str, str]) -> int:
    """Store labels of one annotator, all of them in one transaction; returns how many.

    Args:
        annotator_id: under whose name.
        classes: id in the user's own systems to class.

    Raises:
        UnknownItem, UnknownClass: an id or a class is not the project's; nothing is stored.
        NotAllowed: whoever acts may not label under that name.
        StorageUnavailable: the database did not take them; nothing is stored.
    """
    found = find_items(workspace, project, classes.keys())
    unknown = sorted({str(name) for name in classes.values()} - set(project.settings.classes))
    if unknown:
        raise UnknownClass(
            _(
                "The project {name!r} has no class {unknown!r}; it has: {known}.",
                name=project.name,
                unknown=unknown[0],
                known=", ".join(project.settings.classes),
            )
        )
    acts = [Act(found[each].id, Action.LABEL, class_name=name) for each, name in classes.items()]
    turn = take_turn(workspace, project, annotator_id, acts, claims=False)
    for each in turn.outcomes:
        if isinstance(each, LammError):
            raise each
    return len(turn.outcomes)
