"""Texts that nearly repeat another one of the pool are set aside, on both engines, however they come."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select, update
from support import world

from lamm_core.records import Action, ItemState, Project, Purpose
from lamm_core.storage import items
from lamm_core.storage.tables import item
from lamm_core.workflow import duplicates
from lamm_core.workflow.acts import Act
from lamm_core.workflow.duplicates import keep_by_own_ids, list_duplicates, set_duplicates_aside
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.guessed_languages import say_languages
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.own_ids import label_items
from lamm_core.workflow.projects import change_settings, get_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.turns import take_turn
from lamm_core.workflow.workspace import Workspace

SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "no", "pi", "ru", "sa", "te")


def text(seed: int, words: int = 12) -> str:
    rng = np.random.default_rng(seed)
    return " ".join("".join(rng.choice(SYLLABLES, 3)) for _ in range(words))


def rows_of(texts: dict[str, str], classes: dict[str, str] | None = None, language: str = "en") -> pd.DataFrame:
    classes = classes or {}
    rows = [(each, language, written, classes.get(each), "pool") for each, written in texts.items()]
    return pd.DataFrame(rows, columns=["id", "language", "text", "class", "split"], dtype=object)


def make(workspace: Workspace, **changes: Any) -> Project:
    return world.make_project(workspace, 0, world.ROWS.iloc[:0], embedded=False, near_duplicates=True, **changes)


def bring(workspace: Workspace, project: Project, rows: pd.DataFrame) -> int | None:
    import_table(workspace, project, rows, world.MAPPING)
    return set_duplicates_aside(workspace, project)


def aside(workspace: Workspace, project: Project) -> dict[str, str]:
    """What is set aside, and what stands for it."""
    return {each.external_id: each.duplicate_of for each in list_duplicates(workspace, project).newest}


COPIES = {"a": text(1), "b": text(2), "a2": text(1).upper(), "c": text(3), "b2": text(2) + "!", "a3": text(1) + " ba"}


@pytest.mark.parametrize("cuts", [[6], [1, 2, 3, 6], [3, 6]])
def test_however_texts_come_the_earliest_stands(workspace: Workspace, cuts: list[int]) -> None:
    project = make(workspace)
    rows = rows_of(COPIES)
    counts = [bring(workspace, project, rows.iloc[first:stop]) for first, stop in zip([0, *cuts], cuts, strict=False)]
    assert aside(workspace, project) == {"a2": "a", "b2": "b", "a3": "a"}
    assert sum(counts) == 3
    assert set_duplicates_aside(workspace, project) == 0
    with workspace.database.read() as connection:
        table = items.read_items(connection, project.id, Purpose.POOL)
    assert len(table) == project_status(workspace, project).pool == 3


def test_what_has_a_label_stands_whenever_it_comes(workspace: Workspace) -> None:
    project = make(workspace)
    bring(workspace, project, rows_of({"a": text(1), "a2": text(1).upper(), "b": text(2)}))
    assert bring(workspace, project, rows_of({"a3": text(1) + " ba"}, {"a3": "pen"})) == 1
    assert aside(workspace, project) == {"a": "a3", "a2": "a3"}
    # A label that comes for what was set aside says nothing against it.
    assert bring(workspace, project, rows_of({"a": text(1)}, {"a": "pen"})) == 0
    assert aside(workspace, project) == {"a2": "a"}
    assert {each.class_of for each in list_duplicates(workspace, project).newest} == {"pen"}


def test_a_text_that_two_people_may_have_at_once_waits_until_it_is_free(workspace: Workspace, ana: int) -> None:
    """A label that is taken back gives the place back to the earliest text."""
    project = make(workspace)
    bring(workspace, project, rows_of({"a": text(1), "a2": text(1).upper()}))
    label_items(workspace, project, ana, {"a2": "pen"})
    set_duplicates_aside(workspace, project)
    assert aside(workspace, project) == {"a": "a2"}
    with workspace.database.read() as connection:
        stored = connection.execute(select(item.c.id).where(item.c.external_id == "a2")).scalar_one()
    take_turn(workspace, project, ana, [Act(stored, Action.UNDO, revision=2)], claims=False)
    set_duplicates_aside(workspace, project)
    assert aside(workspace, project) == {"a2": "a"}


def test_what_is_set_aside_is_neither_chosen_nor_drawn(workspace: Workspace, ana: int) -> None:
    originals = world.ROWS[(world.ROWS["split"] == "pool") & (world.ROWS["language"] == "en")]
    texts = {each: text(number) for number, each in enumerate(originals["id"])}
    rows = rows_of(texts | {f"{each}-2": written.upper() for each, written in texts.items()})
    project = make(workspace, check_part=0.5, check_share=0.2, targets={"en": 0.9})
    world.add_embeddings(workspace, rows.assign(**{"class": "pen"}))
    import_table(workspace, project, rows, world.MAPPING)
    run_round(workspace, project)  # the round compares what nobody has compared
    with workspace.database.read() as connection:
        stored = {
            row.external_id: row for row in connection.execute(select(item).where(item.c.project_id == project.id))
        }
    assert {row.state for each, row in stored.items() if each.endswith("-2")} == {ItemState.ASIDE}
    assert {row.purpose for each, row in stored.items() if each.endswith("-2")} == {Purpose.POOL}
    assert sum(row.purpose == Purpose.CHECK for row in stored.values()) > len(originals) / 4
    while any(row.state == ItemState.UNLABELLED and row.purpose == Purpose.POOL for row in stored.values()):
        queued = [each for each, row in stored.items() if row.state == ItemState.QUEUED]
        label_items(workspace, project, ana, dict.fromkeys(queued, "pen"))
        run_round(workspace, project)
        with workspace.database.read() as connection:
            query = select(item).where(item.c.project_id == project.id)
            stored = {row.external_id: row for row in connection.execute(query)}
    assert {row.state for each, row in stored.items() if each.endswith("-2")} == {ItemState.ASIDE}
    with workspace.database.read() as connection:
        assert not items.has_unlabelled(connection, project.id)


def test_keeping_both_lasts(workspace: Workspace) -> None:
    project = make(workspace)
    bring(workspace, project, rows_of(COPIES))
    assert keep_by_own_ids(workspace, project, ["a2", "b"]) == 1
    off = change_settings(workspace, project, world.settings_of(near_duplicates=False))
    assert aside(workspace, off) == {}
    assert bring(workspace, off, rows_of({"c2": text(3).upper()})) is None
    on = change_settings(workspace, off, world.settings_of(near_duplicates=True))
    assert aside(workspace, on) == {"b2": "b", "a3": "a"}
    assert set_duplicates_aside(workspace, on) == 1
    assert aside(workspace, on) == {"b2": "b", "a3": "a", "c2": "c"}
    # Of a group that a later label has turned round, the earliest is kept beside it.
    bring(workspace, on, rows_of({"b2": COPIES["b2"]}, {"b2": "ink"}))
    assert keep_by_own_ids(workspace, on, ["b"]) == 1
    set_duplicates_aside(workspace, on)
    assert aside(workspace, on) == {"a3": "a", "c2": "c"}


def test_languages_are_apart_and_one_that_was_guessed_wrong_parts_texts(workspace: Workspace) -> None:
    project = make(workspace)
    german = rows_of({"g": text(1)}, language="de")
    bring(workspace, project, pd.concat([rows_of({"a": text(1)}), german], ignore_index=True))
    assert aside(workspace, project) == {}
    bring(workspace, project, rows_of({"a2": text(1).upper(), "a3": text(1) + "!"}))
    assert aside(workspace, project) == {"a2": "a", "a3": "a"}
    with workspace.database.write() as connection:
        connection.execute(update(item).values(language_guess=0.5))
        ids = {row.external_id: row.id for row in connection.execute(select(item.c.external_id, item.c.id))}
    say_languages(workspace, project, {ids["a2"]: "de", ids["a3"]: "en"})
    assert aside(workspace, project) == {"a3": "a"}
    say_languages(workspace, project, {ids["a"]: "de"})
    assert aside(workspace, project) == {}


def test_signatures_of_another_database_are_made_anew(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make(workspace)
    bring(workspace, project, rows_of(COPIES))
    store = workspace.signature_store(project.id)
    with store.writing():
        store.clear()
        store.append([9], ["en"], [b"another text key"], np.zeros((1, 120), dtype=np.uint8))
    signed: list[int] = []
    real = duplicates.signatures
    monkeypatch.setattr(duplicates, "signatures", lambda sets: signed.append(len(sets.texts)) or real(sets))
    assert bring(workspace, project, rows_of({"c2": text(3).upper()})) == 1
    assert signed == [7]
    assert aside(workspace, project)["c2"] == "c"
    # And only what is new is signed from then on.
    assert bring(workspace, project, rows_of({"d": text(4)})) == 0
    assert signed == [7, 1]


def test_the_export_says_what_they_repeat(workspace: Workspace) -> None:
    project = make(workspace)
    bring(workspace, project, rows_of(COPIES, {"a": "pen"}))
    table = labels_table(workspace, project, duplicates=True)
    assert len(labels_table(workspace, project)) == 1
    found = table[table["duplicate_of"].notna()].set_index("id")
    assert found["duplicate_of"].to_dict() == {"a2": "a", "b2": "b", "a3": "a"}
    assert found["class_of_duplicate"].dropna().to_dict() == {"a2": "pen", "a3": "pen"}
    assert found["class"].isna().all()
    assert get_project(workspace, project.name) == project
