"""One language in detail: from the record of the round, and from what annotators did."""

import math
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import world

from lamm_core.errors import InvalidInput
from lamm_core.model.check_record import CHECK_RECORD, CheckRecord
from lamm_core.model.intervals import wilson
from lamm_core.records import ItemState, LanguageState, Project
from lamm_core.storage import models
from lamm_core.workflow import labelling
from lamm_core.workflow.details import LanguageDetails, language_details
from lamm_core.workflow.projects import change_settings, create_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace


def record_path(workspace: Workspace, project: Project) -> Path:
    with workspace.database.read() as connection:
        model = models.latest_model(connection, project.id)
    assert model is not None
    return (workspace.settings.models / model.file).with_suffix(CHECK_RECORD)


def numbers(value: Any) -> list[float]:
    """Every number in a result, however deep."""
    if isinstance(value, float | int | np.number):
        return [float(value)]
    if isinstance(value, np.ndarray):
        return value.astype(float).ravel().tolist()
    if is_dataclass(value):
        return [number for each in fields(value) for number in numbers(getattr(value, each.name))]
    if isinstance(value, tuple):
        return [number for each in value for number in numbers(each)]
    return []


def has_no_measurement(found: LanguageDetails) -> None:
    assert found.confusion.shape == (0, 0)
    assert found.hardest == ()
    assert found.macro_f1.estimate is None
    assert all(each.accuracy is None for each in found.class_figures)
    assert not any(map(math.isnan, numbers(found)))


def claim_all(workspace: Workspace, project: Project, annotator_id: int) -> list[Any]:
    return labelling.claim(workspace, project, annotator_id, 20)


def test_the_confusion_counts_every_check_item_of_the_language_once(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=60)
    run_round(workspace, project)
    record = CheckRecord.load(record_path(workspace, project))
    for each in project_status(workspace, project).languages:
        found = language_details(workspace, project, each.language)
        assert (found.language, found.round_number, found.classes) == (each.language, 1, world.CLASSES)
        assert found.confusion.sum() == each.measured.checked == world.CHECK
        assert np.trace(found.confusion) == each.measured.correct
        rows = record.languages == each.language
        for place, name in enumerate(found.classes):
            assert found.confusion[place].sum() == ((record.true == name) & rows).sum()
            assert found.confusion[:, place].sum() == ((record.predicted == name) & rows).sum()


def test_every_class_that_occurs_has_its_share_with_wilsons_interval(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=60, class_targets={("sw", "ink"): 0.99, ("sw", "pen"): 0.01})
    run_round(workspace, project)
    found = language_details(workspace, project, "sw")
    assert sum(each.checked for each in found.class_figures) == world.CHECK
    for each in found.class_figures:
        assert each.accuracy == each.correct / each.checked
        assert (each.low, each.high) == wilson(each.accuracy, each.checked)
    targets = {each.class_name: each.target for each in found.class_figures}
    assert targets == {"desk": None, "ink": 0.99, "paper": None, "pen": 0.01}
    states = {each.class_name: each.state for each in found.class_figures}
    (status,) = (each for each in project_status(workspace, project).languages if each.language == "sw")
    assert {each.class_name: each.state for each in status.classes} == {
        name: state for name, state in states.items() if state is not None
    }
    assert states["pen"] is LanguageState.MET


def test_a_class_with_a_target_and_no_check_item_is_not_measured(workspace: Workspace) -> None:
    rows = world.ROWS[~((world.ROWS["language"] == "de") & (world.ROWS["class"] == "ink"))]
    project = world.make_project(workspace, 60, rows, class_targets={("de", "ink"): 0.8})
    run_round(workspace, project)
    figures = {each.class_name: each for each in language_details(workspace, project, "de").class_figures}
    ink = figures["ink"]
    assert (ink.checked, ink.correct, ink.accuracy, ink.low, ink.high) == (0, 0, None, 0.0, 1.0)
    assert (ink.target, ink.state) == (0.8, LanguageState.UNMEASURED)


def test_macro_f1_is_the_mean_of_the_f1_of_the_classes(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=60)
    run_round(workspace, project)
    found = language_details(workspace, project, "sw")
    confusion = found.confusion
    scores = 2 * np.diag(confusion) / (confusion.sum(axis=0) + confusion.sum(axis=1))
    assert found.macro_f1.estimate == pytest.approx(scores.mean())
    assert found.macro_f1.low < found.macro_f1.estimate < found.macro_f1.high


