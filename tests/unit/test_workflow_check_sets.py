"""Check sets that grow: drawn by chance, asked among the others, never chosen by a strategy, never trained on."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from support import world

from lamm_core.model.check_plan import labels_for_width
from lamm_core.model.embedding_store import text_key
from lamm_core.model.intervals import half_width
from lamm_core.records import ItemState, Project, Purpose
from lamm_core.storage import items, rounds
from lamm_core.storage.tables import item
from lamm_core.workflow import automatic, labelling, near_duplicates
from lamm_core.workflow.check_draw import draw_check_items, draw_numbers
from lamm_core.workflow.check_sets import CheckSetProgress, mix
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.near_duplicates import mark_near_duplicates
from lamm_core.workflow.projects import change_settings
from lamm_core.workflow.round_data import read_round_data
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status, round_history
from lamm_core.workflow.workspace import Workspace

SIZES = {"en": 240, "sw": 120}
TARGETS = dict.fromkeys(SIZES, 0.9)
CLASS_SHARES = (0.55, 0.25, 0.15, 0.05)
SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "no", "pi", "ru", "sa", "te")


def texts(count: int, seed: int) -> list[str]:
    """Different texts of ten words, no two alike."""
    rng = np.random.default_rng(seed)
    return [" ".join("".join(rng.choice(SYLLABLES, 3)) for _ in range(10)) for _ in range(count)]


def rows_of(sizes: dict[str, int], split: str = "pool", seed: int = 11) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    text_of = iter(texts(sum(sizes.values()), seed))
    rows = [
        (f"{split}-{language}-{number:03}", language, next(text_of), rng.choice(world.CLASSES, p=CLASS_SHARES), split)
        for language, count in sizes.items()
        for number in range(count)
    ]
    return pd.DataFrame(rows, columns=["id", "language", "text", "class", "split"], dtype=object)


ROWS = rows_of(SIZES)
CHECK_ROWS = rows_of({"en": 20, "sw": 20}, "check", 12)
TRUTH = dict(zip(ROWS["id"], ROWS["class"], strict=True))


def make(workspace: Workspace, rows: pd.DataFrame = ROWS, **changes: Any) -> Project:
    growing = {"targets": TARGETS, "check_part": 0.4, "check_share": 0.25}
    return world.make_project(workspace, 0, rows, embedded=len(rows) > 0, **(growing | changes))


def check_set_progress(workspace: Workspace, project: Project) -> dict[str, CheckSetProgress]:
    return {each.language: each.check for each in project_status(workspace, project).languages}


def label_all(workspace: Workspace, project: Project, annotator_id: int, truth: dict[str, str] = TRUTH) -> list[int]:
    labelled = []
    while leases := labelling.claim(workspace, project, annotator_id, 5):
        for lease in leases:
            name = truth[lease.external_id]
            labelling.submit(workspace, project, annotator_id, lease.item_id, name, lease.revision)
            labelled.append(lease.item_id)
    return labelled


def drawn(workspace: Workspace, project: Project) -> dict[str, tuple[float, str]]:
    """External id to place and language, of all items that were drawn."""
    query = select(item.c.external_id, item.c.check_order, item.c.language, item.c.purpose).where(
        item.c.project_id == project.id, item.c.check_order.is_not(None)
    )
    with workspace.database.read() as connection:
        rows = connection.execute(query).all()
    assert {row.purpose for row in rows} <= {"check"}
    return {row.external_id: (row.check_order, row.language) for row in rows}


def batch_of(workspace: Workspace, project: Project, round_id: int) -> list[Any]:
    return [row for row in world.queue_rows(workspace, project) if row.round_id == round_id]


def purposes(workspace: Workspace, project: Project) -> dict[int, str]:
    return {each.id: each.purpose for each in world.stored_items(workspace, project).values()}


def trained_on(workspace: Workspace, project: Project) -> set[int]:
    """Every item that a model of the project was ever fitted on."""
    files = (workspace.settings.models / str(project.id)).glob("*.labels.csv")
    return {item_id for file in files for item_id in pd.read_csv(file)["item_id"].tolist()}


# the draw


def test_a_part_of_the_pool_is_drawn_by_the_numbers_of_its_ids_alone(workspace: Workspace) -> None:
    project = make(workspace)
    draw_check_items(workspace, project)
    numbers = {each: draw_numbers(project.settings.seed, each) for each in ROWS["id"]}
    found = drawn(workspace, project)
    assert {each: order for each, (order, _) in found.items()} == {
        each: order for each, (number, order) in numbers.items() if number < 0.4
    }
    assert 0.3 < len(found) / len(ROWS) < 0.5
    stored = world.stored_items(workspace, project)
    draw_check_items(workspace, project)
    assert world.stored_items(workspace, project) == stored


def test_the_numbers_are_uniform_and_independent() -> None:
    numbers = np.array([draw_numbers(3, str(each)) for each in range(4000)])
    assert ((numbers >= 0) & (numbers < 1)).all()
    counts = np.histogram2d(*numbers.T, bins=4, range=[[0, 1], [0, 1]])[0]
    # 250 expected in each of 16 cells; the chi-square with 15 degrees of freedom is over 37.7 once in 1,000 times.
    assert ((counts - 250) ** 2 / 250).sum() < 37.7
    assert draw_numbers(3, "a") != draw_numbers(4, "a")


def test_it_does_not_matter_when_a_text_came(workspace: Workspace) -> None:
    at_once, in_parts = make(workspace), make(workspace, ROWS.iloc[::2], name="in parts")
    draw_check_items(workspace, at_once)
    draw_check_items(workspace, in_parts)
    import_table(workspace, in_parts, ROWS, world.MAPPING, hide_labels=True)
    draw_check_items(workspace, in_parts)
    assert drawn(workspace, in_parts) == drawn(workspace, at_once)


def test_what_is_labelled_skipped_or_queued_is_not_drawn(workspace: Workspace, ana: int) -> None:
    project = make(workspace, check_share=0.0)
    run_round(workspace, project)
    (first, second) = labelling.claim(workspace, project, ana, 2)
    labelling.submit(workspace, project, ana, first.item_id, "pen", first.revision)
    labelling.skip(workspace, project, ana, second.item_id, second.revision)
    before = world.stored_items(workspace, project)
    growing = change_settings(workspace, project, replace(project.settings, check_part=0.9, check_share=0.2))
    draw_check_items(workspace, growing)
    after = world.stored_items(workspace, project)
    busy = {each.id for each in before.values() if each.state is not ItemState.UNLABELLED}
    assert len(busy) == 20
    assert {each: after[each] for each in busy} == {each: before[each] for each in busy}
    assert len(drawn(workspace, growing)) > 250


@pytest.mark.parametrize("change", [{"check_part": 0.0}, {"check_share": 0.0}])
def test_nothing_is_drawn_where_a_project_wants_no_check_items(workspace: Workspace, change: dict[str, float]) -> None:
    project = make(workspace, **change)
    done = run_round(workspace, project)
    assert drawn(workspace, project) == {}
    assert len(batch_of(workspace, project, done.id)) == 20


def test_the_pool_of_a_language_is_never_drawn_as_a_whole(workspace: Workspace) -> None:
    project = make(workspace, ROWS.iloc[:0], check_part=0.9)
    below = [f"id-{each}" for each in range(200) if draw_numbers(project.settings.seed, f"id-{each}")[0] < 0.9]
    for language, count in (("en", 7), ("sw", 1)):
        few = pd.DataFrame(
            {"id": [f"{each}" for each in below[:count]], "language": language, "text": texts(count, count)}
        )
        below = below[count:]
        mapping = replace(world.MAPPING, class_name=None, split=None)
        assert import_table(workspace, project, few, mapping).added == count
    for _ in range(3):
        draw_check_items(workspace, project)
        assert Counter(language for _, language in drawn(workspace, project).values()) == {"en": 3}


def test_several_draws_and_an_import_at_once_set_apart_the_same_texts(workspace: Workspace) -> None:
    expected, project = make(workspace), make(workspace, ROWS.iloc[::2], name="together")
    draw_check_items(workspace, expected)
    acts = [lambda: draw_check_items(workspace, project)] * 3
    acts.append(lambda: import_table(workspace, project, ROWS, world.MAPPING, hide_labels=True))
    with ThreadPoolExecutor(4) as threads:
        for each in [threads.submit(act) for act in acts]:
            each.result(60)
    draw_check_items(workspace, project)
    assert drawn(workspace, project) == drawn(workspace, expected)


def test_a_text_that_is_labelled_while_others_are_drawn_stays_what_it_is(
    workspace: Workspace, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(workspace)
    chosen = next(
        each
        for each in world.stored_items(workspace, project).values()
        if draw_numbers(project.settings.seed, each.external_id)[0] < 0.4
    )
    real = items.count_items

    def label_then_count(connection: Any, project_id: int) -> Any:
        # In the same transaction: what the draw has read is out of date.
        items.set_item(connection, chosen.id, ItemState.SKIPPED)
        return real(connection, project_id)

    monkeypatch.setattr(items, "count_items", label_then_count)
    draw_check_items(workspace, project)
    assert world.stored_items(workspace, project)[chosen.id].purpose == "pool"
    assert len(drawn(workspace, project)) > 100


def test_an_imported_check_set_is_used_as_it_is(workspace: Workspace) -> None:
    rows = pd.concat([ROWS, CHECK_ROWS[CHECK_ROWS["language"] == "en"]], ignore_index=True)
    project = make(workspace, rows)
    done = run_round(workspace, project)
    assert {language for _, language in drawn(workspace, project).values()} == {"sw"}
    purpose = purposes(workspace, project)
    stored = world.stored_items(workspace, project)
    asked = [stored[row.item_id] for row in batch_of(workspace, project, done.id) if purpose[row.item_id] == "check"]
    assert [each.language for each in asked] == ["sw"] * 5
    progress = check_set_progress(workspace, project)
    assert (progress["en"].imported, progress["en"].labelled, progress["en"].reserve) == (True, 20, 0)
    assert not progress["sw"].imported


def test_what_was_set_apart_and_never_asked_goes_back_when_a_check_set_is_imported(
    workspace: Workspace, ana: int
) -> None:
    project = make(workspace)
    run_round(workspace, project)
    asked = set(label_all(workspace, project, ana))
    check = CHECK_ROWS[CHECK_ROWS["language"] == "en"]
    assert import_table(workspace, project, check, world.MAPPING).added_check == 20
    world.add_embeddings(workspace, check)
    done = run_round(workspace, project)
    stored = world.stored_items(workspace, project)
    assert {each.id for each in stored.values() if each.purpose == "check" and each.language == "en"} == {
        each.id
        for each in stored.values()
        if each.language == "en"
        and (each.external_id.startswith("check") or (each.id in asked and each.purpose == "check"))
    }
    assert any(each.purpose == "check" and each.id in asked and each.language == "en" for each in stored.values())
    assert check_set_progress(workspace, project)["en"].reserve == 0
    assert check_set_progress(workspace, project)["sw"].reserve > 0
    later = [stored[row.item_id] for row in batch_of(workspace, project, done.id)]
    assert {each.language for each in later if each.purpose == "check"} == {"sw"}


# the queue


@settings(deadline=None)
@given(size=st.integers(0, 40), check_items=st.integers(0, 40), seed=st.integers(0, 1000))
def test_check_items_are_spread_evenly_over_a_batch_that_keeps_its_order(
    size: int, check_items: int, seed: int
) -> None:
    batch = [("pool", each) for each in range(size)]
    drawn_items = [("check", each) for each in range(check_items)]
    found = mix(batch, drawn_items, np.random.default_rng(seed))
    assert [each for each in found if each[0] == "pool"] == batch
    assert sorted(each for each in found if each[0] == "check") == drawn_items
    places = [place for place, each in enumerate(found) if each[0] == "check"]
    for part, place in enumerate(places):
        assert part * len(found) // check_items <= place < (part + 1) * len(found) // check_items


def test_every_place_of_a_batch_can_hold_a_check_item() -> None:
    places = {mix("ppppppp", "c", np.random.default_rng(seed)).index("c") for seed in range(200)}
    assert places == set(range(8))


def test_a_batch_brings_the_share_of_check_items_and_none_of_them_has_a_score(workspace: Workspace, ana: int) -> None:
    project = make(workspace)
    purpose: dict[int, str] = {}
    for number in (1, 2):
        done = run_round(workspace, project)
        purpose = purposes(workspace, project)
        batch = batch_of(workspace, project, done.id)
        assert [row.position for row in batch] == list(range(25))
        check = [row for row in batch if purpose[row.item_id] == "check"]
        assert len(check) == 5
        assert all(row.score is None for row in check)
        if number == 2:
            assert all(row.score is not None for row in batch if purpose[row.item_id] == "pool")
        history = round_history(workspace, project)[-1]
        assert sum(each.quota for each in history.languages) == 20
        label_all(workspace, project, ana)
    status = project_status(workspace, project)
    assert (status.labels, status.pool) == (40, sum(each == "pool" for each in purpose.values()))
    table = labels_table(workspace, project)
    assert Counter(table["split"]) == {"pool": 40, "check": 10}
    assert table.loc[table["split"] == "check", "uncertainty"].isna().all()


def test_the_queue_never_piles_up(workspace: Workspace, ana: int) -> None:
    project = make(workspace)
    run_round(workspace, project)
    again = run_round(workspace, project)
    assert batch_of(workspace, project, again.id) == []
    purpose = purposes(workspace, project)
    leases = labelling.claim(workspace, project, ana, 25)
    pool = [each for each in leases if purpose[each.item_id] == "pool"]
    for lease in pool[:8]:
        labelling.submit(workspace, project, ana, lease.item_id, TRUTH[lease.external_id], lease.revision)
    labelling.release(workspace, project, ana)
    more = batch_of(workspace, project, run_round(workspace, project).id)
    purpose = purposes(workspace, project)
    assert Counter(purpose[row.item_id] for row in more) == {"pool": 8}
    open_now = [row.item_id for row in world.queue_rows(workspace, project) if row.closed_at is None]
    assert Counter(purpose[each] for each in open_now) == {"pool": 20, "check": 5}


def test_a_share_of_less_than_one_item_is_kept_in_the_long_run(workspace: Workspace, ana: int) -> None:
    project = make(workspace, budget=2, check_share=0.2)
    for _ in range(15):
        run_round(workspace, project)
        label_all(workspace, project, ana)
    counts = Counter(labels_table(workspace, project)["split"])
    assert counts["pool"] == 30
    assert 2 <= counts["check"] <= 12


def test_when_the_pool_is_used_up_check_items_are_asked_alone_and_then_it_ends(
    workspace: Workspace, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    monkeypatch.setattr(automatic, "start_round", lambda workspace, project: started.append(project.id))
    project = make(workspace, ROWS.iloc[::6], budget=30, automatic_rounds=True, check_share=0.1)
    sizes = []
    automatic.start_round_if_due(workspace, project)
    while started:
        done = run_round(workspace, project)
        started.clear()
        automatic.start_round_if_due(workspace, project)
        sizes.append(len(batch_of(workspace, project, done.id)))
        label_all(workspace, project, ana)
        assert len(sizes) < 10
    purpose = purposes(workspace, project)
    chosen = [row.item_id for row in world.queue_rows(workspace, project)]
    assert sorted(chosen) == sorted(purpose)
    assert sizes[-1] == 0
    assert any(
        {purpose[row.item_id] for row in batch_of(workspace, project, each.round.id)} == {"check"}
        for each in round_history(workspace, project)
    )
    assert not automatic.is_more_to_ask(workspace, project)
    assert project_status(workspace, project).labels == sum(each == "pool" for each in purpose.values())


def test_no_more_is_asked_than_the_interval_needs(workspace: Workspace, ana: int) -> None:
    project = make(workspace, ROWS.iloc[::3], budget=12, check_share=0.5, check_width=0.3)
    draw_check_items(workspace, project)
    asked = []
    for _ in range(5):
        progress = check_set_progress(workspace, project).values()
        expected = min(6, sum(min(each.needed, each.reserve) for each in progress))
        done = run_round(workspace, project)
        purpose = purposes(workspace, project)
        asked.append(sum(purpose[row.item_id] == "check" for row in batch_of(workspace, project, done.id)))
        assert asked[-1] == expected
        label_all(workspace, project, ana)
    assert asked[0] == 6
    assert min(asked) == 0
    assert all(each.reserve > 0 for each in check_set_progress(workspace, project).values())


def test_a_check_item_stays_one_whatever_annotators_do_with_it(workspace: Workspace, ana: int) -> None:
    project = make(workspace)
    run_round(workspace, project)
    check = {each for each, purpose in purposes(workspace, project).items() if purpose == "check"}
    leases = [each for each in labelling.claim(workspace, project, ana, 25) if each.item_id in check]
    labelled, skipped, undone, edited, _ = leases
    labelling.submit(workspace, project, ana, labelled.item_id, "pen", labelled.revision)
    labelling.skip(workspace, project, ana, skipped.item_id, skipped.revision)
    labelling.submit(workspace, project, ana, edited.item_id, "pen", edited.revision)
    labelling.submit(workspace, project, ana, edited.item_id, "ink", edited.revision + 1)
    labelling.submit(workspace, project, ana, undone.item_id, "ink", undone.revision)
    labelling.undo(workspace, project, ana)
    run_round(workspace, project)
    stored = world.stored_items(workspace, project)
    assert {each for each, kept in stored.items() if kept.purpose == "check"} == check
    assert [stored[each.item_id].state for each in (labelled, skipped, undone, edited)] == [
        ItemState.LABELLED, ItemState.SKIPPED, ItemState.QUEUED, ItemState.LABELLED,
    ]  # fmt: skip
    data = read_round_data(workspace, project)
    assert data.check.ids.tolist() == sorted([labelled.item_id, edited.item_id])
    assert set(data.reserve.ids.tolist()) == check - {labelled.item_id, edited.item_id}
    assert data.open_check == 2
    progress = check_set_progress(workspace, project)
    assert sum(each.labelled for each in progress.values()) == 2
    assert sum(each.open for each in progress.values()) == 2
    assert sum(each.reserve for each in progress.values()) == len(check) - 5


# the wish as a whole


@pytest.mark.parametrize("strategy", ["lamm", "foresight"])
def test_a_project_without_a_check_set_grows_random_ones_that_are_never_trained_on(
    workspace: Workspace, ana: int, strategy: str
) -> None:
    project = make(workspace, strategy=strategy)
    pools: list[set[int]] = []
    for _ in range(8):
        run_round(workspace, project)
        pools.append(set(read_round_data(workspace, project).pool.ids.tolist()))
        label_all(workspace, project, ana)
    run_round(workspace, project)
    stored = world.stored_items(workspace, project)
    labelled = {each for each, kept in stored.items() if kept.state is ItemState.LABELLED}
    check = {each for each, kept in stored.items() if kept.purpose == "check"}
    assert len(check & labelled) == 40
    assert len(labelled - check) == 160
    # Never trained on, and never even seen by what chooses.
    assert trained_on(workspace, project) == labelled - check
    assert not any(pool & check for pool in pools)
    # Frozen, drawn by chance before any model was there, and asked in the order of chance.
    order = drawn(workspace, project)
    assert {stored[each].external_id for each in check} == set(order)
    id_of = {each.external_id: each.id for each in stored.values()}
    for language in SIZES:
        asked = [place for name, (place, of) in order.items() if of == language and id_of[name] in labelled]
        waiting = [place for name, (place, of) in order.items() if of == language and id_of[name] not in labelled]
        assert asked
        assert max(asked) < min(waiting)
    # And measured: as many check items as were labelled before the last round.
    found = {each.language: each for each in round_history(workspace, project)[-1].languages}
    progress = check_set_progress(workspace, project)
    assert {language: each.checked for language, each in found.items()} == {
        language: each.labelled for language, each in progress.items()
    }
    assert project_status(workspace, project).unmeasured == ()


@pytest.mark.parametrize("language", SIZES)
def test_the_texts_asked_first_are_a_random_sample_of_the_language(language: str) -> None:
    rows = ROWS[ROWS["language"] == language]
    shares, lengths = [], []
    for seed in range(60):
        numbers = {each: draw_numbers(seed, each) for each in rows["id"]}
        apart = sorted((order, each) for each, (number, order) in numbers.items() if number < 0.4)
        first = [each for _, each in apart[:20]]
        shares.append(np.mean([TRUTH[each] == world.CLASSES[0] for each in first]))
        lengths.append(len(apart) / len(rows))
    truth = float((rows["class"] == world.CLASSES[0]).mean())
    # 60 samples of 20 texts: a standard error of 0.014.
    assert abs(np.mean(shares) - truth) < 0.05
    assert np.std(shares) > 0.05, "another seed draws other texts"
    assert abs(np.mean(lengths) - 0.4) < 0.02


# how far it is


def test_progress_tells_how_many_are_needed_by_what_was_measured(workspace: Workspace, ana: int) -> None:
    project = make(workspace)
    before = check_set_progress(workspace, project)
    assert {each: (found.labelled, found.reserve, found.width) for each, found in before.items()} == dict.fromkeys(
        SIZES, (0, 0, None)
    )
    assert {each.needed for each in before.values()} == {labels_for_width(None, 1.0, 0.05)}
    for _ in range(4):
        run_round(workspace, project)
        label_all(workspace, project, ana)
    run_round(workspace, project)
    progress = check_set_progress(workspace, project)
    for each in round_history(workspace, project)[-1].languages:
        found = progress[each.language]
        assert found.labelled == each.checked > 0
        assert found.width is not None
        if each.low is None or each.high is None:
            share = each.correct / each.checked
            assert found.width == pytest.approx(half_width(share, each.checked))
        else:
            assert found.width == pytest.approx((each.high - each.low) / 2)
        assert found.needed > 0
        assert (found.imported, found.near_duplicates) == (False, 0)
    wider = change_settings(workspace, project, replace(project.settings, check_width=0.4))
    assert {each.needed for each in check_set_progress(workspace, wider).values()} == {0}


def test_a_handful_of_right_answers_does_not_promise_that_few_are_needed(
    workspace: Workspace, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(workspace)
    run_round(workspace, project)
    all_right = rounds.RoundLanguage("en", 0.9, 5, 5, None, 0, 10, 10)
    monkeypatch.setattr(rounds, "newest_languages", lambda *_: [all_right])
    assert check_set_progress(workspace, project)["en"].needed > 250
    monkeypatch.setattr(rounds, "newest_languages", lambda *_: [replace(all_right, effective=20.0)])
    assert check_set_progress(workspace, project)["en"].needed < 50


# imports beside it


def test_the_same_file_again_changes_nothing_after_the_draw(workspace: Workspace) -> None:
    project = make(workspace)
    run_round(workspace, project)
    before = world.stored_items(workspace, project)
    again = import_table(workspace, project, ROWS, world.MAPPING, hide_labels=True)
    assert (again.added, again.already, again.labelled, again.rejected) == (0, len(ROWS), 0, ())
    assert world.stored_items(workspace, project) == before


def test_a_class_that_comes_with_a_drawn_text_is_its_label(workspace: Workspace, ana: int) -> None:
    project = make(workspace)
    run_round(workspace, project)
    result = import_table(workspace, project, ROWS, world.MAPPING)
    assert (result.labelled, result.rejected) == (len(ROWS), ())
    assert labelling.batch_progress(workspace, project).open == 0
    stored = world.stored_items(workspace, project).values()
    assert {each.class_name for each in stored} <= set(world.CLASSES)
    check = [each for each in stored if each.purpose == "check"]
    assert len(check) == len(drawn(workspace, project)) > 100
    assert all(each.class_name == TRUTH[each.external_id] for each in check)
    run_round(workspace, project)
    assert not trained_on(workspace, project) & {each.id for each in check}
    other = ROWS.assign(**{"class": "pen"}).iloc[:50]
    assert all(
        "of the class" in each.reason for each in import_table(workspace, project, other, world.MAPPING).rejected
    )


def test_a_file_cannot_put_a_drawn_text_back_into_the_pool_under_another_id(workspace: Workspace) -> None:
    project = make(workspace)
    draw_check_items(workspace, project)
    renamed = ROWS[ROWS["id"].isin(drawn(workspace, project))].assign(id=lambda rows: "new-" + rows["id"])
    result = import_table(workspace, project, renamed, world.MAPPING)
    assert result.added == 0
    assert {each.reason for each in result.rejected} == {"the same text is in the check set"}


# near duplicates


def near(rows: pd.DataFrame) -> pd.DataFrame:
    """The same texts but for case and punctuation, as new pool items."""
    return rows.assign(
        id=["near-" + each for each in rows["id"]], text=[each.upper() + " !!" for each in rows["text"]], split="pool"
    )


def test_a_pool_item_that_nearly_repeats_a_check_item_is_never_trained_on_nor_chosen(
    workspace: Workspace, ana: int
) -> None:
    repeated = near(CHECK_ROWS.iloc[:12])
    rows = pd.concat([ROWS.iloc[::6], repeated], ignore_index=True)
    project = make(workspace, rows, budget=200, check_share=0.0)
    # Six of them were labelled before anybody knew.
    labelled = repeated.iloc[:6]
    import_table(workspace, project, labelled, world.MAPPING)
    import_table(workspace, project, ROWS.iloc[:60:6], world.MAPPING)
    import_table(workspace, project, CHECK_ROWS, world.MAPPING)
    world.add_embeddings(workspace, CHECK_ROWS)
    done = run_round(workspace, project)
    twins = {each.id for each in world.stored_items(workspace, project).values() if each.external_id.startswith("near")}
    assert len(twins) == 12
    assert len(trained_on(workspace, project)) == done.labels == 10
    assert not trained_on(workspace, project) & twins
    assert not {row.item_id for row in world.queue_rows(workspace, project)} & twins
    with workspace.database.read() as connection:
        assert items.count_near_duplicates(connection, project.id) == {"en": 12}
        assert not items.has_unlabelled(connection, project.id)
    assert check_set_progress(workspace, project)["en"].near_duplicates == 12


def test_a_near_duplicate_of_another_language_is_another_text(workspace: Workspace) -> None:
    repeated = near(CHECK_ROWS.iloc[:12]).assign(language="sw")
    project = make(workspace, pd.concat([repeated, CHECK_ROWS], ignore_index=True))
    mark_near_duplicates(workspace, project)
    with workspace.database.read() as connection:
        assert items.count_near_duplicates(connection, project.id) == {}


@pytest.mark.parametrize("check_first", [True, False])
def test_texts_that_come_later_are_compared_too_and_each_pair_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, check_first: bool
) -> None:
    real, pairs = near_duplicates.near_duplicates, []

    def counted(texts: list[str], of: list[str]) -> Any:
        pairs.extend((text, other) for text in texts for other in of)
        return real(texts, of)

    monkeypatch.setattr(near_duplicates, "near_duplicates", counted)
    check = CHECK_ROWS[CHECK_ROWS["language"] == "en"]
    pool = pd.concat([near(check), ROWS.iloc[:30]], ignore_index=True)
    steps = [check.iloc[:10], pool.iloc[:25], check.iloc[10:], pool.iloc[25:]]
    project = make(workspace, ROWS.iloc[:0])
    for step in steps if check_first else steps[::-1]:
        import_table(workspace, project, step, world.MAPPING)
        mark_near_duplicates(workspace, project)
    mark_near_duplicates(workspace, project)
    with workspace.database.read() as connection:
        assert items.count_near_duplicates(connection, project.id) == {"en": 20}
    assert len(pairs) == len(set(pairs))


def test_drawn_texts_keep_their_near_duplicates_out_of_training_from_the_first_batch_on(
    workspace: Workspace, ana: int
) -> None:
    rows = pd.concat([ROWS.iloc[::2], near(ROWS.iloc[::2])], ignore_index=True)
    project = make(workspace, rows)
    for _ in range(3):
        run_round(workspace, project)
        label_all(workspace, project, ana, dict(zip(rows["id"], rows["class"], strict=True)))
    run_round(workspace, project)
    stored = world.stored_items(workspace, project)
    check = {each.external_id.removeprefix("near-") for each in stored.values() if each.purpose == "check"}
    learnt = {stored[each].external_id.removeprefix("near-") for each in trained_on(workspace, project)}
    assert len(learnt) > 30
    assert not learnt & check


def test_a_check_item_that_is_imported_while_others_are_compared_is_compared_later(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = CHECK_ROWS[CHECK_ROWS["language"] == "en"]
    project = make(workspace, pd.concat([near(check), check.iloc[:10]], ignore_index=True))
    real = near_duplicates.near_duplicates

    def import_then_compare(texts: list[str], of: list[str]) -> Any:
        import_table(workspace, project, check, world.MAPPING)
        return real(texts, of)

    with monkeypatch.context() as patch:
        patch.setattr(near_duplicates, "near_duplicates", import_then_compare)
        mark_near_duplicates(workspace, project)
    with workspace.database.read() as connection:
        assert items.count_near_duplicates(connection, project.id) == {"en": 10}
    mark_near_duplicates(workspace, project)
    with workspace.database.read() as connection:
        assert items.count_near_duplicates(connection, project.id) == {"en": 20}


def test_the_same_text_in_another_language_is_not_learnt_from(workspace: Workspace) -> None:
    rows = world.ROWS.copy()
    check = rows[(rows["split"] == "check") & (rows["language"] == "en")].iloc[0]
    twin = rows.index[(rows["split"] == "pool") & (rows["language"] == "de")][0]
    rows.loc[twin, "text"] = check["text"]
    project = world.make_project(workspace, labels=0, embedded=False)
    with workspace.database.write() as connection:
        stored = next(each for each in world.stored_items(workspace, project).values() if each.language == "de")
        key = text_key(str(check["text"]))
        connection.execute(update(item).where(item.c.id == stored.id).values(text=check["text"], text_key=key))
    world.add_embeddings(workspace)
    data = read_round_data(workspace, project)
    assert stored.id not in data.pool.ids
    assert stored.id in data.reserve.ids  # but the language's population has it


def test_what_nearly_repeats_a_check_item_belongs_to_the_population(workspace: Workspace) -> None:
    project = world.make_project(workspace)
    pool = [each for each in world.stored_items(workspace, project).values() if each.purpose == Purpose.POOL]
    check = next(each for each in world.stored_items(workspace, project).values() if each.purpose == Purpose.CHECK)
    with workspace.database.write() as connection:
        connection.execute(update(item).where(item.c.id == pool[0].id).values(twin_id=check.id))
    data = read_round_data(workspace, project)
    assert pool[0].id not in data.pool.ids
    assert pool[0].id in data.reserve.ids
    assert len(data.pool) + len(data.reserve) == len(pool)
    assert data.open_check == 0
