"""Projects: what settings can work, names, changes."""

from dataclasses import replace
from typing import Any

import pytest
from support import world

from lamm_core.errors import InvalidInput, InvalidProject, ProjectExists, UnknownProject, UnknownStrategy
from lamm_core.workflow import projects
from lamm_core.workflow.workspace import Workspace

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no class": ({"classes": ()}, "at least 2 classes; 0 given"),
    "one class": ({"classes": ("pen",)}, "at least 2 classes; 1 given"),
    "class twice": ({"classes": ("pen", "ink", "pen")}, "given twice: pen"),
    "empty class": ({"classes": ("pen", "")}, "1 to 200 characters"),
    "class with spaces around": ({"classes": ("pen", " ink")}, "1 to 200 characters"),
    "long class": ({"classes": ("pen", "x" * 201)}, "1 to 200 characters"),
    "class with NUL": ({"classes": ("pen", "a\x00")}, "1 to 200 characters"),
    "no language": ({"targets": {}}, "at least 1 languages"),
    "no code": ({"targets": {"English": 0.9}}, "is not a language code"),
    "long code": ({"targets": {"en" + "-abcdefgh" * 5: 0.9}}, "is not a language code"),
    "target 0": ({"targets": {"en": 0.0}}, "The target of 'en' is 0.0"),
    "target over 1": ({"targets": {"en": 1.01}}, "The target of 'en' is 1.01"),
    "target in per cent": ({"targets": {"en": 90}}, "The target of 'en' is 90"),
    "target not a number": ({"targets": {"en": float("nan")}}, "The target of 'en' is nan"),
    "budget 0": ({"budget": 0}, "The budget is 0"),
    "budget too large": ({"budget": 10**12}, "The budget is 1000000000000"),
    "half a label": ({"budget": 2.5}, "The budget is 2.5"),
    "lease 0": ({"lease_minutes": 0}, "The lease is 0"),
    "lease of ages": ({"lease_minutes": 10**9}, "The lease is 1000000000"),
    "seed below 0": ({"seed": -1}, "The seed is -1"),
    "large seed": ({"seed": 2**31}, "The seed is 2147483648"),
    "a model for each language": ({"strategy": "per-language+margin"}, "'per-language+margin' needs a model for each"),
    "long strategy": ({"strategy": "gap^2." + "0" * 100}, "this one has 106"),
    "long preparation": ({"preparation": "smooth" + " " * 95}, "this one has 101"),
    "no encoder": ({"encoder": " "}, "An encoder's name"),
    "long encoder": ({"encoder": "x" * 501}, "An encoder's name"),
    "NUL in the guidelines": ({"guidelines": "a\x00"}, "NUL"),
}


@pytest.mark.parametrize(("changes", "reason"), WRONG.values(), ids=WRONG)
def test_settings_that_cannot_work_give_one_sentence(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidProject) as caught:
        projects.check_settings(world.settings_of(**changes))
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("strategy", ["lamm+margin+k-means+medoids", "margin+gap^2+core-set"])
def test_a_composed_strategy_is_accepted(strategy: str) -> None:
    projects.check_settings(world.settings_of(strategy=strategy))


def test_a_strategy_with_a_model_for_each_language_is_not_offered() -> None:
    assert list(projects.strategies()) == ["foresight", "lamm", "ea", "lc", "random"]


@pytest.mark.parametrize("changes", [{"strategy": "magic"}, {"uncertainty": "magic"}])
def test_an_unregistered_strategy_or_uncertainty_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UnknownStrategy, match="magic"):
        projects.check_settings(world.settings_of(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"targets": {"en": 1.0, "pt-BR": 0.01, "zh-Hant-TW": 0.5}},
        {"classes": tuple(f"class {n}" for n in range(150))},
        {"budget": 1, "lease_minutes": 1, "seed": 2**31 - 1},
    ],
)
def test_settings_come_back_as_they_were_stored(workspace: Workspace, changes: dict[str, Any]) -> None:
    settings = world.settings_of(guidelines="Look twice.\nThen click.", **changes)
    made = projects.create_project(workspace, "  small ", settings)
    assert made.settings == settings
    assert list(made.languages) == list(settings.targets)
    assert projects.get_project(workspace, "small") == made
    assert projects.list_projects(workspace) == [made]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x00b"])
def test_a_name_that_cannot_be_stored_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(InvalidProject):
        projects.create_project(workspace, name, world.settings_of())
    with pytest.raises(InvalidProject):
        projects.ensure_annotator(workspace, name)


def test_a_name_is_taken_once(workspace: Workspace) -> None:
    projects.create_project(workspace, "small", world.settings_of())
    with pytest.raises(ProjectExists, match="'small'"):
        projects.create_project(workspace, " small", world.settings_of())
    assert len(projects.list_projects(workspace)) == 1


def test_an_unknown_project_says_which_there_are(workspace: Workspace) -> None:
    with pytest.raises(UnknownProject, match="there is none yet"):
        projects.get_project(workspace, "small")
    projects.create_project(workspace, "large", world.settings_of())
    with pytest.raises(UnknownProject, match="there are: large"):
        projects.get_project(workspace, "small")


def test_settings_can_be_changed_and_classes_and_languages_added(workspace: Workspace) -> None:
    made = projects.create_project(workspace, "small", world.settings_of())
    wider = replace(
        made.settings,
        classes=(*made.settings.classes, "ruler"),
        targets={"fr": 0.8} | dict.fromkeys(made.settings.targets, 0.95),
        budget=33,
        automatic_rounds=True,
    )
    changed = projects.change_settings(workspace, made, wider)
    assert changed.settings == wider
    assert list(changed.languages) == ["fr", "en", "de", "sw"]
    assert (changed.id, changed.created_at) == (made.id, made.created_at)


@pytest.mark.parametrize("changes", [{"classes": world.CLASSES[:3]}, {"targets": {"en": 0.9, "de": 0.9}}])
def test_classes_and_languages_cannot_be_taken_away(workspace: Workspace, changes: dict[str, Any]) -> None:
    made = projects.create_project(workspace, "small", world.settings_of())
    with pytest.raises(InvalidProject, match=r"not taken away; missing: (pen|sw)"):
        projects.change_settings(workspace, made, replace(made.settings, **changes))
    assert projects.get_project(workspace, "small") == made


def test_two_managers_who_both_add_a_class_lose_neither(workspace: Workspace) -> None:
    made = projects.create_project(workspace, "small", world.settings_of())
    for new in (("ruler",), ("ruler", "glue"), ("tape",)):
        with_new = replace(made.settings, classes=(*made.settings.classes, *new))
        projects.change_settings(workspace, made, with_new)
    assert projects.get_project(workspace, "small").settings.classes == (*world.CLASSES, "ruler", "glue", "tape")


def test_changed_settings_that_cannot_work_change_nothing(workspace: Workspace) -> None:
    made = projects.create_project(workspace, "small", world.settings_of())
    with pytest.raises(InvalidInput):
        projects.change_settings(workspace, made, replace(made.settings, budget=0))
    assert projects.get_project(workspace, "small") == made


def test_an_annotator_is_the_same_however_often_they_come(workspace: Workspace) -> None:
    first = projects.ensure_annotator(workspace, "Ana")
    assert projects.ensure_annotator(workspace, " Ana ") == first
    assert projects.ensure_annotator(workspace, "Ben") != first
