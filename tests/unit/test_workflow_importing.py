"""Imports: all or nothing, and the same file twice changes nothing."""

import io
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from support import world

from lamm_core.errors import InvalidInput, UnreadableFile
from lamm_core.exchange.columns import ColumnMapping
from lamm_core.records import ItemState, Project, Purpose
from lamm_core.storage import imports, queue, rounds
from lamm_core.storage.tables import batch_item
from lamm_core.workflow import importing
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.guessed_languages import accept_guesses, guessed_languages, say_languages
from lamm_core.workflow.importing import (
    ImportResult,
    WholeFile,
    import_file,
    import_table,
    open_table,
    read_file,
    rejected_file,
)
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.surveying import preview
from lamm_core.workflow.workspace import Workspace, utc_now


@pytest.fixture
def fresh(workspace: Workspace) -> Project:
    return create_project(workspace, "fresh", world.settings_of())


def import_csv(workspace: Workspace, project: Project, text: str, **more: object):
    return import_table(workspace, project, *read_file(io.BytesIO(text.encode()), "a.csv"), **more)


def test_a_file_becomes_pool_and_check_items_and_imported_labels(workspace: Workspace, fresh: Project) -> None:
    rows = world.with_labels(world.ROWS, 25)
    result = import_table(workspace, fresh, rows, world.MAPPING)
    assert (result.added_pool, result.added_check, result.added, result.already) == (200, 90, 290, 0)
    stored = world.stored_items(workspace, fresh).values()
    pool = [each for each in stored if each.purpose == Purpose.POOL]
    assert sum(each.state == ItemState.LABELLED for each in pool) == 25
    assert all(each.class_name == world.TRUTH[each.external_id] for each in stored if each.class_name)
    table = labels_table(workspace, fresh)
    assert len(table) == 115
    assert set(table["source"]) == {"import"}
    assert table["annotator"].isna().all()
    assert table["deciding"].all()


def test_the_same_file_twice_changes_nothing(workspace: Workspace, fresh: Project) -> None:
    rows = world.with_labels(world.ROWS, 25)
    import_table(workspace, fresh, rows, world.MAPPING)
    before = (world.stored_items(workspace, fresh), world.history(workspace, fresh))
    again = import_table(workspace, fresh, rows, world.MAPPING)
    assert (again.added, again.already, again.rejected) == (0, 290, ())
    assert (world.stored_items(workspace, fresh), world.history(workspace, fresh)) == before


def test_an_import_after_an_interrupted_one_adds_what_is_missing(workspace: Workspace, fresh: Project) -> None:
    import_table(workspace, fresh, world.ROWS.head(10), world.MAPPING)
    assert import_table(workspace, fresh, world.ROWS, world.MAPPING).added == 280


def test_an_id_that_stands_for_another_text_in_the_project_is_named_with_its_row(
    workspace: Workspace, fresh: Project
) -> None:
    import_csv(workspace, fresh, "id,text,language\n1,hello,en\n2,bye,en\n")
    result = import_csv(workspace, fresh, "id,text,language\n1,hello,en\n,,en\n2,other,en\n3,new,fr\n4,more,en\n")
    assert [(each.row, each.reason) for each in result.rejected] == [
        (2, "the text is empty"),
        (3, "the id '2' stands for another text in the project"),
        (4, "the language 'fr' is not one of the project's"),
    ]
    assert (result.added, result.already) == (1, 1)


def test_an_empty_cell_of_the_class_column_is_an_item_without_a_label(workspace: Workspace, fresh: Project) -> None:
    result = import_csv(workspace, fresh, "text,language,class\nhello,en,\nbye,en,pen\nNA,en,\n")
    assert (result.added, result.rejected) == (3, ())
    stored = list(world.stored_items(workspace, fresh).values())
    assert [each.class_name for each in stored] == [None, "pen", None]


