"""Every page in German and in Japanese: nothing breaks, and what a reader sees is in their language."""

import itertools
import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from support import world
from support.states import Make, State

from lamm_core import words
from lamm_core.storage import rounds
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.running import begin_round
from lamm_core.workflow.workspace import Workspace, utc_now

_APP = Path(__file__).parents[2] / "pages" / "main.py"
_TITLES = {"languages": "Languages", "rounds": "Rounds", "compare": "Compare", "project": "Project"}
_LANGUAGES = [code for code in words.LANGUAGES if code != words.ENGLISH]

_ENGLISH_WORDS = re.compile(r"\b(the|and|with|which|are|this|these|not|until|each)\b")


def _show(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page(f"{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def nothing(workspace: Workspace) -> None: ...


def two_rounds(workspace: Workspace) -> None:
    project = world.make_project(workspace, 40, budget=300)
    run_round(workspace, project)
    run_round(workspace, project)


def failed_round(workspace: Workspace) -> None:
    project = world.make_project(workspace, 40)
    round_ = begin_round(workspace, project)
    with workspace.database.write() as connection:
        rounds.fail(connection, round_.id, round_.attempt, "It was interrupted.", utc_now())


def _said(app: AppTest) -> str:
    parts = (*app.markdown, *app.info, *app.warning, *app.error, *app.success, *app.caption, *app.text, *app.subheader)
    return "\n".join(str(each.value) for each in parts)


@pytest.mark.parametrize("state", [nothing, two_rounds, failed_round], ids=lambda state: state.__name__)
def test_every_page_speaks_the_language(make: Make, state: State) -> None:
    make(state)
    for page, language in itertools.product(_TITLES, ("de", "ja")):
        app = _show(page, lang=language)
        assert not app.exception, page
        with words.speaking(language):
            assert [each.value for each in app.title] == [words.translate(_TITLES[page])]
        assert app.title[0].value != _TITLES[page]


def test_links_to_views_and_languages_work_whatever_the_language(make: Make) -> None:
    make(two_rounds)
    for language in ("de", "ja"):
        with words.speaking(language):
            matrix, budget, needed = map(
                words.translate, ("Confusion matrix", "Budget: labels per batch", "Near copies")
            )
        one = _show("languages", lang=language, language="en")
        assert matrix in [each.value for each in one.subheader]
        what_if = _show("languages", lang=language, view="What if")
        assert budget in [each.label for each in what_if.number_input]
        check_sets = _show("languages", lang=language, view="Check sets")
        assert needed in json.loads(check_sets.dataframe[0].proto.columns)["Near copies"]["label"]
        assert not any(each.exception for each in (one, what_if, check_sets))


def test_no_english_sentence_is_left_on_a_page(make: Make) -> None:
    make(two_rounds)
    for language, page in itertools.product(_LANGUAGES, _TITLES):
        for line in _said(_show(page, lang=language)).splitlines():
            assert not _ENGLISH_WORDS.search(re.sub(r"'.*?'|`.*?`", "", line)), line


def test_a_stored_reason_is_told_in_the_language(make: Make) -> None:
    make(failed_round)
    assert "Es wurde unterbrochen." in _said(_show("rounds", lang="de"))


def test_the_choice_stands_in_the_address_and_holds_on_other_pages(make: Make) -> None:
    make(two_rounds)
    app = _show("rounds")
    choice = next(each for each in app.selectbox if each.label == "Language")
    assert choice.options == list(words.LANGUAGES.values())
    app = choice.select("de").run()
    assert app.title[0].value == "Runden"
    assert app.query_params["lang"] in ("de", ["de"])
    app = app.switch_page("project.py").run()
    assert app.title[0].value == "Projekt"
    app = next(each for each in app.selectbox if each.label == "Sprache").select("en").run()
    assert app.title[0].value == "Project"
    assert "lang" not in app.query_params


def test_an_unknown_language_in_the_address_is_english(make: Make) -> None:
    make(nothing)
    app = _show("project", lang="tlh")
    assert not app.exception
    assert app.title[0].value == "Project"


def test_what_was_typed_in_one_language_outlives_the_change_to_another(make: Make) -> None:
    make(two_rounds)
    app = _show("languages", view="What if")
    app.number_input[0].set_value(77).run()
    app = next(each for each in app.selectbox if each.label == "Language").select("ja").run()
    assert not app.exception
    assert app.number_input[0].label.startswith("予算")
    assert app.number_input[0].value == 77
