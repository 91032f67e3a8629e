"""Imports: all or nothing, and the same file twice changes nothing."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pandas as pd
import pytest
from support import world

from lamm_core.errors import UnreadableFile
from lamm_core.records import ItemState, Project, Purpose
from lamm_core.storage import imports
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.importing import import_table, read_file
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.workspace import Workspace


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
    monkeypatch.setattr(imports, "_CHUNK", 50)
    broken = world.ROWS.assign(text=world.ROWS["text"].where(world.ROWS.index != 249, "the last straw"))
    real, calls = imports._item_row, []

    def item_row(*arguments: object) -> dict[str, object]:
        calls.append(arguments)
        row = real(*arguments)  # type: ignore[arg-type]
        # Refused by the database itself, after several chunks went through.
        return row | ({"language": None} if row["text"] == "the last straw" else {})

    monkeypatch.setattr(imports, "_item_row", item_row)
    with pytest.raises(Exception, match=r"(?i)null"):
        import_table(workspace, fresh, broken, world.MAPPING)
    assert len(calls) >= 250
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
