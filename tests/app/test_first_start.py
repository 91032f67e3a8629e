"""Without accounts somebody says their name once, before the first label."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from support import world

from lamm_core.workflow.serving import local_name
from lamm_core.workflow.workspace import Workspace
from pages.components import services

_APP = Path(__file__).parents[2] / "pages" / "main.py"
_IS_NAMED = services.is_named
_QUESTION = "Under which name shall your labels be stored?"


def _questions(app: AppTest) -> list[str]:
    return [each.label for each in app.main.text_input]


def test_the_first_start_asks_for_a_name_once(data: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "is_named", _IS_NAMED)
    world.make_project(data)
    app = AppTest.from_file(str(_APP), default_timeout=60).run()
    assert _questions(app) == [_QUESTION]
    app.main.text_input[0].set_value("  ")
    app.main.button[0].click().run()
    assert app.error
    app.main.text_input[0].set_value(" Ana Silva ")
    app.main.button[0].click().run()
    assert (_questions(app), local_name(data)) == ([], "Ana Silva")
    again = AppTest.from_file(str(_APP), default_timeout=60).run()
    assert _questions(again) == []
    assert again.sidebar.text_input[0].value == "Ana Silva"
