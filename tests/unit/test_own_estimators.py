"""Estimators of the user's own: tried, fitted, measured with, saved, and loaded only as far as they are trusted."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from support import world

from lamm_core.errors import EstimatorUnusable, InvalidInput, ModelUnreadable
from lamm_core.model.classifier import CLASSIFIER_SETTINGS, Classifier
from lamm_core.model.estimators import fit_estimator, try_estimator
from lamm_core.model.measuring import measured
from lamm_core.records import RoundState
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace

CALIBRATED = CalibratedClassifierCV(LinearSVC(), cv=3)
TREE = "sklearn.tree._tree.Tree"


class Twisted(LogisticRegression):
    """Gives what `twist` makes of the probabilities."""

    def predict_proba(self, rows: np.ndarray) -> Any:
        return self.twist(super().predict_proba(rows))


class Half(Twisted):
    twist = staticmethod(lambda found: found / 2)


class Broken(Twisted):
    twist = staticmethod(lambda found: np.where(found > 0.9, np.nan, found))


class Narrow(Twisted):
    twist = staticmethod(lambda found: found[:, :1])


class Reversed(Twisted):
    twist = staticmethod(lambda found: found[:, ::-1])


class Forgetful(LogisticRegression):
    def fit(self, rows: np.ndarray, classes: np.ndarray) -> "Forgetful":
        super().fit(rows, classes)
        self.classes_ = self.classes_[:-1]
        return self


class Unsaved(LogisticRegression):
    def fit(self, rows: np.ndarray, classes: np.ndarray) -> "Unsaved":
        super().fit(rows, classes)
        self.file = (each for each in classes)
        return self


@pytest.mark.parametrize(
    ("estimator", "told"),
    [
        (LinearSVC(), "has no attribute 'predict_proba'"),
        (Half(), "300 of 300 rows of probabilities that are negative, not finite, or do not sum to 1"),
        (Broken(C=1e6), "rows of probabilities that are negative, not finite"),
        (Narrow(), r"of shape \(300, 1\) where \(300, 3\) is wanted"),
        (Reversed(), "not in the order of its classes_"),
        (Forgetful(), "knows 2 classes, but was fitted to other ones, or to 3"),
        (LogisticRegression(C=-1), "could not be fitted to 300 labels: The 'C' parameter"),
        (Unsaved(), "cannot be saved by skops"),
        (object(), "could not be fitted to 300 labels: Cannot clone"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence(estimator: Any, told: str) -> None:
    with pytest.raises(EstimatorUnusable, match=told) as raised:
        try_estimator(estimator, ["ink", "paper", "pen"], saved=True)
    assert "\n" not in str(raised.value)


def test_a_usable_one_passes_and_stays_as_it_is() -> None:
    estimator = DecisionTreeClassifier()
    try_estimator(estimator, ["pen", "ink"], saved=True)
    assert estimator.random_state is None
    assert not hasattr(estimator, "classes_")


def test_weights_count_where_fit_takes_them_and_open_seeds_are_set() -> None:
    rows, classes = np.array([[0.0], [0.0], [1.0]], dtype=np.float32), ["a", "b", "b"]
    weighted = fit_estimator(DecisionTreeClassifier(), rows, classes, 7, np.array([3.0, 1.0, 1.0]))
    assert weighted.predict_proba(rows[:1]).tolist() == [[0.75, 0.25]]
    assert weighted.random_state == 7
    plain = fit_estimator(KNeighborsClassifier(3), rows, classes, 7, np.array([3.0, 1.0, 1.0]))
    assert plain.predict_proba(rows[:1])[0].tolist() == pytest.approx([1 / 3, 2 / 3])
    nested = fit_estimator(CalibratedClassifierCV(LinearSVC(random_state=3), cv=2), np.eye(8), list("abababab"), 7)
    assert nested.estimator.random_state == 3


def fitted(estimator: Any) -> tuple[Classifier, np.ndarray]:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(30, 4)).astype(np.float32)
    return Classifier.fit(rows, ["b", "a", "c"] * 10, seed=1, estimator=estimator), rows


def test_a_saved_one_is_read_back_only_by_who_says_so(tmp_path: Path) -> None:
    model, rows = fitted(CALIBRATED)
    path = tmp_path / "model.skops"
    model.save(path)
    with pytest.raises(ModelUnreadable, match=r"CalibratedClassifier.*which no model has"):
        Classifier.load(path)
    again = Classifier.load(path, trusted=())
    assert again.classes == ("a", "b", "c")
    np.testing.assert_array_equal(again.predict_proba(rows), model.predict_proba(rows))


def test_a_part_that_is_not_trusted_has_to_be_named(tmp_path: Path) -> None:
    model, rows = fitted(DecisionTreeClassifier())
    path = tmp_path / "model.skops"
    model.save(path)
    with pytest.raises(ModelUnreadable, match=f"{TREE}, which is not among the trusted parts"):
        Classifier.load(path, trusted=())
    np.testing.assert_array_equal(Classifier.load(path, trusted=[TREE]).predict(rows), model.predict(rows))


def test_a_model_knows_how_it_was_fitted() -> None:
    usual, _ = fitted(None)
    assert (usual.own_estimator, usual.settings) == (None, CLASSIFIER_SETTINGS)
    other, _ = fitted(LogisticRegression(C=2))
    assert other.own_estimator is not None
    assert other.settings["estimator"] == "sklearn.linear_model._logistic.LogisticRegression"
    assert "C=2" in other.settings["parameters"]


@pytest.mark.parametrize("strategy", ["foresight", "lamm"])
def test_a_round_fits_measures_and_chooses_with_it(sqlite_workspace: Workspace, strategy: str) -> None:
    project = world.make_project(sqlite_workspace, labels=150, strategy=strategy)
    done = run_round(sqlite_workspace, project, estimator=CALIBRATED)
    assert done.state is RoundState.DONE
    status = project_status(sqlite_workspace, project)
    assert status.model is not None
    assert status.model.settings["estimator"] == "sklearn.calibration.CalibratedClassifierCV"
    assert sum(each.quota for each in status.languages) == 20
    figures = measured({each.language: each.measured for each in status.languages})
    model = Classifier.load(sqlite_workspace.model_file(status.model.file), trusted=())
    rows, vectors = world.ROWS, world.prepared_vectors()
    for language, figure in figures.items():
        own = ((rows["split"] == "check") & (rows["language"] == language)).to_numpy()
        right = (model.predict(vectors[own]) == rows["class"][own]).mean()
        assert abs(figure - right) < 0.15, language
    assert len(figures) == 3


class Grudging(LogisticRegression):
    """Refuses to be fitted to fewer labels than all: what a fold leaves is never enough."""

    def fit(self, rows: np.ndarray, classes: np.ndarray) -> "Grudging":
        if len(classes) < 150:
            raise ValueError("too few")
        return super().fit(rows, classes)


def test_where_a_fold_is_too_small_for_it_the_check_items_alone_are_counted(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, labels=150)
    run_round(sqlite_workspace, project, estimator=Grudging())
    status = project_status(sqlite_workspace, project)
    assert [each.measured.estimate for each in status.languages] == [
        each.measured.correct / each.measured.checked for each in status.languages
    ]


def test_a_round_that_fails_keeps_the_old_model_and_says_why(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, labels=60)
    with pytest.raises(EstimatorUnusable, match="Grudging could not be fitted to 60 labels: too few"):
        run_round(sqlite_workspace, project, estimator=Grudging())
    status = project_status(sqlite_workspace, project)
    assert status.model is None


def test_rounds_that_begin_by_themselves_would_be_others(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, labels=60, automatic_rounds=True)
    with pytest.raises(InvalidInput, match=r"begin by themselves, without your estimator.*\(automatic_rounds\)"):
        run_round(sqlite_workspace, project, estimator=CALIBRATED)
    unused = project_status(sqlite_workspace, project)
    assert unused.latest is None
