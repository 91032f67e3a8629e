"""What is set aside, and what is kept and exported of it, by `lamm duplicates`, `lamm export` and from Python."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from test_cli import fails, works

import lamm_core as lamm
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.errors import UnknownItem

POEM = "the pen of my aunt lies on the table of the garden beside the ink that my uncle forgot last summer"
REPEAT = POEM.replace("summer", "winter")


@pytest.fixture
def shop(home: Path, tmp_path: Path) -> Path:
    """The data folder of a project of three texts, of which the second repeats the first."""
    file = tmp_path / "texts.csv"
    rows = f"id,language,text,class\n1,en,{POEM},pen\n2,en,{REPEAT},\n3,en,black ink,\n"
    file.write_text(rows, "utf-8")
    works(home, "project", "create", "shop", "--classes", "pen,ink", "--languages", "en")
    said = works(home, "import", "shop", file, "--no-embed").stdout
    assert "Set aside, since they nearly repeat another text: 1; see: lamm duplicates list shop" in said
    return home


def told(home: Path, *words: str) -> Any:
    return json.loads(works(home, "duplicates", *words, "--json").stdout)


def test_each_is_listed_beside_the_text_that_stands_for_it(shop: Path) -> None:
    said = works(shop, "duplicates", "list", "shop").stdout
    assert "shop: 1 of 1" in said
    assert "lamm duplicates keep shop ID" in said
    (listed,) = told(shop, "list", "shop")["duplicates"]
    assert 0.75 <= listed.pop("similarity") < 1
    assert listed == {
        "id": "2", "language": "en", "text": REPEAT, "duplicate_of": "1", "text_of": POEM, "class_of": "pen",
    }  # fmt: skip


def test_what_is_kept_is_listed_no_more(shop: Path) -> None:
    assert "lamm: " in fails(shop, "duplicates", "keep", "shop", "4711", code=ExitCode.NOT_FOUND)
    assert told(shop, "keep", "shop", "2", "3") == {"project": "shop", "kept": 1}
    assert told(shop, "list", "shop") == {"project": "shop", "total": 0, "duplicates": []}
    assert works(shop, "duplicates", "list", "shop").stdout == "No text is set aside.\n"
    assert works(shop, "duplicates", "keep", "shop", "2").stdout == "Texts of their own from now on: 0 of 1.\n"


def test_an_export_has_them_where_that_is_asked_for(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    rows = []
    for more in ([], ["--duplicates"]):
        said = json.loads(works(shop, "export", "shop", file, *more, "--json").stdout)
        assert said["duplicates"] is bool(more)
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows.append([(each["id"], each["class"], each.get("duplicate_of")) for each in csv.DictReader(opened)])
            assert len(rows[-1]) == said["rows"]
    assert rows == [[("1", "pen", None)], [("1", "pen", ""), ("2", "", "1")]]


def test_python_lists_and_keeps_them_too(shop: Path) -> None:
    with lamm.open_project("shop", home=shop) as project:
        (listed,) = project.duplicates().to_dict("records")
        assert listed == told(shop, "list", "shop")["duplicates"][0]
        with pytest.raises(UnknownItem):
            project.keep_duplicates(["2", "4711"])
        assert project.keep_duplicates(["2"]) == 1
        empty = project.duplicates()
    assert (list(empty.columns), len(empty)) == (list(listed), 0)
