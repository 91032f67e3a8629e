"""Tables of Arrow, which Parquet files and datasets of Hugging Face hold, as tables of texts."""

from typing import TYPE_CHECKING

import pandas as pd

from lamm_core.exchange.cells import as_text, frame

if TYPE_CHECKING:
    import pyarrow as pa


def texts_of(batch: "pa.RecordBatch") -> pd.DataFrame:
    """The batch with every cell as a text or None."""
    columns = {place: _texts(column) for place, column in enumerate(batch.columns)}
    return frame(columns, batch.num_rows).set_axis(list(batch.schema.names), axis=1)


def _texts(column: "pa.Array") -> list[str | None]:
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return [as_text(value) for value in column.to_pylist()]
    # A text that is repeated is one text in memory as well. A batch uses a part of the dictionary, which is the file's.
    used = column.indices.unique().drop_null()
    texts = dict(zip(used.to_pylist(), map(as_text, column.dictionary.take(used).to_pylist()), strict=True))
    return [texts.get(place) for place in column.indices.to_pylist()]
