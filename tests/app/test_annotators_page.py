"""The page Annotators: a manager sees all, an annotator their own work."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from support import world

from lamm_core.actors import Actor, Role
from lamm_core.workflow import labelling
from lamm_core.workflow.workspace import Workspace
from pages.components import services

_APP = Path(__file__).parents[2] / "pages" / "main.py"


def _app() -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("team.py")
    app.run()
    assert not app.exception
    return app


def test_a_manager_sees_everybody_and_an_annotator_only_themselves(
    data: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = world.make_project(data)
    assert [each.value for each in _app().info] == ["Nobody has labelled yet."]
    ana, ben = (world.ensure_annotator(data, name) for name in ("Ana", "Ben"))
    pool = [each for each in world.stored_items(data, project).values() if each.purpose == "pool"]
    of_both = [next(each.id for each in pool if each.language == language) for language in ("en", "de")]
    for item_id in of_both:
        for annotator_id, name in ((ana, "pen"), (ben, "ink")):
            labelling.submit(data, project, annotator_id, item_id, name, None, 4.0)
    app = _app()
    assert [each.value for each in app.title] == ["Annotators"]
    table, *languages = (each.value for each in app.dataframe)
    assert table["Annotator"].tolist() == ["Ana", "Ben"]
    assert table["An hour"].tolist() == ["900", "900"]
    assert [each["Language"].tolist() for each in languages] == [["English", "German"]] * 2

    as_ben = data.acting_as(Actor("Ben", 1, ben, roles={project.id: Role.ANNOTATOR}))
    monkeypatch.setattr(services, "workspace", lambda: as_ben)
    monkeypatch.setattr(services, "annotator_id", lambda name: ben)
    own = _app()
    assert [each.value for each in own.title] == ["My work"]
    assert own.dataframe[0].value["Annotator"].tolist() == ["Ben"]
