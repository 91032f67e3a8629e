"""Forms of the page Project: what they keep, what they read, what a retry does."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from support import world

from lamm_core.errors import InvalidProject, ProjectExists, StorageUnavailable
from lamm_core.exchange.arrivals import Arrivals
from lamm_core.records import Consensus, Project
from lamm_core.workflow import projects
from lamm_core.workflow.arrivals import import_arrival
from lamm_core.workflow.duplicates import list_duplicates, set_duplicates_aside
from lamm_core.workflow.importing import (
    ColumnMapping,
    TableFile,
    WholeFile,
    import_file,
    import_table,
    open_table,
)
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.surveying import ImportChoices
from lamm_core.workflow.workspace import Workspace
from pages.components import import_run, project_create, upload
from pages.components.class_targets_form import read_class_targets
from pages.components.frame import as_plain_text
from pages.components.settings_form import changed_targets

_APP = Path(__file__).parents[2] / "pages" / "main.py"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A session outside any page."""
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def test_only_an_edited_target_changes() -> None:
    targets = {"en": 0.8525, "de": 1 / 3, "sw": 0.9}
    assert changed_targets(targets, {"en": 85.2, "de": 33.3, "sw": 95.5}) == {"en": 0.8525, "de": 1 / 3, "sw": 0.955}


def test_settings_at_the_limits_open_and_are_saved_as_they_were(data: Workspace) -> None:
    project = world.make_project(
        data,
        targets={"en": 0.8525, "de": 1 / 3, "sw": 0.005},
        budget=projects.MAX_BUDGET,
        lease_minutes=projects.MAX_LEASE_MINUTES,
        metric="macro-f1",
        class_targets={("de", "ink"): 1 / 3, ("en", "pen"): 0.8525, ("sw", "desk"): 1.0},
        check_part=1 / 3,
        check_share=0.0625,
        check_width=0.0123,
        price_per_label=0.0375,
        currency="zł / label",
        suggestions=True,
        overlap_share=1 / 3,
        overlap_count=projects.MAX_OVERLAP_COUNT,
        gold_count=projects.MAX_GOLD_COUNT,
        gold_feedback=True,
        consensus="dawid-skene",
    )
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("project.py")
    app.run()
    assert not app.exception
    next(each for each in app.button if each.label == "Save").click().run()
    assert not app.exception
    assert [each.value for each in app.success] == ["Saved. The settings hold from the next round on."]
    assert projects.get_project(data, project.name).settings == project.settings


def open_page() -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("project.py")
    app.run()
    assert not app.exception
    return app


def save(app: AppTest) -> AppTest:
    next(each for each in app.button if each.label == "Save").click().run()
    assert not app.exception
    return app


def edit_class_targets(monkeypatch: pytest.MonkeyPatch, rows: list[tuple[Any, Any, Any]]) -> None:
    """Let a manager have typed these rows into the table of class targets; there is no way to type in a test."""
    as_it_is = st.data_editor

    def edited(table: pd.DataFrame, **arguments: Any) -> pd.DataFrame:
        if not str(arguments["key"]).endswith("_class_targets"):
            return as_it_is(table, **arguments)
        as_it_is(table, **arguments)
        return class_rows(rows)

    monkeypatch.setattr(st, "data_editor", edited)


