"""How well the encoder knows each language, told from the spread of its embeddings.

An encoder that does not know a language gives all its texts nearly the same embedding. So the spread of a language,
the trace of the covariance of its embeddings, as a share of the largest spread of any language, says without a single
label how far the encoder can be trusted there.
"""

import numpy as np

from lamm_core.model.embedding_store import Vectors
from lamm_core.model.preparation.centring import Languages

# Below, a spread is chance as much as language.
_TEXTS = 30


def relative_spreads(pool: Vectors, languages: Languages) -> dict[str, float]:
    """The relative spread of each language that occurs, 0 to 1.

    Args:
        pool: `(p, d)` embeddings as the encoder gave them.
        languages: `(p,)` their languages.

    Returns:
        Language to its spread over the largest; 1 for a language with fewer than 30 texts, of which nothing can be
        told, and for all where no embedding differs from another.
    """
    parts = {str(name): pool[languages == name] for name in np.unique(languages)}
    spreads = {
        name: float(part.var(axis=0, ddof=1, dtype=np.float64).sum())
        for name, part in parts.items()
        if len(part) >= _TEXTS
    }
    largest = max(spreads.values(), default=0.0)
    return {name: spreads[name] / largest if name in spreads and largest else 1.0 for name in parts}
