"""The built-in sample project: a product catalogue in five languages, with its first 100 labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lamm_core.errors import ProjectExists, UnknownProject
from lamm_core.records import Project, ProjectSettings
from lamm_core.storage import items
from lamm_core.workflow.projects import create_project, get_project
from lamm_core.workflow.rights import needs_admin
from lamm_core.workflow.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_NAME = "Sample: product catalogue"
SAMPLE_FILE = Path(__file__).parents[2] / "sample_data" / "catalogue.csv"
_FIRST_LABELS = 100
_TARGET = 0.75
_GUIDELINES = """\
Give each listing the class of the thing that is sold, not of the things it mentions.

- A case for pens is a pencil case; a pot for pens that stays on the desk is a desk organiser.
- Paper with days, weeks or months in it is a planner; any other bound paper is a notebook.
- In a bundle, the main thing counts. If you cannot tell, skip the listing.
"""


@needs_admin
def ensure_sample_project(workspace: Workspace) -> Project:
    """The sample project, made at the first call: classes, targets, texts, check set and the first labels."""
    return _whole_sample(workspace) or _make_sample(workspace)


def _whole_sample(workspace: Workspace) -> Project | None:
    """The sample project, where it is there with its texts, which come all at once."""
    try:
        project = get_project(workspace, SAMPLE_NAME)
    except UnknownProject:
        return None
    with workspace.database.read() as connection:
        return project if items.has_items(connection, project.id) else None


def _make_sample(workspace: Workspace) -> Project:
    # To read files takes half a second to import, which only the first start of the app needs.
    from lamm_core.exchange.columns import ColumnMapping
    from lamm_core.exchange.reading import read_table
    from lamm_core.workflow.importing import import_table

    table = read_table(SAMPLE_FILE)
    mapping = ColumnMapping(text="text", language="language", class_name="class", id="id", split="split")
    shares = table.loc[table["split"] == "pool", "language"].value_counts()
    settings = ProjectSettings(
        classes=tuple(sorted(table["class"].unique())),
        targets=dict.fromkeys(shares.index, _TARGET),
        guidelines=_GUIDELINES,
        budget=25,
    )
    try:
        project = create_project(workspace, SAMPLE_NAME, settings)
    except ProjectExists:
        project = get_project(workspace, SAMPLE_NAME)
    # A first call may have been interrupted between the two steps.
    import_table(workspace, project, _with_first_labels_only(table), mapping)
    return project


def _with_first_labels_only(table: pd.DataFrame) -> pd.DataFrame:
    """Hide the classes of all pool items but a random few, so that there is something left to label."""
    pool = np.flatnonzero(table["split"] == "pool")
    hidden = np.random.default_rng(0).permutation(pool)[_FIRST_LABELS:]
    shown = table.copy()
    shown.loc[shown.index[hidden], "class"] = None
    return shown