def test_the_hardest_are_wrong_and_the_most_confident_come_first(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=12)
    run_round(workspace, project)
    for language in project.languages:
        found = language_details(workspace, project, language)
        wrong = int(found.confusion.sum() - np.trace(found.confusion))
        assert len(found.hardest) == min(20, wrong)
        confidences = [each.confidence for each in found.hardest]
        assert confidences == sorted(confidences, reverse=True)
        for each in found.hardest:
            row = world.ROWS.set_index("id").loc[each.external_id]
            assert (each.text, each.true, row["language"], row["split"]) == (
                row["text"],
                row["class"],
                language,
                "check",
            )
            assert each.predicted != each.true
    assert any(language_details(workspace, project, each).hardest for each in project.languages)


def test_at_most_twenty_are_shown(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=60)
    run_round(workspace, project)
    path = record_path(workspace, project)
    record = CheckRecord.load(path)
    others = dict(zip(world.CLASSES, np.roll(world.CLASSES, 1), strict=True))
    replace(record, predicted=np.array([others[each] for each in record.true.tolist()])).save(path)
    found = language_details(workspace, project, "en")
    assert len(found.hardest) == 20
    assert found.hardest[-1].confidence >= np.sort(record.confidence[record.languages == "en"])[-20] - 1e-12


def test_a_label_that_changed_since_counts_as_it_was_measured(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, labels=60)
    run_round(workspace, project)
    before = language_details(workspace, project, "en")
    item = next(each for each in world.stored_items(workspace, project).values() if each.external_id == "check-en-000")
    other = next(name for name in world.CLASSES if name != item.class_name)
    labelling.submit(workspace, project, ana, item.id, other)
    after = language_details(workspace, project, "en")
    assert (after.confusion == before.confusion).all()
    assert after.hardest == before.hardest


def test_a_class_added_since_the_round_has_an_empty_row(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=60)
    run_round(workspace, project)
    more = change_settings(workspace, project, replace(project.settings, classes=(*world.CLASSES, "stamp")))
    found = language_details(workspace, more, "en")
    assert found.classes == (*world.CLASSES, "stamp")
    assert found.confusion.shape == (5, 5)
    assert found.confusion[4].sum() == found.confusion[:, 4].sum() == 0
    assert "stamp" not in {each.class_name for each in found.class_figures}


# what is missing


def test_a_project_without_anything_has_empty_details(workspace: Workspace) -> None:
    project = create_project(workspace, "empty", world.settings_of(class_targets={("en", "pen"): 0.5}))
    found = language_details(workspace, project, "en")
    has_no_measurement(found)
    assert found.round_number is None
    assert [each.class_name for each in found.class_figures] == ["pen"]
    assert found.class_figures[0].state is LanguageState.UNMEASURED
    assert (found.agreement.items, found.agreement.annotators, found.speeds) == (0, (), ())


def test_without_a_model_there_are_still_the_people(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace)
    run_round(workspace, project)
    (lease,) = labelling.claim(workspace, project, ana, 1)
    labelling.submit(workspace, project, ana, lease.item_id, "pen", lease.revision, 4.0)
    found = language_details(workspace, project, lease.language)
    has_no_measurement(found)
    assert [(each.name, each.labels, each.median_seconds) for each in found.speeds] == [("Ana", 1, 4.0)]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_handful_of_check_items_makes_no_nonsense(workspace: Workspace, count: int) -> None:
    check = (world.ROWS["split"] == "check") & (world.ROWS["language"] == "sw")
    rows = world.ROWS.drop(world.ROWS.index[check][count:])
    project = world.make_project(workspace, 60, rows)
    run_round(workspace, project)
    found = language_details(workspace, project, "sw")
    assert found.confusion.sum() == count
    assert not any(map(math.isnan, numbers(found)))
    assert all(0 <= each <= 1 for each in (found.macro_f1.low, found.macro_f1.high))
    if not count:
        has_no_measurement(found)


