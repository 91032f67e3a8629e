"""A project's own labels as the data of a replay, and when there are too few of them."""

import numpy as np
import pytest
from support import world

from lamm_core.enough_labels import comparable, left_out_sentence
from lamm_core.errors import InvalidInput, TooFewLabels
from lamm_core.experiments.backtest import run_backtest, task_embeddings
from lamm_core.experiments.compared import compare
from lamm_core.experiments.own_labels import OwnLabels, batch_size, first_labels, labels_to_spend, read_own_labels
from lamm_core.records import Project
from lamm_core.workflow.workspace import Workspace


def read(workspace: Workspace, project: Project) -> OwnLabels:
    with workspace.database.read() as connection:
        return read_own_labels(connection, project)


def without_check(language: str, keep: int) -> object:
    rows = world.ROWS
    mine = rows[(rows["split"] == "check") & (rows["language"] == language)]
    return rows.drop(mine.index[keep:])


def test_the_pool_is_what_is_labelled_and_the_check_set_measures(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, 160, targets={"en": 0.9, "de": 0.8, "sw": 0.7})
    own = read(sqlite_workspace, project)
    stored = world.stored_items(sqlite_workspace, project)
    labelled = {each.id for each in stored.values() if each.purpose == "pool" and each.class_name}
    check = {each.id for each in stored.values() if each.purpose == "check"}
    assert set(own.data.rows[own.data.pool].tolist()) == labelled
    assert len(labelled) == 160
    assert set(own.data.rows[own.data.check].tolist()) == check
    assert own.data.check.tolist() == own.data.test.tolist()
    assert own.targets == {"en": 0.9, "de": 0.8, "sw": 0.7}
    for row, name, language, text in zip(
        own.data.rows.tolist(), own.data.classes.tolist(), own.data.languages.tolist(), own.data.texts, strict=True
    ):
        assert (name, language) == (stored[row].class_name, stored[row].language)
        assert text.startswith(language)


def test_a_language_with_too_few_check_items_is_left_out_and_named(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, 200, rows=without_check("sw", 9))
    own = read(sqlite_workspace, project)
    assert own.comparable.languages == ("en", "de")
    assert set(own.data.languages.tolist()) == {"en", "de"}
    assert own.comparable.labels == len(own.data.pool) == 160
    assert left_out_sentence(own.comparable.left_out) == "Left out: Swahili (9 check items, fewer than 10)."


def test_ten_check_items_are_enough(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, 200, rows=without_check("sw", 10))
    assert read(sqlite_workspace, project).comparable.left_out == {}


def test_too_few_labels_are_refused_with_their_number(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, 149)
    with pytest.raises(TooFewLabels) as caught:
        read(sqlite_workspace, project)
    assert str(caught.value) == "Compare needs at least 150 labelled texts; this project has 149."


def test_labels_of_languages_that_are_left_out_do_not_count() -> None:
    found = comparable({"en": 80, "de": 69, "sw": 500}, {"en": 50, "de": 50, "sw": 1})
    assert found.reason_against == (
        "Compare needs at least 150 labelled texts; this project has 149 in the languages that can be compared."
    )
    assert found.left_out == {"sw": "1 check item, fewer than 10"}


def test_one_language_alone_is_refused() -> None:
    found = comparable({"en": 500, "de": 0, "sw": 10}, {"en": 50, "de": 50, "sw": 0})
    with pytest.raises(TooFewLabels, match=r"at least 2 languages.*this project has 1"):
        found.require_enough()
    assert found.left_out == {"de": "no labelled texts", "sw": "0 check items, fewer than 10"}


@pytest.mark.parametrize("budget", [1, 20, 50, 1_000])
@pytest.mark.parametrize("labels", [150, 151, 199, 400, 1_003, 20_000])
def test_eight_to_twenty_batches_follow_the_first(labels: int, budget: int) -> None:
    first, spend, batch = first_labels(labels), labels_to_spend(labels), batch_size(labels, budget)
    assert first == min(100, labels // 4)
    assert spend == labels - labels // 4
    rounds = -(-(spend - first) // batch)
    assert 8 <= rounds <= 20


def test_the_budget_is_kept_where_it_fits() -> None:
    assert batch_size(600, 25) == 25


def test_a_comparison_gives_each_strategy_its_lines_and_difference(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, 160, targets={"en": 0.9, "de": 0.8, "sw": 0.7})
    own = read(sqlite_workspace, project)
    vectors = task_embeddings(own.data, sqlite_workspace.embedding_store(world.ENCODER))
    results = run_backtest(
        own.data, vectors, ["lamm", "random"], range(3), target=own.targets, workers=1, keep_right=True
    )
    found = compare(results, own)
    assert found.own.name == "lamm"
    assert [each.strategy for each in found.differences] == ["random"]
    assert found.labels == results[0].labels
    assert abs(found.labels_at_point - 80) <= 10
    for result, strategy in zip(results, found.strategies, strict=True):
        right = result.right
        assert right is not None
        assert strategy.area == pytest.approx(result.mean)
        for place, language in enumerate(result.languages):
            rows = own.data.languages[own.data.test] == language
            np.testing.assert_allclose(right[:, :, rows].mean(axis=2), result.curves[:, :, place])
            assert strategy.languages[language].accuracy == pytest.approx(result.accuracy[language])
    with pytest.raises(InvalidInput, match="at least 3 seeds"):
        compare(run_backtest(own.data, vectors, ["lamm", "random"], [0, 1], workers=1, keep_right=True), own)
    with pytest.raises(InvalidInput, match="2 results do not say"):
        compare(run_backtest(own.data, vectors, ["lamm", "random"], range(3), workers=1), own)
