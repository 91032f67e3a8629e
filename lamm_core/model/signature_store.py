"""The signatures of a project's texts on disk, so that a new file needs only its own texts read.

Two files side by side: `items.bin` has id, language and the beginning of the text's key of each item, `signatures.u8`
its signature, in the order of the ids. Signatures are appended first, items second; a crash in between leaves rows
without an item, which the next writing cuts off. All of it follows from the texts: what is lost is made again.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from lamm_core.model.minhash import SIGNATURE_BYTES, Signatures
from lamm_core.paths import inside

# Signatures that are made in another way must never be compared with these.
_VERSION = "1"
_KEY_BYTES = 8
_ITEM = np.dtype([("id", "<i8"), ("key", f"V{_KEY_BYTES}"), ("language", "S36")])


class SignatureStore:
    """The signatures of one project.

    Several processes may read while one that holds `writing` appends.

    Args:
        root: folder that holds the stores of all projects.
        project_id: the project; its store lives in a folder of its own.
    """

    def __init__(self, root: Path, project_id: int) -> None:
        self._folder = inside(root, f"{project_id}-{_VERSION}")
        self._items_path = self._folder / "items.bin"
        self._signatures_path = self._folder / "signatures.u8"
        self._items: NDArray[np.void] = np.empty(0, dtype=_ITEM)
        self.refresh()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def ids(self) -> NDArray[np.int64]:
        """`(n,)`, rising."""
        return np.asarray(self._items["id"])

    @property
    def newest(self) -> int:
        """Id of the newest item; 0 while there is none."""
        return int(self.ids[-1]) if len(self) else 0

    def is_newest(self, key: bytes) -> bool:
        """Whether this is the text key of the newest item: else the database has been another one."""
        return bool(self._items["key"][-1].tobytes() == key[:_KEY_BYTES])

    def of_language(self, language: str) -> tuple[NDArray[np.int64], Signatures]:
        """Ids of the items of a language, rising, and their signatures `(n, 120)`."""
        rows = np.flatnonzero(self._items["language"] == language.encode())
        if not len(rows):
            return np.empty(0, dtype=np.int64), np.empty((0, SIGNATURE_BYTES), dtype=np.uint8)
        shape = (len(self), SIGNATURE_BYTES)
        mapped: Signatures = np.memmap(self._signatures_path, dtype=np.uint8, mode="r", shape=shape)
        return self.ids[rows], mapped if len(rows) == len(self) else mapped[rows]

    def refresh(self) -> None:
        """See what other processes have appended since the last look."""
        rows = self._complete_rows()
        self._items = np.fromfile(self._items_path, dtype=_ITEM, count=rows) if rows else np.empty(0, dtype=_ITEM)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store, for `append` and `clear`; whoever else wants to waits."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / "write.lock"):
            self.refresh()
            yield
            self.refresh()

    def append(self, ids: Sequence[int], languages: Sequence[str], keys: Sequence[bytes], found: Signatures) -> None:
        """Add items, whose ids are above all that are there.

        Args:
            keys: text key of each.
            found: `(n, 120)`.
        """
        self._cut_to_complete_rows()
        items = np.empty(len(ids), dtype=_ITEM)
        items["id"] = ids
        items["key"] = np.frombuffer(b"".join(key[:_KEY_BYTES] for key in keys), dtype=_ITEM["key"])
        items["language"] = [language.encode() for language in languages]
        for path, data in ((self._signatures_path, found.tobytes()), (self._items_path, items.tobytes())):
            with path.open("ab") as file:
                file.write(data)

    def clear(self) -> None:
        """Forget all."""
        self._items_path.unlink(missing_ok=True)
        self._signatures_path.unlink(missing_ok=True)
        self.refresh()

    def _complete_rows(self) -> int:
        return min(
            path.stat().st_size // row_bytes if path.exists() else 0
            for path, row_bytes in ((self._items_path, _ITEM.itemsize), (self._signatures_path, SIGNATURE_BYTES))
        )

    def _cut_to_complete_rows(self) -> None:
        rows = self._complete_rows()
        for path, row_bytes in ((self._items_path, _ITEM.itemsize), (self._signatures_path, SIGNATURE_BYTES)):
            if path.exists() and path.stat().st_size != rows * row_bytes:
                os.truncate(path, rows * row_bytes)