def test_hidden_labels_leave_the_pool_unlabelled_and_the_check_set_labelled(
    workspace: Workspace, fresh: Project
) -> None:
    import_table(workspace, fresh, world.ROWS, world.MAPPING, hide_labels=True)
    labelled = [each for each in world.stored_items(workspace, fresh).values() if each.class_name]
    assert len(labelled) == 90
    assert {each.purpose for each in labelled} == {Purpose.CHECK}


def test_an_import_that_breaks_in_the_middle_leaves_nothing(
    workspace: Workspace, fresh: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_BATCH_ROWS", 50)
    broken = world.ROWS.assign(text=world.ROWS["text"].where(world.ROWS.index != 249, "the last straw"))
    real, stored = imports.insert_rows, []

    def insert_rows(connection: Any, table: Any, names: Any, rows: Any) -> None:
        # Refused by the database itself, after several batches went through.
        values = [list(row) for row in rows]
        for row in values:
            if "the last straw" in row:
                row[names.index("language")] = None
        real(connection, table, names, values)
        stored.extend(values)

    monkeypatch.setattr(imports, "insert_rows", insert_rows)
    with pytest.raises(Exception, match=r"(?i)null"):
        import_table(workspace, fresh, broken, world.MAPPING)
    assert len(stored) >= 200
    assert world.stored_items(workspace, fresh) == {}
    assert world.history(workspace, fresh) == []
    monkeypatch.undo()
    assert import_table(workspace, fresh, world.ROWS, world.MAPPING).added == 290


def test_two_imports_of_one_file_at_once_store_it_once(workspace: Workspace, fresh: Project) -> None:
    tables = [world.ROWS, world.ROWS.iloc[::-1]] * 2
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda table: import_table(workspace, fresh, table, world.MAPPING), tables))
    assert sum(each.added for each in results) == 290
    assert sum(each.already for each in results) == 3 * 290
    assert len(world.history(workspace, fresh)) == 290


def test_the_same_texts_in_two_projects_stay_apart(workspace: Workspace, fresh: Project) -> None:
    other = create_project(workspace, "other", world.settings_of())
    for each in (fresh, other):
        assert import_table(workspace, each, world.ROWS, world.MAPPING).added == 290
    assert not set(world.stored_items(workspace, fresh)) & set(world.stored_items(workspace, other))


def test_a_class_added_to_the_project_is_accepted(workspace: Workspace) -> None:
    project = create_project(workspace, "p", replace(world.settings_of(), classes=("pen", "ruler")))
    assert import_csv(workspace, project, "text,language,class\nhello,en,ruler\n").added == 1


def test_texts_of_every_script_come_back_as_they_were(workspace: Workspace, fresh: Project) -> None:
    texts = ["日本語", "🙂‍↔️", "שלום", "a" * 200_000, "line\nbreak", "%s ? :name \\"]
    table = pd.DataFrame({"text": texts, "language": "en", "class": "pen"}, dtype=object)
    assert import_table(workspace, fresh, table, read_guess(table)).added == len(texts)
    assert labels_table(workspace, fresh)["text"].tolist() == texts


def read_guess(table: pd.DataFrame):
    from lamm_core.exchange.columns import guess_columns

    return guess_columns(table.columns)


def test_a_file_that_cannot_be_read_reaches_the_caller(tmp_path: object) -> None:
    with pytest.raises(UnreadableFile):
        read_file(io.BytesIO(b""), "a.csv")


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ("7,one,de,,pool", "'7' stands for a text in 'en' in the project"),
        ("7,one,en,pen,check", "'7' stands for a text of the pool in the project"),
        ("7,two,en,,pool", "'7' stands for another text in the project"),
        ("8,one,en,pen,check", "the same text is in the pool"),
        ("7,one,en,pen,gold", "'7' stands for a text of the pool in the project"),
        ("8,one,en,pen,gold", "the same text is in the pool"),
    ],
)
def test_a_row_that_contradicts_what_is_there_is_refused(
    workspace: Workspace, fresh: Project, second: str, reason: str
) -> None:
    header = "id,text,language,class,split\n"
    assert import_csv(workspace, fresh, header + "7,one,en,,pool\n").added == 1
    result = import_csv(workspace, fresh, header + second + "\n")
    assert (result.added, result.already, result.labelled) == (0, 0, 0)
    assert [row.row for row in result.rejected] == [1]
    assert reason in result.rejected[0].reason


