"""Rows of a file into the tables, within one transaction: new items, labels of items that are there, contradictions."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from lamm_core.exchange.gathering import FileRow, Gathering
from lamm_core.records import NewItem, NewLabel, Project, Purpose
from lamm_core.storage import annotators, imports, projects, queue
from lamm_core.storage.imports import ImportedLabel, LastAct, StoredItem
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.workspace import utc_now

_SAME_TEXT = {
    Purpose.CHECK: marked("the same text is in the check set"),
    Purpose.GOLD: marked("the same text is in the gold items"),
    Purpose.POOL: marked("the same text is in the pool"),
}
_STANDS_FOR = {
    Purpose.CHECK: marked("the id {id!r} stands for a text of the check set in the project"),
    Purpose.GOLD: marked("the id {id!r} stands for a text of the gold items in the project"),
    Purpose.POOL: marked("the id {id!r} stands for a text of the pool in the project"),
}
# What is measured with must never be trained on, and what newcomers practise on is neither measured with nor trained
# on. What is stored stays as it is; where one file holds a text for several purposes, the first of these keeps it.
_FIRST_COME = (Purpose.CHECK, Purpose.GOLD, Purpose.POOL)


class RowStore:
    """Stores batches of rows; nothing holds unless the transaction is committed.

    Attributes:
        added: items added, by purpose.
        guessed: items among them whose language was guessed.
        labelled: items that were there without a class and have one now.
        opinions: labels added to items that had a class already.
        already: items that were there, with nothing new to them.

    Args:
        connection: a transaction that writes and has locked the project.
        gathering: all rows of the file; rows that contradict what is stored are refused there.
    """

    def __init__(self, connection: Connection, project: Project, gathering: Gathering) -> None:
        self.added: Counter[Purpose] = Counter()
        self.guessed = self.labelled = self.opinions = self.already = 0
        self._connection = connection
        self._project = project
        self._gathering = gathering
        self._now = utc_now()
        self._is_told = False
        self._class_ids = projects.class_ids(connection, project.id)
        self._annotator_ids: dict[str, int] = {}
        self._newest_before = imports.newest_item_id(connection, project.id)
        self._taken = _taken_texts(connection, project, gathering)

    def add(self, batch: Sequence[FileRow]) -> None:
        """Store a batch."""
        for wave in _waves(batch):
            known = self._known(wave)
            fresh = [row for row in wave if row.item.external_id not in known and not self._refused(row)]
            self._add_items(fresh)
            there = [row for row in wave if row.item.external_id in known]
            self._add_to_items([(row, known[row.item.external_id]) for row in there])
        if not self._is_told:
            imports.note_growth(self._connection)
            self._is_told = True

    def _known(self, wave: Sequence[FileRow]) -> dict[str, StoredItem]:
        if not self._newest_before:  # then only what further up in the file was stored can be there
            wave = [row for row in wave if not row.first]
        return imports.existing_items(self._connection, self._project.id, [row.item.external_id for row in wave])

    def _refused(self, row: FileRow) -> bool:
        """Whether another purpose has the text of a new item."""
        for purpose, keys in self._taken[row.item.purpose].items():
            if row.key in keys:
                self._refuse(row, _(_SAME_TEXT[purpose]))
                return True
        return False

    def _add_items(self, fresh: Sequence[FileRow]) -> None:
        items = [row.item for row in fresh]
        imports.add_items(
            self._connection, self._project.id, items, [row.key for row in fresh], self._class_ids, self._now
        )
        self.added.update(each.purpose for each in items)
        self.guessed += sum(each.language_guess is not None for each in items)
        labels = {each.external_id: each.label for each in items if each.label is not None}
        ids = imports.ids_of(self._connection, self._project.id, list(labels))
        self._add_labels([self._new_label(ids[each], label, None) for each, label in labels.items()])
        imports.decide_by_newest(self._connection, list(ids.values()))

    def _add_to_items(self, rows: Sequence[tuple[FileRow, StoredItem]]) -> None:
        """Labels for items that are there."""
        with_label = [stored.id for row, stored in rows if row.item.label is not None]
        acts = imports.last_acts(self._connection, with_label)
        new: list[ImportedLabel] = []
        classes: dict[int, int] = {}
        for row, stored in rows:
            clash = _clash(stored, row.item, row.key)
            label = None if clash else row.item.label
            last = None if label is None else acts.get((stored.id, self._annotator_id(label.annotator)))
            clash = clash or (None if label is None else _clash_of_label(row.item, stored, label, last))
            if clash is not None:
                self._refuse(row, clash)
            elif label is None or _is_there(stored, label, last):
                self.already += row.first
            else:
                new.append(self._new_label(stored.id, label, last))
                self._count(row, stored, label, classes)
        self._add_labels(new)
        imports.set_classes(self._connection, classes)
        queue.close(self._connection, list(classes), self._now)

    def _count(self, row: FileRow, stored: StoredItem, label: NewLabel, classes: dict[int, int]) -> None:
        """Whether a label that is added says the class of its item, or is a further opinion."""
        # What is there stays as it is; among the labels that came with one file the file may say which decides.
        decides = label.deciding and stored.id > self._newest_before
        if stored.class_name is None or decides:
            classes[stored.id] = self._class_ids[label.class_name]
        if stored.class_name is not None:
            self.opinions += 1
        else:
            self.labelled += 1

    def _new_label(self, item_id: int, label: NewLabel, last: LastAct | None) -> ImportedLabel:
        revision = 1 if last is None else last.revision + 1
        return ImportedLabel(item_id, self._annotator_id(label.annotator), revision, label)

    def _add_labels(self, labels: Sequence[ImportedLabel]) -> None:
        imports.add_labels(self._connection, self._project.id, labels, self._class_ids, self._now)

    def _annotator_id(self, name: str | None) -> int | None:
        if name is None:
            return None
        if name not in self._annotator_ids:
            self._annotator_ids[name] = annotators.ensure_annotator(self._connection, name, self._now)
        return self._annotator_ids[name]

    def _refuse(self, row: FileRow, reason: str) -> None:
        self._gathering.refuse_item(row, reason)


def _waves(batch: Sequence[FileRow]) -> Iterator[list[FileRow]]:
    """The rows in stretches in which no item comes twice."""
    wave: list[FileRow] = []
    there: set[str] = set()
    for row in batch:
        if row.item.external_id in there:
            yield wave
            wave, there = [], set()
        wave.append(row)
        there.add(row.item.external_id)
    yield wave


def _taken_texts(
    connection: Connection, project: Project, gathering: Gathering
) -> dict[Purpose, dict[Purpose, set[bytes]]]:
    """For each purpose, by the purpose that has them, the text keys that new items of it may not have."""
    taken: dict[Purpose, dict[Purpose, set[bytes]]] = {}
    for purpose in _FIRST_COME:
        # All texts of a check set are fewer than those of most files for the pool.
        wanted = None if purpose is Purpose.POOL else gathering.keys_of(purpose)
        others = [each for each in _FIRST_COME if each is not purpose]
        stored = {each: imports.keys_of_purpose(connection, project.id, each, wanted) for each in others}
        for before in _FIRST_COME[: _FIRST_COME.index(purpose)]:
            elsewhere = set().union(*taken[before].values())
            stored[before] |= gathering.keys_of(before) - elsewhere
        taken[purpose] = stored
    return taken


def _clash(stored: StoredItem, new: NewItem, key: bytes) -> str | None:
    """Why a row cannot be the item that bears its id already; None where it can."""
    name = new.external_id
    if stored.text_key != key:
        return _("the id {id!r} stands for another text in the project", id=name)
    if stored.language != new.language and new.language_guess is None and not stored.guessed:
        return _("the id {id!r} stands for a text in {language!r} in the project", id=name, language=stored.language)
    # A text that came for the pool and was drawn for the check set is still the one that its file has.
    drawn_from_pool = stored.drawn and new.purpose is Purpose.POOL
    if stored.purpose is not new.purpose and not drawn_from_pool:
        return _(_STANDS_FOR[stored.purpose], id=name)
    return None


def _clash_of_label(new: NewItem, stored: StoredItem, label: NewLabel, last: LastAct | None) -> str | None:
    """Why a label contradicts those that an item has; None where it does not."""
    if label.annotator is None:
        before = stored.class_name if last is None else last.class_name
        if before not in (None, label.class_name):
            return _(
                "the id {id!r} stands for a text of the class {name!r} in the project", id=new.external_id, name=before
            )
        return None
    if last is not None and last.class_name not in (None, label.class_name):
        return _(
            "{annotator} gave it the class {name!r} in the project", annotator=label.annotator, name=last.class_name
        )
    return None


def _is_there(stored: StoredItem, label: NewLabel, last: LastAct | None) -> bool:
    """Whether an item has a label already: by the same annotator, or by anybody where nobody knows who gave it."""
    if last is not None and last.class_name == label.class_name:
        return True
    return label.annotator is None and stored.class_name == label.class_name
