"""Files that appear in a folder, and when they are complete. Nothing of them is read here, and no clock either."""

import os
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Self

from lamm_core.errors import UnreadableFile
from lamm_core.words import translate as _

# Browsers, copiers and office programs name so what they have not finished, or only lock.
_UNFINISHED_BEGINNINGS = (".", "~$")
_UNFINISHED_ENDINGS = (".part", ".filepart", ".tmp", ".crdownload")


@dataclass(frozen=True, order=True)
class Arrival:
    """A file as it lay in a folder at one moment; one that is written to is another arrival.

    Attributes:
        path: where it is.
        size: in bytes.
        modified_ns: when it was last written to, in nanoseconds, by the clock of the machine that keeps it.
        changed_ns: when anything of it changed, such as who may read it; likewise.
    """

    path: Path
    size: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path, found: os.stat_result) -> Self:
        """A file by what the system says of it."""
        return cls(path, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    @property
    def name(self) -> str:
        """Its name in its folder, as it can be shown and stored: bytes that are no UTF-8 are replaced."""
        return os.fsencode(self.path.name).decode("utf-8", "replace")

    def open(self) -> BufferedReader:
        """Open it for reading; a link that has taken its place is not followed.

        Raises:
            OSError: it is gone, or cannot be read.
        """
        descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        return os.fdopen(descriptor, "rb")

    def is_still(self, file: BufferedReader) -> bool:
        """Whether an open file is this one, as it lay there."""
        found = os.fstat(file.fileno())
        return (found.st_size, found.st_mtime_ns) == (self.size, self.modified_ns)


class Arrivals:
    """What lies in a folder, looked at now and again; files in folders below it are left alone, and so are links.

    The folder may be on another machine: it is looked at, not listened to, since no notice of a change comes from
    there, and the two clocks are never held against each other.

    Args:
        folder: where files appear.
        settle: seconds for which a file must lie unchanged before it counts as complete.
    """

    def __init__(self, folder: Path, settle: float) -> None:
        self._folder = folder
        self._settle = settle
        self._since: dict[Arrival, float] = {}
        self._done: set[Arrival] = set()

    def look(self, now: float) -> None:
        """See what is there.

        Args:
            now: seconds on a clock that is never set back.

        Raises:
            UnreadableFile: the folder cannot be looked into.
        """
        found = _files_of(self._folder)
        self._since = {each: self._since.get(each, now) for each in found}
        self._done &= self._since.keys()

    @property
    def open(self) -> list[Arrival]:
        """Files that were not seen to yet, complete or not, in the order of their names."""
        return sorted(self._since.keys() - self._done)

    def complete(self, now: float) -> list[Arrival]:
        """Those among them that have lain unchanged for long enough."""
        return [each for each in self.open if now - self._since[each] >= self._settle]

    def see_to(self, arrival: Arrival) -> None:
        """Leave it alone from now on, until it changes."""
        self._done.add(arrival)


def _files_of(folder: Path) -> list[Arrival]:
    try:
        with os.scandir(folder) as entries:
            return [found for each in entries if (found := _arrival(each)) is not None]
    except FileNotFoundError:
        raise UnreadableFile(_("There is no folder {folder!r}.", folder=str(folder))) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableFile(
            _("The folder {folder!r} cannot be looked into: {reason}.", folder=str(folder), reason=reason)
        ) from error


def _arrival(entry: os.DirEntry[str]) -> Arrival | None:
    name = entry.name.lower()
    if name.startswith(_UNFINISHED_BEGINNINGS) or name.endswith(_UNFINISHED_ENDINGS):
        return None
    try:
        is_file = entry.is_file(follow_symlinks=False)
        return Arrival.of(Path(entry.path), entry.stat(follow_symlinks=False)) if is_file else None
    except FileNotFoundError:  # taken away meanwhile
        return None
