"""What a process has read of a project's labels and keeps, with a mark that says what it holds.

Labels are append-only, so what was read once holds, but where an import, or a word on languages, may have changed what
lies behind.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from lamm_core.storage import annotator_work
from lamm_core.workflow.workspace import utc_now

# Labels get their numbers before they are committed. After so long, none with a smaller number is still on its way.
SETTLED = timedelta(minutes=5)
_MOST_PROJECTS = 16

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Mark:
    """A moment after which no act comes in that is older.

    Attributes:
        until: id of the newest act of a person that was done long enough before.
        moment: when it was done, in UTC.
        changes: how often older acts were changed by then.
    """

    until: int
    moment: datetime
    changes: int

    def holds(self, connection: Connection, changes: int) -> bool:
        """Whether acts up to the mark are what they were when it was made.

        Args:
            changes: how often older acts were changed by now.
        """
        return self.changes == changes and annotator_work.is_there(connection, self.until, self.moment)


def newest_mark(connection: Connection, project_id: int) -> Mark | None:
    """The newest mark of a project; None where nobody did anything that long ago."""
    newest = annotator_work.newest_act_before(connection, project_id, utc_now() - SETTLED)
    return None if newest is None else Mark(*newest, annotator_work.count_changes(connection, project_id))


@dataclass(frozen=True)
class Seen:
    """Which acts were seen: those of two that are equal are the same, as acts are only added.

    Attributes:
        mark: acts up to it.
        after: how many had come after it.
    """

    mark: Mark
    after: int


def acts_seen(connection: Connection, project_id: int) -> Seen | None:
    """The acts of a project that there are now; None where nobody did anything that is settled."""
    mark = newest_mark(connection, project_id)
    return None if mark is None else Seen(mark, annotator_work.count_acts(connection, project_id, mark.until))


class Kept(Generic[_Value]):
    """One value for each of the projects that were looked at last, by database. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: WeakKeyDictionary[Engine, OrderedDict[int, _Value]] = WeakKeyDictionary()

    def find(self, connection: Connection, project_id: int) -> _Value | None:
        """What is kept of a project."""
        with self._lock:
            of_database = self._values.get(connection.engine)
            return None if of_database is None else of_database.get(project_id)

    def keep(self, connection: Connection, project_id: int, value: _Value) -> None:
        """Keep this in place of what was kept, and let go of projects that nobody looks at."""
        with self._lock:
            of_database = self._values.setdefault(connection.engine, OrderedDict())
            of_database[project_id] = value
            of_database.move_to_end(project_id)
            while len(of_database) > _MOST_PROJECTS:
                of_database.popitem(last=False)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._values.clear()
