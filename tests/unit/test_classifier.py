"""The classifier: repeatable, saved without pickle, and clear about what it cannot read or fit."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import skops.io
import threadpoolctl
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from lamm_core.errors import ModelUnreadable, NotEnoughLabels
from lamm_core.model import classifier
from lamm_core.model.classifier import Classifier
from lamm_core.model.softmax_fit import SoftmaxFit, fit_softmax
from lamm_core.model.threads import one_thread, with_one_thread

CLASSES = ["bug", "praise", "question"]


def make_data(seed: int = 0, n: int = 240, dimension: int = 16) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Pool, labelled rows and their classes: three clouds of prepared vectors, all of length 1."""
    rng = np.random.default_rng(seed)
    which = rng.integers(3, size=n)
    clouds = rng.normal(size=(3, dimension))[which] + 0.5 * rng.normal(size=(n, dimension))
    pool = (clouds / np.linalg.norm(clouds, axis=1, keepdims=True)).astype(np.float32)
    return pool, pool[:60], [CLASSES[i] for i in which[:60]]


@pytest.fixture(scope="module")
def fitted() -> Classifier:
    _, labelled, classes = make_data()
    return Classifier.fit(labelled, classes)


def test_it_learns_and_gives_probabilities(fitted: Classifier):
    pool, labelled, classes = make_data()
    table = fitted.predict_proba(pool)
    assert fitted.classes == tuple(CLASSES)
    assert table.shape == (len(pool), 3)
    assert table.dtype == np.float64
    np.testing.assert_allclose(table.sum(axis=1), 1, atol=1e-6)
    assert np.mean(fitted.predict(labelled) == np.array(classes)) > 0.95
    assert fitted.predict(pool).tolist() == [CLASSES[i] for i in table.argmax(axis=1)]


def test_the_same_data_and_seed_give_identical_probabilities(fitted: Classifier):
    pool, labelled, classes = make_data()
    again = Classifier.fit(labelled.copy(), list(classes), seed=0)
    np.testing.assert_array_equal(again.predict_proba(pool), fitted.predict_proba(pool))


def test_a_row_has_the_same_probabilities_alone_and_among_others(fitted: Classifier):
    pool, _, _ = make_data()
    np.testing.assert_allclose(fitted.predict_proba(pool[:1]), fitted.predict_proba(pool)[:1], atol=1e-5)


def test_no_rows_give_no_probabilities(fitted: Classifier):
    assert fitted.predict_proba(np.empty((0, 16), dtype=np.float32)).shape == (0, 3)
    assert fitted.predict(np.empty((0, 16), dtype=np.float32)).shape == (0,)


def test_float32_is_as_good_as_float64():
    pool, labelled, classes = make_data(seed=4)
    narrow = Classifier.fit(labelled, classes).predict_proba(pool)
    wide = Classifier.fit(labelled.astype(np.float64), classes).predict_proba(pool.astype(np.float64))
    np.testing.assert_allclose(narrow, wide, atol=5e-3)


def test_two_classes_and_names_of_any_script_work():
    pool, labelled, classes = make_data()
    names = ["питання" if name == "bug" else "naïve 質問" for name in classes]
    model = Classifier.fit(labelled, names)
    assert model.classes == ("naïve 質問", "питання")
    assert model.predict_proba(pool).shape == (len(pool), 2)


@pytest.mark.parametrize(("count", "told"), [(0, "0 labels so far"), (7, "7 labels so far are only of 'bug'")])
def test_fewer_than_two_classes_are_refused_with_the_numbers(count: int, told: str):
    _, labelled, _ = make_data()
    with pytest.raises(NotEnoughLabels, match=f"at least 2 classes; .*{told}"):
        Classifier.fit(labelled[:count], ["bug"] * count)


# saving


def test_a_model_read_back_gives_identical_probabilities(fitted: Classifier, tmp_path: Path):
    path = tmp_path / "new folder" / "model 3.1"
    fitted.save(path)
    again = Classifier.load(path)
    pool, _, _ = make_data()
    assert again.classes == fitted.classes
    np.testing.assert_array_equal(again.predict_proba(pool), fitted.predict_proba(pool))
    assert [file.name for file in path.parent.iterdir()] == ["model 3.1"]


def test_saving_again_replaces_the_model(fitted: Classifier, tmp_path: Path):
    _, labelled, _ = make_data()
    path = tmp_path / "model.skops"
    fitted.save(path)
    Classifier.fit(labelled, ["x", "y"] * 30).save(path)
    assert Classifier.load(path).classes == ("x", "y")


def test_an_interrupted_save_leaves_the_old_model(fitted: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "model.skops"
    fitted.save(path)

    def interrupted(pipeline: object, file: Path) -> None:
        Path(file).write_bytes(b"PK\x03\x04half")
        raise KeyboardInterrupt

    monkeypatch.setattr("skops.io.dump", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fitted.save(path)
    assert Classifier.load(path).classes == fitted.classes


def refuse(path: Path) -> str:
    with pytest.raises(ModelUnreadable) as caught:
        Classifier.load(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path):
    refuse(tmp_path / "nothing.skops")
    refuse(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"a,b\n1,2\n", bytes(range(256)) * 10])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "model.skops"
    path.write_bytes(content)
    refuse(path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_off_file_is_refused(fitted: Classifier, tmp_path: Path, part: float):
    path = tmp_path / "model.skops"
    fitted.save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])
    refuse(path)


