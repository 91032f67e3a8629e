"""The tab Translation of the page Project: what it offers, starts and takes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from support import workers, world
from support.libre import LibreServer, libre_server

from lamm_core.records import Project
from lamm_core.workflow import translation_runs
from lamm_core.workflow.projects import get_project
from lamm_core.workflow.translating import translate_labels, translation_counts
from lamm_core.workflow.workspace import Workspace

_APP = Path(__file__).parents[2] / "pages" / "main.py"
LABELS = 12


@pytest.fixture
def server() -> Iterator[LibreServer]:
    with libre_server() as running:
        yield running


@pytest.fixture
def labelled(data: Workspace, server: LibreServer) -> Project:
    return world.make_project(data, LABELS, translator=server.name)


def page() -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("project.py")
    app.run()
    assert not app.exception
    return app


def buttons(app: AppTest) -> list[str]:
    return [each.label for each in app.button]


def words(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in [*app.markdown, *app.info, *app.error, *app.success, *app.caption])


def press(app: AppTest, label: str) -> AppTest:
    next(each for each in app.button if each.label == label).click().run()
    assert not app.exception
    return app


def test_without_a_translator_the_page_says_where_to_set_one(data: Workspace) -> None:
    world.make_project(data, LABELS)
    app = page()
    assert "No translator is set. Choose one under Settings, Translation." in words(app)
    assert not any(each.startswith("Translate") for each in buttons(app))


def test_the_button_translates_in_a_process_of_its_own_and_the_page_follows(
    data: Workspace, labelled: Project, server: LibreServer
) -> None:
    server.hold_at = 2
    app = press(page(), f"Translate {2 * LABELS} texts")
    assert server.held.wait(90)
    kept = translation_counts(data, labelled).stored
    assert 0 < kept < 2 * LABELS
    app = page()
    assert [each.proto.text for each in app.get("progress")] == [
        f"Translating: {kept} of {2 * LABELS} texts are done and kept."
    ]
    assert not any(each.startswith("Translate") for each in buttons(app))
    server.go_on.set()  # the held request is not answered, so it is made again
    workers.until(lambda: not translation_runs.is_translating(data, labelled))
    app = page()
    assert "Nothing is left to translate." in words(app)
    assert f"**{2 * LABELS} translations** are kept; each counts 0.5 in training" in words(app)
    assert set(server.answered.values()) == {1}


def test_translations_are_removed_by_a_button(data: Workspace, labelled: Project) -> None:
    translate_labels(data, labelled)
    app = press(page(), "Remove them")
    assert translation_counts(data, labelled).stored == 0
    assert f"Translate {2 * LABELS} texts" in buttons(app)


def test_a_translator_that_is_away_gets_one_sentence_and_another_try(
    data: Workspace, labelled: Project, server: LibreServer
) -> None:
    server.server_close()
    app = page()
    assert "did not answer" in words(app)
    assert "Try again" in buttons(app)


def test_why_translating_stopped_is_said_until_it_goes_on(
    data: Workspace, labelled: Project, server: LibreServer
) -> None:
    translation_runs.note_failure(data, labelled, "The *account* is empty.")
    app = page()
    assert "The \\*account\\* is empty" in words(app)
    press(app, f"Translate {2 * LABELS} texts")
    workers.until(lambda: not translation_runs.is_translating(data, labelled))
    assert "account" not in words(page())


def test_the_form_keeps_the_settings_of_translation(data: Workspace, labelled: Project) -> None:
    app = page()
    key = f"settings_{labelled.id}"
    app.text_input(key=f"{key}_translator").set_value("parallel:texts.csv")
    app.number_input(key=f"{key}_translation_weight").set_value(0.25)
    app.toggle(key=f"{key}_use_translations").set_value(False)
    press(app, "Save")
    settings = get_project(data, labelled.name).settings
    assert (settings.translator, settings.translation_weight) == ("parallel:texts.csv", 0.25)
    assert not settings.use_translations
