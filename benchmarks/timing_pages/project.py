"""A project that has grown, put straight into the tables: what imports and rounds would leave there after months."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert

from lamm_core.model.embedding_store import text_key
from lamm_core.records import Action, ItemState, Project, ProjectSettings, Purpose, Source
from lamm_core.reviewing import Decision
from lamm_core.storage import items, projects, tables, team_tables
from lamm_core.storage.bulk import insert_rows, refresh_statistics, stored_moment
from lamm_core.storage.dump import continue_ids
from lamm_core.trail import AuditAction
from lamm_core.workflow.projects import create_project, ensure_annotator
from lamm_core.workflow.workspace import Workspace, utc_now
from timing_pages.history import ANNOTATORS, NO_CLASS, NOBODY, Acts, Entries, make_acts, make_queue
from timing_pages.rounds_made import TARGET, language_rows, model_rows, round_rows, save_newest_record
from timing_pages.size import Size
from timing_pages.texts import CLASSES, SHARES, Items, external_id, make_items

NAME = "Grown"
_ENCODER = "made:none"  # no encoder of that name can be loaded: no page may need one
_SPAN = timedelta(days=60)  # from the first label until now
_NEAR_COPIES = 0.001  # of the pool: texts that nearly repeat a check item
_SUSPECTED, _REVIEWED, _REMARKS = 0.03, 0.5, 0.2  # of the labels; of the flagged ones; of the flagged ones
_ITEM = (
    *("id", "project_id", "external_id", "language", "text", "text_key", "purpose", "state", "class_id", "label_id"),
    *("created_at", "check_order", "twin_id"),
)
_LABEL = (
    *("id", "project_id", "item_id", "annotator_id", "revision", "action", "class_id", "source", "seconds"),
    *("created_at", "comment", "flagged"),
)
_ENTRY = (*("project_id", "round_id", "item_id", "language", "position", "score", "closed_at", "copy", "closed_by"),)


def make_grown_project(workspace: Workspace, size: Size) -> Project:
    """A project of that size in a database that holds nothing else. Row ids count from 1, as in a new database."""
    settings = _settings(size)
    project = create_project(workspace, NAME, settings)
    people = [ensure_annotator(workspace, name) for name in ANNOTATORS]
    texts = make_items(size, settings.check_part)
    queue = make_queue(texts, size)
    acts = make_acts(texts, queue, size)
    made = _Made(project, size, texts, queue, acts, people, utc_now() - _SPAN)
    with workspace.database.write() as connection:
        made.store(connection)
    with workspace.database.write() as connection:
        refresh_statistics(connection, tables.item, tables.label, tables.batch_item)
    save_newest_record(workspace, project, texts, queue, size)
    return project


def _settings(size: Size) -> ProjectSettings:
    return ProjectSettings(
        classes=CLASSES,
        targets=dict.fromkeys(SHARES, TARGET),
        budget=size.batch,
        strategy="lamm",
        encoder=_ENCODER,
        preparation="plain",
        seed=size.seed,
        overlap_share=0.05,
        price_per_label=0.1,
    )


@dataclass(frozen=True, eq=False)
class _Made:
    """All that is made up, on its way into the tables.

    Attributes:
        people: ids of the annotators.
        began: when the first label was given.
    """

    project: Project
    size: Size
    items: Items
    queue: Entries
    acts: Acts
    people: list[int]
    began: datetime

    def store(self, connection: Connection) -> None:
        """All rows, in the order in which they refer to each other."""
        class_ids = list(projects.class_ids(connection, self.project.id).values())
        moments = [self._moment(share) for share in np.linspace(0, 1, self.size.rounds + 1)]
        seen = np.searchsorted(self.acts.times, np.linspace(0, 1, self.size.rounds + 1))
        connection.execute(insert(tables.round_), list(round_rows(self.project, self.size, moments, seen)))
        connection.execute(insert(tables.round_language), list(language_rows(self.items, self.queue, self.size)))
        connection.execute(insert(tables.model_version), list(model_rows(self.project, self.size, moments)))
        insert_rows(connection, tables.item, _ITEM, self._item_rows(connection, class_ids))
        insert_rows(connection, tables.label, _LABEL, self._label_rows(connection, class_ids))
        insert_rows(connection, tables.batch_item, _ENTRY, self._entry_rows(connection, moments))
        for table, rows in self._team_rows(class_ids):
            if values := list(rows):
                connection.execute(insert(table), values)
        items.count_anew(connection, self.project.id)
        continue_ids(connection, [tables.round_, tables.item, tables.label])

    def _moment(self, share: float) -> datetime:
        return self.began + float(share) * _SPAN

    def _item_rows(self, connection: Connection, class_ids: list[int]) -> Iterator[tuple[Any, ...]]:
        state, class_id, label_id = self._standing(class_ids)
        purposes = np.select([self.items.is_gold, self.items.is_check], [Purpose.GOLD, Purpose.CHECK], Purpose.POOL)
        is_pool = self.items.is_pool
        twins = np.random.default_rng([self.size.seed, 6]).random(len(self.items)) < _NEAR_COPIES
        first_check = int(np.flatnonzero(self.items.is_check)[0]) + 1
        twin = np.where(twins & is_pool & (state == ItemState.UNLABELLED), first_check, 0)
        languages = np.array(list(SHARES))[self.items.languages]
        moment = stored_moment(connection, self.began - _SPAN)
        columns = (languages, purposes, state, class_id, label_id, self.items.order, twin)
        rows = zip(self.items.texts(), *(each.tolist() for each in columns), strict=True)
        for number, (text, language, purpose, stands, class_, label, order, twin_id) in enumerate(rows):
            yield (
                *(number + 1, self.project.id, external_id(number), language, text, text_key(text), purpose, stands),
                *(class_ or None, label or None, moment, None if order != order else order, twin_id),
            )

    def _standing(self, class_ids: list[int]) -> tuple[Any, Any, Any]:
        """Of each item its state, and ids of class and label, 0 for none."""
        state = np.full(len(self.items), ItemState.UNLABELLED.value, dtype=object)
        class_id, label_id = np.zeros((2, len(self.items)), dtype=np.int64)
        state[self.queue.items[~self.queue.is_closed]] = ItemState.QUEUED.value
        deciding = np.flatnonzero(self.acts.decides)
        of, given = self.acts.items[deciding], self.acts.classes[deciding]
        is_label = given != NO_CLASS
        state[of] = np.where(is_label, ItemState.LABELLED.value, ItemState.SKIPPED.value)
        class_id[of] = np.where(is_label, np.array(class_ids)[given], 0)
        label_id[of] = np.where(is_label, deciding + 1, 0)
        return state, class_id, label_id

    def _label_rows(self, connection: Connection, class_ids: list[int]) -> Iterator[tuple[Any, ...]]:
        acts = self.acts
        columns = (acts.items, acts.people, acts.classes, acts.revisions, acts.seconds, acts.flagged, acts.commented)
        rows = zip(*(each.tolist() for each in columns), acts.times.tolist(), strict=True)
        for number, (item, person, given, revision, seconds, flagged, commented, time) in enumerate(rows):
            is_import = person == NOBODY
            yield (
                *(number + 1, self.project.id, item + 1, None if is_import else self.people[person], revision),
                (Action.SKIP if given == NO_CLASS else Action.LABEL).value,
                None if given == NO_CLASS else class_ids[given],
                (Source.IMPORT if is_import else Source.HUMAN).value,
                None if is_import else seconds,
                stored_moment(connection, self._moment(time)),
                "Could be either of two." if commented else None,
                flagged,
            )

    def _entry_rows(self, connection: Connection, moments: list[datetime]) -> Iterator[tuple[Any, ...]]:
        queue, languages = self.queue, np.array(list(SHARES))[self.items.languages]
        closed = [stored_moment(connection, moment) for moment in (*moments[1:], moments[-1])]
        columns = (queue.items, queue.rounds, languages[queue.items], queue.positions, queue.copies, queue.people)
        for item, number, language, position, copy, person in zip(*(each.tolist() for each in columns), strict=True):
            is_open = person == NOBODY
            yield (
                *(self.project.id, number, item + 1, language, position, 1.0),
                *(None if is_open else closed[number - 1], copy, None if is_open else self.people[person]),
            )

    def _team_rows(self, class_ids: list[int]) -> Iterator[tuple[Any, Iterator[dict[str, Any]]]]:
        yield team_tables.review, self._reviews(class_ids)
        yield team_tables.item_remark, self._remarks()
        yield team_tables.label_suspect, self._suspects(class_ids)
        yield team_tables.audit_event, self._events()

    def _flagged(self, share: float) -> list[int]:
        flagged = np.flatnonzero(self.acts.flagged & self.acts.decides & (self.acts.classes != NO_CLASS))
        return [int(each) for each in flagged[: int(share * len(flagged))]]

    def _reviews(self, class_ids: list[int]) -> Iterator[dict[str, Any]]:
        for act in self._flagged(_REVIEWED):
            yield {
                "project_id": self.project.id,
                "item_id": int(self.acts.items[act]) + 1,
                "annotator_id": self.people[0],
                "decision": Decision.ACCEPT,
                "class_id": class_ids[int(self.acts.classes[act])],
                "newest_label_id": act + 1,
                "created_at": self._moment(1.0),
            }

    def _remarks(self) -> Iterator[dict[str, Any]]:
        for act in self._flagged(_REMARKS):
            yield {
                "project_id": self.project.id,
                "item_id": int(self.acts.items[act]) + 1,
                "annotator_id": self.people[0],
                "text": "Please mind what the guidelines say.",
                "created_at": self._moment(1.0),
            }

    def _suspects(self, class_ids: list[int]) -> Iterator[dict[str, Any]]:
        deciding = np.flatnonzero(self.acts.decides & (self.acts.classes != NO_CLASS) & (self.acts.people != NOBODY))
        rng = np.random.default_rng([self.size.seed, 7])
        chosen = rng.choice(deciding, int(_SUSPECTED * len(deciding)), replace=False)
        for act, score in zip(np.sort(chosen).tolist(), rng.random(len(chosen)).tolist(), strict=True):
            given = int(self.acts.classes[act])
            yield {
                "project_id": self.project.id,
                "round_id": self.size.rounds + 1,
                "item_id": int(self.acts.items[act]) + 1,
                "label_id": act + 1,
                "class_id": class_ids[given],
                "likelier_class_id": class_ids[(given + 1) % len(class_ids)],
                "score": score,
            }

    def _events(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self.size.rounds + 2):
            yield {
                "at": self._moment(number / (self.size.rounds + 1)),
                "actor": ANNOTATORS[0],
                "project_id": self.project.id,
                "action": AuditAction.ROUND,
                "details": {"number": number, "attempt": 1},
            }
