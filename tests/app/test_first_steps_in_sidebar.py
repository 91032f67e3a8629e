"""The first steps in the sidebar: they lead to their pages, close for good, and open again."""

from pathlib import Path

from streamlit.testing.v1 import AppTest
from support import world

from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.sample import SAMPLE_NAME
from lamm_core.workflow.workspace import Workspace

_APP = Path(__file__).parents[2] / "pages" / "main.py"


def _show(page: str = "") -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    if page:
        app.switch_page(f"{page}.py")
    return app.run()


def _steps(app: AppTest) -> list[str]:
    return [each.key for each in app.sidebar.button if (each.key or "").startswith("first_steps_")]


def test_steps_lead_to_their_pages_and_close_for_good(data: Workspace) -> None:
    run_round(data, world.make_project(data, labels=40, name=SAMPLE_NAME))
    app = _show()
    assert len(_steps(app)) == 6
    assert app.sidebar.button(key="first_steps_try").label == "Label texts of the sample (0 of 5)"
    app.sidebar.button(key="first_steps_flags").click().run()
    assert [each.value for each in app.title] == ["Languages"]
    icons = [each.icon for each in _show().sidebar.button if each.key == "first_steps_flags"]
    assert icons == [":material/check_circle:"]
    app.sidebar.button(key="first_steps_close").click().run()
    assert _steps(app) == _steps(_show("languages")) == ["first_steps_open"]
    app.sidebar.button(key="first_steps_open").click().run()
    assert len(_steps(app)) == 6


def test_the_step_to_try_the_sample_chooses_it(data: Workspace) -> None:
    world.make_project(data, name="another")
    world.make_project(data, name=SAMPLE_NAME)
    app = _show()
    assert app.sidebar.selectbox[0].value == "another"
    app.sidebar.button(key="first_steps_try").click().run()
    assert app.sidebar.selectbox[0].value == SAMPLE_NAME