def test_a_text_for_pool_and_check_set_stays_in_the_check_set(workspace: Workspace, fresh: Project) -> None:
    result = import_csv(workspace, fresh, "id,text,language,class,split\n1,one,en,,pool\n2,one,en,pen,check\n")
    assert (result.added_pool, result.added_check) == (0, 1)
    assert [(row.row, row.reason) for row in result.rejected] == [(1, "the same text is in the check set")]


@pytest.mark.parametrize(
    ("stored", "row", "reason"),
    [
        ("check", "2,one,en,pen,gold", "the same text is in the check set"),
        ("gold", "2,one,en,pen,check", "the same text is in the gold items"),
        ("gold", "2,one,en,,pool", "the same text is in the gold items"),
        ("gold", "1,one,en,,pool", "the id '1' stands for a text of the gold items in the project"),
        ("gold", "1,one,en,ink,gold", "the id '1' stands for a text of the class 'pen' in the project"),
        ("gold", "2,two,en,,gold", "a gold item needs a class, the one that newcomers are to find"),
        ("gold", "2,two,en,pen,golden", "the split 'golden' is none of pool, check and gold"),
    ],
)
def test_a_gold_item_has_a_class_and_a_text_of_its_own(
    workspace: Workspace, fresh: Project, stored: str, row: str, reason: str
) -> None:
    header = "id,text,language,class,split\n"
    assert import_csv(workspace, fresh, f"{header}1,one,en,pen,{stored}\n").added == 1
    result = import_csv(workspace, fresh, f"{header}{row}\n")
    assert (result.added, result.already) == (0, 0)
    assert [(each.row, each.reason) for each in result.rejected] == [(1, reason)]


def test_a_text_for_several_stays_where_it_is_needed_most(workspace: Workspace, fresh: Project) -> None:
    rows = "1,one,en,,pool\n2,one,en,pen,gold\n3,one,en,pen,check\n4,two,en,,pool\n5,two,en,pen,gold\n"
    result = import_csv(workspace, fresh, "id,text,language,class,split\n" + rows)
    assert (result.added_pool, result.added_check, result.added_gold, result.added) == (0, 1, 1, 2)
    assert [(each.row, each.reason) for each in result.rejected] == [
        (1, "the same text is in the check set"),
        (2, "the same text is in the check set"),
        (4, "the same text is in the gold items"),
    ]
    assert "0 texts added to the pool, 1 to the check set, 1 to the gold items; " in result.summary


def test_gold_items_keep_their_class_where_labels_are_hidden_and_come_once(
    workspace: Workspace, fresh: Project
) -> None:
    text = "text,language,class\none,en,pen\ntwo,de,ink\n"
    first = import_csv(workspace, fresh, text, purpose=Purpose.GOLD, hide_labels=True)
    assert (first.added_gold, first.added, first.rejected) == (2, 2, ())
    again = import_csv(workspace, fresh, text, purpose=Purpose.GOLD)
    assert (again.added, again.already) == (0, 2)
    stored = world.stored_items(workspace, fresh).values()
    assert {(each.purpose, each.state, each.class_name) for each in stored} == {
        ("gold", ItemState.LABELLED, "pen"),
        ("gold", ItemState.LABELLED, "ink"),
    }


def test_classes_that_come_later_are_given_to_the_items(workspace: Workspace, fresh: Project) -> None:
    import_csv(workspace, fresh, "id,text,language\n1,one,en\n2,two,en\n")
    with_class = "id,text,language,class\n1,one,en,pen\n2,two,en,\n"
    first = import_csv(workspace, fresh, with_class)
    assert (first.added, first.labelled, first.already, first.rejected) == (0, 1, 1, ())
    again = import_csv(workspace, fresh, with_class)
    assert (again.added, again.labelled, again.already) == (0, 0, 2)
    table = labels_table(workspace, fresh)
    assert table[["id", "class", "source"]].to_numpy().tolist() == [["1", "pen", "import"]]
    other = import_csv(workspace, fresh, "id,text,language,class\n1,one,en,ink\n")
    assert "class 'pen'" in other.rejected[0].reason


