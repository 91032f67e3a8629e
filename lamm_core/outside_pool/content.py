"""What a part holds, in a few numbers: they tell whether embeddings are still those of its texts."""

import hashlib
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lamm_core.errors import UnreadableFile
from lamm_core.outside_pool.embedding_file import Head
from lamm_core.outside_pool.files import Columns, Part, read_blocks
from lamm_core.words import translate as _


class Content:
    """Counts and a digest of rows that pass by; how they are cut into blocks plays no part."""

    def __init__(self) -> None:
        self._rows = 0
        self._languages: Counter[str] = Counter()
        # Lengths and letters apart, so that each is one stream whatever the blocks.
        self._lengths = [hashlib.blake2b() for _column in Columns().names]
        self._letters = [hashlib.blake2b() for _column in Columns().names]

    def add(self, block: pa.RecordBatch) -> None:
        """See further rows, as `read_blocks` gives them."""
        self._rows += len(block)
        for counted in pc.value_counts(block.column("language")).to_pylist():
            self._languages[counted["values"]] += counted["counts"]
        for column, lengths, letters in zip(block.columns, self._lengths, self._letters, strict=True):
            _validity, ends, data = column.buffers()
            places = np.frombuffer(ends, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
            lengths.update(np.diff(places).astype("<i4").tobytes())
            letters.update(memoryview(data)[places[0] : places[-1]])

    def head(self) -> Head:
        """What a file of embeddings for these rows says of itself."""
        whole = hashlib.blake2b(b"".join(each.digest() for each in [*self._lengths, *self._letters]), digest_size=16)
        return Head(whole.hexdigest(), self._rows, dict(sorted(self._languages.items())))


def look_through(part: Part, columns: Columns) -> Head:
    """Read a part once, without keeping more than its ids.

    Raises:
        UnreadableFile: as `read_blocks`; or two rows have the same id.
        MissingColumn, StorageUnavailable: as `read_blocks`.
    """
    content, ids = Content(), []
    for block in read_blocks(part, columns):
        content.add(block)
        ids.append(block.column("id"))
    together = pa.chunked_array(ids, pa.string())
    if pc.count_distinct(together).as_py() < len(together):
        counted = pc.value_counts(together)
        twice = counted.field("values").filter(pc.greater(counted.field("counts"), 1))[0].as_py()
        raise UnreadableFile(
            _("{file!r} has the id {id!r} more than once; ids are unique in a pool.", file=part.url, id=twice)
        )
    return content.head()
