"""How large a batch is, and when the next one is prepared."""

from lamm_core.records import OpenItems


def is_nearly_done(budget: int, items: OpenItems) -> bool:
    """Whether it is time to prepare the next batch, so that nobody has to wait for it.

    That is when a tenth of a batch is left, or when annotators hold all that is left and it is half a batch at most:
    whoever comes next would find nothing, and a person who went away would keep everybody waiting.

    Args:
        budget: labels per batch.
        items: items still open in all batches.
    """
    return items.open <= budget // 10 or (items.free == 0 and items.open <= budget // 2)


def batch_size(budget: int, items: OpenItems, check_items: int = 0) -> int:
    """A full batch when the last one is nearly done; a round started earlier only fills the queue up.

    Args:
        budget: labels per batch.
        items: items still open in all batches.
        check_items: how many of them are check items, which come beside the budget.

    Returns:
        Items to choose, 0 when the queue is full.
    """
    return budget if is_nearly_done(budget, items) else max(0, budget - (items.open - check_items))
