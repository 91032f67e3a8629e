"""Where a low accuracy comes from, from a project's own labels to the sentence that a manager reads."""

import json

import numpy as np
from support import world
from typer.testing import CliRunner

from lamm_core.cli import app
from lamm_core.model.cause import Cause, Ground, Origin
from lamm_core.workflow import labelling
from lamm_core.workflow.cause_words import cause_sentence
from lamm_core.workflow.causes import find_causes
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace


def test_who_is_often_wrong_is_named_in_the_language_that_is_behind(sqlite_workspace: Workspace) -> None:
    workspace = sqlite_workspace
    project = world.make_project(workspace, labels=60, targets={"en": 0.01, "de": 1.0, "sw": 1.0})
    people = [world.ensure_annotator(workspace, name) for name in ("Ana", "Ben", "Cy")]
    rng = np.random.default_rng(0)
    german = [each for each in world.stored_items(workspace, project).values() if each.language == "de"]
    for each in [each for each in german if each.purpose == "pool" and each.class_name is None]:
        for person, annotator_id in enumerate(people):
            given = str(rng.choice(world.CLASSES)) if person == 2 else world.TRUTH[each.external_id]
            labelling.submit(workspace, project, annotator_id, each.id, given)
    run_round(workspace, project)
    status = project_status(workspace, project)
    found = find_causes(workspace, project, status.languages)
    named = Cause(Origin.LABELS, Ground.PEOPLE, people=("Cy",))
    assert found == {"de": named, "sw": Cause(Origin.NOT_TOLD, Ground.NO_OVERLAP)}
    sentence = cause_sentence(project, "de", named)
    assert sentence.startswith("German: more likely labels than the model. Cy agrees ")

    command = ["--home", str(workspace.settings.home), "status", project.name, "--json"]
    languages = json.loads(CliRunner().invoke(app, command).stdout)["languages"]
    told = {each["language"]: each["cause"] for each in languages}
    assert told["en"] is None
    assert told["de"] == {
        "origin": "labels",
        "ground": "people",
        "people": ["Cy"],
        "classes": [],
        "sentence": sentence,
    }


def test_confused_classes_are_named_in_words(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, embedded=False)
    sentence = cause_sentence(project, "en", Cause(Origin.GUIDELINES, Ground.CLASSES, classes=(1, 3)))
    assert "mostly about ink and pen" in sentence
