"""What a round's check set says: figures for languages and classes, with bounds that hold over all rounds."""

from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score
from support import world

from lamm_core.model.check_record import CHECK_RECORD, CheckRecord
from lamm_core.model.classifier import Classifier
from lamm_core.model.intervals import half_width, wilson
from lamm_core.model.looks import boundary, correlations
from lamm_core.model.measuring import Judged, take_look
from lamm_core.model.payoff import macro_f1
from lamm_core.records import Project, RoundClass, RoundLanguage
from lamm_core.storage import models, rounds
from lamm_core.workflow import check_figures, labelling
from lamm_core.workflow.check_figures import measure_check_set, read_check_records
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.preparing import prepare_vectors
from lamm_core.workflow.round_data import read_round_data
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import round_history
from lamm_core.workflow.workspace import Workspace

CLASS_TARGETS = {("en", "pen"): 0.8, ("sw", "ink"): 0.7}
CHECK = world.ROWS[world.ROWS["split"] == "check"]


def figures_of(workspace: Workspace, project: Project) -> dict[str, RoundLanguage]:
    """What the newest round found for each language."""
    return {each.language: each for each in round_history(workspace, project)[-1].languages}


def classes_of(workspace: Workspace, project: Project, round_id: int) -> dict[tuple[str, str], RoundClass]:
    with workspace.database.read() as connection:
        found = rounds.list_classes(connection, project.id).get(round_id, [])
    return {(each.language, each.class_name): each for each in found}


def record_files(workspace: Workspace) -> list[Path]:
    return sorted(workspace.settings.models.rglob(f"*{CHECK_RECORD}"))


def label_some(workspace: Workspace, project: Project, annotator_id: int) -> None:
    for lease in labelling.claim(workspace, project, annotator_id, 20):
        labelling.submit(workspace, project, annotator_id, lease.item_id, world.TRUTH[lease.external_id])


def said(workspace: Workspace, project: Project) -> pd.Series:
    """What the newest model says of each row of the small project."""
    with workspace.database.read() as connection:
        version = models.latest_model(connection, project.id)
    assert version is not None
    classifier = Classifier.load(workspace.settings.models / version.file)
    return pd.Series(classifier.predict(world.prepared_vectors()), index=world.ROWS.index)


def test_each_language_has_a_figure_with_its_interval(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=60)
    run_round(workspace, project)
    right = said(workspace, project)[CHECK.index] == CHECK["class"]
    found = figures_of(workspace, project)
    assert set(found) == set(world.POOL)
    for language, each in found.items():
        assert (each.correct, each.checked) == (right[CHECK["language"] == language].sum(), world.CHECK)
        assert each.estimate is not None
        assert each.estimate == pytest.approx(each.correct / each.checked, abs=0.15)
        assert (each.low, each.high) == pytest.approx(wilson(each.estimate, each.effective))
        assert 0 <= each.proven_low < each.low < each.estimate < each.high < each.proven_high <= 1


def test_each_class_with_a_target_has_a_figure_of_its_own(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=60, class_targets=CLASS_TARGETS)
    done = run_round(workspace, project)
    predicted = said(workspace, project)
    found = classes_of(workspace, project, done.id)
    assert {key: each.target for key, each in found.items()} == CLASS_TARGETS
    for (language, class_name), each in found.items():
        of_class = CHECK[(CHECK["language"] == language) & (CHECK["class"] == class_name)]
        assert each.checked == len(of_class) > 0
        assert each.correct == (predicted[of_class.index] == class_name).sum()
        assert each.estimate is not None
        assert (each.low, each.high) == pytest.approx(wilson(each.estimate, each.effective))
        assert each.proven_low < each.estimate < each.proven_high


@pytest.mark.parametrize("gone", ["class", "language"])
def test_a_class_without_check_items_is_not_measured(workspace: Workspace, gone: str) -> None:
    without = (CHECK["language"] == "sw") & ((CHECK["class"] == "ink") | (gone == "language"))
    rows = world.ROWS.drop(CHECK.index[without]).reset_index(drop=True)
    project = world.make_project(workspace, labels=60, rows=rows, class_targets=CLASS_TARGETS)
    done = run_round(workspace, project)
    found = classes_of(workspace, project, done.id)
    assert (found["sw", "ink"].checked, found["sw", "ink"].estimate, found["sw", "ink"].proven_low) == (0, None, None)
    assert found["en", "pen"].estimate is not None
    assert (figures_of(workspace, project)["sw"].estimate is None) == (gone == "language")