def class_rows(rows: list[tuple[Any, Any, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["Language", "Class", "Target, %"])


def stored(data: Workspace, project: Project) -> Any:
    return projects.get_project(data, project.name).settings


def test_metric_check_set_and_price_are_changed_in_percent_and_stored_as_fractions(data: Workspace) -> None:
    project = world.make_project(data, check_share=0.2, check_part=0.2, check_width=0.05)
    app = open_page()
    key = f"settings_{project.id}"
    assert [app.number_input(key=f"{key}_check_{name}").value for name in ("share", "part", "width")] == [20, 20, 5]
    app.radio(key=f"{key}_metric").set_value("macro-f1")
    app.number_input(key=f"{key}_check_share").set_value(35.0)
    app.number_input(key=f"{key}_check_part").set_value(12.5)
    app.number_input(key=f"{key}_check_width").set_value(2.5)
    app.number_input(key=f"{key}_price").set_value(0.12)
    app.text_input(key=f"{key}_currency").set_value(" USD ")
    save(app)
    changed = replace(
        project.settings,
        metric="macro-f1",
        check_share=0.35,
        check_part=0.125,
        check_width=0.025,
        price_per_label=0.12,
        currency="USD",
    )
    assert stored(data, project) == changed


def test_suggestions_and_texts_that_several_label_are_switched_on(data: Workspace) -> None:
    project = world.make_project(data)
    app = open_page()
    key = f"settings_{project.id}"
    app.toggle(key=f"{key}_suggestions").set_value(True)
    app.number_input(key=f"{key}_overlap_share").set_value(12.5)
    app.number_input(key=f"{key}_overlap_count").set_value(3)
    app.selectbox(key=f"{key}_consensus").set_value(Consensus.DAWID_SKENE)
    save(app)
    assert stored(data, project) == replace(
        project.settings, suggestions=True, overlap_share=0.125, overlap_count=3, consensus="dawid-skene"
    )


def test_gold_items_and_feedback_are_set(data: Workspace) -> None:
    project = world.make_project(data)
    app = open_page()
    key = f"settings_{project.id}"
    assert (app.number_input(key=f"{key}_gold_count").value, app.toggle(key=f"{key}_gold_feedback").value) == (
        10,
        False,
    )
    app.number_input(key=f"{key}_gold_count").set_value(0)
    app.toggle(key=f"{key}_gold_feedback").set_value(True)
    save(app)
    assert stored(data, project) == replace(project.settings, gold_count=0, gold_feedback=True)


def test_an_empty_currency_gets_one_sentence_and_changes_nothing(data: Workspace) -> None:
    project = world.make_project(data)
    app = open_page()
    app.text_input(key=f"settings_{project.id}_currency").set_value(" ")
    save(app)
    assert [each.value for each in app.error] == [as_plain_text("A currency has 1 to 10 characters; this one has 0.")]
    assert stored(data, project) == project.settings
    assert not app.success


def test_rows_of_class_targets_are_stored(data: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    project = world.make_project(data, class_targets={("en", "pen"): 0.8525, ("de", "ink"): 0.5})
    edit_class_targets(monkeypatch, [("en", "pen", 85.2), ("sw", "desk", 62.5), (None, None, None)])
    app = save(open_page())
    assert [each.value for each in app.success] == ["Saved. The settings hold from the next round on."]
    assert stored(data, project).class_targets == {("en", "pen"): 0.8525, ("sw", "desk"): 0.625}


def test_a_bad_row_of_class_targets_gets_one_sentence_and_nothing_is_stored(
    data: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = world.make_project(data, class_targets={("en", "pen"): 0.8})
    edit_class_targets(monkeypatch, [("en", "pen", 70.0), ("de", None, 60.0)])
    app = open_page()
    app.number_input(key=f"settings_{project.id}_budget").set_value(33)
    save(app)
    assert [each.value for each in app.error] == ["Row 2 of the targets for single classes has no class."]
    assert not app.success
    assert stored(data, project) == project.settings
    assert app.number_input(key=f"settings_{project.id}_budget").value == 33


def test_saving_twice_says_so_twice_and_the_word_does_not_stay(data: Workspace) -> None:
    world.make_project(data)
    app = save(open_page())
    assert len(app.success) == 1
    assert len(save(app).success) == 1
    assert not app.run().success


def test_a_class_and_a_language_are_added_once_it_was_said_what_that_means(data: Workspace) -> None:
    project = world.make_project(data, labels=24)
    run_round(data, project)
    app = open_page()
    key = f"settings_{project.id}"
    app.text_input(key=f"{key}_classes").set_value("ruler")
    app.text_input(key=f"{key}_languages").set_value("fr, en")
    app.number_input(key=f"{key}_languages_target").set_value(70.0)
    save(app)
    (told,) = [each.value for each in app.warning]
    assert "it never answers 'ruler'" in told
    assert "before French came" in told
    assert "was labelled without it" in told
    assert stored(data, project) == project.settings
    press(app, "Leave it")
    assert not app.warning
    save(app)
    press(app, as_plain_text("Add 'ruler', 'fr'"))
    assert [each.value for each in app.success] == ["Saved. The settings hold from the next round on."]
    grown = stored(data, project)
    assert (grown.classes, grown.targets) == ((*world.CLASSES, "ruler"), world.TARGETS | {"fr": 0.7})
    app.text_input(key=f"{key}_classes").set_value("")
    app.multiselect(key=f"{key}_removed_5").set_value(["ruler"])
    save(app)
    assert stored(data, project).classes == world.CLASSES
    app.multiselect(key=f"{key}_removed_4").set_value(["ink"])
    save(app)
    assert ["stays" in each.value for each in app.error] == [True]


def press(app: AppTest, label: str) -> None:
    next(each for each in app.button if each.label == label).click().run()
    assert not app.exception


_NAN = float("nan")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("en", "pen", 80.0), (None, "ink", 70.0)], "Row 2 of the targets for single classes has no language."),
        ([("en", _NAN, 80.0)], "Row 1 of the targets for single classes has no class."),
        ([("en", "pen", _NAN)], "Row 1 of the targets for single classes has no target."),
        ([("en", "", None)], "Row 1 of the targets for single classes has no class and no target."),
        ([("en", "pen", 80.0), ("en", "pen", 70.0)], "The class 'pen' has two targets in English; keep one row."),
    ],
)
def test_a_row_that_cannot_be_read_is_named(rows: list[tuple[Any, Any, Any]], words: str) -> None:
    with pytest.raises(InvalidProject) as caught:
        read_class_targets(class_rows(rows), {})
    assert str(caught.value) == words


