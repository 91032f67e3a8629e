"""Drift in a project: which texts a round compares, when it finds drift, and when that notice goes."""

import numpy as np
import pandas as pd
import pytest
from support import world

from lamm_core.records import DriftPart, Project, RoundDrift
from lamm_core.storage import drift
from lamm_core.workflow.drifting import watch_drift
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.round_data import read_round_data
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace

USUAL = {"ink": 0.5, "pen": 0.5}
TARGETS = {"en": 0.9, "sw": 0.9}


def rows_of(prefix: str, counts: dict[str, int], shares: dict[str, float] = USUAL, split: str = "pool") -> pd.DataFrame:
    """Texts of these languages, whose classes have these shares exactly."""
    rows = [
        (f"{prefix}-{language}-{number:04}", language, f"{prefix} {language} text {number}", name, split)
        for language, count in counts.items()
        for number, name in enumerate(np.repeat(list(shares), [round(count * each) for each in shares.values()]))
    ]
    return pd.DataFrame(rows, columns=["id", "language", "text", "class", "split"], dtype=object)


def add(workspace: Workspace, project: Project, rows: pd.DataFrame) -> None:
    shown = world.with_labels(rows, 0)
    assert not import_table(workspace, project, shown, world.MAPPING).rejected
    world.add_embeddings(workspace, rows)


def make(workspace: Workspace, checked: int = 80, pool: int = 400) -> Project:
    """English and Swahili, each with a check set of the same kind as its pool."""
    first = rows_of("first", {"en": pool, "sw": pool})
    check = rows_of("check", {"en": checked, "sw": checked}, split="check")
    return world.make_project(workspace, 30, pd.concat([first, check], ignore_index=True), targets=TARGETS)


def newest(workspace: Workspace, project: Project) -> dict[tuple[str, DriftPart], RoundDrift]:
    run_round(workspace, project)
    with workspace.database.read() as connection:
        return {(each.language, each.part): each for each in drift.newest_drift(connection, project.id)}


def test_new_texts_of_another_kind_are_found_and_named(workspace: Workspace) -> None:
    project = make(workspace)
    seen = newest(workspace, project)
    assert {key: (each.checked, each.texts, each.found) for key, each in seen.items()} == {
        ("en", DriftPart.ALL): (80, 400, False),
        ("sw", DriftPart.ALL): (80, 400, False),
    }
    add(workspace, project, rows_of("second", {"en": 200}, {"pen": 0.2, "desk": 0.8}))
    seen = newest(workspace, project)
    late = seen["en", DriftPart.NEWEST]
    assert late.found
    assert (late.checked, late.texts, late.look) == (80, 200, 2)
    assert late.since is not None
    assert late.low is not None
    assert late.low > 0.2
    assert not any(each.found for (language, _), each in seen.items() if language == "sw")
    names = {each.id: each for each in world.stored_items(workspace, project).values()}
    assert {names[item_id].external_id.split("-")[0] for item_id in late.unlike} == {"second"}
    # What the tables hold is what was found, row by row.
    with workspace.database.read() as connection:
        stored = drift.list_drift(connection, project.id, "en")
        assert drift.count_looks(connection, project.id) == 2
    assert [len(each) for each in stored.values()] == [1, 2]
    assert list(stored) == [1, 2]
    assert late in stored[2]


def test_a_round_that_finds_the_same_texts_does_not_look_again(sqlite_workspace: Workspace) -> None:
    project = make(sqlite_workspace)
    first, again = newest(sqlite_workspace, project), newest(sqlite_workspace, project)
    assert again == first
    assert {each.look for each in again.values()} == {1}
    add(sqlite_workspace, project, rows_of("second", {"sw": 20}))
    seen = newest(sqlite_workspace, project)
    assert (seen["en", DriftPart.ALL].look, seen["sw", DriftPart.ALL].look) == (1, 2)


def test_a_notice_stays_while_there_is_a_sign_of_drift_and_goes_with_check_texts_of_the_new_kind(
    sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(sqlite_workspace)
    add(sqlite_workspace, project, rows_of("second", {"en": 400}, {"desk": 1.0}))
    seen = newest(sqlite_workspace, project)
    assert seen["en", DriftPart.ALL].found
    # A later look may spend next to nothing: what was found once needs no new proof.
    monkeypatch.setattr("lamm_core.workflow.drifting.found_at", lambda _, p_values: [False] * len(p_values))
    add(sqlite_workspace, project, rows_of("third", {"en": 4}, {"desk": 1.0}, split="check"))
    assert newest(sqlite_workspace, project)["en", DriftPart.ALL].found
    add(sqlite_workspace, project, rows_of("fourth", {"en": 76}, {"desk": 1.0}, split="check"))
    caught_up = newest(sqlite_workspace, project)["en", DriftPart.ALL]
    assert (caught_up.checked, caught_up.found, caught_up.unlike) == (160, False, ())


def test_too_few_check_texts_are_told_as_such_and_a_language_without_a_pool_too(sqlite_workspace: Workspace) -> None:
    rows = pd.concat([rows_of("check", {"en": 20, "sw": 60}, split="check"), rows_of("pool", {"en": 100})])
    project = world.make_project(sqlite_workspace, 0, rows.reset_index(drop=True), targets=TARGETS)
    found = watch_drift(sqlite_workspace, project, read_round_data(sqlite_workspace, project))
    assert found == [
        RoundDrift("en", DriftPart.ALL, checked=20, texts=100, since=None),
        RoundDrift("sw", DriftPart.ALL, checked=60, texts=0, since=None),
    ]


def test_check_texts_are_compared_with_all_texts_that_are_not_measured_with(sqlite_workspace: Workspace) -> None:
    # A check set that grows: what is set apart and not labelled yet is as much of the language as the pool.
    rows = rows_of("first", {"en": 300})
    project = world.make_project(sqlite_workspace, 0, rows, targets={"en": 0.9}, check_part=0.4, check_share=0.5)
    run_round(sqlite_workspace, project)
    found = watch_drift(sqlite_workspace, project, read_round_data(sqlite_workspace, project))
    assert [(each.checked, each.texts) for each in found] == [(0, 300)]


def test_large_languages_are_compared_by_a_random_part(
    sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(sqlite_workspace)
    whole = watch_drift(sqlite_workspace, project, read_round_data(sqlite_workspace, project))
    monkeypatch.setattr("lamm_core.workflow.drifting._MOST_COMPARED", 100)
    part = watch_drift(sqlite_workspace, project, read_round_data(sqlite_workspace, project))
    assert [(each.texts, each.found) for each in part] == [(each.texts, each.found) for each in whole]
    assert [each.p_value for each in part] != [each.p_value for each in whole]