class Trap:
    """Unpickling this writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_a_pickle_file_is_refused_and_never_run(tmp_path: Path):
    mark, path = tmp_path / "ran", tmp_path / "model.skops"
    path.write_bytes(pickle.dumps(Trap(mark)))
    refuse(path)
    assert not mark.exists()


class Stranger(LogisticRegression):
    """A type of one's own, which skops does not know."""


def test_a_file_that_holds_a_type_of_its_own_is_refused(tmp_path: Path):
    _, labelled, classes = make_data()
    path = tmp_path / "model.skops"
    skops.io.dump(make_pipeline(Normalizer(), Stranger()).fit(labelled, classes), path)
    assert "Pipeline, which no model has" in refuse(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([1, 2], "holds a list, not a fitted model"),
        ({"a": 1}, "holds a dict, not a fitted model"),
        (LogisticRegression(), "holds a LogisticRegression, not a fitted model"),
        (StandardScaler(), "StandardScaler, which no model has"),
        (map(str, [1]), "builtins.map, which no model has"),
        (str.upper, "which no model has"),
        (Normalizer().transform, "which no model has"),
    ],
)
def test_a_readable_file_that_holds_no_fitted_model_is_refused(tmp_path: Path, content: object, reason: str):
    path = tmp_path / "model.skops"
    skops.io.dump(content, path)
    assert reason in refuse(path)


# threads


def threads_now() -> set[int]:
    return {pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"}


def test_inside_a_block_one_thread_works_and_outside_as_before():
    with threadpoolctl.threadpool_limits(2):
        before = threads_now()
        with one_thread():
            assert threads_now() == {1}
            with one_thread():
                assert threads_now() == {1}
            assert threads_now() == {1}
        assert threads_now() == before
        with pytest.raises(ZeroDivisionError), one_thread():
            1 / 0  # noqa: B018
        assert threads_now() == before
        assert before == {2}


def test_a_function_keeps_its_name_and_runs_with_one_thread():
    @with_one_thread
    def measure(extra: int) -> set[int]:
        """Doc."""
        return {*threads_now(), extra}

    with threadpoolctl.threadpool_limits(2):
        assert measure(extra=1) == {1}
    assert (measure.__name__, measure.__doc__) == ("measure", "Doc.")


def test_fitting_and_predicting_work_with_one_thread(monkeypatch: pytest.MonkeyPatch):
    seen: list[set[int]] = []

    class Watching(LogisticRegression):
        def predict_proba(self, rows: np.ndarray) -> np.ndarray:
            seen.append(threads_now())
            return super().predict_proba(rows)

    def watched_fit(*args: object, **options: object) -> SoftmaxFit:
        seen.append(threads_now())
        return fit_softmax(*args, **options)

    monkeypatch.setattr(classifier, "LogisticRegression", Watching)
    monkeypatch.setattr(classifier, "fit_softmax", watched_fit)
    pool, labelled, classes = make_data()
    with threadpoolctl.threadpool_limits(2):
        Classifier.fit(labelled, classes).predict(pool)
    assert seen == [{1}, {1}]


def test_a_fit_from_an_earlier_model_ends_at_the_same_optimum():
    _, prepared, classes = make_data()
    earlier = classifier.fit_logistic_regression(prepared[:30], classes[:30])
    cold = classifier.fit_logistic_regression(prepared, classes)
    warm = classifier.fit_logistic_regression(prepared, classes, start=earlier)
    assert warm.n_iter_[0] < cold.n_iter_[0]
    assert np.abs(warm.predict_proba(prepared) - cold.predict_proba(prepared)).max() < 0.02
    assert np.array_equal(earlier.coef_, classifier.fit_logistic_regression(prepared[:30], classes[:30]).coef_)


def test_an_earlier_model_of_other_classes_is_no_start():
    _, prepared, classes = make_data()
    renamed = classifier.fit_logistic_regression(prepared, [f"x{each}" for each in classes])
    fresh = classifier.fit_logistic_regression(prepared, classes)
    assert np.array_equal(classifier.fit_logistic_regression(prepared, classes, start=renamed).coef_, fresh.coef_)


# weights


def test_rows_that_all_count_one_give_the_same_model_as_rows_without_weights():
    pool, labelled, classes = make_data()
    plain = Classifier.fit(labelled, classes, seed=1)
    weighted = Classifier.fit(labelled, classes, seed=1, weights=np.ones(len(classes)))
    assert np.array_equal(plain.predict_proba(pool), weighted.predict_proba(pool))


def test_a_row_that_counts_two_is_as_good_as_two_rows_and_one_that_counts_nothing_as_none():
    pool, labelled, classes = make_data()
    twice = Classifier.fit(np.vstack([labelled, labelled[:9]]), [*classes, *classes[:9]])
    weights = np.ones(len(classes))
    weights[:9] = 2.0
    assert np.allclose(
        Classifier.fit(labelled, classes, weights=weights).predict_proba(pool),
        twice.predict_proba(pool),
        atol=1e-3,
    )
    weights = np.r_[np.ones(len(classes) - 30), np.zeros(30)]
    assert np.allclose(
        Classifier.fit(labelled, classes, weights=weights).predict_proba(pool),
        Classifier.fit(labelled[:-30], classes[:-30]).predict_proba(pool),
        atol=1e-3,
    )
