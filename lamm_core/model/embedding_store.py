"""Embeddings on disk, one folder an encoder: computed once per text, memory-mapped, growing at the end.

Two files side by side. `vectors.f32` holds one row of float32 a text, `keys.bin` the 16-byte key of each row. Rows
are appended vectors first, keys second, both flushed to disk; a crash in between leaves rows without a key, which
the next opening cuts off. So an interrupted run continues where it stopped, and a half-written row is never read.
"""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from lamm_core.errors import EmbeddingStoreDamaged
from lamm_core.files import written_aside
from lamm_core.model.key_index import KEY_BYTES, KeyIndex
from lamm_core.paths import inside
from lamm_core.words import translate as _

Vectors = NDArray[np.float32]


def text_key(text: str) -> bytes:
    """The 16-byte key of a text: BLAKE2b of its UTF-8 form. Equal texts share one embedding."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


class EmbeddingStore:
    """The embeddings of one encoder.

    Several processes may read while one appends; appends are serialised by a lock file.

    Args:
        root: folder that holds the stores of all encoders.
        encoder: name of the encoder; its store lives in a folder of its own.
    """

    def __init__(self, root: Path, encoder: str) -> None:
        self.encoder = encoder
        self.folder = inside(root, folder_name(encoder))
        self._vectors_path = self.folder / "vectors.f32"
        self._keys_path = self.folder / "keys.bin"
        self._about_path = self.folder / "about.json"
        self._dimension = 0
        self._index = KeyIndex()
        self._vectors: Vectors = np.empty((0, 0), dtype=np.float32)
        self.refresh()

    def __len__(self) -> int:
        return len(self._index)

    @property
    def dimension(self) -> int:
        """Numbers per text; 0 while the store is empty."""
        return self._dimension

    def files(self) -> list[tuple[Path, int]]:
        """The files of the store, each with how many of its bytes are those of the rows seen; none of an empty one."""
        if not len(self):
            return []
        return [
            (self._about_path, self._about_path.stat().st_size),
            (self._keys_path, KEY_BYTES * len(self)),
            (self._vectors_path, 4 * self._dimension * len(self)),
        ]

    def refresh(self) -> None:
        """See the rows that other processes have appended since the last look.

        Raises:
            EmbeddingStoreDamaged: the description of the store cannot be read.
        """
        if not self._about_path.exists():
            return
        try:
            _encoder, self._dimension = encoder_and_dimension(self._about_path.read_text("utf-8"))
        except (ValueError, KeyError, TypeError) as error:
            raise EmbeddingStoreDamaged(
                _("{file} cannot be read; delete {folder} to start over.", file=self._about_path, folder=self.folder)
            ) from error
        rows = self._complete_rows()
        if rows == len(self):
            return
        if rows < len(self):
            # The files were cut off or replaced, so nothing that was read of them holds any more.
            self._index = KeyIndex()
        if rows:
            self._vectors = np.memmap(self._vectors_path, dtype="<f4", mode="r", shape=(rows, self._dimension))
            self._index.add(self._read_keys(len(self), rows))

    def rows_of(self, keys: Sequence[bytes]) -> NDArray[np.intp]:
        """Row of each key, `(n,)`; -1 where the text has no embedding yet."""
        return self._index.rows_of(keys)

    def vectors(self, keys: Sequence[bytes]) -> Vectors:
        """Embeddings `(n, dimension)` of the texts with these keys.

        Raises:
            KeyError: a text has no embedding yet; the message says how many.
        """
        rows = self.rows_of(keys)
        missing = int(np.count_nonzero(rows < 0))
        if missing:
            raise KeyError(f"{missing} of {len(keys)} texts have no embedding by {self.encoder} yet")
        return self._vectors[rows] if len(rows) else np.empty((0, self._dimension), dtype=np.float32)

    def append(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Add embeddings; texts that are there already are left as they are.

        Args:
            keys: n keys from `text_key`.
            vectors: `(n, dimension)`.

        Raises:
            EmbeddingStoreDamaged: the dimension differs from what the store holds, or a number is not finite.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / "write.lock"):
            self.refresh()
            new = self._new_rows(keys)
            block = np.ascontiguousarray(vectors[new], dtype="<f4")
            if not len(block):
                return
            self._check_block(block)
            self._cut_to_complete_rows()
            _append_bytes(self._vectors_path, block.tobytes())
            _append_bytes(self._keys_path, b"".join(keys[i] for i in new))
        self.refresh()

    def _new_rows(self, keys: Sequence[bytes]) -> list[int]:
        seen: set[bytes] = set()
        new = []
        for position, row in enumerate(self.rows_of(keys)):
            if row < 0 and keys[position] not in seen:
                seen.add(keys[position])
                new.append(position)
        return new

    def _check_block(self, block: Vectors) -> None:
        broken = len(block) - np.count_nonzero(np.isfinite(block).all(axis=1))
        if broken:
            raise EmbeddingStoreDamaged(
                _(
                    "{broken} of {all} new embeddings by {encoder!r} are not finite numbers.",
                    broken=broken,
                    all=len(block),
                    encoder=self.encoder,
                )
            )
        if not self._dimension:
            # Rows whose description is lost have an unknown dimension, so they cannot be read back.
            self._vectors_path.unlink(missing_ok=True)
            self._keys_path.unlink(missing_ok=True)
            self._dimension = block.shape[1]
            with written_aside(self._about_path) as aside:
                aside.write_text(json.dumps({"encoder": self.encoder, "dimension": self._dimension}), "utf-8")
        elif block.shape[1] != self._dimension:
            raise EmbeddingStoreDamaged(
                _(
                    "{folder} holds embeddings of {stored} numbers, but {encoder!r} now gives {now}; delete the folder "
                    "to embed anew.",
                    folder=self.folder,
                    stored=self._dimension,
                    encoder=self.encoder,
                    now=block.shape[1],
                )
            )

    def _read_keys(self, first: int, end: int) -> bytes:
        """The keys of the rows from `first` to before `end`, which the file is known to hold."""
        with self._keys_path.open("rb") as file:
            file.seek(KEY_BYTES * first)
            return file.read(KEY_BYTES * (end - first))

    def _complete_rows(self) -> int:
        row_bytes = 4 * self._dimension
        vectors = self._vectors_path.stat().st_size // row_bytes if self._vectors_path.exists() else 0
        keys = self._keys_path.stat().st_size // KEY_BYTES if self._keys_path.exists() else 0
        return int(min(vectors, keys))

    def _cut_to_complete_rows(self) -> None:
        rows = self._complete_rows()
        for path, row_bytes in ((self._vectors_path, 4 * self._dimension), (self._keys_path, KEY_BYTES)):
            if path.exists() and path.stat().st_size != rows * row_bytes:
                os.truncate(path, rows * row_bytes)


def encoder_and_dimension(about: str | bytes) -> tuple[str, int]:
    """What the description of a store says: whose embeddings they are, and how many numbers each has.

    Args:
        about: content of `about.json`.

    Raises:
        ValueError, KeyError, TypeError: it is no such description.
    """
    found = json.loads(about)
    dimension = found["dimension"]
    if type(dimension) is not int or dimension < 1:
        raise ValueError(f"{dimension!r} is not a dimension")
    return str(found["encoder"]), dimension


def folder_name(encoder: str) -> str:
    """A folder name that is readable, safe on every file system, and different for every encoder."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", encoder).strip("-.")[-60:]
    return f"{readable}-{hashlib.blake2b(encoder.encode(), digest_size=4).hexdigest()}"


def _append_bytes(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