def test_a_project_can_be_measured_by_macro_f1(workspace: Workspace) -> None:
    found = {}
    for metric in ("accuracy", "macro-f1"):
        project = world.make_project(workspace, labels=30, name=metric, metric=metric)
        run_round(workspace, project)
        found[metric] = figures_of(workspace, project)
    predicted = said(workspace, project)
    for language, each in found["macro-f1"].items():
        rows = CHECK[CHECK["language"] == language]
        score = f1_score(rows["class"], predicted[rows.index], average="macro")
        plain = take_look(macro_f1, _codes(predicted[rows.index]), _codes(rows["class"]), len(world.CLASSES))
        assert plain.estimate == pytest.approx(score)
        assert each.estimate == pytest.approx(score, abs=2 * plain.error)
        assert each.effective >= plain.effective
        assert each.estimate != found["accuracy"][language].estimate
        assert (each.correct, each.checked) == (found["accuracy"][language].correct, world.CHECK)


def _codes(classes: pd.Series) -> np.ndarray:
    return np.array([world.CLASSES.index(each) for each in classes])


def test_what_was_seen_of_each_check_item_is_kept_beside_the_model(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=60, class_targets=CLASS_TARGETS)
    run_round(workspace, project)
    with workspace.database.read() as connection:
        version = models.latest_model(connection, project.id)
    (path,) = record_files(workspace)
    assert path == (workspace.settings.models / version.file).with_suffix(CHECK_RECORD)
    kept = CheckRecord.load(path)
    stored = world.stored_items(workspace, project)
    names = [stored[each].external_id for each in kept.ids]
    assert sorted(names) == sorted(CHECK["id"])
    assert kept.true.tolist() == [world.TRUTH[name] for name in names]
    assert kept.languages.tolist() == [stored[each].language for each in kept.ids]
    of_name = dict(zip(world.ROWS["id"], said(workspace, project), strict=True))
    assert kept.predicted.tolist() == [of_name[name] for name in names]
    assert ((kept.confidence > 1 / len(world.CLASSES)) & (kept.confidence <= 1)).all()
    assert ((kept.chance >= 0) & (kept.chance <= 1)).all()
    assert kept.chance[kept.predicted == kept.true].mean() > kept.chance[kept.predicted != kept.true].mean() + 0.1
    assert set(kept.figures) == {"de", "en", "sw", "en\tpen", "sw\tink"}
    for name, influence in zip(kept.figures, kept.influence, strict=True):
        assert not influence[kept.languages != name.split("\t")[0]].any()
        assert influence.any()


@pytest.mark.parametrize("state", ["there", "deleted", "damaged"])
def test_bounds_hold_over_all_rounds_whether_their_record_is_there_or_not(
    workspace: Workspace, ana: int, state: str
) -> None:
    project = world.make_project(workspace, labels=30)
    run_round(workspace, project)
    label_some(workspace, project, ana)
    (first,) = record_files(workspace)
    if state == "deleted":
        first.unlink()
    elif state == "damaged":
        first.write_bytes(first.read_bytes()[:100])
    run_round(workspace, project)
    records = read_check_records(workspace, project)
    assert [each is None for each in records] == [state != "there", False]
    independent = boundary(np.eye(2))
    for language, each in figures_of(workspace, project).items():
        parts = [record.figure(language) for record in records if record is not None]
        distance = independent  # a lost record is a look of which nothing is known
        if len(parts) == 2:
            distance = boundary(correlations([influence for influence, _ in parts], [error for _, error in parts]))
        assert (each.proven_low, each.proven_high) == pytest.approx(wilson(each.estimate, each.effective, distance))
        assert (distance < independent) == (state == "there")