SEVERAL = """id,text,language,class,annotator,labelled_at,seconds,comment,flagged,deciding
1,one,en,pen,Ana,2026-01-31T12:00:00Z,1.5,,false,false
1,one,en,ink,Ben,2026-01-31T12:01:00Z,,why?,true,true
2,two,en,,,,,,,
1,one,en,ink,Cem,,,,,
2,two,en,pen,Ana,,,,,
3,three,en,pen,,,,,,
"""
TOLD = ["id", "class", "annotator", "seconds", "comment", "flagged", "deciding"]


def test_labels_of_several_annotators_come_with_all_that_is_said_of_them(workspace: Workspace, fresh: Project) -> None:
    result = import_csv(workspace, fresh, SEVERAL)
    assert (result.added, result.opinions, result.labelled, result.rejected) == (3, 2, 1, ())
    table = labels_table(workspace, fresh).sort_values(["id", "annotator"])
    assert table[TOLD].astype(object).where(table[TOLD].notna(), None).to_numpy().tolist() == [
        ["1", "pen", "Ana", 1.5, None, False, False],
        ["1", "ink", "Ben", None, "why?", True, True],
        ["1", "ink", "Cem", None, None, False, False],
        ["2", "pen", "Ana", None, None, False, True],
        ["3", "pen", None, None, None, False, True],
    ]
    assert {each.class_name for each in world.stored_items(workspace, fresh).values()} == {"ink", "pen"}
    assert [f"{each:%Y-%m-%d %H:%M}" for each in table["labelled_at"][:2]] == ["2026-01-31 12:00", "2026-01-31 12:01"]
    again = import_csv(workspace, fresh, SEVERAL)
    assert (again.added, again.opinions, again.labelled, again.already, again.rejected) == (0, 0, 0, 3, ())
    assert len(world.history(workspace, fresh)) == 5


def test_a_further_label_is_an_opinion_and_never_changes_what_is_there(workspace: Workspace, fresh: Project) -> None:
    import_csv(workspace, fresh, "id,text,language,class,annotator\n1,one,en,pen,Ana\n")
    result = import_csv(
        workspace,
        fresh,
        "id,text,language,class,annotator,deciding\n1,one,en,ink,Ben,true\n1,one,en,desk,Ana,\n1,one,en,ink,,\n",
    )
    assert (result.opinions, result.labelled) == (1, 0)
    assert [(each.row, each.reason) for each in result.rejected] == [
        (2, "Ana gave it the class 'pen' in the project"),
        (3, "the id '1' stands for a text of the class 'pen' in the project"),
    ]
    assert [each.class_name for each in world.stored_items(workspace, fresh).values()] == ["pen"]


def test_an_import_that_is_cancelled_stores_nothing(workspace: Workspace, fresh: Project) -> None:
    class Cancelled(BaseException):
        """As Streamlit ends the run of a page."""

    def cancel(stage: str, share: float) -> None:
        assert 0 <= share <= 1
        if stage == "storing":
            raise Cancelled

    file = open_table(io.BytesIO(SEVERAL.encode()), "a.csv")
    with pytest.raises(Cancelled):
        import_file(workspace, fresh, file, preview(file).mapping, WholeFile(), cancel)
    assert world.stored_items(workspace, fresh) == {}
    assert import_csv(workspace, fresh, SEVERAL).added == 3


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_how_a_file_is_cut_into_stretches_changes_nothing(sqlite_workspace: Workspace, data: st.DataObject) -> None:
    ids, names = st.sampled_from("123"), st.sampled_from([None, "Ana", "Ben"])
    row = st.tuples(ids, ids, st.sampled_from([None, "pen", "ink"]), names, st.sampled_from(["pool", "check"]))
    rows = data.draw(st.lists(row, min_size=1, max_size=12))
    table = pd.DataFrame(rows, columns=["id", "text", "class", "annotator", "split"], dtype=object)
    cut = data.draw(st.integers(1, 4))
    told = []
    for size in (100, cut):
        project = create_project(sqlite_workspace, uuid.uuid4().hex, world.settings_of())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(importing, "_BATCH_ROWS", size)
            result = import_table(sqlite_workspace, project, table, read_guess(table), language="en")
        labels = labels_table(sqlite_workspace, project).drop(columns="labelled_at")
        told.append((result, labels.sort_values(["id", "annotator"]).to_csv(index=False)))
        assert import_table(sqlite_workspace, project, table, read_guess(table), language="en").added == 0
    assert told[0] == told[1]


