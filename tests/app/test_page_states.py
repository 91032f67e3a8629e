"""Every page renders in every state that a project can be in."""

import os
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from support import world
from support.states import Make, State

from lamm_core.records import Project
from lamm_core.storage import rounds
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.running import begin_round
from lamm_core.workflow.workspace import Workspace, utc_now

_APP = Path(__file__).parents[2] / "pages" / "main.py"
_TITLES = {"history": "My answers"}
_PAGES = ("annotate", "history", "review", "languages", "rounds", "compare", "project")
_ENGLISH = world.ROWS[world.ROWS["language"] == "en"]


def _show(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page(f"{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _words(app: AppTest) -> str:
    parts = [*app.title, *app.markdown, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(str(each.value) for each in parts)


# The states. Each makes a project and says nothing else.


def no_project(workspace: Workspace) -> None: ...


def no_texts(workspace: Workspace) -> None:
    world.make_project(workspace, rows=world.ROWS.head(0), embedded=False)


def no_model(workspace: Workspace) -> None:
    run_round(workspace, world.make_project(workspace))


def no_round(workspace: Workspace) -> None:
    world.make_project(workspace, labels=40)


def no_check_set(workspace: Workspace) -> None:
    run_round(workspace, world.make_project(workspace, 40, rows=world.ROWS[world.ROWS["split"] == "pool"]))


def one_language(workspace: Workspace) -> None:
    run_round(workspace, world.make_project(workspace, 40, rows=_ENGLISH, targets={"en": 0.9}))


def all_targets_met(workspace: Workspace) -> None:
    run_round(workspace, world.make_project(workspace, 100, targets=dict.fromkeys(world.TARGETS, 0.01)))


def everything_labelled(workspace: Workspace) -> None:
    run_round(workspace, world.make_project(workspace, sum(world.POOL.values())))


def two_rounds(workspace: Workspace) -> None:
    project = world.make_project(workspace, 40, budget=300)
    run_round(workspace, project)
    run_round(workspace, project)


def failed_round(workspace: Workspace) -> None:
    _fail(workspace, world.make_project(workspace, 40))


def failed_later_round(workspace: Workspace) -> None:
    project = world.make_project(workspace, 40)
    run_round(workspace, project)
    _fail(workspace, project)


def running_round(workspace: Workspace) -> None:
    round_ = begin_round(workspace, world.make_project(workspace, 40))
    ours = {"host": socket.gethostname(), "process_id": os.getpid()}  # a process that lives as long as these tests
    with workspace.database.write() as connection:
        rounds.beat(connection, round_.id, round_.attempt, utc_now(), **ours)


def unknown_language(workspace: Workspace) -> None:
    rows = pd.concat([world.ROWS, world.ROWS.head(1).assign(id="x", text="?", language="qaa")])
    world.make_project(workspace, 40, rows=rows, targets=world.TARGETS | {"qaa": 0.5})


def _fail(workspace: Workspace, project: Project) -> None:
    round_ = begin_round(workspace, project)
    with workspace.database.write() as connection:
        rounds.fail(connection, round_.id, round_.attempt, "The *encoder* is gone.", utc_now())


_STATES = [
    no_project,
    no_texts,
    no_model,
    no_round,
    no_check_set,
    one_language,
    all_targets_met,
    everything_labelled,
    two_rounds,
    failed_round,
    failed_later_round,
    running_round,
    unknown_language,
]


@pytest.mark.parametrize("state", _STATES, ids=lambda state: state.__name__)
def test_every_page_renders(make: Make, state: State) -> None:
    make(state)
    for page in _PAGES:
        app = _show(page)
        assert not app.exception, page
        assert [each.value for each in app.title] == [_TITLES.get(page, page.capitalize())]


@pytest.mark.parametrize("state", _STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize("query", [{"language": "en"}, {"view": "What if"}, {"view": "Check sets"}], ids=str)
def test_every_view_of_languages_renders_without_a_missing_number(
    make: Make, state: State, query: dict[str, str]
) -> None:
    make(state)
    app = _show("languages", **query)
    assert not app.exception
    shown = "\n".join([_words(app), *(str(each.value) for each in (*app.text, *app.caption, *app.metric))])
    assert not re.search(r"\b(nan|inf|None)\b", shown)


@pytest.mark.parametrize(
    ("state", "page", "words"),
    [
        (no_project, "annotate", "There is no project yet"),
        (no_texts, "languages", "There are no texts yet"),
        (no_model, "languages", "No accuracy is known yet"),
        (no_model, "rounds", "Accuracy appears here once there is a model"),
        (no_check_set, "languages", "no language has labels in its check set yet"),
        (all_targets_met, "languages", "3 of 3 targets met"),
        (failed_later_round, "rounds", "Round 2 did not finish. The \\*encoder\\* is gone."),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_page_says_what_is_so(make: Make, state: State, page: str, words: str) -> None:
    make(state)
    assert words in _words(_show(page))


@pytest.mark.parametrize("page", ["languages", "rounds"])
def test_a_failed_round_can_be_run_again(make: Make, page: str) -> None:
    make(failed_round)
    app = _show(page)
    assert [each.label for each in app.button].count("Run the round again") == 1


def _is_a_folder(home: Path) -> None:
    (home / "lamm.db").unlink()
    (home / "lamm.db").mkdir()


def _is_no_database(home: Path) -> None:
    (home / "lamm.db").write_bytes(b"something else entirely " * 1000)


def _home_is_a_file(home: Path) -> None:
    shutil.rmtree(home)
    home.write_text("no folder")


@pytest.mark.parametrize("page", _PAGES)
@pytest.mark.parametrize("spoil", [_is_a_folder, _is_no_database, _home_is_a_file], ids=lambda spoil: spoil.__name__)
def test_a_database_that_cannot_be_opened_gets_one_sentence(
    home: Path, page: str, spoil: Callable[[Path], None]
) -> None:
    spoil(home)
    app = _show(page)
    assert not app.exception
    assert len(app.error) == 1
    assert app.error[0].value.endswith(".")
