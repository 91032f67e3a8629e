"""The page Rounds shows managers what is in line for workers, and lets them act on it."""

from pathlib import Path

from streamlit.testing.v1 import AppTest
from support import world

from lamm_core.job import JobKind, JobState
from lamm_core.records import Project
from lamm_core.storage import jobs
from lamm_core.workflow.jobs import cancel_job
from lamm_core.workflow.workspace import Workspace, utc_now

_APP = Path(__file__).parents[2] / "pages" / "main.py"


def _add(workspace: Workspace, project: Project, kind: JobKind) -> int:
    with workspace.database.write() as connection:
        return jobs.add(connection, project.id, kind, {}, "Ana", utc_now())


def _states(workspace: Workspace) -> dict[int, JobState]:
    with workspace.database.read() as connection:
        return {each.id: each.state for each in jobs.list_jobs(connection, None, 9)}


def _press(app: AppTest, label: str) -> AppTest:
    (button,) = [each for each in app.button if each.label == label]
    return button.click().run()


def test_a_manager_sees_what_waits_takes_it_out_and_tries_again(data: Workspace) -> None:
    project = world.make_project(data, 40)
    translation = _add(data, project, JobKind.TRANSLATE)
    cancel_job(data, project, translation)
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("rounds.py").run()
    assert not app.exception
    assert "Work for workers" in [each.value for each in app.subheader]
    assert "**Translating labels**: Cancelled" in [each.value for each in app.info]

    round_ = _add(data, project, JobKind.ROUND)
    app = _press(app, "Try again")
    assert not app.exception
    assert _states(data) == {translation: JobState.QUEUED, round_: JobState.QUEUED}
    (waits,) = app.warning
    assert waits.value.startswith("**Round**: No worker is running now")

    app = _press(app, "Take it out of the line")
    assert not app.exception
    assert _states(data)[round_] is JobState.CANCELLED
    assert not app.warning
