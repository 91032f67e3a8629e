"""What a round works on, read once at its start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.model.check_record import figure_name
from lamm_core.model.embedding_store import EmbeddingStore, Vectors
from lamm_core.records import ItemState, OpenItems, Project, Purpose, RoundClass, RoundLanguage
from lamm_core.selection.standing import Observation
from lamm_core.storage import items, labels, queue_counts, rounds, translations
from lamm_core.storage.items import ItemTable
from lamm_core.storage.translations import TranslationTable
from lamm_core.workflow.consensus import Settled, settle
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace, utc_now


@dataclass(frozen=True, eq=False)
class RoundData:
    """All items of a project, and their embeddings.

    Attributes:
        pool: all items of the pool, but those that nearly repeat a check item: nothing may be learnt from them.
        check: all labelled items of the check set.
        check_vectors: `(m, d)` their embeddings.
        reserve: what else the population of a language has, and nothing is learnt from: items set apart for the check
            set that have no label, and pool items that nearly repeat a check item.
        reserve_vectors: `(r, d)` their embeddings.
        open_items: what is still open in earlier batches.
        open_check: how many of these are check items.
        newest_label_id: the newest act that the round has seen.
        history: what earlier rounds measured, oldest first, without this one.
        translations: translations of labelled pool items that are trained on; none where they are switched off.
        translation_vectors: `(t, d)` their embeddings.
        translation_weight: what each of them counts, where a label counts 1.
        settled: what several people together say of items; pool and check items bear these classes.
        store: where the embeddings are.
        pool_is_chosen: the pool holds what was chosen from a larger one outside, and so is no random part of it.
    """

    pool: ItemTable
    check: ItemTable
    check_vectors: Vectors
    reserve: ItemTable
    reserve_vectors: Vectors
    open_items: OpenItems
    open_check: int
    newest_label_id: int | None
    history: tuple[Observation, ...]
    translations: TranslationTable
    translation_vectors: Vectors
    translation_weight: float
    settled: Settled
    store: EmbeddingStore
    pool_is_chosen: bool = False

    @property
    def pool_vectors(self) -> Vectors:
        """`(n, d)` embeddings of the pool; read when asked for, since a large pool's fill the memory."""
        return self.store.vectors(self.pool.keys)

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """`(n,)` pool items that have a label."""
        return np.asarray(self.pool.states == ItemState.LABELLED)

    @property
    def selectable(self) -> NDArray[np.bool_]:
        """`(n,)` pool items that may be chosen: no label, in no batch, not skipped."""
        return np.asarray(self.pool.states == ItemState.UNLABELLED)

    @property
    def originals(self) -> NDArray[np.intp]:
        """`(t,)` row in the pool of the item that each translation comes from: its class is the translation's."""
        return np.searchsorted(self.pool.ids, self.translations.item_ids)


def read_history(connection: Connection, project: Project) -> tuple[Observation, ...]:
    """Labels and figures of every finished round that had a model, oldest first, classes with a target among them."""
    languages = rounds.list_languages(connection, project.id, project.settings.metric)
    return history_of(languages, rounds.list_classes(connection, project.id))


def history_of(
    languages: Mapping[int, Sequence[RoundLanguage]], classes: Mapping[int, Sequence[RoundClass]]
) -> tuple[Observation, ...]:
    """The same from what was read already: round id to what it found for languages, and for classes with a target."""
    return tuple(
        _observation(found, classes.get(round_id, []))
        for round_id, found in sorted(languages.items())
        if any(each.figure is not None for each in found)
    )


def _observation(languages: Sequence[RoundLanguage], classes: Sequence[RoundClass]) -> Observation:
    labels = {each.language: each.labels for each in languages}
    figures = {each.language: each.figure for each in languages if each.figure is not None}
    for each in classes:
        if each.estimate is not None:
            cell = figure_name(each.language, each.class_name)
            labels[cell], figures[cell] = labels.get(each.language, 0), each.estimate
    return Observation(labels, figures)


@needs(Role.MANAGER)
def read_round_data(workspace: Workspace, project: Project) -> RoundData:
    """Read items and embeddings as they are now.

    Items that were imported while the others were being embedded have no embedding yet; they wait for the next round.
    """
    with workspace.database.read() as connection:
        pool = items.read_items(connection, project.id, Purpose.POOL)
        check = items.read_items(connection, project.id, Purpose.CHECK)
        settled = settle(connection, project, pool, check)
        open_items = queue_counts.count_open(connection, project.id, utc_now())
        newest = labels.newest_label_id(connection, project.id)
        history = read_history(connection, project)
        translated = translations.usable(connection, project.id)
    pool, check = (each.with_classes(settled.classes) for each in (pool, check))
    store = workspace.embedding_store(project.settings.encoder)
    pool = pool.where(store.rows_of(pool.keys) >= 0)
    check = check.where(store.rows_of(check.keys) >= 0)
    # The very same text may be a check item in another language.
    known = set(check.keys)
    repeats = pool.repeats | np.fromiter((key in known for key in pool.keys), dtype=bool, count=len(pool))
    measured_with = np.asarray(check.states == ItemState.LABELLED)
    open_check = int((check.states == ItemState.QUEUED).sum())
    reserve = check.where(~measured_with).joined(pool.where(repeats))
    pool, check = pool.where(~repeats), check.where(measured_with)
    weight = project.settings.translation_weight
    trained_on = project.settings.use_translations and weight > 0
    ready = (store.rows_of(translated.keys) >= 0) & np.isin(translated.item_ids, pool.ids)
    translated = translated.where(ready & trained_on)
    return RoundData(
        pool=pool,
        check=check,
        check_vectors=store.vectors(check.keys),
        reserve=reserve,
        reserve_vectors=store.vectors(reserve.keys),
        open_items=open_items,
        open_check=open_check,
        newest_label_id=newest,
        history=history,
        translations=translated,
        translation_vectors=store.vectors(translated.keys),
        translation_weight=weight,
        settled=settled,
        store=store,
    )
