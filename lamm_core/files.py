"""Files that are there whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lamm_core.errors import StorageUnavailable
from lamm_core.words import translate as _


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the name when the block ends, and is removed when the block raises.

    Raises:
        OSError: the file cannot be written there.
    """
    aside = path.with_name(f".{path.name}.part")
    try:
        yield aside
        aside.replace(path)
    finally:
        with suppress(OSError):  # there is none after a success, and no folder after some failures
            aside.unlink()


@contextmanager
def folder_written_aside(path: Path) -> Iterator[Path]:
    """An empty folder beside `path` to fill; it takes the name when the block ends, and is removed when it raises.

    A folder that had the name is there until then. Between its going and the new one's coming there is none.

    Raises:
        OSError: the folder cannot be made, or cannot take the name.
    """
    aside, old = path.with_name(f".{path.name}.part"), path.with_name(f".{path.name}.old")
    for left in (aside, old):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    aside.mkdir()
    try:
        yield aside
        if path.exists():
            path.replace(old)
        aside.replace(path)
    finally:
        for left in (aside, old):
            shutil.rmtree(left, ignore_errors=True)


def cannot_be_written(path: Path | str, error: OSError) -> StorageUnavailable:
    """What to raise where a file or a folder could not be written, in one sentence with the system's reason."""
    reason = str(error.strerror or error).rstrip(".")
    return StorageUnavailable(_("{file!r} cannot be written: {reason}.", file=str(path), reason=reason))
