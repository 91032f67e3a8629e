"""Gold items: newcomers answer them first, they look like all others, and they count for nothing else."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import world

from lamm_core.errors import InvalidProject
from lamm_core.model.intervals import wilson
from lamm_core.records import Action, ItemState, Lease, Project
from lamm_core.storage import labels
from lamm_core.workflow import automatic, labelling
from lamm_core.workflow.acts import Act
from lamm_core.workflow.annotators import set_languages
from lamm_core.workflow.comparing import comparison_status
from lamm_core.workflow.details import language_details
from lamm_core.workflow.empty_queue import WhyEmpty, why_empty
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.gold import gold_results
from lamm_core.workflow.importing import embed_project, import_table
from lamm_core.workflow.projects import check_settings, create_project, list_annotators
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.translating import translation_counts
from lamm_core.workflow.workspace import Workspace, utc_now

KNOWN, OTHER = "ink", "pen"  # all gold items of these tests are ink


@pytest.fixture
def queued(workspace: Workspace) -> Project:
    """The small project with a first batch of 20, and eight gold items of which newcomers answer three."""
    project = world.make_project(workspace, gold_count=3)
    world.add_gold(workspace, project, en=4, de=4)
    run_round(workspace, project)
    return project


def ids_of(leases: list[Lease]) -> list[int]:
    return [each.item_id for each in leases]


def gold_ids(workspace: Workspace, project: Project) -> set[int]:
    return {each.id for each in world.stored_items(workspace, project).values() if each.purpose == "gold"}


def gold_of(workspace: Workspace, project: Project, annotator_id: int, **more: Any) -> list[int]:
    """The gold items that a claim of plenty begins with."""
    found = ids_of(labelling.claim(workspace, project, annotator_id, 100, **more))
    labelling.release(workspace, project, annotator_id)
    gold = gold_ids(workspace, project)
    first = [*itertools.takewhile(gold.__contains__, found)]
    assert not gold & set(found[len(first) :])
    return first


def answer(
    workspace: Workspace, project: Project, annotator_id: int, item_id: int, class_name: str = KNOWN
) -> labelling.Receipt:
    return labelling.submit(workspace, project, annotator_id, item_id, class_name, seconds=3.0)


def with_feedback(project: Project) -> Project:
    return replace(project, settings=replace(project.settings, gold_feedback=True))


# who gets which


def test_a_newcomer_gets_gold_items_first_and_the_batch_fills_the_rest(
    workspace: Workspace, queued: Project, ana: int
) -> None:
    gold = gold_ids(workspace, queued)
    leases = labelling.claim(workspace, queued, ana, 5)
    assert [each in gold for each in ids_of(leases)] == [True, True, True, False, False]
    held = [row.item_id for row in world.queue_rows(workspace, queued) if row.annotator_id == ana]
    assert held == ids_of(leases)[3:]
    assert ids_of(labelling.claim(workspace, queued, ana, 5)) == ids_of(leases)
    assert ids_of(labelling.claim(workspace, queued, ana, 2)) == ids_of(leases)[:2]


def test_each_answer_brings_the_newcomer_nearer_to_the_batch(workspace: Workspace, queued: Project, ana: int) -> None:
    first, second, third = gold_of(workspace, queued, ana)
    answer(workspace, queued, ana, first, OTHER)
    assert gold_of(workspace, queued, ana) == [second, third]
    labelling.skip(workspace, queued, ana, second)
    assert gold_of(workspace, queued, ana) == [third]
    answer(workspace, queued, ana, third)
    assert gold_of(workspace, queued, ana) == []
    labelling.undo(workspace, queued, ana)
    assert gold_of(workspace, queued, ana) == [third]


def test_two_annotators_get_them_independently_and_in_different_orders(
    workspace: Workspace, ana: int, ben: int
) -> None:
    project = world.make_project(workspace, gold_count=100)
    gold = world.add_gold(workspace, project, en=20)
    of_ana, of_ben = gold_of(workspace, project, ana), gold_of(workspace, project, ben)
    assert set(of_ana) == set(of_ben) == set(gold)
    assert len({tuple(of_ana), tuple(of_ben), tuple(sorted(gold))}) == 3
    for each in of_ana:
        answer(workspace, project, ana, each)
    assert gold_of(workspace, project, ana) == []
    assert gold_of(workspace, project, ben) == of_ben


def test_the_order_stays_when_more_gold_items_come(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, gold_count=100)
    world.add_gold(workspace, project, en=6)
    before = gold_of(workspace, project, ana)
    world.add_gold(workspace, project, en=12)
    after = gold_of(workspace, project, ana)
    assert [each for each in after if each in before] == before
    assert len(after) == 12


def test_languages_narrow_the_gold_items_as_they_do_the_queue(workspace: Workspace, queued: Project, ana: int) -> None:
    stored = world.stored_items(workspace, queued)
    german = gold_of(workspace, queued, ana, languages=["de"])
    assert [stored[each].language for each in german] == ["de"] * 3
    assert gold_of(workspace, queued, ana, languages=["sw"]) == []
    assert labelling.claim(workspace, queued, ana, 100, []) == []
    for each in german:
        answer(workspace, queued, ana, each)
    assert gold_of(workspace, queued, ana) == []
    set_languages(workspace, ana, ["en", "sw"])
    assert [stored[each].language for each in gold_of(workspace, queued, ana)] == ["en"] * 3
    assert gold_of(workspace, queued, ana, languages=["de"]) == []


def test_no_gold_items_are_asked_where_the_manager_wants_none(workspace: Workspace, queued: Project, ana: int) -> None:
    none = replace(queued, settings=replace(queued.settings, gold_count=0))
    assert gold_of(workspace, none, ana) == []
    assert len(labelling.claim(workspace, none, ana, 100)) == 20


def test_gold_items_of_another_project_are_not_asked(workspace: Workspace, queued: Project, ana: int) -> None:
    other = world.make_project(workspace, name="other")
    assert labelling.claim(workspace, other, ana, 100) == []
    answer(workspace, queued, ana, gold_of(workspace, queued, ana)[0])
    assert gold_results(workspace, other) == []


def test_before_the_first_batch_there_are_gold_items_already(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, gold_count=2)
    world.add_gold(workspace, project, sw=3)
    leases = labelling.claim(workspace, project, ana, 100)
    assert [(each.round_number, each.weight, each.score, each.revision) for each in leases] == [(0, None, None, 1)] * 2
    answer(workspace, project, ana, leases[0].item_id)
    assert not world.queue_rows(workspace, project)


# what they look like


def test_nothing_in_a_lease_tells_gold_items_from_the_others(workspace: Workspace, ana: int, ben: int) -> None:
    project = world.make_project(workspace, labels=60, gold_count=6, suggestions=True)
    gold = set(world.add_gold(workspace, project, en=3, de=3, sw=3))
    run_round(workspace, project)
    batch = [each for each in labelling.claim(workspace, project, ben, 100) if each.item_id not in gold]
    labelling.release(workspace, project, ben)
    # In a language from which the round chose nothing, there is no other text that a gold item could look like.
    chosen = sorted({each.language for each in batch})
    leases = labelling.claim(workspace, project, ana, 6, chosen)
    shown = {(each.language, each.round_number, each.weight, each.score) for each in batch}
    told = {(each.language, each.round_number, each.weight, each.score) for each in leases}
    assert {each.item_id for each in leases} <= gold
    assert told
    assert told <= shown
    assert all(weight is not None for _, _, weight, _ in told)
    assert {each.suggestion for each in leases} == {None}
    assert any(each.suggestion is None for each in batch)
    (lease,) = labelling.claim(workspace, project, ana, 1)
    assert utc_now() < lease.until


def test_a_further_revision_is_asked_for_after_an_undo(workspace: Workspace, queued: Project, ana: int) -> None:
    (lease,) = labelling.claim(workspace, queued, ana, 1)
    answer(workspace, queued, ana, lease.item_id)
    labelling.undo(workspace, queued, ana)
    (again,) = labelling.claim(workspace, queued, ana, 1)
    assert (again.item_id, again.revision) == (lease.item_id, 3)


# what is stored


def test_an_answer_is_kept_beside_the_known_class(workspace: Workspace, queued: Project, ana: int) -> None:
    before = world.stored_items(workspace, queued)
    item_id, other, _ = gold_of(workspace, queued, ana)
    first = labelling.record(workspace, queued, ana, Act(item_id, Action.LABEL, 1, OTHER, comment="odd"))
    assert (first.gold, first.second_opinion, first.repeated, first.known_class) == (True, False, False, None)
    edit = labelling.record(workspace, queued, ana, Act(item_id, Action.LABEL, 2, KNOWN))
    assert (edit.revision, edit.repeated) == (2, False)
    skipped = labelling.skip(workspace, queued, ana, other)
    assert (skipped.gold, skipped.known_class) == (True, None)
    assert labelling.undo(workspace, queued, ana).item_id == other
    assert [act.item_id for act in labelling.recent_acts(workspace, queued, ana)] == [item_id]
    after = world.stored_items(workspace, queued)
    assert after == before
    assert {key: each.label_id for key, each in after.items()} == {key: each.label_id for key, each in before.items()}
    assert all(row.closed_at is None for row in world.queue_rows(workspace, queued))


def test_the_known_class_is_told_only_where_the_manager_wants_it(
    workspace: Workspace, queued: Project, ana: int
) -> None:
    item_id, other, _ = gold_of(workspace, queued, ana)
    told = with_feedback(queued)
    act = Act(item_id, Action.LABEL, 1, OTHER)
    assert labelling.record(workspace, told, ana, act).known_class == KNOWN
    again = labelling.record(workspace, told, ana, act)
    assert (again.repeated, again.gold, again.known_class) == (True, True, KNOWN)
    assert labelling.record(workspace, queued, ana, act).known_class is None
    assert labelling.skip(workspace, told, ana, other).known_class is None
    assert labelling.undo(workspace, told, ana).known_class is None
    lease = labelling.claim(workspace, told, ana, 3)[-1]
    receipt = answer(workspace, told, ana, lease.item_id)
    assert (receipt.gold, receipt.known_class) == (False, None)


def test_an_export_says_gold_and_can_be_imported_again(workspace: Workspace, queued: Project, ana: int) -> None:
    first, second, _ = gold_of(workspace, queued, ana)
    answer(workspace, queued, ana, first)
    answer(workspace, queued, ana, second, OTHER)
    table = labels_table(workspace, queued)
    gold = table[table["split"] == "gold"]
    assert gold["source"].value_counts().to_dict() == {"import": 8, "human": 2}
    assert (gold["deciding"] == (gold["source"] == "import")).all()
    assert gold["round"].isna().all()
    again = create_project(workspace, "again", world.settings_of())
    result = import_table(workspace, again, table, world.MAPPING)
    assert result.added_gold == 8
    copied = labels_table(workspace, again)
    deciding = table[table["deciding"]]
    columns = ["id", "language", "text", "class", "split"]
    assert copied[columns].to_numpy().tolist() == deciding[columns].to_numpy().tolist()
    assert import_table(workspace, queued, deciding, world.MAPPING).already == len(deciding)


# what counts them not


def test_no_number_changes_when_gold_items_are_answered(workspace: Workspace, ana: int, ben: int) -> None:
    project = world.make_project(workspace, labels=60, gold_count=8)
    run_round(workspace, project)
    (lease,) = labelling.claim(workspace, project, ana, 1)
    answer(workspace, project, ana, lease.item_id)
    before = figures(workspace, project)
    world.add_gold(workspace, project, en=3, de=3, sw=2)
    assert figures(workspace, project) == before
    for annotator_id, name in ((ana, KNOWN), (ben, OTHER)):
        for item_id in gold_of(workspace, project, annotator_id):
            labelling.submit(workspace, project, annotator_id, item_id, name, seconds=99.0)
    assert sum(each.answered for each in gold_results(workspace, project)) == 16
    assert figures(workspace, project) == before
    assert embed_project(workspace, project) == 0, "no model sees gold items, so they need no embedding"
    run_round(workspace, project)
    assert project_status(workspace, project).model.labels == 61
    assert not gold_ids(workspace, project) & {row.item_id for row in world.queue_rows(workspace, project)}


def figures(workspace: Workspace, project: Project) -> list[Any]:
    """Everything that counts items or labels, as far as it is told anywhere."""
    status = project_status(workspace, project)
    details = [language_details(workspace, project, each) for each in project.languages]
    with workspace.database.read() as connection:
        newest = labels.newest_label_id(connection, project.id)
        speeds = labels.recent_seconds(connection, project.id, 1_000)
    return [
        status.languages,
        status.progress,
        speeds,
        [(replace(each.agreement, annotators=()), each.speeds) for each in details],
        labelling.batch_progress(workspace, project),
        comparison_status(workspace, project),
        translation_counts(workspace, project),
        newest,
    ]


def test_an_answer_on_a_gold_item_starts_no_round(
    workspace: Workspace, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    monkeypatch.setattr(automatic, "start_round", lambda _, project: started.append(project.id))
    project = world.make_project(workspace, gold_count=2, automatic_rounds=True)
    world.add_gold(workspace, project, en=3)
    for item_id in gold_of(workspace, project, ana):
        answer(workspace, project, ana, item_id)
        labelling.undo(workspace, project, ana)
        answer(workspace, project, ana, item_id, OTHER)
    assert started == []
    assert why_empty(workspace, project, ana).reason is WhyEmpty.WAITING_FOR_ROUND
    assert started == [project.id]


def test_gold_items_that_come_while_a_queue_is_empty_can_be_claimed_at_once(workspace: Workspace, ana: int) -> None:
    project = create_project(workspace, "empty", world.settings_of(gold_count=2))
    world.add_gold(workspace, project, en=2)
    assert why_empty(workspace, project, ana).reason is WhyEmpty.READY
    set_languages(workspace, ana, ["de"])
    assert why_empty(workspace, project, ana).reason is WhyEmpty.NO_TEXTS
    set_languages(workspace, ana, [])
    for item_id in gold_of(workspace, project, ana):
        answer(workspace, project, ana, item_id)
    assert why_empty(workspace, project, ana).reason is WhyEmpty.NO_TEXTS


def test_the_newest_act_of_a_project_with_gold_items_alone_is_none(workspace: Workspace, ana: int) -> None:
    project = create_project(workspace, "empty", world.settings_of())
    with workspace.database.read() as connection:
        assert labels.newest_label_id(connection, project.id) is None
    world.add_gold(workspace, project, en=2)
    with workspace.database.read() as connection:
        assert labels.newest_label_id(connection, project.id) is None


# results


def test_results_are_by_annotator_and_language_over_labels_that_stand(workspace: Workspace, ana: int, ben: int) -> None:
    project = world.make_project(workspace, gold_count=6)
    world.add_gold(workspace, project, en=3, de=3)
    stored = world.stored_items(workspace, project)
    by_language = {
        language: [each for each in gold_of(workspace, project, ana) if stored[each].language == language]
        for language in ("en", "de")
    }
    for item_id in by_language["en"]:
        answer(workspace, project, ana, item_id)
    right, wrong, skipped = by_language["de"]
    answer(workspace, project, ana, right, OTHER)
    answer(workspace, project, ana, right, KNOWN)
    answer(workspace, project, ana, wrong, OTHER)
    answer(workspace, project, ana, skipped)
    labelling.skip(workspace, project, ana, skipped)
    answer(workspace, project, ben, right, OTHER)
    answer(workspace, project, ben, wrong)
    labelling.undo(workspace, project, ben)
    found = gold_results(workspace, project)
    assert [(each.annotator, each.language, each.answered, each.right, each.share) for each in found] == [
        ("Ana", "en", 3, 3, 1.0),
        ("Ana", "de", 2, 1, 0.5),
        ("Ben", "de", 1, 0, 0.0),
    ]
    assert [(each.low, each.high) for each in found] == [wilson(1.0, 3), wilson(0.5, 2), wilson(0.0, 1)]
    german = language_details(workspace, project, "de").gold
    assert german == tuple(found[1:])
    assert language_details(workspace, project, "sw").gold == ()


def test_with_feedback_the_first_answer_counts(workspace: Workspace, queued: Project, ana: int) -> None:
    told = with_feedback(queued)
    corrected, taken_back, spoilt = gold_of(workspace, told, ana)
    answer(workspace, told, ana, corrected, OTHER)
    answer(workspace, told, ana, corrected, KNOWN)
    answer(workspace, told, ana, taken_back, OTHER)
    labelling.undo(workspace, told, ana)
    answer(workspace, told, ana, taken_back, KNOWN)
    answer(workspace, told, ana, spoilt, KNOWN)
    answer(workspace, told, ana, spoilt, OTHER)
    for project, right in ((told, 1), (queued, 2)):
        found = gold_results(workspace, project)
        assert (sum(each.answered for each in found), sum(each.right for each in found)) == (3, right)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"gold_count": -1}, "The number of gold items that newcomers answer first is -1; it must be a whole number "
         "from 0 to 1,000."),
        ({"gold_count": 1_001}, "first is 1001; it must be a whole number from 0 to 1,000."),
        ({"gold_count": 2.5}, "first is 2.5; it must be a whole number"),
        ({"gold_feedback": "often"}, "is yes or no (True or False); 'often' given."),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_get_one_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidProject) as caught:
        check_settings(world.settings_of(**changes))
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


# whatever is done


_ACTS = st.lists(
    st.tuples(
        st.integers(0, 1), st.sampled_from([Action.LABEL, Action.SKIP, Action.UNDO]), st.integers(0, 3), st.booleans()
    ),
    max_size=12,
)
_NUMBERS = itertools.count()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=_ACTS, gold_count=st.integers(0, 5), count=st.integers(1, 7))
def test_whatever_annotators_do_each_is_asked_for_what_is_missing_and_nothing_else_moves(
    prepared: tuple[Workspace, Project], acts: list[tuple[int, Action, int, bool]], gold_count: int, count: int
) -> None:
    workspace, queued = prepared
    project = replace(queued, settings=replace(queued.settings, gold_count=gold_count))
    people = [world.ensure_annotator(workspace, f"Person {next(_NUMBERS)}") for _ in range(2)]
    everything = replace(queued, settings=replace(queued.settings, gold_count=100))
    order = [gold_of(workspace, everything, each) for each in people]
    standing: list[dict[int, str | None]] = [{}, {}]
    before, batch = world.stored_items(workspace, project), labelling.batch_progress(workspace, project)
    for who, action, place, right in acts:
        item_id = order[who][place]
        if action is Action.UNDO:
            if item_id not in standing[who]:
                continue
            standing[who].pop(item_id)
        else:
            standing[who][item_id] = None if action is Action.SKIP else KNOWN if right else OTHER
        class_name = standing[who].get(item_id) if action is Action.LABEL else None
        labelling.record(workspace, project, people[who], Act(item_id, action, class_name=class_name))
    for who, annotator_id in enumerate(people):
        left = [each for each in order[who] if each not in standing[who]]
        missing = left[: max(0, gold_count - len(standing[who]))]
        found = ids_of(labelling.claim(workspace, project, annotator_id, count))
        assert found[: len(missing)] == missing[:count]
        assert len(found) == count
        assert not set(found[len(missing) :]) & set(order[who])
        labelling.release(workspace, project, annotator_id)
    assert (world.stored_items(workspace, project), labelling.batch_progress(workspace, project)) == (before, batch)
    names = list_annotators(workspace)
    for who, annotator_id in enumerate(people):
        given = [name for name in standing[who].values() if name is not None]
        results = [each for each in gold_results(workspace, project) if each.annotator == names[annotator_id]]
        assert sum(each.answered for each in results) == len(given)
        assert sum(each.right for each in results) == given.count(KNOWN)


@pytest.fixture
def prepared(workspace: Workspace, queued: Project) -> tuple[Workspace, Project]:
    """A project with a batch and gold items, which all examples share: each has annotators of its own."""
    assert {each.state for each in world.stored_items(workspace, queued).values() if each.purpose == "gold"} == {
        ItemState.LABELLED
    }
    return workspace, queued
