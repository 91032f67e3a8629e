"""The table of the page Languages: how the newest batch was split, and how the next one would be."""

from pathlib import Path

import pandas as pd
from streamlit.testing.v1 import AppTest
from support import world

from lamm_core.language_names import language_name
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace

_APP = Path(__file__).parents[2] / "app.py"


def _app() -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("pages/languages.py")
    app.run()
    assert not app.exception
    return app


def _table() -> pd.DataFrame:
    return _app().dataframe[0].value.set_index("Language")


def test_the_next_split_is_shown_where_the_last_round_found_a_full_queue(data: Workspace) -> None:
    project = world.make_project(data, labels=40)
    run_round(data, project)
    run_round(data, project)
    table = _table()
    assert table["In this batch"].tolist() == [0, 0, 0]
    expected = {language_name(each.language): str(each.next_quota) for each in project_status(data, project).languages}
    assert table["In the next"].to_dict() == expected
    assert sum(map(int, expected.values())) == 20


def test_a_strategy_without_quotas_says_so(data: Workspace) -> None:
    run_round(data, world.make_project(data, labels=40, strategy="lc"))
    app = _app()
    assert "In the next" not in app.dataframe[0].value.columns
    assert any("text by text" in caption.value for caption in app.caption)


def test_nothing_is_guessed_before_the_first_model(data: Workspace) -> None:
    world.make_project(data)
    table = _table()
    assert table["In the next"].tolist() == ["not known yet"] * 3
    assert table["Gap"].tolist() == ["not measured"] * 3


def test_a_language_used_up_short_of_its_target_is_named(data: Workspace) -> None:
    run_round(data, world.make_project(data, labels=200, targets=dict.fromkeys(world.TARGETS, 1.0)))
    (warning,) = _app().warning
    assert "every text is labelled or skipped and the target is not met" in warning.value