def test_only_an_edited_class_target_changes_and_empty_rows_say_nothing() -> None:
    before = {("en", "pen"): 1 / 3, ("en", "ink"): 0.8525, ("de", "pen"): 0.5}
    rows = [("en", "pen", 33.3), (None, _NAN, _NAN), ("en", "ink", 85.5), ("sw", "pen", 33.3)]
    found = read_class_targets(class_rows(rows), before)
    assert found == {("en", "pen"): 1 / 3, ("en", "ink"): 0.855, ("sw", "pen"): 33.3 / 100}
    assert read_class_targets(class_rows([]), before) == {}


def test_a_composed_strategy_stays_and_no_form_offers_a_model_for_each_language(data: Workspace) -> None:
    project = world.make_project(data, strategy="lamm+margin+k-means")
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("project.py")
    app.run()
    assert not app.exception
    box = next(each for each in app.selectbox if each.label == "Strategy")
    assert box.options == ["foresight", "LAMM", "EA", "LC", "random", "lamm+margin+k-means"]
    next(each for each in app.button if each.label == "Save").click().run()
    assert not app.exception
    assert projects.get_project(data, project.name).settings.strategy == "lamm+margin+k-means"


def test_a_project_whose_import_failed_is_filled_by_the_retry(
    data: Workspace, session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = world.settings_of()

    def fails(*_: Any) -> None:
        raise StorageUnavailable("The disk is full.")

    file = BytesIO(world.ROWS.to_csv(index=False).encode())
    chosen = upload.Upload(open_table(file, "rows.csv"), world.MAPPING, "1")
    monkeypatch.setattr(import_run, "import_file", fails)
    with pytest.raises(StorageUnavailable):
        project_create.make_and_fill("small", settings, chosen)
    monkeypatch.setattr(import_run, "import_file", import_file)
    changed = replace(settings, budget=33)
    project, imported = project_create.make_and_fill(" small ", changed, chosen)
    assert project.settings.budget == 33
    assert (imported.result.added, imported.aside) == (len(world.ROWS), None)
    assert len(projects.list_projects(data)) == 1
    with pytest.raises(ProjectExists):  # made by now, so the name is taken as any other
        project_create.make_and_fill("small", settings, chosen)


def test_a_file_is_looked_at_once_and_another_one_anew(
    session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def count(file: TableFile) -> str:
        read.append(file.title)
        return file.title

    monkeypatch.setattr(upload, "preview", count)
    for name in ("a.csv", "a.csv", "b.csv", "b.csv", "a.csv"):
        assert upload._preview_once(name, open_table(BytesIO(), name)) == name
    assert read == ["a.csv", "b.csv", "a.csv"]


GUESSED = (
    "id,text\n1,The pen writes well and does not leak.\n2,Der Stift schreibt gut und kleckst nicht.\n3,Ein Stift\n"
)


def test_guessed_languages_are_looked_over_and_mended(data: Workspace) -> None:
    project = world.make_project(data)
    file = open_table(BytesIO(GUESSED.encode()), "a.csv")
    result = import_file(data, project, file, ColumnMapping("text", id="id"), WholeFile(guess_languages=True))
    assert (result.added, result.guessed) == (3, 3)
    app = open_page()
    assert "Guessed languages" in [each.value for each in app.subheader]
    next(each for each in app.button if each.label == "Save these 3 texts").click().run()
    assert not app.exception
    assert [each.value for each in app.success] == ["The language of 3 texts is said now."]
    assert "Guessed languages" not in [each.value for each in app.subheader]


def test_the_page_shows_the_files_of_a_watched_folder_or_how_to_watch_one(data: Workspace, tmp_path: Path) -> None:
    project = world.make_project(data)
    assert "lamm import PROJECT --watch FOLDER" in [each.value for each in open_page().code]
    (tmp_path / "monday.csv").write_text("id,language,text\n1,en,one\n2,xx,two\n", "utf-8")
    (tmp_path / "broken.xlsx").write_text("no workbook", "utf-8")
    found = Arrivals(tmp_path, settle=0)
    found.look(0)
    for each in found.open:
        import_arrival(data, project, each, ImportChoices())
    (table,) = [each.value for each in open_page().dataframe if "rejected" in each.value]
    assert table[["file", "added", "rejected"]].to_numpy().tolist() == [["monday.csv", 1, 1], ["broken.xlsx", 0, 0]]
    assert table["reason"].tolist()[0] == ""
    assert "broken.xlsx" in table["reason"].tolist()[1]


def test_near_duplicates_are_shown_and_both_kept(data: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    project = world.make_project(data, rows=world.ROWS.iloc[:0], embedded=False, near_duplicates=True)
    told = "A pen that writes in blue and does not leak, with a cap of steel."
    rows = pd.DataFrame({"id": ["1", "2"], "language": "en", "text": [told, told.upper()]}, dtype=object)
    import_table(data, project, rows, ColumnMapping("text", "language", id="id"))
    assert set_duplicates_aside(data, project) == 1
    app = open_page()
    assert "Near duplicates" in [each.value for each in app.subheader]
    button = next(each for each in app.button if each.label == "Keep both")
    assert button.disabled
    shown: list[pd.DataFrame] = []
    as_it_is = st.data_editor

    def tick(rows: pd.DataFrame, **arguments: Any) -> pd.DataFrame:
        if "keep" not in rows:
            return as_it_is(rows, **arguments)
        shown.append(rows)
        return rows.assign(keep=True)

    monkeypatch.setattr(st, "data_editor", tick)
    app.run()
    assert shown[-1][["text", "text_of", "similarity"]].to_numpy().tolist() == [[told.upper(), told, 100.0]]
    next(each for each in app.button if each.label == "Keep both").click().run()
    assert not app.exception
    assert list_duplicates(data, project).total == 0
    assert "Near duplicates" not in [each.value for each in app.subheader]
