"""Classes and languages that come in mid-project: what the model and older labels lack, and that rounds go on."""

import json
from dataclasses import replace
from typing import Any

import pytest
from support import world
from typer.testing import CliRunner

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.errors import InvalidProject, RoundRunning, UnknownClass
from lamm_core.model.exported.card import model_card
from lamm_core.model.exported.facts import ModelFacts
from lamm_core.records import Project
from lamm_core.reviewing import Reason, ReviewFilter
from lamm_core.storage import projects as project_rows
from lamm_core.storage import suspects
from lamm_core.storage.tables import model_version
from lamm_core.workflow import labelling
from lamm_core.workflow.advice import Topic, advice
from lamm_core.workflow.growth import foreseen_growth, project_growth
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.model_export import project_model
from lamm_core.workflow.projects import change_settings, get_project, remove_class
from lamm_core.workflow.review import accept, count_reasons, needing_review, review_item, undo_decision
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.running import begin_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace


@pytest.fixture
def trained(workspace: Workspace) -> Project:
    """The small project with a model that knows its four classes."""
    project = world.make_project(workspace, labels=40)
    run_round(workspace, project)
    return project


def grow(workspace: Workspace, project: Project, *classes: str, **targets: float) -> Project:
    settings = project.settings
    grown = replace(settings, classes=(*settings.classes, *classes), targets=settings.targets | targets)
    return change_settings(workspace, project, grown)


def before_class(workspace: Workspace, project: Project) -> list[int]:
    return [
        each.item_id
        for each in needing_review(workspace, project, ReviewFilter(Reason.BEFORE_CLASS), limit=500).entries
    ]


def test_a_new_class_is_unknown_to_the_model_and_older_labels_wait_for_a_look(
    workspace: Workspace, trained: Project, ana: int
) -> None:
    foreseen = foreseen_growth(workspace, trained, [*world.CLASSES, "ruler"], trained.languages)
    assert project_growth(workspace, trained).unknown == ()
    project = grow(workspace, trained, "ruler")
    found = project_growth(workspace, project)
    assert replace(found, since=None) == foreseen
    assert (found.version, found.classes, found.unknown, found.unlabelled) == (1, 5, ("ruler",), ("ruler",))
    assert (sum(found.labelled_before.values()), found.checked_before) == (40, dict.fromkeys(world.POOL, world.CHECK))
    beyond, older = (each for each in advice(project_status(workspace, project)) if each.topic is Topic.GROWTH)
    assert beyond.text.startswith("Version 1 of the model knows 4 of 5 classes: it never answers 'ruler'.")
    assert (beyond.urgent, older.urgent) == (True, False)
    assert older.text.startswith("Labels given before 'ruler' was there may be wrong now: ")
    assert "The check set was labelled without it: " in older.text

    assert count_reasons(workspace, project)[Reason.BEFORE_CLASS] == 130
    assert needing_review(workspace, project).total == 0  # listed only where it is asked for
    stored = world.stored_items(workspace, project)
    listed = before_class(workspace, project)
    purposes = [stored[each].purpose for each in listed]
    assert purposes == ["check"] * 90 + ["pool"] * 40
    likely = listed[-1]
    with workspace.database.write() as connection:
        ids = project_rows.class_ids(connection, project.id)
        suspect = suspects.Suspect(likely, stored[likely].label_id or 0, stored[likely].class_name or "", "ruler", 0.2)
        suspects.replace_suspects(connection, project.id, 1, [suspect], ids)
    assert before_class(workspace, project)[:2] == [likely, listed[0]]

    after = accept(workspace, project, ana, likely, review_item(workspace, project, likely).seen)
    labelling.submit(workspace, project, ana, listed[0], "ruler", 1)
    assert not {likely, listed[0]} & set(before_class(workspace, project))
    assert sum(project_growth(workspace, project).checked_before.values()) == 89
    undo_decision(workspace, project, ana, likely, after.seen)
    assert likely in before_class(workspace, project)

    fresh = next(each for each in labelling.claim(workspace, project, ana, 1))
    labelling.submit(workspace, project, ana, fresh.item_id, "ruler", fresh.revision)
    now = project_growth(workspace, project)
    assert (now.unknown, now.unlabelled) == (("ruler",), ())
    run_round(workspace, project)
    assert (project_growth(workspace, project).version, project_growth(workspace, project).unknown) == (2, ())


def test_classes_that_come_before_any_label_are_nothing_to_speak_of(workspace: Workspace, project: Project) -> None:
    grown = grow(workspace, project, "ruler")
    found = project_growth(workspace, grown)
    assert (found.unknown, found.languages) == ((), ())
    assert found.labelled_before == {}  # the check set came with its labels
    assert sum(found.checked_before.values()) == 90


def test_of_a_model_that_does_not_say_its_classes_those_that_came_later_are_known(
    sqlite_workspace: Workspace,
) -> None:
    project = world.make_project(sqlite_workspace, labels=40)
    run_round(sqlite_workspace, project)
    with sqlite_workspace.database.write() as connection:
        connection.execute(model_version.update().values(classes=None))
    assert project_growth(sqlite_workspace, project).unknown == ()
    assert project_growth(sqlite_workspace, grow(sqlite_workspace, project, "ruler")).unknown == ("ruler",)


