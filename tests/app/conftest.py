"""The data that the pages open: each test has its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from support.states import Make, States

from lamm_core.settings import HOME_VARIABLE
from lamm_core.workflow.workspace import Workspace
from pages.components import services


@pytest.fixture
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder that the pages will open."""
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    # Somebody has said their name; what is asked before that has a test of its own.
    monkeypatch.setattr(services, "is_named", lambda: True)
    _forget()
    yield home
    _forget()


def _forget() -> None:
    """What a server keeps as long as it lives."""
    if services.data.cache_info().currsize:
        services.data().close()
    services.data.cache_clear()
    services._actors.cache_clear()
    st.cache_data.clear()


@pytest.fixture
def data(home: Path) -> Workspace:
    """The data that the pages see."""
    return services.data()


@pytest.fixture(scope="module")
def _states(tmp_path_factory: pytest.TempPathFactory) -> States:
    return States(tmp_path_factory.mktemp("states"))


@pytest.fixture
def make(home: Path, _states: States) -> Make:
    """Call it with a state of a workspace: that is what the pages will open."""
    return lambda state: _states.put(state, home)