def test_check_items_of_later_rounds_do_not_disturb_the_bounds(workspace: Workspace, ana: int) -> None:
    late = CHECK.index[::2]
    project = world.make_project(workspace, labels=30, rows=world.ROWS.drop(late).reset_index(drop=True))
    run_round(workspace, project)
    world.add_embeddings(workspace)
    import_table(workspace, project, world.ROWS.loc[late], world.MAPPING)
    run_round(workspace, project)
    before, now = read_check_records(workspace, project)
    assert (len(before.ids), len(now.ids)) == (len(CHECK) - len(late), len(CHECK))
    for each in figures_of(workspace, project).values():
        assert each.checked == world.CHECK
        assert 0 <= each.proven_low < each.estimate < each.proven_high <= 1


@pytest.fixture
def populations(monkeypatch: pytest.MonkeyPatch) -> list[Judged]:
    """The other texts by whose help each language is measured, in the order of the languages."""
    found: list[Judged] = []

    def spied(*arguments: Any) -> Any:
        found.append(arguments[-1])
        return take_look(*arguments)

    monkeypatch.setattr(check_figures, "take_look", spied)
    return found


def test_the_population_is_the_whole_pool_and_the_check_items_without_a_label(
    sqlite_workspace: Workspace, populations: list[Judged]
) -> None:
    ana = world.ensure_annotator(sqlite_workspace, "Ana")
    rows = world.ROWS.drop(CHECK.index[CHECK["language"] == "de"]).reset_index(drop=True)
    project = world.make_project(sqlite_workspace, labels=60, rows=rows, check_share=0.5, check_part=0.5)
    run_round(sqlite_workspace, project)
    label_some(sqlite_workspace, project, ana)
    populations.clear()
    run_round(sqlite_workspace, project)
    data = read_round_data(sqlite_workspace, project)
    assert (data.check.languages == "de").any()
    assert (data.reserve.languages == "de").any()
    assert data.labelled.sum() > 60
    sizes = {language: len(each.predicted) for language, each in zip(sorted(world.POOL), populations, strict=True)}
    texts = np.concatenate([data.pool.languages, data.reserve.languages])
    assert sizes == {language: (texts == language).sum() for language in world.POOL}


def test_of_a_large_pool_a_part_is_enough(
    sqlite_workspace: Workspace, populations: list[Judged], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_figures, "_SMALLEST_POPULATION", 45)
    monkeypatch.setattr(check_figures, "_POPULATION_PER_ITEM", 2)
    project = world.make_project(sqlite_workspace, labels=60)
    run_round(sqlite_workspace, project)
    assert [len(each.predicted) for each in populations] == [60, 60, 40]


def test_labelled_texts_of_the_population_are_predicted_by_models_that_have_not_seen_them(
    sqlite_workspace: Workspace, populations: list[Judged], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_figures, "_MOST_TRAINED_ON", 1.0)
    project = world.make_project(sqlite_workspace, labels=200)
    run_round(sqlite_workspace, project)
    own = said(sqlite_workspace, project)
    for language, each in zip(sorted(world.POOL), populations, strict=True):
        pool = world.ROWS[(world.ROWS["split"] == "pool") & (world.ROWS["language"] == language)]
        right = (np.array(world.CLASSES)[each.predicted] == pool["class"]).mean()
        told = (own[pool.index] == pool["class"]).mean()
        checked = CHECK[CHECK["language"] == language]
        assert right < told
        assert abs(right - (own[checked.index] == checked["class"]).mean()) < 0.2


def test_with_a_large_pool_the_judge_makes_intervals_narrower(sqlite_workspace: Workspace) -> None:
    counts = {"en": 700, "de": 700, "sw": 700}
    pool = pd.DataFrame(
        [
            (f"more-{language}-{number}", language, f"{language} another {number}", world.CLASSES[number % 4], "pool")
            for language, count in counts.items()
            for number in range(count)
        ],
        columns=world.ROWS.columns,
    )
    rows = pd.concat([world.ROWS, pool], ignore_index=True)
    project = world.make_project(sqlite_workspace, labels=200, rows=rows)
    run_round(sqlite_workspace, project)
    found = figures_of(sqlite_workspace, project)
    widths = {name: (each.high - each.low) / 2 for name, each in found.items()}
    plain = {name: half_width(each.correct / each.checked, each.checked) for name, each in found.items()}
    assert np.mean([widths[name] / plain[name] for name in found]) < 0.99
    assert sum(each.effective for each in found.values()) > 1.02 * 3 * world.CHECK
    assert all(widths[name] < plain[name] * 1.05 for name in found)
    for name, each in found.items():
        truth = (predictions(sqlite_workspace, project, rows) == rows["class"])[rows["language"] == name].mean()
        assert each.proven_low < truth < each.proven_high


