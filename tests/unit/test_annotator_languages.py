"""Annotators are asked about the languages they know, and about no others."""

import json
import re

import pytest
from support import world
from typer.testing import CliRunner, Result

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.errors import InvalidProject, UnknownAnnotator
from lamm_core.records import Project
from lamm_core.workflow import labelling
from lamm_core.workflow.annotators import languages_of, set_languages
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace


@pytest.fixture
def queued(workspace: Workspace, project: Project) -> Project:
    """The small project with a first batch of 20."""
    run_round(workspace, project)
    return project


def languages(workspace: Workspace, project: Project, annotator_id: int, asked: list[str] | None = None) -> set[str]:
    leases = labelling.claim(workspace, project, annotator_id, 100, asked)
    labelling.release(workspace, project, annotator_id)
    return {each.language for each in leases}


def test_an_annotator_is_asked_about_the_known_languages_alone(
    workspace: Workspace, queued: Project, ana: int, ben: int
) -> None:
    assert languages(workspace, queued, ana) == {"en", "de", "sw"}
    assert set_languages(workspace, ana, ["sw", " de", "sw"]) == ("de", "sw")
    assert languages_of(workspace, ana) == ("de", "sw")
    assert languages(workspace, queued, ana) == {"de", "sw"}
    assert languages(workspace, queued, ben) == {"en", "de", "sw"}
    assert set_languages(workspace, ana, []) == ()
    assert languages(workspace, queued, ana) == {"en", "de", "sw"}


def test_what_a_claim_asks_for_is_narrowed_to_the_known_languages(
    workspace: Workspace, queued: Project, ana: int
) -> None:
    set_languages(workspace, ana, ["de", "fr"])
    assert languages(workspace, queued, ana, ["en", "de"]) == {"de"}
    assert languages(workspace, queued, ana, ["en"]) == set()
    assert languages(workspace, queued, ana, []) == set()


def test_a_language_that_is_none_or_a_person_who_is_not_there_is_refused(workspace: Workspace, ana: int) -> None:
    set_languages(workspace, ana, ["de"])
    with pytest.raises(InvalidProject, match="'every one'"):
        set_languages(workspace, ana, ["de", "every one"])
    assert languages_of(workspace, ana) == ("de",)
    with pytest.raises(UnknownAnnotator, match="999"):
        set_languages(workspace, 999, ["de"])


# the command line


def lamm(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(app, ["--home", str(workspace.settings.home), "annotator", *words])


def test_the_command_line_sets_and_lists_languages(sqlite_workspace: Workspace) -> None:
    assert lamm(sqlite_workspace, "list").stdout == "Nobody has labelled yet.\n"
    answer = lamm(sqlite_workspace, "languages", "Ana", "--language", "sw,de", "--language", "en")
    assert answer.stdout == "Ana is asked about de, en, sw.\n"
    world.ensure_annotator(sqlite_workspace, "ben")
    rows = [line.split(None, 1) for line in lamm(sqlite_workspace, "list").stdout.splitlines()[2:]]
    assert [[each.strip() for each in row] for row in rows] == [["Ana", "de, en, sw"], ["ben", "all"]]
    assert lamm(sqlite_workspace, "languages", "Ana").stdout == "Ana is asked about de, en, sw.\n"
    assert lamm(sqlite_workspace, "languages", "Ana", "--all").stdout == "Ana is asked about all languages.\n"
    assert languages_of(sqlite_workspace, world.ensure_annotator(sqlite_workspace, "Ana")) == ()


def test_the_command_line_lists_who_answered_which_gold_items(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace)
    gold = world.add_gold(sqlite_workspace, project, en=2, sw=1)
    ana = world.ensure_annotator(sqlite_workspace, "Ana")
    world.ensure_annotator(sqlite_workspace, "ben")
    set_languages(sqlite_workspace, ana, ["en", "sw"])
    for item_id, name in zip(gold, ("ink", "pen", "ink"), strict=True):
        labelling.submit(sqlite_workspace, project, ana, item_id, name)
    lines = lamm(sqlite_workspace, "list", "--project", "small").stdout.splitlines()
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines[2:]]
    assert lines[0].split() == ["annotator", "languages", "gold", "in", "answered", "right", "95%", "interval"]
    assert [" ".join(row) for row in rows] == [
        "Ana en, sw en 2 1 (50%) 9% to 91%",
        "sw 1 1 (100%) 21% to 100%",
        "ben all",
    ]
    assert max(map(len, lines)) <= 80
    record = json.loads(lamm(sqlite_workspace, "list", "--project", "small", "--json").stdout)
    assert [(each["annotator"], each["languages"]) for each in record] == [("Ana", ["en", "sw"]), ("ben", [])]
    assert [[gold["language"], gold["answered"], gold["right"], gold["share"]] for gold in record[0]["gold"]] == [
        ["en", 2, 1, 0.5],
        ["sw", 1, 1, 1.0],
    ]
    assert set(record[0]["gold"][0]) == {"language", "answered", "right", "share", "low", "high"}
    assert record[1]["gold"] == []
    plain = json.loads(lamm(sqlite_workspace, "list", "--json").stdout)
    assert plain == [{"annotator": "Ana", "languages": ["en", "sw"]}, {"annotator": "ben", "languages": []}]


@pytest.mark.parametrize(
    ("words", "sentence", "code"),
    [
        (("list", "--project", "none"), "There is no project named 'none'; there is none yet.", ExitCode.NOT_FOUND),
        (("languages", "Nobody"), "There is no annotator named 'Nobody'.", ExitCode.NOT_FOUND),
        (
            ("languages", "Ana", "--all", "--language", "de"),
            "Give either --language or --all, not both.",
            ExitCode.USAGE,
        ),
        (
            ("languages", "Ana", "--language", "d"),
            "'d' is not a language code such as 'en' or 'pt-BR'.",
            ExitCode.USAGE,
        ),
    ],
)
def test_what_the_command_line_cannot_do_it_says_in_one_sentence(
    sqlite_workspace: Workspace, words: tuple[str, ...], sentence: str, code: ExitCode
) -> None:
    answer = lamm(sqlite_workspace, *words)
    assert (answer.exit_code, answer.stderr) == (code, f"lamm: {sentence}\n")