@pytest.mark.parametrize("strategy", ["lamm", "foresight"])
def test_rounds_go_on_with_new_languages_and_classes_that_nothing_is_labelled_with(
    workspace: Workspace, trained: Project, ana: int, strategy: str
) -> None:
    for lease in labelling.claim(workspace, trained, ana, 20):
        labelling.submit(workspace, trained, ana, lease.item_id, world.TRUTH[lease.external_id])
    project = grow(workspace, trained, "ruler", fr=0.9, pl=0.8)
    targets = {("sw", "ruler"): 0.6, ("fr", "ink"): 0.7, ("pl", "ruler"): 0.5}
    project = change_settings(workspace, project, replace(project.settings, class_targets=targets, strategy=strategy))
    assert project_growth(workspace, project).languages == ("fr", "pl")
    french = world.ROWS[world.ROWS["id"].str.startswith("pool-en")].head(40).copy()
    french["id"] = french["id"].str.replace("pool-en", "pool-fr")
    french["text"] = french["text"].str.replace("en pool", "fr pool")
    french["language"] = "fr"
    world.add_embeddings(workspace, french)
    import_table(workspace, project, french.assign(**{"class": None}), world.MAPPING)

    run_round(workspace, project)
    status = project_status(workspace, project)
    quotas = {each.language: each.quota for each in status.languages}
    assert sum(quotas.values()) == project.settings.budget
    assert quotas["pl"] == 0  # it has no texts
    assert quotas["fr"] >= project.settings.budget / 4  # nothing is known of it, so its accuracy counts as 0
    assert set(status.unmeasured) == {"fr", "pl"}
    assert (status.growth.languages, status.growth.unknown) == ((), ("ruler",))
    for lease in labelling.claim(workspace, project, ana, 20):
        truth = world.TRUTH.get(lease.external_id.replace("-fr-", "-en-"), "pen")
        labelling.submit(workspace, project, ana, lease.item_id, truth)
    run_round(workspace, project)


def test_a_model_says_which_classes_it_never_answers_and_which_languages_it_does_not_know(
    sqlite_workspace: Workspace,
) -> None:
    project = world.make_project(sqlite_workspace, labels=40)
    run_round(sqlite_workspace, project)
    model = project_model(sqlite_workspace, grow(sqlite_workspace, project, "ruler", fr=0.9))
    assert model.facts.unknown_classes == ("ruler",)
    record = json.loads(json.dumps(model.facts.as_record()))
    assert ModelFacts.from_record(record).unknown_classes == ("ruler",)
    older = {name: value for name, value in record.items() if name != "unknown_classes"}
    assert ModelFacts.from_record(older).unknown_classes == ()
    assert "had them: ruler." in model_card(model.facts)
    assert "never answers" not in model_card(ModelFacts.from_record(older))
    assert [model.knows_language(each) for each in ("en", "German", "fr", "klingon")] == [True, True, False, False]


def test_a_class_that_was_never_used_can_be_taken_away_and_no_other(workspace: Workspace, trained: Project) -> None:
    project = grow(workspace, trained, "ruler", "glue")
    project = change_settings(workspace, project, replace(project.settings, class_targets={("en", "ruler"): 0.5}))
    with pytest.raises(InvalidProject, match="The class 'ink' stays"):
        remove_class(workspace, project, "ink")
    with pytest.raises(UnknownClass):
        remove_class(workspace, project, "tape")
    without = remove_class(workspace, project, "ruler")
    assert (without.settings.classes, without.settings.class_targets) == ((*world.CLASSES, "glue"), {})
    # What comes next stands after those that are there, also after a gap.
    assert grow(workspace, without, "tape").settings.classes == (*world.CLASSES, "glue", "tape")
    begin_round(workspace, project)
    with pytest.raises(RoundRunning):
        remove_class(workspace, without, "glue")


def test_two_classes_stay(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, rows=world.ROWS.head(0), embedded=False, classes=("a", "b"))
    with pytest.raises(InvalidProject, match="at least 2 classes"):
        remove_class(sqlite_workspace, project, "a")
    assert get_project(sqlite_workspace, project.name) == project


def test_the_command_line_tells_what_a_change_means(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, labels=40)
    run_round(sqlite_workspace, project)

    def lamm(*words: str) -> Any:
        told = CliRunner().invoke(app, ["--home", str(sqlite_workspace.settings.home), *words], env={"COLUMNS": "80"})
        assert told.exit_code == ExitCode.DONE, told.output
        return told.stdout

    told = lamm("project", "change", "small", "--classes", "ruler", "--languages", "fr", "--target", "fr=0.8")
    assert "it never answers 'ruler'." in told
    assert "before French came" in told
    assert told.endswith("See: lamm review small --kind before-class\n")
    assert "it never answers 'ruler'." in lamm("status", "small")
    growth = json.loads(lamm("status", "small", "--json"))["growth"]
    assert (growth["version"], growth["unknown_classes"], growth["unknown_languages"]) == (1, ["ruler"], ["fr"])
    assert growth["checked_before"] == dict.fromkeys(world.POOL, world.CHECK)
    assert len(growth["sentences"]) == 5
    assert json.loads(lamm("review", "small", "--kind", "before-class", "--json"))["total"] == 130
    changed = json.loads(lamm("project", "change", "small", "--remove-class", "ruler", "--budget", "7", "--json"))
    assert (changed["classes"], changed["changed"], changed["means"]) == (
        list(world.CLASSES),
        ["classes", "budget"],
        [],
    )
