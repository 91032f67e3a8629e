"""Rounds: from the labels so far to a model, a measurement and the next batch."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support import workers, world

from lamm_core.errors import RoundRunning, RoundSuperseded, StorageUnavailable
from lamm_core.model.classifier import Classifier
from lamm_core.records import ItemState, OpenItems, Project, RoundState
from lamm_core.selection import language_weights
from lamm_core.selection.allocation import allocate
from lamm_core.storage import models, rounds
from lamm_core.workflow import automatic, labelling, own_pool, processes, projects
from lamm_core.workflow import rounds as rounds_of_workflow
from lamm_core.workflow.batches import batch_size
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.running import begin_round
from lamm_core.workflow.status import project_status, round_history
from lamm_core.workflow.workspace import Workspace


def label_all(workspace: Workspace, project: Project, annotator_id: int, keep: int = 0) -> list[int]:
    """Label everything open with its true class, but the last `keep` items."""
    labelled = []
    for _ in range(labelling.batch_progress(workspace, project).open - keep):
        (lease,) = labelling.claim(workspace, project, annotator_id)
        labelling.submit(
            workspace, project, annotator_id, lease.item_id, world.TRUTH[lease.external_id], lease.revision
        )
        labelled.append(lease.item_id)
    return labelled


def batch_of(workspace: Workspace, project: Project, round_id: int) -> list[int]:
    return [row.item_id for row in world.queue_rows(workspace, project) if row.round_id == round_id]


def languages_of(workspace: Workspace, project: Project, item_ids: list[int]) -> dict[str, int]:
    stored = world.stored_items(workspace, project)
    return dict(Counter(stored[item_id].language for item_id in item_ids))


def predictions(workspace: Workspace, project: Project) -> np.ndarray:
    with workspace.database.read() as connection:
        version = models.latest_model(connection, project.id)
    assert version is not None
    return Classifier.load(workspace.settings.models / version.file).predict_proba(world.prepared_vectors())


def test_the_first_batch_without_a_model_is_drawn_by_chance(workspace: Workspace, project: Project) -> None:
    done = run_round(workspace, project)
    assert (done.number, done.attempt, done.state, done.strategy, done.labels) == (1, 1, RoundState.DONE, "random", 0)
    status = project_status(workspace, project)
    assert status.model is None
    assert status.unmeasured == ("de", "en", "sw")
    chosen = batch_of(workspace, project, done.id)
    assert len(set(chosen)) == 20
    stored = world.stored_items(workspace, project)
    assert {(stored[each].state, stored[each].purpose) for each in chosen} == {(ItemState.QUEUED, "pool")}
    assert len(languages_of(workspace, project, chosen)) > 1


def test_a_round_with_labels_fits_measures_and_splits_the_budget_by_the_gaps(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=24)
    done = run_round(workspace, project)
    assert (done.strategy, done.uncertainty, done.labels) == ("lamm", "entropy", 24)
    status = project_status(workspace, project)
    assert status.model is not None
    assert (status.model.number, status.model.labels) == (1, 24)

    check = world.ROWS[world.ROWS["split"] == "check"]
    right = predictions(workspace, project).argmax(axis=1)
    names = np.array(world.CLASSES)
    for each in status.languages:
        rows = check.index[check["language"] == each.language]
        correct = int((names[right[rows]] == check.loc[rows, "class"]).sum())
        assert (each.measured.correct, each.measured.checked) == (correct, world.CHECK)

    accuracy = {each.language: each.measured.accuracy or 0.0 for each in status.languages}
    weights = language_weights(accuracy, world.TARGETS)
    assert sum(weight > 0 for weight in weights.values()) >= 2, "the small world is too easy to tell anything"
    stored = world.stored_items(workspace, project).values()
    free = Counter(each.language for each in stored if each.purpose == "pool" and each.state != ItemState.LABELLED)
    expected = allocate(weights, 20, free)
    (history,) = round_history(workspace, project)
    assert {each.language: each.quota for each in history.languages} == expected
    assert {each.language: each.weight for each in history.languages} == pytest.approx(weights)
    assert sum(expected.values()) == 20
    found = languages_of(workspace, project, batch_of(workspace, project, done.id))
    assert found == {language: quota for language, quota in expected.items() if quota}


def test_inside_a_language_the_most_uncertain_items_are_chosen(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=24)
    done = run_round(workspace, project)
    table = predictions(workspace, project)
    entropy = dict(zip(world.ROWS["id"], -(table * np.log(np.maximum(table, 1e-300))).sum(axis=1), strict=True))
    chosen = set(batch_of(workspace, project, done.id))
    stored = world.stored_items(workspace, project)
    for language in world.POOL:
        inside = [stored[each].external_id for each in chosen if stored[each].language == language]
        outside = [
            each.external_id
            for each in stored.values()
            if each.language == language and each.state == ItemState.UNLABELLED and each.purpose == "pool"
        ]
        if inside and outside:
            assert min(entropy[each] for each in inside) >= max(entropy[each] for each in outside) - 1e-9


def test_nothing_labelled_skipped_or_queued_is_chosen_again_until_the_pool_is_empty(
    workspace: Workspace, ana: int
) -> None:
    project = world.make_project(workspace, budget=60)
    seen: set[int] = set()
    sizes = []
    while True:
        chosen = batch_of(workspace, project, run_round(workspace, project).id)
        assert not seen & set(chosen)
        seen |= set(chosen)
        sizes.append(len(chosen))
        if not chosen:
            break
        leases = labelling.claim(workspace, project, ana, 3)
        labelling.skip(workspace, project, ana, leases[0].item_id)
        label_all(workspace, project, ana)
    assert sizes == [60, 60, 60, 20, 0]
    status = project_status(workspace, project)
    assert status.latest is not None
    assert (status.latest.state, status.labels, status.model.number if status.model else 0) == (RoundState.DONE, 196, 4)
    assert all(each.quota == 0 for each in status.languages)
    assert labelling.claim(workspace, project, ana) == []


def test_the_same_data_and_seed_give_the_same_model_and_batch(workspace: Workspace) -> None:
    found = []
    for name in ("one", "two"):
        project = world.make_project(workspace, labels=24, name=name)
        done = run_round(workspace, project)
        stored = world.stored_items(workspace, project)
        batch = [stored[each].external_id for each in batch_of(workspace, project, done.id)]
        (history,) = round_history(workspace, project)
        assert history.model is not None
        found.append((batch, predictions(workspace, project), history.model.data_key))
    assert found[0][0] == found[1][0]
    np.testing.assert_array_equal(found[0][1], found[1][1])
    assert found[0][2] == found[1][2]


def test_another_seed_draws_another_first_batch(workspace: Workspace) -> None:
    batches = []
    for seed in (1, 2):
        project = world.make_project(workspace, name=str(seed), seed=seed)
        done = run_round(workspace, project)
        stored = world.stored_items(workspace, project)
        batches.append([stored[each].external_id for each in batch_of(workspace, project, done.id)])
    assert batches[0] != batches[1]


@pytest.mark.parametrize(
    ("budget", "open_items", "free", "size"),
    [
        (20, 0, 0, 20),
        (20, 2, 2, 20),
        (20, 3, 3, 17),
        (20, 3, 0, 20),
        (20, 10, 0, 20),
        (20, 11, 0, 9),
        (20, 10, 1, 10),
        (20, 20, 20, 0),
        (20, 25, 25, 0),
        (9, 0, 0, 9),
        (9, 1, 1, 8),
        (1, 0, 0, 1),
        (1, 1, 0, 0),
    ],
)
def test_a_batch_is_full_when_the_last_is_nearly_done_and_else_fills_up(
    budget: int, open_items: int, free: int, size: int
) -> None:
    assert batch_size(budget, OpenItems(open_items, free)) == size


def test_a_round_started_early_only_fills_the_queue_up(workspace: Workspace, project: Project, ana: int) -> None:
    run_round(workspace, project)
    assert batch_of(workspace, project, run_round(workspace, project).id) == []
    label_all(workspace, project, ana, keep=13)
    labelling.release(workspace, project, ana)
    assert len(batch_of(workspace, project, run_round(workspace, project).id)) == 7
    assert labelling.batch_progress(workspace, project).open == 20


def test_a_project_without_a_check_set_counts_every_language_as_unmeasured(workspace: Workspace) -> None:
    rows = world.ROWS[world.ROWS["split"] == "pool"].reset_index(drop=True)
    project = world.make_project(workspace, labels=24, rows=rows)
    run_round(workspace, project)
    status = project_status(workspace, project)
    assert status.unmeasured == ("de", "en", "sw")
    assert {each.gap for each in status.languages} == {0.9}
    assert status.model is not None
    assert sum(each.quota for each in status.languages) == 20


def test_a_language_without_check_items_counts_as_accuracy_zero(workspace: Workspace) -> None:
    keep = (world.ROWS["split"] == "pool") | (world.ROWS["language"] != "sw")
    project = world.make_project(workspace, labels=24, rows=world.ROWS[keep].reset_index(drop=True))
    run_round(workspace, project)
    status = project_status(workspace, project)
    assert status.unmeasured == ("sw",)
    quotas = {each.language: each.quota for each in status.languages}
    assert {each.language: each.gap for each in status.languages}["sw"] == 0.9
    assert quotas["sw"] == max(quotas.values())


def test_labels_of_one_class_give_no_model_and_a_batch_by_chance(
    workspace: Workspace, project: Project, ana: int
) -> None:
    run_round(workspace, project)
    for lease in labelling.claim(workspace, project, ana, 20):
        labelling.submit(workspace, project, ana, lease.item_id, "pen")
    done = run_round(workspace, project)
    assert (done.strategy, done.labels) == ("random", 20)
    assert project_status(workspace, project).model is None
    assert len(batch_of(workspace, project, done.id)) == 20


def test_when_all_targets_are_met_the_batch_is_full_all_the_same(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=60, targets=dict.fromkeys(world.POOL, 0.01))
    run_round(workspace, project)
    status = project_status(workspace, project)
    assert status.targets_met == 3
    assert sum(each.quota for each in status.languages) == 20


def test_a_project_without_items_has_a_round_without_a_batch(workspace: Workspace) -> None:
    project = create_project(workspace, "empty", world.settings_of())
    done = run_round(workspace, project)
    assert (done.state, done.labels) == (RoundState.DONE, 0)
    assert labelling.batch_progress(workspace, project).open == 0


def test_texts_imported_while_a_round_embeds_wait_for_the_next_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = world.make_project(workspace, labels=24, rows=world.ROWS.head(150))
    real = own_pool.embed_project

    def embed_then_import(*arguments: Any) -> int:
        count = real(*arguments)
        import_table(workspace, project, world.ROWS, world.MAPPING, hide_labels=True)
        return count

    monkeypatch.setattr(own_pool, "embed_project", embed_then_import)
    done = run_round(workspace, project)
    assert done.state == RoundState.DONE
    monkeypatch.undo()
    world.add_embeddings(workspace)
    again = run_round(workspace, project)
    (_, history) = round_history(workspace, project)
    assert again.number == 2
    assert sum(each.pool for each in history.languages) == 200


# two at once


def test_a_second_round_is_refused_while_one_runs(workspace: Workspace, project: Project) -> None:
    begin_round(workspace, project)
    for start in (begin_round, run_round, automatic.start_round):
        with pytest.raises(RoundRunning, match="Round 1 of 'small' is running already"):
            start(workspace, project)
    assert automatic.start_round_if_due(workspace, project) is None


def test_rounds_of_two_projects_run_side_by_side(workspace: Workspace, project: Project) -> None:
    other = world.make_project(workspace, name="other")
    begin_round(workspace, project)
    assert run_round(workspace, other).state == RoundState.DONE


@pytest.mark.parametrize("failed_before", [False, True])
def test_of_many_threads_one_begins_the_round(workspace: Workspace, project: Project, failed_before: bool) -> None:
    if failed_before:
        first = begin_round(workspace, project)
        with workspace.database.write() as connection:
            rounds.fail(connection, first.id, first.attempt, "for the test", first.started_at)
    barrier = Barrier(10)

    def begin(_: int) -> int:
        barrier.wait()
        try:
            return begin_round(workspace, project).attempt
        except RoundRunning:
            return 0

    with ThreadPoolExecutor(10) as threads:
        attempts = sorted(threads.map(begin, range(10)))
    assert attempts == [0] * 9 + [2 if failed_before else 1]
    with workspace.database.read() as connection:
        assert [each.number for each in rounds.list_rounds(connection, project.id)] == [1]


def test_of_several_processes_one_begins_the_round(
    workspace: Workspace, project: Project, together: Callable[..., list[Any]]
) -> None:
    begun = together(workers.begin_together, [(workspace.settings, project)] * workers.WORKERS)
    assert sum(begun) == 1


# by itself


def test_the_next_round_starts_by_itself_and_once_though_several_submit_at_once(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=24, automatic_rounds=True)
    run_round(workspace, project)
    annotators = [world.ensure_annotator(workspace, f"annotator {n}") for n in range(5)]
    with ThreadPoolExecutor(5) as threads:
        list(threads.map(lambda each: claim_and_label(workspace, project, each), annotators))
    status = workers.until(lambda: _finished(workspace, project, 2))
    assert status.latest.attempt == 1
    assert status.latest.process_id is not None
    assert status.model.number == 2
    history = round_history(workspace, project)
    assert [each.round.number for each in history] == [1, 2]
    assert sum(each.quota for each in history[1].languages) == 20
    assert 24 + 18 <= status.latest.labels <= 24 + 20


def claim_and_label(workspace: Workspace, project: Project, annotator_id: int) -> None:
    for lease in labelling.claim(workspace, project, annotator_id, 4):
        labelling.submit(workspace, project, annotator_id, lease.item_id, world.TRUTH[lease.external_id], 1)


def _finished(workspace: Workspace, project: Project, number: int) -> Any:
    status = project_status(workspace, project)
    assert status.latest is not None
    assert status.latest.state != RoundState.FAILED, status.latest.error
    return status if (status.latest.number, status.latest.state) == (number, RoundState.DONE) else None


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collects the projects whose round would start, instead of starting it."""
    found: list[int] = []
    monkeypatch.setattr(automatic, "start_round", lambda workspace, project: found.append(project.id))
    return found


