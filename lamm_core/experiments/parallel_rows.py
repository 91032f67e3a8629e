"""Find translations in a file whose rows of the same meaning share an id."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lamm_core.experiments.translations import Translations


def find_translations(
    parallel_ids: NDArray[np.object_],
    languages: NDArray[np.str_],
    pool: NDArray[np.intp],
    candidates: NDArray[np.intp],
) -> Translations:
    """Find the translations of each item of a pool.

    Args:
        parallel_ids: `(n,)` one id for all rows of the same meaning; empty or missing where a row has no translation.
        languages: `(n,)` language of each row.
        pool: rows of the items that can be labelled.
        candidates: rows that may be used as translations.

    Returns:
        Positions of rows in the file; one pair for each item and each row of its id in another language.
    """
    known = pd.DataFrame({"id": parallel_ids, "language": languages, "row": np.arange(len(languages))})
    named = np.asarray(known["id"].notna() & (known["id"] != ""))
    items, others = (known.iloc[rows[named[rows]]] for rows in (pool, candidates))
    pairs = items.merge(others, on="id", suffixes=("", "_other"))
    pairs = pairs[pairs["language"] != pairs["language_other"]]
    rows = pairs["row_other"].to_numpy(dtype=np.intp)
    return Translations(pairs["row"].to_numpy(dtype=np.intp), rows, np.setdiff1d(rows, pool))
