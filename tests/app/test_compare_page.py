"""The page Compare: what it offers, starts, shows and takes back."""

import os
import signal
from pathlib import Path

import psutil
from streamlit.testing.v1 import AppTest
from support import workers, world

from lamm_core.comparing import perform_comparison
from lamm_core.comparison import Comparison, ComparisonState
from lamm_core.records import Project
from lamm_core.storage import comparisons
from lamm_core.workflow.comparing import begin_comparison, comparison_status
from lamm_core.workflow.workspace import Workspace, utc_now

_APP = Path(__file__).parents[2] / "pages" / "main.py"


def page() -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("compare.py")
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in [*app.markdown, *app.info, *app.error, *app.caption])


def buttons(app: AppTest) -> list[str]:
    return [each.label for each in app.main.button]


def press(app: AppTest, label: str) -> AppTest:
    next(each for each in app.main.button if each.label == label).click().run()
    assert not app.exception
    return app


def latest(data: Workspace, project: Project) -> Comparison:
    found = comparison_status(data, project).latest
    assert found is not None
    return found


def replaying(data: Workspace, project: Project) -> Comparison | None:
    """The comparison once its process says so itself."""
    now = latest(data, project)
    assert now.state is ComparisonState.RUNNING, now.error
    return now if "replays" in now.stage else None


def test_too_few_labels_are_said_with_their_number(data: Workspace) -> None:
    world.make_project(data, 90)
    app = page()
    assert "Compare needs at least 150 labelled texts; this project has 90." in words(app)
    assert buttons(app) == []


def test_languages_that_are_left_out_are_named(data: Workspace) -> None:
    rows = world.ROWS[(world.ROWS["split"] == "pool") | (world.ROWS["language"] == "en")]
    world.make_project(data, 200, rows=rows)
    app = page()
    assert "at least 2 languages with labelled texts and with 10 or more check items; this project has 1" in words(app)
    assert "German \\(0 check items, fewer than 10\\)" in words(app)


def test_the_own_strategy_and_the_yardsticks_are_chosen_at_first(data: Workspace) -> None:
    world.make_project(data, 160, strategy="lamm+margin")
    app = page()
    assert app.multiselect[0].value == ["lamm+margin", "random", "ea", "lc", "lamm"]
    assert "A replay can only choose among the texts that are labelled already" in words(app)
    assert buttons(app) == ["Compare"]


def test_a_finished_comparison_is_a_sentence_a_chart_and_a_table(data: Workspace) -> None:
    project = world.make_project(data, 160, targets={"en": 0.9, "de": 0.8, "sw": 0.7})
    begun = begin_comparison(data, project, ["random", "lc"], seeds=3)
    _, found = perform_comparison(data, project, begun, workers=1)
    app = page()
    assert f"on average after {found.labels_at_point} labels" in words(app)
    table = app.dataframe[0].value
    assert table["Strategy"].tolist() == ["lamm (yours)", "random", "lc"]
    at = table[f"After {found.labels_at_point} labels"].tolist()
    assert at == [100 * each.mean.accuracy[found.point] for each in found.strategies]
    assert len(app.get("plotly_chart")) == 2
    assert "30 in English, 30 in German, 30 in Swahili" in words(app)
    assert buttons(app) == ["Compare again"]


def test_a_process_does_the_work_and_the_page_shows_it_and_its_result(data: Workspace) -> None:
    project = world.make_project(data, 160)
    app = page()
    app.multiselect[0].set_value(["random"])
    press(app, "Compare")
    assert latest(data, project).strategies == ("lamm", "random")
    workers.until(lambda: latest(data, project).state is not ComparisonState.RUNNING)
    assert latest(data, project).error is None
    assert "on average after" in words(page())


def test_cancel_ends_the_process_and_all_of_its_workers(data: Workspace) -> None:
    project = world.make_project(data, 200)
    app = page()
    press(app, "Compare")
    now = workers.until(lambda: replaying(data, project))
    process = psutil.Process(now.process_id)
    os.kill(process.pid, signal.SIGSTOP)  # so that it cannot finish before it is cancelled
    family = [process, *process.children(recursive=True)]
    app = page()
    (bar,) = app.get("progress")
    assert bar.proto.text.startswith("Comparing lamm, random, ea, lc: ")
    assert buttons(app) == ["Cancel"]
    press(app, "Cancel")
    os.kill(process.pid, signal.SIGCONT)
    workers.until(lambda: not any(_lives(each) for each in family))
    assert latest(data, project).state is ComparisonState.CANCELLED
    app = page()
    assert "The comparison was cancelled." in words(app)
    assert buttons(app) == ["Compare"]


def test_an_unknown_strategy_is_answered_in_one_sentence(data: Workspace) -> None:
    project = world.make_project(data, 160)
    app = page()
    app.multiselect[0].set_value(["random", "best"])
    press(app, "Compare")
    assert "Unknown strategy 'best'" in words(app)
    assert comparison_status(data, project).latest is None


def test_a_failed_comparison_says_why_and_can_be_run_again(data: Workspace) -> None:
    project = world.make_project(data, 160)
    begun = begin_comparison(data, project, ["random"])
    with data.database.write() as connection:
        comparisons.close(connection, begun.id, ComparisonState.FAILED, "The *encoder* is gone.", utc_now())
    app = page()
    assert "The comparison did not finish. The \\*encoder\\* is gone. It can be run again." in words(app)
    assert buttons(app) == ["Compare"]


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
