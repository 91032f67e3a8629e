"""How far annotators agree: which labels count, and what is told of languages, classes, pairs and people."""

from dataclasses import fields, is_dataclass

import pytest
from sqlalchemy import Connection, event
from support import world

from lamm_core.model.agreement import Lack, Reading
from lamm_core.model.intervals import wilson
from lamm_core.records import ItemState, Project
from lamm_core.workflow import labelling
from lamm_core.workflow.agreement import Agreement, project_agreement
from lamm_core.workflow.agreement_words import agreement_sentences, short_figure, short_share
from lamm_core.workflow.details import language_details
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace


@pytest.fixture
def queued(workspace: Workspace) -> Project:
    """The small project in English alone, with a first batch."""
    project = world.make_project(workspace, targets={"en": 0.9}, rows=world.ROWS[world.ROWS["language"] == "en"])
    run_round(workspace, project)
    return project


def items_of(workspace: Workspace, project: Project, language: str = "en", count: int = 20) -> list[int]:
    stored = world.stored_items(workspace, project).values()
    return [each.id for each in stored if each.language == language and each.purpose == "pool"][:count]


def answer(
    workspace: Workspace, project: Project, annotator_id: int, classes: str, language: str = "en", seconds: float = 2.0
) -> None:
    """One letter an item of the language: p for pen, i for ink, d for desk, and a dot for none."""
    names = {name[0] if name != "paper" else "a": name for name in world.CLASSES}
    for item_id, letter in zip(items_of(workspace, project, language), classes, strict=False):
        if letter != ".":
            labelling.submit(workspace, project, annotator_id, item_id, names[letter], None, seconds)


def whole(workspace: Workspace, project: Project) -> Agreement:
    return project_agreement(workspace, project)[0]


def test_only_labels_that_stand_are_compared(workspace: Workspace, queued: Project, ana: int, ben: int) -> None:
    items = [lease.item_id for lease in labelling.claim(workspace, queued, ana, 6)]
    same, other, corrected, taken_back, skipped, alone = items
    for item_id in items:
        labelling.submit(workspace, queued, ana, item_id, "pen")
    labelling.submit(workspace, queued, ben, same, "pen")
    labelling.submit(workspace, queued, ben, other, "ink")
    labelling.submit(workspace, queued, ben, corrected, "ink")
    labelling.submit(workspace, queued, ben, corrected, "pen", 2)
    labelling.submit(workspace, queued, ben, skipped, "ink")
    labelling.skip(workspace, queued, ben, skipped)
    labelling.submit(workspace, queued, ben, taken_back, "ink")
    labelling.undo(workspace, queued, ben)
    assert world.stored_items(workspace, queued)[alone].state is ItemState.LABELLED
    found = language_details(workspace, queued, "en").agreement
    assert (found.items, found.share.estimate) == (3, pytest.approx(2 / 3))
    assert [(each.name, each.items) for each in found.annotators] == [("Ana", 6), ("Ben", 3)]
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.share.units) == ("Ana", "Ben", 3)
    assert pair.share.estimate == found.share.estimate


def test_imported_labels_gold_items_and_other_projects_do_not_count(workspace: Workspace, ana: int, ben: int) -> None:
    other = world.make_project(workspace, name="other")
    for annotator_id in (ana, ben):
        answer(workspace, other, annotator_id, "ppii")
    project = world.make_project(workspace, labels=200)
    (gold,) = world.add_gold(workspace, project, en=1)
    for annotator_id in (ana, ben):
        labelling.submit(workspace, project, annotator_id, gold, "ink")
    answer(workspace, project, ana, "pp")
    found = whole(workspace, project)
    assert (found.items, found.alpha.lack) == (0, Lack.ONE_ANNOTATOR)
    first, second = found.annotators
    assert (first.name, first.items, second.name, second.items) == ("Ana", 2, "Ben", 0)
    for each in (first, second):
        assert (each.gold.estimate, each.gold.units, each.gold.interval) == (1, 1, wilson(1, 1))
    assert found.pairs == ()


def test_languages_are_told_apart_and_together(workspace: Workspace, ana: int, ben: int) -> None:
    project = world.make_project(workspace)
    answer(workspace, project, ana, "ppiidd", "en")
    answer(workspace, project, ben, "ppiidd", "en")
    answer(workspace, project, ana, "ppiipp", "sw")
    answer(workspace, project, ben, "iippii", "sw")
    everything, *languages = project_agreement(workspace, project)
    assert [each.language for each in languages] == list(project.languages)
    by_code = {each.language: each for each in languages}
    assert (by_code["en"].alpha.estimate, by_code["de"].alpha.lack) == (1, Lack.ONE_ANNOTATOR)
    assert by_code["sw"].alpha.estimate < 0
    assert (everything.items, everything.share.estimate) == (12, 0.5)
    for language in project.languages:
        assert language_details(workspace, project, language).agreement == by_code[language]


