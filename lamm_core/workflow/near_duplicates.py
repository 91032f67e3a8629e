"""Find pool items that nearly repeat a check item: a model that learnt from them would be measured on what it knows."""

from collections.abc import Mapping, Sequence

from lamm_core.actors import Role
from lamm_core.model.near_duplicates import near_duplicates
from lamm_core.records import Project
from lamm_core.storage import check_sets, items, projects
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace


@needs(Role.MANAGER)
def mark_near_duplicates(workspace: Workspace, project: Project) -> None:
    """Compare, in each language, the pool with the check items that it was not compared with yet.

    Check items count whether they are labelled or not. Each pair is compared once; what was found is stored with the
    pool item. Texts that are imported meanwhile wait for the next round.
    """
    for language in project.languages:
        with workspace.database.read() as connection:
            found = check_sets.to_compare(connection, project.id, language)
            if not found.check or not (found.new_pool or found.new_check):
                continue
            wanted = found.new_pool + found.old_pool if found.new_check else found.new_pool
            texts = dict(items.read_texts(connection, wanted + found.check))
        twins = _twins(texts, found.new_pool, found.check) | _twins(texts, found.old_pool, found.new_check)
        with workspace.database.write() as connection:
            projects.lock_project(connection, project.id)
            check_sets.save_compared(connection, found, twins)


def _twins(texts: Mapping[int, str], pool: Sequence[int], check: Sequence[int]) -> dict[int, int]:
    """Pool item to the check item that it nearly repeats, for those that do."""
    if not pool or not check:
        return {}
    matches = near_duplicates([texts[each] for each in pool], [texts[each] for each in check])
    return {pool[row]: check[match] for row, match in enumerate(matches.tolist()) if match >= 0}