@pytest.mark.parametrize("right", [True, False])
def test_check_items_of_one_class_alone(workspace: Workspace, right: bool) -> None:
    project = world.make_project(workspace, labels=60)
    run_round(workspace, project)
    path = record_path(workspace, project)
    record = CheckRecord.load(path)
    every = np.full(len(record.ids), "pen")
    replace(record, true=every, predicted=every if right else np.full(len(record.ids), "ink")).save(path)
    found = language_details(workspace, project, "en")
    (pen,) = found.class_figures
    assert (pen.class_name, pen.checked, pen.accuracy) == ("pen", world.CHECK, float(right))
    assert pen.high == 1.0 if right else pen.low == 0.0
    assert found.macro_f1.estimate == float(right)
    assert not any(map(math.isnan, numbers(found)))


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "flipped", "no archive", "lengths"])
def test_a_record_that_cannot_be_read_leaves_its_parts_empty(workspace: Workspace, damage: str) -> None:
    project = world.make_project(workspace, labels=60)
    run_round(workspace, project)
    path = record_path(workspace, project)
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "lengths":
        record = CheckRecord.load(path)
        replace(record, predicted=record.predicted[:-1]).save(path)
    else:
        middle = len(whole) // 2
        flipped = whole[: middle - 20] + bytes(255 - each for each in whole[middle - 20 : middle + 20])
        changed = {"empty": b"", "cut": whole[:middle], "no archive": b"nothing", "flipped": flipped}
        path.write_bytes(changed[damage] + (whole[middle + 20 :] if damage == "flipped" else b""))
    for language in project.languages:
        found = language_details(workspace, project, language)
        has_no_measurement(found)
        assert found.round_number == 1


def test_no_damage_to_a_single_byte_is_an_exception(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, labels=60)
    run_round(sqlite_workspace, project)
    path = record_path(sqlite_workspace, project)
    whole = path.read_bytes()
    for place in np.random.default_rng(0).choice(len(whole), 60, replace=False):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        assert not any(map(math.isnan, numbers(language_details(sqlite_workspace, project, "en"))))


def test_a_language_that_the_project_does_not_have_is_refused(workspace: Workspace, project: Project) -> None:
    with pytest.raises(InvalidInput, match="The project 'small' has no language 'xx'"):
        language_details(workspace, project, "xx")


# people


def test_an_imported_label_is_no_second_opinion_and_other_projects_do_not_count(
    workspace: Workspace, ana: int, ben: int
) -> None:
    other = world.make_project(workspace, name="other")
    run_round(workspace, other)
    (lease,) = labelling.claim(workspace, other, ana, 1)
    for annotator_id in (ana, ben):
        labelling.submit(workspace, other, annotator_id, lease.item_id, "pen", None, 3.0)
    project = world.make_project(workspace, labels=60)
    imported = next(
        each
        for each in world.stored_items(workspace, project).values()
        if each.state is ItemState.LABELLED and each.language == lease.language
    )
    labelling.submit(workspace, project, ana, imported.id, "pen", None, 5.0)
    found = language_details(workspace, project, lease.language)
    assert found.agreement.items == 0
    assert [(each.name, each.median_seconds) for each in found.speeds] == [("Ana", 5.0)]


def test_speed_is_the_median_of_each_annotator_in_that_language(workspace: Workspace, ana: int, ben: int) -> None:
    project = world.make_project(workspace)
    run_round(workspace, project)
    taken: dict[tuple[str, str], list[float]] = {}
    for number, lease in enumerate(claim_all(workspace, project, ana)):
        name, annotator_id = ("Ben", ben) if number % 3 == 0 else ("Ana", ana)
        seconds = float(number + 1)
        labelling.submit(workspace, project, annotator_id, lease.item_id, "pen", None, seconds)
        taken.setdefault((lease.language, name), []).append(seconds)
    untimed = next(each for each in world.stored_items(workspace, project).values() if each.state is ItemState.LABELLED)
    labelling.submit(workspace, project, ben, untimed.id, "pen")
    for language in project.languages:
        speeds = language_details(workspace, project, language).speeds
        expected = {name: (len(each), np.median(each)) for (of, name), each in taken.items() if of == language}
        assert {each.name: (each.labels, each.median_seconds) for each in speeds} == expected
        assert [each.labels for each in speeds] == sorted((each.labels for each in speeds), reverse=True)
