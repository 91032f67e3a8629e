"""The data that the pages open, made anew for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from lamm_core.settings import HOME_VARIABLE
from lamm_core.workflow.workspace import Workspace
from pages.components import services


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder that the pages will open."""
    folder = tmp_path / "home"
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield folder
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def data(home: Path) -> Workspace:
    """The data that the pages see."""
    return services.data()
