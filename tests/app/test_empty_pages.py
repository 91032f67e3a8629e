"""A page with nothing to show leads to where something comes from, and filters that leave nothing can be taken off."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from support import world

from lamm_core.workflow.workspace import Workspace

_APP = Path(__file__).parents[2] / "pages" / "main.py"
_WAYS = {
    "history": "Start labelling",
    "team": "Start labelling",
    "review": "See how far annotators agree",
    "languages": "Bring in texts",
    "rounds": "Bring in texts",
    "compare": "Start labelling",
    "project": "Start labelling",
}


def _show(page: str) -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page(f"{page}.py")
    return app.run()


def _take_off(app: AppTest) -> list[str]:
    """Press the button that takes filters off; gives what the page says before and after."""
    before = [each.value for each in app.main.info]
    next(each for each in app.main.button if each.label == "Show all").click().run()
    assert not app.exception
    return [*before, *(each.value for each in app.main.info)]


@pytest.fixture
def no_texts(data: Workspace) -> None:
    world.make_project(data, rows=world.ROWS.head(0), embedded=False)


@pytest.mark.parametrize("page", _WAYS)
def test_an_empty_page_leads_on(no_texts: None, page: str) -> None:
    assert [each.proto.label for each in _show(page).main.get("page_link")] == [_WAYS[page]]


def test_filters_that_leave_nothing_can_be_taken_off(no_texts: None) -> None:
    trail = _show("trail")
    trail.main.text_input(key="trail_who").set_value("nobody").run()
    assert _take_off(trail) == ["There is nothing like that in the trail."]
    assert len(trail.main.dataframe) == 1
    history = _show("history")
    history.main.toggle[0].set_value(True).run()
    assert _take_off(history)[0] == "None of your answers is flagged."
    assert history.main.toggle[0].value is False
    review = _show("review")
    review.main.selectbox(key="review_class").set_value("pen").run()
    assert _take_off(review)[0] == "No text fits these filters."
    assert review.main.selectbox(key="review_class").value is None
