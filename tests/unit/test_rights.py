"""Every workflow call asks who acts, and refuses whoever may not, before it does anything."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_type_hints

import pytest
from support import world
from support.site import new_user

import lamm_core.workflow
from lamm_core.actors import NOBODY, OPERATOR, Actor, Role
from lamm_core.errors import NotAllowed, UnknownProject
from lamm_core.records import Project
from lamm_core.workflow import rights
from lamm_core.workflow.projects import change_settings, find_project, get_project, list_projects, project_names
from lamm_core.workflow.signing_in import actor_of
from lamm_core.workflow.workspace import Workspace

MINE, OTHER = 1, 2  # numbers of annotators


def _calls() -> list[tuple[str, Callable[..., Any]]]:
    """All public functions of the workflow whose first argument is a workspace."""
    found = {}
    for module in pkgutil.iter_modules(lamm_core.workflow.__path__):
        loaded = importlib.import_module(f"lamm_core.workflow.{module.name}")
        for name, call in inspect.getmembers(loaded, inspect.isfunction):
            if name.startswith("_") or call.__module__ != loaded.__name__ or module.name == "rights":
                continue
            first = next(iter(inspect.signature(call).parameters), None)
            if first == "workspace":
                found[f"{module.name}.{name}"] = call
    return sorted(found.items())


CALLS = _calls()
PEOPLE = {
    "nobody": NOBODY,
    "a stranger": Actor("Eve", 9, MINE, roles={77: Role.ADMIN}),
    "an annotator": Actor("Ana", 1, MINE, roles={1: Role.ANNOTATOR}),
    "a manager": Actor("Mia", 2, MINE, roles={1: Role.MANAGER}),
    "an admin of the project": Actor("Ida", 3, MINE, roles={1: Role.ADMIN}),
    "an admin": Actor("Ada", 4, MINE, is_admin=True),
    "the operator": OPERATOR,
}
# Who may pass, by what a call asks for.
_ALLOWED = {
    Role.ANNOTATOR.value: set(PEOPLE) - {"nobody", "a stranger"},
    rights.OWN: set(PEOPLE) - {"nobody", "a stranger"},
    Role.MANAGER.value: {"a manager", "an admin of the project", "an admin", "the operator"},
    f"project {Role.ADMIN.value}": {"an admin of the project", "an admin", "the operator"},
    rights.ADMIN: {"an admin", "the operator"},
    rights.SIGNED_IN: set(PEOPLE) - {"nobody"},
}
# What nobody needs an account for: to sign in, and what the server asks itself before anybody could.
_OPEN = {
    "health.health",
    "serving.check_address",
    "signing_in.actor_of",
    "signing_in.name_of_link",
    "signing_in.sign_in",
    "signing_in.sign_in_by_link",
    "signing_in.sign_in_by_provider",
    "signing_in.sign_out",
    "users.has_accounts",
}


class _Untouchable(Exception):
    """A call went on to the data."""


class _NoDatabase:
    def __getattr__(self, name: str) -> Any:
        raise _Untouchable(name)


def _arguments(call: Callable[..., Any], workspace: Workspace) -> list[Any]:
    """A workspace whose data cannot be touched, the project, the annotator's own number, and nothing for the rest."""
    parameters = list(inspect.signature(call).parameters.values())[1:]
    given: list[Any] = [workspace]
    for each in parameters:
        if each.kind in (each.KEYWORD_ONLY, each.VAR_KEYWORD) or each.default is not each.empty:
            break
        given.append({"project": PROJECT, "annotator_id": MINE, "reviewer_id": MINE}.get(each.name))
    return given


PROJECT = Project(1, "shop", world.settings_of(), None)  # type: ignore[arg-type]


def test_every_call_says_what_it_asks_for() -> None:
    assert len(CALLS) > 60
    assert [name for name, call in CALLS if rights.right_of(call) is None] == []


def test_calls_that_nobody_needs_an_account_for_are_few_and_known() -> None:
    assert {name for name, call in CALLS if rights.right_of(call) == rights.ANYBODY} == _OPEN


@pytest.mark.parametrize("who", PEOPLE)
def test_a_call_refuses_whoever_may_not_make_it_before_it_touches_the_data(who: str) -> None:
    workspace = Workspace(None, _NoDatabase(), PEOPLE[who])  # type: ignore[arg-type]
    wrong = []
    for name, call in CALLS:
        right = rights.right_of(call)
        if right == rights.ANYBODY:
            continue
        is_of_project = "project" in inspect.signature(call).parameters
        asked = f"project {right}" if right == Role.ADMIN and is_of_project else str(right)
        try:
            call(*_arguments(call, workspace))
        except NotAllowed:
            passed = False
        except Exception:  # noqa: BLE001 - it went on, and met arguments that are nothing
            passed = True
        else:
            passed = True
        if passed != (who in _ALLOWED[asked]):
            wrong.append((name, asked, passed))
    assert wrong == []


@pytest.mark.parametrize(("name", "call"), [each for each in CALLS if rights.right_of(each[1]) == rights.OWN])
def test_nobody_labels_under_the_name_of_somebody_else(name: str, call: Callable[..., Any]) -> None:
    workspace = Workspace(None, _NoDatabase(), PEOPLE["an admin"])  # type: ignore[arg-type]
    arguments = _arguments(call, workspace)
    arguments[2] = OTHER
    with pytest.raises(NotAllowed, match="somebody else"):
        call(*arguments)


def test_projects_that_one_has_no_part_in_do_not_exist(sqlite_workspace: Workspace) -> None:
    mine = world.make_project(sqlite_workspace, name="mine")
    hidden = world.make_project(sqlite_workspace, name="hidden")
    ana = sqlite_workspace.acting_as(Actor("Ana", 1, MINE, roles={mine.id: Role.MANAGER}))
    assert project_names(ana) == ["mine"]
    assert [each.name for each in list_projects(ana)] == ["mine"]
    assert find_project(ana, hidden.id) is None
    with pytest.raises(UnknownProject) as told:
        get_project(ana, "hidden")
    assert str(told.value) == "There is no project named 'hidden'; there are: mine."


def test_managers_set_targets_and_guidelines_and_no_more(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace)
    token = new_user(sqlite_workspace, "mia", is_admin=True).token
    user = actor_of(sqlite_workspace, token)
    mia = sqlite_workspace.acting_as(replace(user, is_admin=False, roles={project.id: Role.MANAGER}))
    targets = dict.fromkeys(project.settings.targets, 0.5)
    changed = change_settings(mia, project, replace(project.settings, targets=targets, guidelines="Read twice."))
    assert (changed.settings.targets, changed.settings.guidelines) == (targets, "Read twice.")
    with pytest.raises(NotAllowed, match="Managers set targets and guidelines"):
        change_settings(mia, changed, replace(changed.settings, budget=7))
    assert get_project(mia, project.name).settings.budget == project.settings.budget


def test_the_types_of_a_checked_call_stay_those_it_was_written_with() -> None:
    for _, call in CALLS:
        assert get_type_hints(call)["workspace"] is Workspace