def test_classes_and_pairs_that_disagree_most_come_first(workspace: Workspace, ana: int, ben: int) -> None:
    cy = world.ensure_annotator(workspace, "Cy")
    project = world.make_project(workspace)
    answer(workspace, project, ana, "ppppiiiiddddaaaapidd")
    answer(workspace, project, ben, "ppppiiiiddddaaaapidd")
    answer(workspace, project, cy, "iippppiiddddaaaaip..")
    found = whole(workspace, project)
    classes = {each.class_name: each.alpha for each in found.classes}
    assert list(classes) == list(world.CLASSES)
    assert classes["desk"].estimate == classes["paper"].estimate == 1
    assert {each.class_name for each in found.weak_classes} == {"ink", "pen"}
    assert [(each.first, each.second) for each in found.pairs] == [("Ana", "Ben"), ("Ana", "Cy"), ("Ben", "Cy")]
    assert {each.first for each in found.weak_pairs} == {"Ana", "Ben"}
    assert {each.second for each in found.weak_pairs} == {"Cy"}
    assert found.is_low
    with_others = {each.name: each.with_others.estimate for each in found.annotators}
    assert with_others["Ana"] == with_others["Ben"] > with_others["Cy"]


def test_a_pair_of_few_items_is_not_the_weakest_by_chance(workspace: Workspace, ana: int, ben: int) -> None:
    cy = world.ensure_annotator(workspace, "Cy")
    project = world.make_project(workspace)
    answer(workspace, project, ana, "pipipipipipipipipipi")
    answer(workspace, project, ben, "pppiiippiippiippiipp")
    answer(workspace, project, cy, "pp..................")
    weakest, *_ = whole(workspace, project).weak_pairs
    assert (weakest.first, weakest.second) == ("Ana", "Ben")


def test_seconds_are_those_of_labels_that_stand(workspace: Workspace, queued: Project, ana: int) -> None:
    answer(workspace, queued, ana, "ppp", seconds=2.0)
    answer(workspace, queued, ana, "..i", seconds=8.0)
    (found,) = whole(workspace, queued).annotators
    assert (found.items, found.median_seconds) == (3, 2.0)


def test_a_project_without_labels_has_reasons_and_no_figures(workspace: Workspace) -> None:
    project = world.make_project(workspace)
    for each in project_agreement(workspace, project):
        assert (each.items, each.alpha.lack, each.pairs, each.annotators) == (0, Lack.ONE_ANNOTATOR, (), ())
        assert [one.class_name for one in each.classes] == list(world.CLASSES)
        assert not each.is_low


def test_the_labels_are_read_at_once(workspace: Workspace, queued: Project, ana: int, ben: int) -> None:
    for annotator_id in (ana, ben):
        answer(workspace, queued, annotator_id, "ppii")
    statements: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *more: object) -> None:
        statements.append(statement)

    event.listen(workspace.database.engine, "before_cursor_execute", note)
    project_agreement(workspace, queued)
    event.remove(workspace.database.engine, "before_cursor_execute", note)
    assert sum("FROM label" in each for each in statements) == 7, "two of opinions, one of gold items, four of times"


def test_the_same_labels_have_the_same_figures(workspace: Workspace, queued: Project, ana: int, ben: int) -> None:
    answer(workspace, queued, ana, "ppiiddppii")
    answer(workspace, queued, ben, "ppiidipiii")
    first = whole(workspace, queued)
    assert whole(workspace, queued) == first
    answer(workspace, queued, ben, ".....d")
    assert whole(workspace, queued).alpha.estimate > first.alpha.estimate


# in words


def words_of(value: object) -> list[str]:
    if is_dataclass(value):
        return [word for each in fields(value) for word in words_of(getattr(value, each.name))]
    return [word for each in value for word in words_of(each)] if isinstance(value, tuple) else [str(value)]


def test_what_is_told_says_what_it_is_worth_and_how_sure(workspace: Workspace, ana: int, ben: int) -> None:
    project = world.make_project(workspace)
    assert agreement_sentences(whole(workspace, project)) == ["Fewer than two people have labelled yet."]
    answer(workspace, project, ana, "ppii")
    answer(workspace, project, ben, "....p")
    assert agreement_sentences(whole(workspace, project)) == ["No text has labels of two annotators yet."]
    answer(workspace, project, ben, "p")
    (told,) = agreement_sentences(whole(workspace, project))
    assert told.startswith("Only one text has labels of two")
    answer(workspace, project, ben, ".p")
    one_class, share = agreement_sentences(whole(workspace, project))
    assert one_class.startswith("All labels of these texts are of one class")
    assert share == "Two labels of one text are the same in 100% of cases (34% to 100%)."
    answer(workspace, project, ben, "..ii")
    found = whole(workspace, project)
    assert found.alpha.reading is Reading.GOOD
    alpha, share, doubt = agreement_sentences(found)
    assert alpha.startswith("Agreement is good: Krippendorff's alpha 1.00, 95% interval 0.")
    assert alpha.endswith("over 4 texts with labels of two or more people.")
    assert doubt == "That is too few texts to be sure: it may be anything from poor to good."
    assert "nan" not in words_of(found)


def test_cells_of_tables_are_a_figure_or_a_reason(workspace: Workspace, ana: int, ben: int) -> None:
    project = world.make_project(workspace)
    answer(workspace, project, ana, "ppii")
    answer(workspace, project, ben, "pp..")
    (pair,) = whole(workspace, project).pairs
    assert (short_figure(pair.kappa), short_share(pair.share)) == ("one class only", "100% (34% to 100%)")
    assert short_share(None) == "–"
    assert short_figure(whole(workspace, project).classes[0].alpha) == "one class only"
