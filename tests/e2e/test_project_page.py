"""A manager brings a file, makes a project of it, changes its settings and takes the labels away."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from conftest import NewScreen, NewServer
from playwright.sync_api import Locator, expect
from screen import Screen
from servers import Server

from lamm_core.workflow.sample import SAMPLE_NAME

_ROWS = [
    ("a1", "en", "Blue ballpoint pen, three of them", "pen"),
    ("a2", "en", "Ruled notebook, 80 sheets, with a pen", ""),
    ("a3", "de", "Kugelschreiber, blau, drei Stück", ""),
    ("a4", "de", "Liniertes Heft, 80 Blatt", "notebook"),
    ("a5", "en", "Gel pen with black ink", ""),
    ("a6", "de", "", ""),
]


def _file_of_texts() -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["ID", "Lang", "Description", "Label"])
    writer.writerows(_ROWS)
    return b"\xef\xbb\xbf" + text.getvalue().encode()  # with the mark that spreadsheets put in front


@pytest.fixture(scope="module")
def empty_server(new_module_server: NewServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server without any project."""
    return new_module_server(tmp_path_factory.mktemp("empty"))


def _upload(screen: Screen, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    screen.page.get_by_test_id("stFileUploaderDropzoneInput").last.set_input_files(file)


def _choice(screen: Screen, title: str) -> Locator:
    return screen.page.get_by_test_id("stMain").get_by_role("combobox", name=title, exact=True)


_BAD = [
    ("quote.csv", b'text\n"A pen\n', "the quote that opens in row 1 has no end"),
    ("empty.csv", b"", "'empty.csv' is empty."),
    ("header.csv", b"text,language\n", "'header.csv' holds no rows."),
    ("ragged.csv", b"text,language\nA pen, blue, big,en\n", "'ragged.csv' can be read: the row has 4 cells"),
    ("table.parquet", b"text,language\nA pen,en\n", "'table.parquet' cannot be read as parquet"),
    ("lines.jsonl", b"{'text': 1}\n", "it has no JSON objects; of row 1: it is not JSON"),
]


def test_a_bad_file_gets_one_clear_sentence(empty_server: Server, new_screen: NewScreen) -> None:
    screen = new_screen(empty_server, "project")
    for name, content, words in _BAD:
        _upload(screen, name, content)
        expect(screen.alerts).to_contain_text(words)
        expect(screen.alerts).to_have_count(1)
        assert "Traceback" not in screen.alerts.inner_text()
        screen.check_healthy()


def test_a_project_is_made_from_a_file_and_its_first_batch_appears(empty_server: Server, new_screen: NewScreen) -> None:
    screen = new_screen(empty_server, project="Pens & paper")
    expect(screen.page.get_by_text("There is no project yet.")).to_be_visible()
    screen.page.get_by_role("link", name="Go to Project").click()
    expect(screen.title).to_have_text("Project")
    _upload(screen, "texts.csv", _file_of_texts())
    expect(screen.page.get_by_text("texts.csv, read as CSV; the first 5 rows:")).to_be_visible()
    for title, column in {"Text": "Description", "Language": "Lang", "Class": "Label", "Id": "ID"}.items():
        expect(_choice(screen, title)).to_have_value(column)
    expect(_choice(screen, "Split")).to_have_value("(none)")
    expect(screen.page.get_by_role("textbox", name="Classes, one a line")).to_have_value("notebook\npen")
    screen.page.get_by_role("textbox", name="Name of the project").fill("Pens & paper")
    screen.page.keyboard.press("Tab")
    screen.page.get_by_role("button", name="Create the project").click()
    expect(screen.page.get_by_text("5 texts added to the pool, 0 to the check set")).to_be_visible()
    expect(screen.page.get_by_text("1 rows were not taken")).to_be_visible()
    screen.page.get_by_role("link", name="Start labelling").click()
    expect(screen.title).to_have_text("Annotate")
    # Nobody has labelled here before, so a name is asked for once.
    screen.page.get_by_role("button", name="Start labelling").click()
    assert screen.wait_for_text() in {text for _, _, text, class_name in _ROWS if text and not class_name}
    assert screen.count == "Batch 1: 0 of 3"
    expect(screen.page.get_by_role("combobox", name="Project")).to_have_value("Pens & paper")


def test_a_target_that_was_changed_is_there_after_a_reload(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen(server, "project")
    grid = screen.page.get_by_test_id("stDataFrame").first
    grid.wait_for()
    screen.settled()
    language = next(iter(screen.project.settings.targets))
    box = grid.locator("canvas").first.bounding_box()
    assert box is not None
    screen.page.mouse.dblclick(box["x"] + 0.85 * box["width"], box["y"] + 52)
    cell = screen.page.locator("#portal input")
    cell.fill("80")
    cell.press("Enter")
    expect(grid.locator("td[role=gridcell]").filter(has_text="80")).to_have_count(1)
    screen.page.get_by_role("button", name="Save").click()
    expect(screen.page.get_by_text("Saved. The settings hold from the next round on.")).to_be_visible()
    assert screen.project.settings.targets[language] == 0.8
    assert sorted(screen.project.settings.targets.values()) == [0.75, 0.75, 0.75, 0.75, 0.8]
    screen.page.reload()
    expect(grid.locator("td[role=gridcell]").filter(has_text="80")).to_have_count(1)


def test_the_labels_come_out_as_a_file(server: Server, new_screen: NewScreen, tmp_path: Path) -> None:
    screen = new_screen(server, annotator="Zoë")
    text = screen.wait_for_text()
    screen.press("3")
    screen.wait_until_saved()
    screen.go_to("Project")
    screen.page.get_by_role("tab", name="Export").click()
    with screen.page.expect_download() as download:
        screen.page.get_by_role("button", name="Download CSV").click()
    download.value.save_as(tmp_path / "labels.csv")
    with (tmp_path / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    mine = [row for row in rows if row["annotator"] == "Zoë"]
    assert [(row["text"], row["class"]) for row in mine] == [(text, screen.project.settings.classes[2])]
    assert [row["strategy"] for row in mine] == ["foresight"]
    assert download.value.suggested_filename.endswith(".csv")
    with screen.page.expect_download() as download:
        screen.page.get_by_role("combobox", name="Format").click()
        screen.page.get_by_role("option", name="Parquet").click()
        screen.page.get_by_role("button", name="Download Parquet").click()
    download.value.save_as(tmp_path / "labels.parquet")
    assert len(pd.read_parquet(tmp_path / "labels.parquet")) == len(rows)
    assert screen.project.name == SAMPLE_NAME
