"""Draw the check sets of languages that have none: a random part of the pool is set apart, once, for good.

Two numbers of each text, hashed from the project's seed and the text's id, decide: the first whether it is drawn, the
second when it is asked. So neither a model, nor a strategy, nor the time at which a text came has a say, and the drawn
texts that are labelled so far are a random sample of the language.

Only texts that nobody labelled, skipped or queued can be drawn. In a project that was labelled before its first draw
the check set therefore stands for what was left then: where a strategy had taken the hard texts, its figures come out
a little too high. The same holds for what is drawn in addition when the part, or the seed, is changed later.
"""

import hashlib
from collections.abc import Mapping

from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.records import ItemState, Project, Purpose
from lamm_core.storage import check_sets, items, projects
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace

# A double holds 53 bits exactly.
_BITS = 53

_Counts = Mapping[tuple[Purpose, str, ItemState], int]


@needs(Role.MANAGER)
def draw_check_items(workspace: Workspace, project: Project) -> None:
    """Set apart what is to be drawn now, in one transaction; done twice, it changes nothing the second time.

    Languages with an imported check set are left as they are; what was drawn for them before it came, and was not
    asked yet, goes back into the pool.
    """
    with workspace.database.write() as connection:
        projects.lock_project(connection, project.id)
        imported = check_sets.imported_languages(connection, project.id)
        counts = items.count_items(connection, project.id)
        moved = 0
        for language in project.languages:
            if language in imported:
                moved += check_sets.give_back(connection, project.id, language)
            elif project.settings.check_part and project.settings.check_share:
                drawn = _drawn(connection, project, language, counts)
                check_sets.set_apart(connection, project.id, drawn)
                moved += len(drawn)
        if moved:
            items.count_anew(connection, project.id)


def draw_numbers(seed: int, external_id: str) -> tuple[float, float]:
    """Two independent numbers of a text, each 0 or more and below 1: whether it is drawn, and when it is asked."""
    digest = hashlib.blake2b(f"{seed}\n{external_id}".encode(), digest_size=16, person=b"check set").digest()
    first, second = (int.from_bytes(part, "big") >> 64 - _BITS for part in (digest[:8], digest[8:]))
    return first / 2**_BITS, second / 2**_BITS


def _drawn(connection: Connection, project: Project, language: str, counts: _Counts) -> dict[int, float]:
    """Pool items to set apart now, with their places in the order."""
    part, seed = project.settings.check_part, project.settings.seed
    numbers = {
        row.id: draw_numbers(seed, row.external_id) for row in check_sets.free_items(connection, project.id, language)
    }
    drawn = sorted((first, item_id) for item_id, (first, _) in numbers.items() if first < part)
    most = _at_most(counts, language, len(drawn))
    return {item_id: numbers[item_id][1] for _, item_id in drawn[:most]}


def _at_most(counts: _Counts, language: str, drawn: int) -> int:
    """How many may be set apart: as many as were drawn, but never the whole pool of a language, rather half of it."""
    size = {
        purpose: sum(
            count
            for (each, name, state), count in counts.items()
            if (each, name) == (purpose, language) and state is not ItemState.ASIDE
        )
        for purpose in Purpose
    }
    if drawn < size[Purpose.POOL]:
        return drawn
    return max(0, (size[Purpose.POOL] + size[Purpose.CHECK]) // 2 - size[Purpose.CHECK])
