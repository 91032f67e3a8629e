"""What became of each language: labels, and the accuracy of the first model and of the last."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamm_core.experiments.tasks import TaskData
from lamm_core.model.classifier import Classifier
from lamm_core.model.embedding import embed_missing
from lamm_core.model.embedding_store import text_key
from lamm_core.model.evaluation import accuracy_by_language
from lamm_core.model.preparation.preparation import load_preparation
from lamm_core.records import ModelVersion, Project
from lamm_core.workflow.preparing import folder_name, preparation_folder
from lamm_core.workflow.round_data import read_round_data
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace
from piloting.project import imported_texts


@dataclass(frozen=True)
class LanguageFigures:
    """What became of one language; accuracies 0 to 1, `before` by the first model and `after` by the last."""

    language: str
    pool: int
    labels: int
    checked: int
    check_before: float
    check_after: float
    tested: int
    test_before: float
    test_after: float


def measure_languages(
    workspace: Workspace, project: Project, data: TaskData, models: Sequence[ModelVersion]
) -> tuple[LanguageFigures, ...]:
    """Figures of each language, in the order of the task.

    Args:
        models: all models of the project, oldest first.
    """
    store = workspace.embedding_store(project.settings.encoder)
    embed_missing(store, imported_texts(data, data.test))
    folder = folder_name(project, read_round_data(workspace, project))
    preparation = load_preparation(preparation_folder(workspace, project, folder))
    first, last = (Classifier.load(workspace.settings.models / each.file) for each in (models[0], models[-1]))

    def accuracies(model: Classifier, rows: NDArray[np.intp]) -> dict[str, float]:
        texts = imported_texts(data, rows)
        embeddings = store.vectors([text_key(text) for text in texts])
        vectors = preparation.transform(embeddings, texts, data.languages[rows])
        return accuracy_by_language(model.predict(vectors), data.classes[rows], data.languages[rows])

    def count(language: str, rows: NDArray[np.intp]) -> int:
        return int(np.count_nonzero(data.languages[rows] == language))

    check_before, check_after = accuracies(first, data.check), accuracies(last, data.check)
    test_before, test_after = accuracies(first, data.test), accuracies(last, data.test)
    status = {each.language: each for each in project_status(workspace, project).languages}
    return tuple(
        LanguageFigures(
            language=language,
            pool=status[language].pool,
            labels=status[language].labels,
            checked=count(language, data.check),
            check_before=check_before[language],
            check_after=check_after[language],
            tested=count(language, data.test),
            test_before=test_before[language],
            test_after=test_after[language],
        )
        for language in data.task.languages
    )
