"""A newcomer's first steps are ticked off by what is in the data, and shown to those who need them."""

from dataclasses import replace

from support import world
from support.site import new_user

from lamm_core.actors import Role
from lamm_core.workflow import labelling
from lamm_core.workflow.exporting import labels_file
from lamm_core.workflow.first_steps import LABELS_TO_TRY, Step, first_steps, note_flags_seen, show_first_steps
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.sample import SAMPLE_NAME
from lamm_core.workflow.signing_in import actor_of
from lamm_core.workflow.workspace import Workspace


def _done(workspace: Workspace) -> list[Step]:
    found = first_steps(workspace)
    assert found is not None
    return [step for step, is_done in found.done.items() if is_done]


def test_each_step_is_ticked_by_what_was_done(workspace: Workspace) -> None:
    sample = world.make_project(workspace, labels=40, name=SAMPLE_NAME)
    run_round(workspace, sample)
    assert _done(workspace) == []
    ana = world.ensure_annotator(workspace, "Ana")
    for given, lease in enumerate(labelling.claim(workspace, sample, ana, LABELS_TO_TRY), 1):
        labelling.submit(workspace, sample, ana, lease.item_id, "pen")
        assert first_steps(workspace).tried == given
    assert _done(workspace) == [Step.TRY]
    note_flags_seen(workspace)
    own = create_project(workspace, "own", world.settings_of())
    assert first_steps(workspace).own_project == "own"
    assert _done(workspace) == [Step.TRY, Step.FLAGS]
    own = world.make_project(workspace, labels=40, name="filled")
    assert _done(workspace) == [Step.TRY, Step.FLAGS, Step.OWN_TEXTS]
    labels_file(workspace, sample, ".csv")
    assert _done(workspace) == [Step.TRY, Step.FLAGS, Step.OWN_TEXTS, Step.EXPORT]
    run_round(workspace, own)
    assert first_steps(workspace) is None, "who has a model of their own is no newcomer"
    show_first_steps(workspace, shown=True)
    assert first_steps(workspace).are_done


def test_without_the_sample_there_is_no_step_to_try_it(sqlite_workspace: Workspace) -> None:
    found = first_steps(sqlite_workspace)
    assert list(found.done) == [Step.OWN_TEXTS, Step.FIRST_BATCH, Step.FLAGS, Step.EXPORT]
    assert (found.tried, found.own_project) == (0, "")


def test_closed_steps_stay_closed_for_that_reader_alone(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace)
    actor = actor_of(sqlite_workspace, new_user(sqlite_workspace, "mia", is_admin=True).token)
    mia = sqlite_workspace.acting_as(replace(actor, is_admin=False, roles={project.id: Role.MANAGER}))
    show_first_steps(mia, shown=False)
    note_flags_seen(mia)
    assert first_steps(mia) is None
    assert _done(sqlite_workspace) == [Step.OWN_TEXTS]
    show_first_steps(mia, shown=True)
    assert _done(mia) == [Step.OWN_TEXTS, Step.FLAGS]


def test_annotators_see_no_steps_and_managers_only_those_of_their_projects(sqlite_workspace: Workspace) -> None:
    mine = create_project(sqlite_workspace, "mine", world.settings_of())
    other = world.make_project(sqlite_workspace, name="other")
    actor = actor_of(sqlite_workspace, new_user(sqlite_workspace, "mia", is_admin=True).token)
    mia = sqlite_workspace.acting_as(replace(actor, is_admin=False, roles={other.id: Role.ANNOTATOR}))
    assert first_steps(mia) is None
    mia = mia.acting_as(replace(mia.actor, roles={mine.id: Role.MANAGER, other.id: Role.ANNOTATOR}))
    assert (first_steps(mia).own_project, _done(mia)) == ("mine", [])
