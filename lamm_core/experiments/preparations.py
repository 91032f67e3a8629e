"""The rows of a task, prepared as a project would prepare them: fitted on the pool alone."""

import numpy as np

from lamm_core.experiments.tasks import TaskData
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.preparation.preparation import fit_preparation


def prepared_rows(task_data: TaskData, embeddings: Vectors, preparation: str) -> Vectors:
    """Prepare every row of a task.

    Args:
        task_data: rows of a task; texts outside its pool have no influence on other rows.
        embeddings: `(n, d)`, one row for each of the task's rows.
        preparation: as for `parse_preparation`.

    Returns:
        `(n, e)` float32.

    Raises:
        UnknownPreparation, InvalidInput: see `fit_preparation`.
    """
    pool, parts = task_data.pool, [np.union1d(task_data.check, task_data.test)]
    if task_data.translations is not None:
        parts.append(task_data.translations.extra)
    texts = [str(text) for text in task_data.texts]
    fitted = fit_preparation(preparation, embeddings[pool], [texts[row] for row in pool], task_data.languages[pool])
    vectors = np.empty((len(texts), fitted.vectors.shape[1]), dtype=np.float32)
    vectors[pool] = fitted.vectors
    for part in parts:
        vectors[part] = fitted.transform(embeddings[part], [texts[row] for row in part], task_data.languages[part])
    return vectors
