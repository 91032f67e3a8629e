"""Texts of a pool outside the database come into a project: those that were chosen, and those drawn for check sets."""

from collections.abc import Sequence

from sqlalchemy import Connection

from lamm_core.model.embedding_store import text_key
from lamm_core.records import NewItem, Project
from lamm_core.storage import imports, projects
from lamm_core.workflow.workspace import utc_now


def bring_in(
    connection: Connection, project: Project, arrivals: Sequence[NewItem]
) -> tuple[dict[str, int], dict[str, int]]:
    """Store texts that the project does not have yet, and lock it; its totals are for the caller to count anew.

    Returns:
        External id to the id of the item: of those that were there, somebody having imported them meanwhile; and of
        those that came in.
    """
    projects.lock_project(connection, project.id)
    there = imports.ids_of(connection, project.id, [each.external_id for each in arrivals])
    new = [each for each in arrivals if each.external_id not in there]
    imports.add_items(connection, project.id, new, [text_key(each.text) for each in new], {}, utc_now())
    return there, imports.ids_of(connection, project.id, [each.external_id for each in new])
