"""Files that are there whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


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
