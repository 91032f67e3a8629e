"""Embeddings on disk, one folder an encoder: computed once per text, memory-mapped, growing at the end.

Two files side by side. `vectors.f32` holds one row of float32 a text, or `vectors.f16` one of float16, and `keys.bin`
the 16-byte key of each row. Rows
are appended vectors first, keys second, both flushed to disk; a crash in between leaves rows without a key, which
the next opening cuts off. So an interrupted run continues where it stopped, and a half-written row is never read.
"""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from lamm_core.errors import EmbeddingStoreDamaged
from lamm_core.files import written_aside
from lamm_core.model.half_precision import LARGEST, widen
from lamm_core.model.key_index import KEY_BYTES, KeyIndex
from lamm_core.paths import inside
from lamm_core.words import translate as _

Vectors = NDArray[np.float32]
PRECISIONS = {"single": "<f4", "half": "<f2"}


def text_key(text: str) -> bytes:
    """The 16-byte key of a text: BLAKE2b of its UTF-8 form. Equal texts share one embedding."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


@dataclass(frozen=True)
class StoreForm:
    """How a store keeps its rows.

    Attributes:
        encoder: name of the encoder.
        dimension: numbers a text; 0 while the store is empty.
        precision: `single` or `half`.
    """

    encoder: str
    dimension: int
    precision: str

    @property
    def dtype(self) -> str:
        """How a number is kept."""
        return PRECISIONS[self.precision]

    @property
    def file_name(self) -> str:
        """Name of the file of vectors."""
        return f"vectors.f{8 * np.dtype(self.dtype).itemsize}"

    @property
    def row_bytes(self) -> int:
        """Bytes of one vector."""
        return self.dimension * np.dtype(self.dtype).itemsize


class EmbeddingStore:
    """The embeddings of one encoder.

    Several processes may read while one appends; appends are serialised by a lock file.

    Args:
        root: folder that holds the stores of all encoders.
        encoder: name of the encoder; its store lives in a folder of its own.
        precision: `single` or `half`, how a store that is empty yet keeps its numbers; one that is not stays as it is.
    """

    def __init__(self, root: Path, encoder: str, precision: str = "single") -> None:
        self.folder = inside(root, folder_name(encoder))
        self._keys_path = self.folder / "keys.bin"
        self._about_path = self.folder / "about.json"
        self._form = StoreForm(encoder, 0, precision)
        self._index = KeyIndex()
        self._vectors: NDArray[np.floating[Any]] = np.empty((0, 0), dtype=np.float32)
        self.refresh()

    def __len__(self) -> int:
        return len(self._index)

    @property
    def encoder(self) -> str:
        """Name of the encoder."""
        return self._form.encoder

    @property
    def dimension(self) -> int:
        """Numbers per text; 0 while the store is empty."""
        return self._form.dimension

    @property
    def precision(self) -> str:
        """How numbers are kept, `single` or `half`."""
        return self._form.precision

    @property
    def _vectors_path(self) -> Path:
        return self.folder / self._form.file_name

    def files(self) -> list[tuple[Path, int]]:
        """The files of the store, each with how many of its bytes are those of the rows seen; none of an empty one."""
        if not len(self):
            return []
        return [
            (self._about_path, self._about_path.stat().st_size),
            (self._keys_path, KEY_BYTES * len(self)),
            (self._vectors_path, self._form.row_bytes * len(self)),
        ]

    def refresh(self) -> None:
        """See the rows that other processes have appended since the last look.

        Raises:
            EmbeddingStoreDamaged: the description of the store cannot be read.
        """
        if not self._about_path.exists():
            return
        try:
            self._form = replace(read_form(self._about_path.read_text("utf-8")), encoder=self.encoder)
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
            self._vectors = np.memmap(
                self._vectors_path, dtype=self._form.dtype, mode="r", shape=(rows, self.dimension)
            )
            self._index.add(self._read_keys(len(self), rows))

    def rows_of(self, keys: Sequence[bytes]) -> NDArray[np.intp]:
        """Row of each key, `(n,)`; -1 where the text has no embedding yet."""
        return self._index.rows_of(keys)

    def vectors(self, keys: Sequence[bytes]) -> Vectors:
        """Embeddings `(n, dimension)` of the texts with these keys, in single precision.

        Raises:
            KeyError: a text has no embedding yet; the message says how many.
        """
        rows = self.rows_of(keys)
        missing = int(np.count_nonzero(rows < 0))
        if missing:
            raise KeyError(f"{missing} of {len(keys)} texts have no embedding by {self.encoder} yet")
        if not len(rows):
            return np.empty((0, self.dimension), dtype=np.float32)
        found = self._vectors[rows]
        return widen(found) if found.dtype == np.float16 else np.asarray(found, dtype=np.float32)

    def append(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Add embeddings; texts that are there already are left as they are.

        Args:
            keys: n keys from `text_key`.
            vectors: `(n, dimension)`.

        Raises:
            EmbeddingStoreDamaged: the dimension differs from what the store holds, or a number is not finite, or too
                large for half precision.
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
            _append_bytes(self._vectors_path, block.astype(self._form.dtype).tobytes())
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
        holds = np.isfinite(block) if self.precision == "single" else np.abs(block) <= LARGEST
        broken = len(block) - np.count_nonzero(holds.all(axis=1))
        if broken:
            raise EmbeddingStoreDamaged(
                _(
                    "{broken} of {all} new embeddings by {encoder!r} are not finite numbers, or too large.",
                    broken=broken,
                    all=len(block),
                    encoder=self.encoder,
                )
            )
        if not self.dimension:
            # Rows whose description is lost have an unknown dimension, so they cannot be read back.
            self._vectors_path.unlink(missing_ok=True)
            self._keys_path.unlink(missing_ok=True)
            self._form = replace(self._form, dimension=block.shape[1])
            with written_aside(self._about_path) as aside:
                aside.write_text(json.dumps(asdict(self._form)), "utf-8")
        elif block.shape[1] != self.dimension:
            raise EmbeddingStoreDamaged(
                _(
                    "{folder} holds embeddings of {stored} numbers, but {encoder!r} now gives {now}; delete the folder "
                    "to embed anew.",
                    folder=self.folder,
                    stored=self.dimension,
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
        row_bytes = self._form.row_bytes
        vectors = self._vectors_path.stat().st_size // row_bytes if self._vectors_path.exists() else 0
        keys = self._keys_path.stat().st_size // KEY_BYTES if self._keys_path.exists() else 0
        return int(min(vectors, keys))

    def _cut_to_complete_rows(self) -> None:
        rows = self._complete_rows()
        for path, row_bytes in ((self._vectors_path, self._form.row_bytes), (self._keys_path, KEY_BYTES)):
            if path.exists() and path.stat().st_size != rows * row_bytes:
                os.truncate(path, rows * row_bytes)


def read_form(about: str | bytes) -> StoreForm:
    """What the description of a store says.

    Args:
        about: content of `about.json`; one without a precision is of the time when all stores were single.

    Raises:
        ValueError, KeyError, TypeError: it is no such description.
    """
    found = json.loads(about)
    dimension, precision = found["dimension"], found.get("precision", "single")
    if type(dimension) is not int or dimension < 1 or precision not in PRECISIONS:
        raise ValueError(f"{dimension!r} numbers in {precision!r} precision are no form of a store")
    return StoreForm(str(found["encoder"]), dimension, precision)


def folder_name(encoder: str) -> str:
    """A folder name that is readable, safe on every file system, and different for every encoder."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", encoder).strip("-.")[-60:]
    return f"{readable}-{hashlib.blake2b(encoder.encode(), digest_size=4).hexdigest()}"


def _append_bytes(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
