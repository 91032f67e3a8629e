"""Rows of a file become items and labels; of every other row it is said why it is none."""

import unicodedata
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import MissingColumn
from lamm_core.exchange.columns import ColumnMapping, check_columns, guess_columns
from lamm_core.exchange.format import Chunk
from lamm_core.exchange.gathering import FileRow, Gathering
from lamm_core.exchange.rows import RowParser, WholeFile
from lamm_core.exchange.spool import Spool
from lamm_core.records import NewItem, NewLabel, Purpose

CLASSES = ("pen", "ink", "crayon éclatant")
LANGUAGES = ("en", "de", "pt-BR")


def gather(
    rows: list[dict[str, object]], mapping: ColumnMapping | None = None, most: int = 100, **whole: object
) -> tuple[list[FileRow], Gathering]:
    table = pd.DataFrame(rows, dtype=object)
    table = table.where(table.notna(), None)
    parser = RowParser(mapping or guess_columns(table.columns), CLASSES, LANGUAGES, WholeFile(**whole))
    gathering = Gathering(parser, most)
    return list(gathering.take(Chunk(table, range(1, len(table) + 1)))), gathering


def refusals(gathering: Gathering) -> list[tuple[int, str]]:
    return [(each.row, each.reason) for each in gathering.rejected]


GOOD = {"id": "1", "text": "hello", "language": "en", "class": "pen", "split": "pool"}
REJECTED = {
    "no text": ({"text": None}, "the text is empty"),
    "NUL in the text": ({"text": "a\x00b"}, "the text holds a NUL character"),
    "half a character": ({"text": "a\ud800"}, "the text holds half of a broken character"),
    "a book": ({"text": "a" * 2**20}, "the text has 1,048,576 characters; at most 600,000 are taken"),
    "no language": ({"language": None}, "the language is missing"),
    "another language": ({"language": "fr"}, "the language 'fr' is not one of the project's"),
    "no language at all": ({"language": "klingonish"}, "'klingonish' is no language that BCP 47 knows"),
    "strange class": ({"class": "Pen"}, "the class 'Pen' is not one of the project's"),
    "strange split": ({"split": "test"}, "the split 'test' is none of pool, check and gold"),
    "check without class": ({"split": "check", "class": None}, "an item of the check set needs a class"),
    "long id": ({"id": "x" * 501}, "the id has 501 characters; at most 500 are stored"),
    "NUL in the id": ({"id": "1\x00"}, "the id holds a NUL character"),
    "a time of no calendar": ({"labelled_at": "yesterday"}, "'yesterday' is no time such as 2026-01-31T12:00:00Z"),
    "less than no time": ({"seconds": "-1"}, "'-1' is no number of seconds"),
    "for ever": ({"seconds": "inf"}, "'inf' is no number of seconds"),
    "perhaps": ({"flagged": "perhaps"}, "'perhaps' is neither true nor false"),
    "a long name": ({"annotator": "x" * 201}, "the annotator's name has 201 characters; at most 200 are stored"),
    "NUL in the comment": ({"comment": "\x00"}, "the comment holds a NUL character"),
}


@pytest.mark.parametrize(("change", "reason"), REJECTED.values(), ids=REJECTED)
def test_a_row_that_cannot_be_taken_is_named_with_its_number_reason_and_cells(
    change: dict[str, object], reason: str
) -> None:
    taken, gathering = gather([{**GOOD, "id": "0"}, GOOD | change, {**GOOD, "id": "2"}])
    assert refusals(gathering) == [(2, reason)]
    assert {key: gathering.rejected[0].cells[key] for key in GOOD | change} == GOOD | change
    assert [(each.row, each.item.external_id) for each in taken] == [(1, "0"), (3, "2")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": "other"}, "the id '1' stands for another text further up"),
        ({"class": "ink"}, "the same text stands further up with another class"),
        ({"language": "de"}, "the same text stands further up with another language"),
        ({"split": "check"}, "the same text stands further up with another split"),
    ],
)
def test_two_rows_of_one_id_that_contradict_each_other(change: dict[str, object], reason: str) -> None:
    taken, gathering = gather([GOOD, GOOD | change])
    assert refusals(gathering) == [(2, reason)]
    assert len(taken) == 1


def test_the_same_row_twice_is_one_item() -> None:
    taken, gathering = gather([GOOD, GOOD, {**GOOD, "class": None}])
    assert len(taken) == 1
    assert not gathering.rejected


def test_a_class_further_down_is_the_label_of_an_item_without_one() -> None:
    taken, _ = gather([{**GOOD, "class": None}, GOOD, GOOD])
    assert [(each.first, each.item.class_name) for each in taken] == [(True, None), (False, "pen")]


def test_rows_of_one_id_by_several_annotators_are_several_labels() -> None:
    rows = [{**GOOD, "annotator": name, "class": given} for name, given in (("Ana", "pen"), ("Ben", "ink"))]
    taken, gathering = gather([*rows, rows[1], {**rows[1], "class": "pen"}])
    assert [(each.first, each.item.label) for each in taken] == [
        (True, NewLabel("pen", "Ana")),
        (False, NewLabel("ink", "Ben")),
    ]
    assert refusals(gathering) == [(4, "the same text stands further up with another class")]


