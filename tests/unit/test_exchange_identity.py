"""What a project exports, another project imports, and its export is the same again: in every format that reads."""

import io
import uuid
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import world

from lamm_core.exchange.formats import FORMATS
from lamm_core.exchange.rows import WholeFile
from lamm_core.records import Project
from lamm_core.workflow.exporting import export_labels, labels_table
from lamm_core.workflow.importing import import_file, import_table, open_table
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.surveying import preview
from lamm_core.workflow.workspace import Workspace

# What an import keeps. Rounds, models and reviewers are those of the project that they belong to.
KEPT = [
    "id",
    "language",
    "text",
    "class",
    "split",
    "annotator",
    "labelled_at",
    "seconds",
    "comment",
    "flagged",
    "deciding",
]
# What any of them leaves to the others: a tool that has no place for it.
NAMES = [
    name for name, each in FORMATS.items() if (each.read or each.read_folder) and (each.write or each.write_folder)
]
WORDS = st.text(st.sampled_from("abcäß日本🙂=+-'\" ,;\n"), min_size=1, max_size=12).map(str.strip).filter(bool)
LABEL = st.tuples(
    st.sampled_from(["pen", "ink", "desk"]),
    st.sampled_from(["Ana", "Ben", "Cem"]),
    st.datetimes(min_value=pd.Timestamp(2020, 1, 1), max_value=pd.Timestamp(2030, 1, 1)).map(
        lambda moment: f"{moment.replace(microsecond=0).isoformat()}Z"
    ),
    st.none() | st.integers(0, 5_000).map(lambda number: f"{number / 10}"),
    st.none() | WORDS,
    st.sampled_from(["true", "false"]),
)
ITEM = st.tuples(
    st.sampled_from(["en", "de", "sw"]),
    st.sampled_from(["pool", "check"]),
    st.lists(LABEL, min_size=1, max_size=3, unique_by=lambda label: label[1]),
)


def project_of(workspace: Workspace) -> Project:
    return create_project(workspace, uuid.uuid4().hex, world.settings_of())


def told(workspace: Workspace, project: Project) -> list[dict[str, object]]:
    """The labels of a project as far as an import keeps them, in an order of their own."""
    table = labels_table(workspace, project)[KEPT].sort_values(["id", "annotator"])
    return table.astype(object).where(table.notna(), None).to_dict("records")


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(WORDS, ITEM, min_size=1, max_size=4))
def test_export_and_import_are_the_identity(
    name: str, sqlite_workspace: Workspace, tmp_path: Path, items: dict[str, tuple[str, str, list[tuple[object, ...]]]]
) -> None:
    rows = [
        (f"id {number}", text, language, split, *label)
        for number, (text, (language, split, labels)) in enumerate(items.items())
        for label in labels
    ]
    columns = ["id", "text", "language", "split", "class", "annotator", "labelled_at", "seconds", "comment", "flagged"]
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    first, second = project_of(sqlite_workspace), project_of(sqlite_workspace)
    beginning = io.BytesIO(table.to_json(orient="records", lines=True).encode())
    opened = open_table(beginning, "a.jsonl", "jsonl")
    result = import_file(sqlite_workspace, first, opened, preview(opened).mapping, WholeFile())
    assert not result.rejected
    path = tmp_path / f"{uuid.uuid4().hex}{(FORMATS[name].endings or ('',))[0]}"
    export_labels(sqlite_workspace, first, path, format_name=name)
    back = open_table(path)
    assert back.format.name == name
    again = import_file(sqlite_workspace, second, back, preview(back).mapping, WholeFile())
    assert (again.added, again.rejected) == (result.added, ())
    assert told(sqlite_workspace, second) == told(sqlite_workspace, first)
    assert import_table(sqlite_workspace, first, table, preview(opened).mapping).added == 0