def predictions(workspace: Workspace, project: Project, rows: pd.DataFrame) -> np.ndarray:
    with workspace.database.read() as connection:
        version = models.latest_model(connection, project.id)
    embeddings = world.vectors_of(rows)
    centred = embeddings - embeddings[(rows["split"] == "pool").to_numpy()].mean(axis=0)
    prepared = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return Classifier.load(workspace.settings.models / version.file).predict(prepared)


def test_the_same_data_give_the_same_figures(workspace: Workspace) -> None:
    found = []
    for name in ("one", "two"):
        project = world.make_project(workspace, labels=30, name=name)
        run_round(workspace, project)
        found.append(read_check_records(workspace, project)[0])
    for field in fields(CheckRecord):
        if field.name != "ids":
            np.testing.assert_array_equal(getattr(found[0], field.name), getattr(found[1], field.name))


def test_without_a_model_or_check_items_there_are_no_figures(workspace: Workspace) -> None:
    unlabelled = world.make_project(workspace)
    run_round(workspace, unlabelled)
    pool = world.ROWS[world.ROWS["split"] == "pool"].reset_index(drop=True)
    unchecked = world.make_project(workspace, labels=30, rows=pool, name="unchecked", class_targets=CLASS_TARGETS)
    run_round(workspace, unchecked)
    for project in (unlabelled, unchecked):
        assert all(each.estimate is None for each in figures_of(workspace, project).values())
    assert record_files(workspace) == []


def test_labels_too_few_for_a_judge_are_measured_without_one(sqlite_workspace: Workspace) -> None:
    # A single label is of another class: without its fold there is but one class left.
    project = world.make_project(sqlite_workspace, labels=3)
    data = read_round_data(sqlite_workspace, project)
    assert sorted(Counter(data.pool.classes[data.labelled]).values()) == [1, 2]
    run_round(sqlite_workspace, project)
    (kept,) = read_check_records(sqlite_workspace, project)
    assert np.isnan(kept.chance).all()
    for each in figures_of(sqlite_workspace, project).values():
        assert (each.estimate, each.effective) == (each.correct / each.checked, each.checked)


def test_no_classifier_gives_no_figures(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, labels=30)
    data = read_round_data(sqlite_workspace, project)
    found = measure_check_set(project, data, prepare_vectors(sqlite_workspace, project, data), None, [])
    assert (found.languages, found.classes, found.record) == ({}, {}, None)


def test_a_round_that_is_not_saved_leaves_no_record(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    project = world.make_project(workspace, labels=30)

    def break_down(*_: Any, **__: Any) -> None:
        assert len(record_files(workspace)) == 1
        raise ZeroDivisionError("at the last moment")

    with monkeypatch.context() as patch:
        patch.setattr(rounds, "finish", break_down)
        with pytest.raises(ZeroDivisionError):
            run_round(workspace, project)
    assert record_files(workspace) == []
    assert read_check_records(workspace, project) == []
    run_round(workspace, project)
    assert len(read_check_records(workspace, project)) == 1


def test_a_lost_record_counts_as_a_look_of_its_own(sqlite_workspace: Workspace) -> None:
    """Somebody has looked at that round; without its record the bounds may not be any nearer than with it."""
    project = world.make_project(sqlite_workspace, labels=100)
    run_round(sqlite_workspace, project)
    data = read_round_data(sqlite_workspace, project)
    vectors = prepare_vectors(sqlite_workspace, project, data)
    labelled = data.labelled
    classifier = Classifier.fit(vectors.pool[labelled], data.pool.classes[labelled].tolist())
    records = read_check_records(sqlite_workspace, project)
    alone, beside, lost = (
        measure_check_set(project, data, vectors, classifier, earlier).languages["en"]
        for earlier in ([], records, [None] * len(records))
    )
    assert alone.low == beside.low == lost.low
    assert lost.proven_low < beside.proven_low


def test_a_language_mostly_trained_on_is_measured_without_the_judge(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, labels=sum(world.POOL.values()))
    run_round(sqlite_workspace, project)
    assert all(each.effective == each.checked for each in figures_of(sqlite_workspace, project).values())
