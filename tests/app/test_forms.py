"""Forms of the page Project: what they keep, what they read, what a retry does."""

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from support import world

from lamm_core.errors import ProjectExists, StorageUnavailable
from lamm_core.workflow import projects
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.workspace import Workspace
from pages.components import project_create, upload
from pages.components.settings_form import changed_targets

_APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A session outside any page."""
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def test_only_an_edited_target_changes() -> None:
    targets = {"en": 0.8525, "de": 1 / 3, "sw": 0.9}
    assert changed_targets(targets, {"en": 85.2, "de": 33.3, "sw": 95.5}) == {"en": 0.8525, "de": 1 / 3, "sw": 0.955}


def test_settings_at_the_limits_open_and_are_saved_as_they_were(data: Workspace) -> None:
    project = world.make_project(
        data,
        targets={"en": 0.8525, "de": 1 / 3, "sw": 0.005},
        budget=projects.MAX_BUDGET,
        lease_minutes=projects.MAX_LEASE_MINUTES,
    )
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("pages/project.py")
    app.run()
    assert not app.exception
    next(each for each in app.button if each.label == "Save").click().run()
    assert not app.exception
    assert [each.value for each in app.success] == ["Saved. The settings hold from the next round on."]
    assert projects.get_project(data, project.name).settings == project.settings


def test_a_composed_strategy_stays_and_no_form_offers_a_model_for_each_language(data: Workspace) -> None:
    project = world.make_project(data, strategy="lamm+margin+k-means")
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("pages/project.py")
    app.run()
    assert not app.exception
    box = next(each for each in app.selectbox if each.label == "Strategy")
    assert box.options == ["foresight", "LAMM", "EA", "LC", "random", "lamm+margin+k-means"]
    next(each for each in app.button if each.label == "Save").click().run()
    assert not app.exception
    assert projects.get_project(data, project.name).settings.strategy == "lamm+margin+k-means"


def test_a_project_whose_import_failed_is_filled_by_the_retry(
    data: Workspace, session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = world.settings_of()

    def fails(*_: Any) -> None:
        raise StorageUnavailable("The disk is full.")

    monkeypatch.setattr(project_create, "import_table", fails)
    with pytest.raises(StorageUnavailable):
        project_create.make_and_fill("small", settings, world.ROWS, world.MAPPING)
    monkeypatch.setattr(project_create, "import_table", import_table)
    changed = replace(settings, budget=33)
    project, result = project_create.make_and_fill(" small ", changed, world.ROWS, world.MAPPING)
    assert project.settings.budget == 33
    assert result.added == len(world.ROWS)
    assert len(projects.list_projects(data)) == 1
    with pytest.raises(ProjectExists):  # made by now, so the name is taken as any other
        project_create.make_and_fill("small", settings, world.ROWS, world.MAPPING)


@dataclass
class _File:
    file_id: str
    name: str
    content: BytesIO

    def __getattr__(self, name: str) -> Any:
        return getattr(self.content, name)


def test_a_file_is_read_once_and_another_one_anew(session: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def count(file: Any, name: str) -> tuple[pd.DataFrame, None]:
        read.append(name)
        return pd.DataFrame({"text": [name]}), None

    monkeypatch.setattr(upload, "read_file", count)
    for name in ("a", "a", "b", "b", "a"):
        table, _ = upload._read_once(_File(name, f"{name}.csv", BytesIO()))
        assert table["text"].tolist() == [f"{name}.csv"]
    assert read == ["a.csv", "b.csv", "a.csv"]