def test_no_round_starts_before_the_batch_is_nearly_done(workspace: Workspace, ana: int, started: list[int]) -> None:
    project = world.make_project(workspace, automatic_rounds=True)
    run_round(workspace, project)
    label_all(workspace, project, ana, keep=3)
    assert started == []
    (lease, *_) = labelling.claim(workspace, project, ana)
    labelling.submit(workspace, project, ana, lease.item_id, "pen", lease.revision)
    assert started == [project.id]
    labelling.submit(workspace, project, ana, lease.item_id, "pen", lease.revision)
    assert started == [project.id]


def test_a_round_starts_when_somebody_who_went_away_holds_all_that_is_left(
    workspace: Workspace, ana: int, started: list[int]
) -> None:
    project = world.make_project(workspace, automatic_rounds=True)
    run_round(workspace, project)
    labelling.claim(workspace, project, projects.ensure_annotator(workspace, "Ben"), 8)
    for place in range(12):
        assert started == [], place
        (lease,) = labelling.claim(workspace, project, ana)
        labelling.submit(workspace, project, ana, lease.item_id, "pen", lease.revision)
    assert started == [project.id]


def test_no_round_starts_by_itself_where_that_is_switched_off(
    workspace: Workspace, project: Project, ana: int, started: list[int]
) -> None:
    run_round(workspace, project)
    label_all(workspace, project, ana)
    assert started == []


