"""How large a batch is, and when the next one is prepared."""


def nearly_done(budget: int) -> int:
    """Number of open items at which the next round starts: a tenth of a batch, so that annotators need not wait."""
    return budget // 10


def batch_size(budget: int, open_items: int) -> int:
    """A full batch when the last one is nearly done; a round started earlier only fills the queue up.

    Args:
        budget: labels per batch.
        open_items: items still open in earlier batches.

    Returns:
        Items to choose, 0 when the queue is full.
    """
    return budget if open_items <= nearly_done(budget) else max(0, budget - open_items)
