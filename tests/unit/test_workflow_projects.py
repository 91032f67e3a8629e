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
    "unknown metric": ({"metric": "f1"}, "There is no metric 'f1'; there are: accuracy, macro-f1"),
    "class target of an unknown class": ({"class_targets": {("en", "glue"): 0.8}}, "There is no class 'glue' in 'en'"),
    "class target of an unknown language": ({"class_targets": {("fr", "pen"): 0.8}}, "There is no class 'pen' in 'fr'"),
    "class target 0": ({"class_targets": {("en", "pen"): 0.0}}, "The target of class 'pen' in 'en' is 0.0"),
    "class target over 1": ({"class_targets": {("en", "pen"): 80}}, "The target of class 'pen' in 'en' is 80"),
    "class target not a number": ({"class_targets": {("en", "pen"): float("nan")}}, "of class 'pen' in 'en' is nan"),
    "all texts set apart": ({"check_part": 0.91}, "for the check set is 0.91; it must be a number from 0 to 0.9"),
    "share below 0": ({"check_share": -0.1}, "The share of check items is -0.1"),
    "share over 1": ({"check_share": 20}, "The share of check items is 20; it must be a number from 0 to 1"),
    "share not a number": ({"check_share": float("nan")}, "The share of check items is nan"),
    "width 0": ({"check_width": 0.0}, "The half-width of intervals is 0.0"),
    "width in points": ({"check_width": 5}, "The half-width of intervals is 5; it must be a number from 0.005 to 0.5"),
    "negative price": ({"price_per_label": -0.01}, "The price of a label is -0.01"),
    "endless price": ({"price_per_label": float("inf")}, "The price of a label is inf"),
    "no currency": ({"currency": " "}, "A currency has 1 to 10 characters; this one has 0"),
    "long currency": ({"currency": "x" * 11}, "A currency has 1 to 10 characters; this one has 11"),
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
        {"metric": "macro-f1", "class_targets": {("sw", "pen"): 1 / 3, ("en", "ink"): 1.0, ("en", "pen"): 0.005}},
        {"check_part": 0.0, "check_share": 0.0, "check_width": 0.005, "price_per_label": 0.0, "currency": "€"},
        {"check_part": 0.9, "check_share": 1.0, "check_width": 0.5, "price_per_label": 1e6, "currency": "x" * 10},
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


def test_class_targets_are_changed_taken_away_and_may_be_of_a_class_that_comes_with_them(workspace: Workspace) -> None:
    first = {("en", "pen"): 0.8, ("de", "ink"): 0.7}
    made = projects.create_project(workspace, "small", world.settings_of(class_targets=first))
    others = projects.create_project(workspace, "other", world.settings_of(class_targets=first))
    classes = (*made.settings.classes, "ruler")
    later = {("en", "pen"): 0.85, ("sw", "ruler"): 0.6}
    changed = projects.change_settings(workspace, made, replace(made.settings, classes=classes, class_targets=later))
    assert changed.settings.class_targets == later
    none = replace(changed.settings, class_targets={})
    assert projects.change_settings(workspace, changed, none).settings == none
    assert projects.get_project(workspace, "other") == others


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