def test_when_the_pool_is_used_up_the_last_round_waits_for_the_last_label(
    workspace: Workspace, ana: int, started: list[int]
) -> None:
    project = world.make_project(workspace, budget=200, automatic_rounds=True)
    run_round(workspace, project)
    label_all(workspace, project, ana, keep=1)
    assert started == []
    label_all(workspace, project, ana)
    assert started == [project.id]


def test_a_changed_label_after_the_pool_is_used_up_is_learnt_too(
    workspace: Workspace, ana: int, started: list[int]
) -> None:
    project = world.make_project(workspace, budget=200, automatic_rounds=True)
    run_round(workspace, project)
    label_all(workspace, project, ana)
    run_round(workspace, project)
    started.clear()
    receipt = labelling.undo(workspace, project, ana)
    assert started == []
    labelling.submit(workspace, project, ana, receipt.item_id, "ink")
    assert started == [project.id]


def test_the_labels_a_model_was_fitted_on_are_kept_beside_it(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=24)
    run_round(workspace, project)
    with workspace.database.read() as connection:
        version = models.latest_model(connection, project.id)
    assert version is not None
    kept = pd.read_csv((workspace.settings.models / version.file).with_suffix(".labels.csv"))
    stored = world.stored_items(workspace, project)
    assert len(kept) == version.labels == 24
    assert all(stored[row.item_id].label_id == row.label_id for row in kept.itertuples())


