"""The pilot's own project: its data folder, its texts in, its labels out."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lamm_core.actors import OPERATOR
from lamm_core.experiments.tasks import TaskData
from lamm_core.records import Project, ProjectSettings
from lamm_core.settings import Settings
from lamm_core.storage.database import Database
from lamm_core.storage.migrate import migrate
from lamm_core.workflow.exporting import export_labels
from lamm_core.workflow.importing import import_table, read_file
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.workspace import Workspace
from piloting.errors import PilotStopped
from piloting.plan import Plan

_NAME = "Pilot"


def open_home(home: Path) -> Workspace:
    """The data folder of the pilot, always with a database of its own inside."""
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings(home, f"sqlite:///{home / 'lamm.db'}")
    workspace = Workspace(settings, Database(settings.database_url), OPERATOR)
    migrate(workspace.database)
    return workspace


def import_task(workspace: Workspace, data: TaskData, plan: Plan) -> Project:
    """A fresh project with the pool, its labels hidden, and the check set, through a file as in the browser.

    Raises:
        PilotStopped: some texts could not be imported.
    """
    settings = ProjectSettings(
        classes=tuple(np.unique(data.classes).tolist()),
        targets=dict.fromkeys(data.task.languages, data.task.target),
        budget=plan.budget,
        strategy=plan.strategy,
        encoder=plan.encoder,
        near_duplicates=False,  # the task counts on all of its texts
    )
    project = create_project(workspace, _NAME, settings)
    file = workspace.settings.home / "pilot.csv"
    _table(data).to_csv(file, index=False)
    table, mapping = read_file(file)
    result = import_table(workspace, project, table, mapping, hide_labels=True)
    if (result.added_pool, result.added_check) != (len(data.pool), len(data.check)):
        reasons = "; ".join(f"row {each.row}, {each.reason}" for each in result.rejected[:3])
        raise PilotStopped(f"Only {result.added:,} of {len(table):,} texts could be imported: {reasons}.")
    return project


def pool_classes(data: TaskData) -> dict[str, str]:
    """Id of each item of the pool to its class, which the annotators alone are told."""
    return {str(data.rows[row]): str(data.classes[row]) for row in data.pool}


def imported_texts(data: TaskData, rows: NDArray[np.intp]) -> list[str]:
    """The texts as an import stores them, without spaces around them."""
    return [str(text).strip() for text in data.texts[rows]]


def export(workspace: Workspace, project: Project) -> pd.DataFrame:
    """The labels of the project as they stand in an exported file, every cell a text."""
    file = workspace.settings.home / "labels.csv"
    export_labels(workspace, project, file)
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def _table(data: TaskData) -> pd.DataFrame:
    rows = np.concatenate([data.pool, data.check])
    return pd.DataFrame(
        {
            "id": data.rows[rows],
            "language": data.languages[rows],
            "text": data.texts[rows],
            "class": data.classes[rows],
            "split": ["pool"] * len(data.pool) + ["check"] * len(data.check),
        }
    )
