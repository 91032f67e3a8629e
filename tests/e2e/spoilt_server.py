"""The app's own server with one thing in it that goes wrong: `python spoilt_server.py WHAT run app.py …`.

What stops at a moment of its work says so in the log, and stands there until it is killed. What goes on and off does so
as a file of that name appears in the data folder and disappears.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

STANDS = "it stands here until it is killed"
FULL, READ_ONLY, ENDLESS_FIT = "full", "read-only", "endless-fit"


def _stand(*_: object) -> None:
    print(STANDS, flush=True)  # noqa: T201 - the test reads it in the log
    time.sleep(600)


def _before_the_commit() -> None:
    """The last moment in which a label could still be lost."""
    from sqlalchemy import Engine, event

    from lamm_core.storage import labels

    add, written = labels.add_label, set()

    def add_label(connection: Any, *values: Any, **more: Any) -> int:
        written.add(connection)
        return add(connection, *values, **more)

    labels.add_label = add_label
    event.listen(Engine, "commit", lambda connection: connection in written and _stand())


def _after_the_commit() -> None:
    """The label is stored, and the card is not told."""
    from lamm_core.workflow import automatic

    automatic.start_round_if_due = _stand


def _disk() -> None:
    """A disk without room, or one on which nothing may be written."""
    from sqlalchemy import event
    from sqlalchemy.pool import Pool

    def look(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {1 if _is_on(FULL) else 2**32 - 2}")
        connection.execute(f"PRAGMA query_only = {int(_is_on(READ_ONLY))}")

    event.listen(Pool, "checkout", look)


def _rounds() -> None:
    """Rounds that never come to the end of fitting."""
    from lamm_core.workflow import processes

    def popen(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        if _is_on(ENDLESS_FIT):
            command = [sys.executable, __file__, ENDLESS_FIT, *command[-2:]]
        return subprocess.Popen(command, **options)

    processes.subprocess = SimpleNamespace(**vars(subprocess) | {"Popen": popen})


def _is_on(name: str) -> bool:
    return (Path(os.environ["LAMM_HOME"]) / name).exists()


def _round_without_end(round_id: int, attempt: int) -> None:
    from lamm_core.workflow import round_process, rounds

    rounds._fit = _stand
    round_process.main(round_id, attempt)


WHATS = {
    "before the commit": _before_the_commit,
    "after the commit": _after_the_commit,
    "disk": _disk,
    "rounds": _rounds,
}

if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())
    what, *rest = sys.argv[1:]
    if what == ENDLESS_FIT:
        _round_without_end(*map(int, rest))
    else:
        from streamlit.web import cli

        WHATS[what]()
        sys.argv = ["streamlit", *rest]
        cli.main()