def test_a_round_that_was_given_up_leaves_no_model(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    project = world.make_project(workspace, labels=24)
    begun = begin_round(workspace, project)

    def give_up(*_: Any, **__: Any) -> None:
        raise RoundSuperseded("for the test")

    monkeypatch.setattr(rounds, "finish", give_up)
    monkeypatch.setattr(rounds, "fail", lambda *_: True)
    with pytest.raises(RoundSuperseded):
        rounds_of_workflow.perform_round(workspace, project, begun)
    (left,) = (workspace.settings.models / str(project.id)).iterdir()
    assert left.name.startswith("preparation-"), "the next attempt works on the same pool"


def test_a_batch_by_chance_has_no_uncertainty_in_the_export(workspace: Workspace, project: Project, ana: int) -> None:
    run_round(workspace, project)
    label_all(workspace, project, ana, keep=18)
    table = labels_table(workspace, project)
    ours = table[table["annotator"].notna()]
    assert ours["strategy"].tolist() == ["random", "random"]
    assert ours["uncertainty"].isna().all()
    assert ours["round"].tolist() == [1, 1]
    assert str(table["round"].dtype) == "Int64"


def test_a_failed_round_waits_for_a_person(workspace: Workspace, ana: int, started: list[int]) -> None:
    project = world.make_project(workspace, automatic_rounds=True)
    run_round(workspace, project)
    second = begin_round(workspace, project)
    with workspace.database.write() as connection:
        rounds.fail(connection, second.id, second.attempt, "for the test", second.started_at)
    label_all(workspace, project, ana)
    assert started == []


@pytest.mark.parametrize("step", ["process", "log"])
def test_a_label_is_acknowledged_though_the_round_cannot_be_started(
    workspace: Workspace, ana: int, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    project = world.make_project(workspace, automatic_rounds=True)
    run_round(workspace, project)
    if step == "log":
        workspace.settings.logs.write_text("a file where the folder should be")
    else:
        monkeypatch.setattr(processes.sys, "executable", "/nowhere/python")
    assert len(label_all(workspace, project, ana)) == 20
    status = project_status(workspace, project)
    assert status.labels == 20
    assert status.latest is not None
    assert (status.latest.number, status.latest.state) == (2, RoundState.FAILED)
    assert "could not be started" in str(status.latest.error)
    with pytest.raises(StorageUnavailable, match="could not be started"):
        automatic.start_round(workspace, project)


# what fails


def test_a_round_that_raises_keeps_the_old_model_and_queue_and_can_be_run_again(
    workspace: Workspace, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = world.make_project(workspace, labels=24)
    run_round(workspace, project)
    label_all(workspace, project, ana, keep=5)
    before = project_status(workspace, project)
    queue = world.queue_rows(workspace, project)

    def break_down(*arguments: Any, **values: Any) -> None:
        raise ZeroDivisionError("division by zero")

    # It breaks at the very last moment, when almost everything is written.
    with monkeypatch.context() as patch:
        patch.setattr(rounds, "finish", break_down)
        with pytest.raises(ZeroDivisionError):
            run_round(workspace, project)
    after = project_status(workspace, project)
    assert after.latest is not None
    assert (after.latest.number, after.latest.state, after.latest.attempt) == (2, RoundState.FAILED, 1)
    assert after.latest.error == "ZeroDivisionError: division by zero"
    assert after.model == before.model
    assert after.languages == before.languages
    assert world.queue_rows(workspace, project) == queue
    assert len(label_all(workspace, project, ana, keep=2)) == 3

    again = run_round(workspace, project)
    assert (again.number, again.attempt, again.state, again.error) == (2, 2, RoundState.DONE, None)
    assert len(batch_of(workspace, project, again.id)) == 20
    history = round_history(workspace, project)
    assert [each.model.number if each.model else None for each in history] == [1, 2]


def test_an_encoder_that_cannot_be_loaded_fails_the_round_with_one_sentence(workspace: Workspace) -> None:
    project = world.make_project(workspace, embedded=False, encoder="local:/nowhere/at/all")
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which error is the encoder's business
        run_round(workspace, project)
    latest = project_status(workspace, project).latest
    assert latest is not None
    assert latest.state == RoundState.FAILED
    assert str(caught.value) in str(latest.error)


def test_a_stalled_round_that_was_given_up_cannot_save(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    project = world.make_project(workspace, labels=24)
    later = []

    def take_over(stage: str, progress: float) -> None:
        if stage == "saving":
            with workspace.database.write() as connection:
                stalled = rounds.latest_round(connection, project.id)
                assert stalled is not None
                rounds.fail(connection, stalled.id, stalled.attempt, "silent", stalled.started_at)
            later.append(begin_round(workspace, project))

    with pytest.raises(RoundSuperseded, match="Attempt 1"):
        run_round(workspace, project, take_over)
    status = project_status(workspace, project)
    assert status.model is None
    assert world.queue_rows(workspace, project) == []
    assert status.latest is not None
    assert (status.latest.state, status.latest.attempt, status.latest.error) == (RoundState.RUNNING, 2, None)
    done = rounds_of_workflow.perform_round(workspace, project, later[0])
    assert (done.number, done.attempt, done.state) == (1, 2, RoundState.DONE)


def test_progress_rises_to_the_end(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=24)
    seen: list[float] = []
    done = run_round(workspace, project, lambda stage, progress: seen.append(progress))
    assert seen == sorted(seen)
    assert done.progress == 1.0
    assert None not in (done.seconds_embed, done.seconds_fit, done.seconds_select, done.seconds_queue)


def test_changed_settings_hold_from_the_next_round_on(workspace: Workspace, project: Project, ana: int) -> None:
    run_round(workspace, project)
    label_all(workspace, project, ana)
    smaller = replace(project, settings=replace(project.settings, budget=7))
    assert len(batch_of(workspace, smaller, run_round(workspace, smaller).id)) == 7
