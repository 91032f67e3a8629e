"""`lamm agreement`, as a user meets it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import world
from typer.testing import CliRunner, Result

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.records import Project
from lamm_core.workflow import labelling
from lamm_core.workflow.workspace import Workspace, open_workspace


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:
    opened = open_workspace(home)
    yield opened
    opened.close()


@pytest.fixture
def shop(workspace: Workspace) -> Project:
    """Two people who mix up ink and pen in Swahili, and a third who answered a gold item alone."""
    project = world.make_project(workspace)
    (gold,) = world.add_gold(workspace, project, sw=1)
    ana, ben, cy = (world.ensure_annotator(workspace, name) for name in ("Ana", "Ben [red]", "Cy"))
    items = [each.id for each in world.stored_items(workspace, project).values() if each.language == "sw"][:12]
    for place, item_id in enumerate(items):
        name = world.CLASSES[place % 4]
        labelling.submit(workspace, project, ana, item_id, name, None, 3.0)
        labelling.submit(workspace, project, ben, item_id, "pen" if name == "ink" else name)
    labelling.submit(workspace, project, cy, gold, "ink")
    return project


def works(home: Path, *words: str) -> Result:
    result = CliRunner().invoke(app, ["--home", str(home), "agreement", *words])
    assert result.exit_code == 0, result.output
    return result


def test_tables_tell_of_languages_classes_pairs_and_people(home: Path, shop: Project) -> None:
    lines = [" ".join(line.split()) for line in works(home, "small").stdout.splitlines()]
    starts = ["Swahili (sw) 12 0.", "German (de) 0 no shared text", "all 12 0.", "desk 1.00 (", "pen 0."]
    for start in (*starts, "Ana, Ben [red] 12 0.", "Ana 12 3.0 75% (", "Ben [red] 12 – 75% (", "Cy 0 – no shared text"):
        assert [line for line in lines if line.startswith(start)], start
    assert next(line for line in lines if line.startswith("Cy")).endswith("100% (21% to 100%)")
    assert next(line for line in lines if line.startswith("desk")).endswith("good")


def test_the_json_has_every_language_with_all_of_it(home: Path, shop: Project) -> None:
    record = json.loads(works(home, "small", "--json").stdout)
    assert record["project"] == "small"
    assert [each["language"] for each in record["languages"]] == list(shop.languages)
    whole = record["whole"]
    assert set(whole) == {"language", "alpha", "share", "classes", "pairs", "annotators"}
    low, high = whole["alpha"]["interval"]
    assert low <= whole["alpha"]["estimate"] <= high
    assert (whole["alpha"]["units"], whole["alpha"]["lack"], whole["share"]["estimate"]) == (12, None, 0.75)
    assert [each["class"] for each in whole["classes"]] == list(world.CLASSES)
    (pair,) = whole["pairs"]
    assert pair["annotators"] == ["Ana", "Ben [red]"]
    assert pair["kappa"]["reading"] in ("fair", "poor")
    ana, _, cy = whole["annotators"]
    assert (ana["items"], ana["median_seconds"], ana["gold"]) == (12, 3.0, None)
    assert (cy["items"], cy["with_others"]["lack"], cy["gold"]["estimate"]) == (0, "no overlap", 1.0)
    empty = next(each for each in record["languages"] if each["language"] == "de")["alpha"]
    assert empty == {"estimate": None, "interval": None, "units": 0, "lack": "one annotator", "reading": None}


def test_before_anybody_has_labelled_it_says_so(home: Path, workspace: Workspace) -> None:
    world.make_project(workspace)
    assert works(home, "small").stdout == "Nobody has labelled yet.\n"
    assert json.loads(works(home, "small", "--json").stdout)["whole"]["annotators"] == []


def test_an_unknown_project_is_answered_with_those_there_are(home: Path, shop: Project) -> None:
    result = CliRunner().invoke(app, ["--home", str(home), "agreement", "nope"])
    assert result.exit_code == ExitCode.NOT_FOUND
    assert result.stderr == "lamm: There is no project named 'nope'; there are: small.\n"