def test_what_a_row_says_of_its_label_is_kept() -> None:
    more = {
        "annotator": "Ana",
        "labelled_at": "2026-01-31T13:00:00.25+01:00",
        "seconds": "1.5",
        "comment": "why?",
        "flagged": "True",
        "deciding": "1",
    }
    taken, _ = gather([GOOD | more])
    moment = datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC)
    assert taken[0].item.label == NewLabel("pen", "Ana", moment, 1.5, "why?", True, True)


def test_without_ids_the_same_text_gets_the_same_id_in_one_language_only() -> None:
    rows = [{"text": "hello", "language": "en"}, {"text": "hello", "language": "de"}]
    ids = [each.item.external_id for each in gather(rows)[0]]
    assert len(set(ids)) == 2
    assert ids == [each.item.external_id for each in gather(rows)[0]]


def test_usual_words_for_pool_check_set_and_gold_items_are_understood() -> None:
    words = ["train", "POOL", "unlabelled", "dev", "Validation", "check", "Gold"]
    taken, _ = gather([{**GOOD, "id": word, "split": word} for word in words])
    assert [each.item.purpose for each in taken] == [Purpose.POOL] * 3 + [Purpose.CHECK] * 3 + [Purpose.GOLD]


def test_one_language_and_one_purpose_for_all_rows() -> None:
    taken, _ = gather([{"text": "hello", "class": "pen"}], language="de", purpose=Purpose.CHECK)
    assert (taken[0].item.language, taken[0].item.purpose) == ("de", Purpose.CHECK)


def test_hidden_classes_are_those_of_the_pool_alone() -> None:
    taken, _ = gather([GOOD, {**GOOD, "id": "2", "split": "check"}], hide_labels=True)
    assert [each.item.class_name for each in taken] == [None, "pen"]


def test_a_mapping_to_a_column_that_is_not_there() -> None:
    with pytest.raises(MissingColumn, match="no column 'words'"):
        check_columns(["text", "language"], ColumnMapping("words", "language"))


@pytest.mark.parametrize("name", ["EN", "eng", "English", "english", "en"])
def test_a_language_may_go_by_other_names(name: str) -> None:
    assert gather([{**GOOD, "language": name}])[0][0].item.language == "en"


@pytest.mark.parametrize("name", ["pt-br", "PT_BR", "por-BR"])
def test_a_region_counts(name: str) -> None:
    assert gather([{**GOOD, "language": name}])[0][0].item.language == "pt-BR"
    assert refusals(gather([{**GOOD, "language": "pt"}])[1]) == [(1, "the language 'pt' is not one of the project's")]


def test_a_class_is_the_same_however_its_accents_are_written() -> None:
    twins = [unicodedata.normalize(form, CLASSES[2]) for form in ("NFC", "NFD")]
    assert twins[0] != twins[1]
    taken, gathering = gather([{**GOOD, "id": name, "class": name} for name in twins])
    assert not gathering.rejected
    assert {each.item.class_name for each in taken} == {CLASSES[2]}


def test_a_missing_language_is_guessed_among_those_of_the_project_and_marked() -> None:
    texts = ["The pen writes well and does not leak.", "Der Stift schreibt gut und kleckst nicht.", "A caneta é azul."]
    taken, gathering = gather([{"text": text, "language": None} for text in [*texts, "12345"]], guess_languages=True)
    assert [each.item.language for each in taken] == ["en", "de", "pt-BR"]
    assert all(0.5 <= (each.item.language_guess or 0) <= 1 for each in taken)
    assert refusals(gathering) == [(4, "the language is missing, and the text does not tell it")]
    said, _ = gather([{"text": texts[0], "language": "en"}], guess_languages=True)
    assert said[0].item.language_guess is None


def test_rows_beyond_those_that_are_kept_are_counted() -> None:
    _, gathering = gather([{**GOOD, "id": str(number), "text": None} for number in range(7)], most=3)
    assert (len(gathering.rejected), gathering.unlisted, gathering.rows) == (3, 4, 7)


LABELS = st.none() | st.builds(
    NewLabel,
    st.text(),
    st.none() | st.text(),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.none() | st.floats(0, 1e9),
    st.none() | st.text(),
    st.booleans(),
    st.booleans(),
)
ITEMS = st.builds(
    NewItem, st.text(), st.text(), st.text(), st.sampled_from(Purpose), LABELS, st.none() | st.floats(0, 1)
)
ROWS = st.builds(FileRow, st.integers(1, 2**40), st.binary(min_size=16, max_size=16), ITEMS, st.booleans())


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(ROWS, max_size=4), max_size=4))
def test_rows_come_back_from_the_disk_as_they_were(batches: list[list[FileRow]]) -> None:
    with Spool() as spool:
        for batch in batches:
            spool.add(batch)
        assert list(spool.read()) == [batch for batch in batches if batch]