GUESSED = "text\nThe pen writes well and does not leak.\nDer Stift schreibt gut und kleckst nicht.\nEin Stift\n"


def test_guessed_languages_wait_for_a_person_and_the_same_file_changes_nothing(
    workspace: Workspace, fresh: Project
) -> None:
    def bring() -> ImportResult:
        file = open_table(io.BytesIO(GUESSED.encode()), "a.csv")
        return import_file(workspace, fresh, file, preview(file).mapping, WholeFile(guess_languages=True))

    assert (bring().guessed, bring().already) == (3, 3)
    found = guessed_languages(workspace, fresh, most=2)
    assert (found.counts, found.total) == ({"de": 2, "en": 1}, 3)
    assert [each.probability for each in found.least_certain] == sorted(
        each.probability for each in found.least_certain
    )
    wrong = found.least_certain[0]
    with pytest.raises(InvalidInput, match="'fr' is not one of the project's"):
        say_languages(workspace, fresh, {wrong.item_id: "fr"})
    assert say_languages(workspace, fresh, {wrong.item_id: "sw"}) == 1
    assert world.stored_items(workspace, fresh)[wrong.item_id].language == "sw"
    again = bring()
    assert (again.added, again.already, again.rejected) == (0, 3, ())
    assert accept_guesses(workspace, fresh) == 2
    assert guessed_languages(workspace, fresh).total == 0


def test_a_language_that_is_mended_goes_with_the_text_into_the_batch(workspace: Workspace) -> None:
    project = world.make_project(workspace)
    table = pd.DataFrame({"text": ["Der Stift schreibt gut und kleckst nicht."]}, dtype=object)
    import_table(workspace, project, table, ColumnMapping("text"), guess_languages=True)
    (guess,) = guessed_languages(workspace, project).least_certain
    with workspace.database.write() as connection:
        round_id = rounds.start_round(connection, project.id, None, utc_now())
        queue.add_batch(connection, project.id, round_id, [queue.NewEntry(guess.item_id, guess.language)])
    say_languages(workspace, project, {guess.item_id: "sw"})
    with workspace.database.read() as connection:
        entry = connection.execute(select(batch_item.c.language).where(batch_item.c.item_id == guess.item_id))
        assert entry.scalars().all() == ["sw"]


def test_rejected_rows_can_be_mended_and_imported_again(workspace: Workspace, fresh: Project, tmp_path: Path) -> None:
    text = "Key;Sentence;Lang\n1;one;en\n2;;en\n3;three;fr\n"
    file = open_table(io.BytesIO(text.encode()), "a.csv")
    mapping = preview(file).mapping
    result = import_file(workspace, fresh, file, mapping, WholeFile())
    assert [each.row for each in result.rejected] == [2, 3]
    rejected = pd.read_csv(io.BytesIO(rejected_file(result.rejected)), dtype=str)
    assert list(rejected.columns) == ["row", "reason", "Key", "Sentence", "Lang"]
    mended = rejected.assign(Sentence=["two", "three"], Lang="de").to_csv(index=False).encode()
    back = open_table(io.BytesIO(mended), "mended.csv")
    assert preview(back).mapping == mapping
    assert import_file(workspace, fresh, back, mapping, WholeFile()).added == 2
