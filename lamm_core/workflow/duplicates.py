"""Set texts aside that nearly repeat another one of the pool, so that nobody labels the same text twice.

That is the last step of an import, and the first of a round, for what came otherwise. Texts are held against all that
came before them in their language; a text that is set aside is neither embedded, chosen, trained on nor drawn for a
check set, and does not count as one of the pool. What people labelled stays labelled, whatever it repeats.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from lamm_core.actors import Role
from lamm_core.errors import StorageUnavailable
from lamm_core.model.minhash import signatures
from lamm_core.model.repeats import find_repeats
from lamm_core.model.shingles import Positions, ShingleSets, similarity, text_blocks
from lamm_core.model.signature_store import SignatureStore
from lamm_core.records import Project
from lamm_core.storage import imports, projects
from lamm_core.storage import near_duplicates as stored
from lamm_core.trail import AuditAction
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.own_ids import find_items
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace

_READ = 2_048
_SIGNED = 512
_HALF = 0.5  # of the work is to read the texts, the other half to compare them

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Duplicate:
    """A text that is set aside, beside the one that stands for it.

    Attributes:
        item_id: the item that is set aside.
        external_id: its id in the user's own systems.
        language: language of both.
        text: its text.
        duplicate_of: id, in the user's own systems, of the item that stands for it.
        text_of: text of that item.
        class_of: class of that item; None while it has none.
        similarity: of the two texts, 0 to 1.
    """

    item_id: int
    external_id: str
    language: str
    text: str
    duplicate_of: str
    text_of: str
    class_of: str | None
    similarity: float


@dataclass(frozen=True)
class Duplicates:
    """What is set aside.

    Attributes:
        total: how many texts are.
        newest: some of them, the newest first.
    """

    total: int
    newest: tuple[Duplicate, ...]


@needs(Role.MANAGER)
def set_duplicates_aside(workspace: Workspace, project: Project, report: Report | None = None) -> int | None:
    """Compare what is new in the pool with all that came before; returns how many more texts are set aside.

    Who stops it loses nothing: it goes on where it was with the next import or round.

    Args:
        report: called with what is done and how much of all is, 0 to 1.

    Returns:
        None where the project does not want it.

    Raises:
        StorageUnavailable: the data folder cannot be used.
    """
    if not project.settings.near_duplicates:
        return None
    try:
        store = _sign_new(workspace, project, report or _say_nothing)
        while True:
            found = _compare_new(workspace, project, store, report or _say_nothing)
            if found is not None:
                return found
    except OSError as error:
        raise StorageUnavailable(_("The data folder cannot be used: {reason}.", reason=error)) from error


def _sign_new(workspace: Workspace, project: Project, report: Report) -> SignatureStore:
    """Bring the store of signatures up to the newest text."""
    store = workspace.signature_store(project.id)
    with store.writing():
        with workspace.database.read() as connection:
            key = stored.key_of(connection, project.id, store.newest)
            newest = imports.newest_item_id(connection, project.id)
        if len(store) and (key is None or not store.is_newest(key)):
            store.clear()
        first = last = store.newest
        while True:
            with workspace.database.read() as connection:
                rows = stored.texts_after(connection, project.id, last, _READ)
            if not rows:
                break
            # All of a column at once: to ask each row for each of its fields takes as long as to sort the shingles.
            ids, languages, keys, texts = zip(*rows, strict=True)
            blocks = [ShingleSets(texts[start:stop]) for start, stop in text_blocks(list(map(len, texts)), _SIGNED)]
            store.append(ids, languages, keys, np.concatenate([signatures(each) for each in blocks]))
            last = ids[-1]
            report(marked("looking for near duplicates"), _HALF * min(1.0, (last - first) / max(1, newest - first)))
    return store


def _compare_new(workspace: Workspace, project: Project, store: SignatureStore, report: Report) -> int | None:
    """Compare, and store what follows; None where somebody else did so meanwhile."""
    with workspace.database.read() as connection:
        compared = stored.compared_to(connection, project.id)
        repeating = stored.repeating(connection, project.id)
    repeats: dict[int, int] = {}
    for number, language in enumerate(project.languages):

        def told(done: int, total: int, number: int = number) -> None:
            share = (number + done / total) / len(project.languages)
            report(marked("looking for near duplicates"), _HALF + (1 - _HALF) * share)

        repeats |= _repeats_in(workspace, store, language, compared, repeating, told)
    with workspace.database.write() as connection:
        projects.lock_project(connection, project.id)
        if stored.compared_to(connection, project.id) != compared:
            return None
        before = stored.count_aside(connection, project.id)
        stored.save_repeats(connection, repeats)
        stored.set_aside(connection, project.id)
        stored.set_compared_to(connection, project.id, max(compared, store.newest))
        return max(0, stored.count_aside(connection, project.id) - before)


def _repeats_in(
    workspace: Workspace,
    store: SignatureStore,
    language: str,
    compared: int,
    repeating: Sequence[int],
    told: Callable[[int, int], None],
) -> dict[int, int]:
    """New item to the earlier one that it nearly repeats, in one language."""
    ids, found = store.of_language(language)
    first_new = int(np.searchsorted(ids, compared, side="right"))
    if first_new == len(ids):
        return {}

    def texts_of(rows: Positions) -> list[str]:
        with workspace.database.read() as connection:
            texts = stored.texts_in(connection, ids[rows].tolist(), language)
        return [texts.get(each, "") for each in ids[rows].tolist()]

    repeats = find_repeats(found, first_new, np.isin(ids, repeating), texts_of, told)
    return {int(ids[row]): int(ids[first]) for row, first in repeats.items()}


@needs(Role.MANAGER)
def list_duplicates(workspace: Workspace, project: Project, most: int = 50) -> Duplicates:
    """The texts that are set aside, each beside the one that stands for it.

    Args:
        most: how many of them are listed.
    """
    with workspace.database.read() as connection:
        total = stored.count_aside(connection, project.id)
        rows = stored.list_aside(connection, project.id, most) if total else []
    return Duplicates(
        total,
        tuple(
            Duplicate(
                item_id=each.id,
                external_id=each.external_id,
                language=each.language,
                text=each.text,
                duplicate_of=each.of_external_id,
                text_of=each.of_text,
                class_of=each.class_name,
                similarity=similarity(each.text, each.of_text),
            )
            for each in rows
        ),
    )


@needs(Role.MANAGER)
def keep_duplicates(workspace: Workspace, project: Project, item_ids: Collection[int]) -> int:
    """Let texts that are set aside be texts of their own, for good; returns how many of these were set aside."""
    with workspace.database.write() as connection:
        projects.lock_project(connection, project.id)
        kept = stored.keep(connection, project.id, item_ids)
        note(connection, workspace, AuditAction.DUPLICATES_KEPT, project.id, items=kept)
    return kept


@needs(Role.MANAGER)
def keep_by_own_ids(workspace: Workspace, project: Project, ids: Sequence[str]) -> int:
    """`keep_duplicates` by the ids in the user's own systems.

    Raises:
        UnknownItem: the project does not have all of them.
    """
    found = find_items(workspace, project, ids)
    return keep_duplicates(workspace, project, [each.id for each in found.values()])


def _say_nothing(_what: str, _share: float) -> None:
    """No progress is wanted."""
