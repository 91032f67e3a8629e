"""Which items of a batch annotators see with the class that the model predicts, and which several annotators label.

Check items never have a suggestion, whoever labels them must not lean on the model that they measure. Were everything
else to have one, its absence would give check items away; so suggestions are withheld from pool items too: from as many
as there are check items in the batch, from a tenth of them at least, drawn by chance. A card without a suggestion is
then a check item in half of the cases at most. What several annotators label has none either, or they would agree
with the model rather than with each other; those count among the withheld.
"""

from collections.abc import Collection

import numpy as np

_WITHHELD = 0.1


def draw_overlap(size: int, share: float, rng: np.random.Generator) -> set[int]:
    """Places in a batch whose items several annotators label.

    Args:
        size: items in the batch, check items among them.
        share: share of them, 0 to 1.
        rng: source of chance; where the share is no whole number of items, chance decides on the last one, so that
            small batches have the right share in the long run.
    """
    count = min(size, int(share * size + rng.random()))
    return set(rng.choice(size, count, replace=False).tolist())


def draw_withheld(
    places: Collection[int], shared: Collection[int], check_items: int, rng: np.random.Generator
) -> set[int]:
    """Places of pool items in a batch that annotators see without a suggestion.

    Args:
        places: places of the pool items.
        shared: places whose items several annotators label; those of pool items are all withheld.
        check_items: check items in the batch.
        rng: source of chance.
    """
    withheld = set(places) & set(shared)
    rest = sorted(set(places) - withheld)
    wanted = max(check_items, int(np.ceil(_WITHHELD * len(places)))) - len(withheld)
    count = min(max(0, wanted), len(rest))
    return withheld | set(rng.choice(np.array(rest, dtype=np.intp), count, replace=False).tolist())
