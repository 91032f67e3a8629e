"""Prepared vectors of a project: made once for a pool, made again when the pool or the settings change."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support import world

from lamm_core.errors import UnknownPreparation
from lamm_core.model.embedding_store import text_key
from lamm_core.model.preparation.preparation import Preparation, fit_preparation
from lamm_core.records import Project, RoundState
from lamm_core.storage import rounds as stored_rounds
from lamm_core.storage import translations
from lamm_core.storage.translations import NewTranslation
from lamm_core.workflow import labelling, own_pool, preparing, projects
from lamm_core.workflow import rounds as rounds_of_workflow
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.preparing import PreparedVectors, prepare_vectors
from lamm_core.workflow.round_data import read_round_data
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status, round_history
from lamm_core.workflow.workspace import Workspace, utc_now

WORDS = {
    "en": ["the pen leaks", "blue ink", "a desk of oak", "thin paper", "it broke", "very good", "when will it come"],
    "de": ["der Füller tropft", "blaue Tinte", "ein Schreibtisch", "dünnes Papier", "zu groß", "sehr schön", "wann"],
    "uk": ["ручка тече", "синє чорнило", "дубовий стіл", "тонкий папір", "зламалася", "дуже добре", "коли буде"],
    "ja": ["ペンが漏れる", "青いインク", "木の机", "薄い紙", "壊れました", "とても良い", "いつ届きますか"],
}
SIZES = {"en": 40, "de": 30, "uk": 24, "ja": 16}
TARGETS = dict.fromkeys(WORDS, 0.9)
CHECK = 8


def sentences(count: dict[str, int], split: str, seed: int) -> pd.DataFrame:
    """Texts of several languages and scripts, no two alike, with their true classes."""
    rng = np.random.default_rng(seed)
    rows = []
    for language, size in count.items():
        for number in range(size):
            # With words of its own, so that no text of the pool nearly repeats a check text.
            own = " ".join(f"{each:x}" for each in rng.integers(2**30, size=3))
            text = f"{', '.join(rng.choice(WORDS[language], 3))} {own}"
            rows.append((f"{split}-{seed}-{language}-{number}", language, text, rng.choice(world.CLASSES), split))
    return pd.DataFrame(rows, columns=["id", "language", "text", "class", "split"], dtype=object)


POOL = sentences(SIZES, "pool", 1)
ROWS = pd.concat([POOL, sentences(dict.fromkeys(SIZES, CHECK), "check", 2)], ignore_index=True)
MORE = sentences({"en": 3, "ja": 2}, "pool", 3)
TRUTH = dict(zip(ROWS["id"], ROWS["class"], strict=True))


def make(workspace: Workspace, labels: int = 24, rows: pd.DataFrame = ROWS, **changes: Any) -> Project:
    settings = {"preparation": "default", "targets": TARGETS, "strategy": "lamm"} | changes
    return world.make_project(workspace, labels, rows, **settings)


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Name and number of texts of every preparation that is fitted."""
    found: list[tuple[str, int]] = []

    def counted(name: str, embeddings: np.ndarray, texts: list[str], languages: np.ndarray) -> Preparation:
        found.append((name, len(texts)))
        return fit_preparation(name, embeddings, texts, languages)

    monkeypatch.setattr(preparing, "fit_preparation", counted)
    return found


def folders(workspace: Workspace, project: Project) -> list[Path]:
    return sorted((workspace.settings.models / str(project.id)).glob("*preparation-*"))


def prepared(workspace: Workspace, project: Project) -> PreparedVectors:
    return prepare_vectors(workspace, project, read_round_data(workspace, project))


def label_all(workspace: Workspace, project: Project, annotator_id: int) -> None:
    for _ in range(labelling.batch_progress(workspace, project).open):
        (lease,) = labelling.claim(workspace, project, annotator_id)
        labelling.submit(workspace, project, annotator_id, lease.item_id, TRUTH[lease.external_id], lease.revision)


def test_a_pool_is_prepared_once_and_read_back_in_later_rounds(
    workspace: Workspace, ana: int, fits: list[tuple[str, int]]
) -> None:
    project = make(workspace)
    run_round(workspace, project)
    (folder,) = folders(workspace, project)
    written = folder.stat().st_mtime_ns
    first = prepared(workspace, project)
    label_all(workspace, project, ana)
    assert run_round(workspace, project).labels == 44
    assert fits == [("default", 110)]
    assert folders(workspace, project) == [folder]
    assert folder.stat().st_mtime_ns == written
    again = prepared(workspace, project)
    np.testing.assert_array_equal(again.pool, first.pool)
    np.testing.assert_array_equal(again.check, first.check)


def test_the_model_is_fitted_on_prepared_vectors_and_measured_on_prepared_check_texts(
    sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(sqlite_workspace)
    real, seen = rounds_of_workflow.Classifier.fit, []

    def watched(vectors: np.ndarray, *rest: Any, **named: Any) -> Any:
        seen.append(vectors)
        return real(vectors, *rest, **named)

    monkeypatch.setattr(rounds_of_workflow.Classifier, "fit", watched)
    run_round(sqlite_workspace, project)
    data, vectors = read_round_data(sqlite_workspace, project), prepared(sqlite_workspace, project)
    labelled = data.labelled
    fitted_on = seen[0]  # the later ones are of the folds by which it is measured
    np.testing.assert_array_equal(fitted_on, vectors.pool[labelled])
    model = real(fitted_on, data.pool.classes[labelled].tolist(), project.settings.seed)
    right = model.predict(vectors.check) == data.check.classes
    for each in project_status(sqlite_workspace, project).languages:
        assert each.measured.correct == right[data.check.languages == each.language].sum()


def test_a_model_version_names_the_preparation_by_its_parts(sqlite_workspace: Workspace) -> None:
    for given, noted in (("default", "centre,lexical,smooth"), (" smooth, centre ", "centre,smooth"), ("plain",) * 2):
        project = make(sqlite_workspace, preparation=given, name=noted)
        run_round(sqlite_workspace, project)
        model = project_status(sqlite_workspace, project).model
        assert model is not None
        assert model.settings["preparation"] == noted


def _new_texts(workspace: Workspace, project: Project) -> Project:
    import_table(workspace, project, MORE, world.MAPPING, hide_labels=True)
    world.add_embeddings(workspace, MORE)
    return project


def _other_encoder(workspace: Workspace, project: Project) -> Project:
    world.add_embeddings(workspace, ROWS, "test:other")
    return projects.change_settings(workspace, project, replace(project.settings, encoder="test:other"))


def _other_preparation(workspace: Workspace, project: Project) -> Project:
    return projects.change_settings(workspace, project, replace(project.settings, preparation="centre"))


@pytest.mark.parametrize("change", [_new_texts, _other_encoder, _other_preparation])
def test_after_a_change_the_pool_is_prepared_again_and_the_earlier_folder_goes(
    sqlite_workspace: Workspace, fits: list[tuple[str, int]], change: Any
) -> None:
    project = make(sqlite_workspace)
    run_round(sqlite_workspace, project)
    (before,) = folders(sqlite_workspace, project)
    changed = change(sqlite_workspace, project)
    run_round(sqlite_workspace, changed)
    (after,) = folders(sqlite_workspace, project)
    assert after != before
    assert len(fits) == 2
    assert fits[1] == (changed.settings.preparation, 115 if change is _new_texts else 110)
    assert len(prepared(sqlite_workspace, changed).pool) == fits[1][1]


def test_the_preparation_of_another_project_is_left_alone(sqlite_workspace: Workspace) -> None:
    first = make(sqlite_workspace)
    run_round(sqlite_workspace, first)
    kept = folders(sqlite_workspace, first)
    run_round(sqlite_workspace, make(sqlite_workspace, name="other", preparation="centre"))
    assert folders(sqlite_workspace, first) == kept


def test_a_round_that_fails_takes_no_preparation_away(
    sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch, fits: list[tuple[str, int]]
) -> None:
    project = make(sqlite_workspace)
    run_round(sqlite_workspace, project)
    (before,) = folders(sqlite_workspace, project)
    changed = _other_preparation(sqlite_workspace, project)
    with monkeypatch.context() as patch:
        patch.setattr(stored_rounds, "finish", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_round(sqlite_workspace, changed)
    assert before in folders(sqlite_workspace, project)
    run_round(sqlite_workspace, changed)
    assert len(fits) == 2, "the second attempt reads what the first one made"
    assert before not in folders(sqlite_workspace, project)


@pytest.mark.parametrize("damage", ["cut off", "missing", "not JSON", "empty folder"])
def test_a_damaged_folder_is_made_anew_with_the_same_numbers(
    sqlite_workspace: Workspace, fits: list[tuple[str, int]], damage: str
) -> None:
    project = make(sqlite_workspace)
    run_round(sqlite_workspace, project)
    before = np.array(prepared(sqlite_workspace, project).pool)
    (folder,) = folders(sqlite_workspace, project)
    if damage == "cut off":
        file = folder / "vectors.npy"
        file.write_bytes(file.read_bytes()[:-100])
    elif damage == "missing":
        (folder / "vectors.npy").unlink()
    elif damage == "not JSON":
        (folder / "about.json").write_text("{")
    else:
        for file in folder.iterdir():
            file.unlink()
    assert run_round(sqlite_workspace, project).state == RoundState.DONE
    assert len(fits) == 2
    assert folders(sqlite_workspace, project) == [folder]
    np.testing.assert_array_equal(prepared(sqlite_workspace, project).pool, before)
    assert len(fits) == 2


def translate(workspace: Workspace, project: Project) -> dict[tuple[int, str], str]:
    """Translations of every labelled item, stored last item first, with embeddings: (item id, language) to text."""
    items = [
        each for each in world.stored_items(workspace, project).values() if each.label_id and each.purpose == "pool"
    ]
    texts = {
        (each.id, language): f"{WORDS[language][each.id % 7]}, {each.id}"
        for each in reversed(items)
        for language in reversed(WORDS)
        if language != each.language
    }
    keys = {wanted: text_key(text) for wanted, text in texts.items()}
    new = [
        NewTranslation(item_id, language, text, keys[item_id, language]) for (item_id, language), text in texts.items()
    ]
    with workspace.database.write() as connection:
        translations.save(connection, project.id, new, "test", utc_now())
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(len(texts), world.DIMENSION)).astype(np.float32)
    workspace.embedding_store(world.ENCODER).append(list(keys.values()), vectors)
    return texts


def test_check_texts_and_translations_do_not_change_the_vectors_of_the_pool(sqlite_workspace: Workspace) -> None:
    alone = make(sqlite_workspace, rows=POOL, name="alone")
    with_check = make(sqlite_workspace, name="with check texts")
    expected = prepared(sqlite_workspace, alone)
    found = prepared(sqlite_workspace, with_check)
    assert (len(expected.check), len(found.check)) == (0, 4 * CHECK)
    np.testing.assert_array_equal(found.pool, expected.pool)
    translate(sqlite_workspace, with_check)
    (folder,) = folders(sqlite_workspace, with_check)
    translated = prepared(sqlite_workspace, with_check)
    assert len(translated.translations) == 3 * 24
    assert folders(sqlite_workspace, with_check) == [folder]
    np.testing.assert_array_equal(translated.pool, expected.pool)
    np.testing.assert_array_equal(translated.check, found.check)


def test_every_translation_is_prepared_by_its_own_text_and_language(workspace: Workspace) -> None:
    project = make(workspace)
    texts = translate(workspace, project)
    data = read_round_data(workspace, project)
    assert (np.diff(data.translations.ids) < 0).any(), "they are stored in another order"
    found = prepare_vectors(workspace, project, data)
    (folder,) = folders(workspace, project)
    preparation = Preparation.load(folder)
    for row, (item_id, language) in enumerate(
        zip(data.translations.item_ids.tolist(), data.translations.languages.tolist(), strict=True)
    ):
        own = preparation.transform(data.translation_vectors[row : row + 1], [texts[item_id, language]], [language])
        np.testing.assert_array_equal(found.translations[row], own[0])
    assert run_round(workspace, project).state == RoundState.DONE


def test_translations_that_are_removed_while_a_round_runs_do_not_stop_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(workspace)
    translate(workspace, project)
    real = own_pool.read_round_data

    def read_then_remove(*arguments: Any) -> Any:
        data = real(*arguments)
        with workspace.database.write() as connection:
            translations.remove_all(connection, project.id)
        return data

    monkeypatch.setattr(own_pool, "read_round_data", read_then_remove)
    assert run_round(workspace, project).state == RoundState.DONE
    model = project_status(workspace, project).model
    assert model is not None
    assert model.settings["translations"] == 3 * 24


@pytest.mark.parametrize("name", ["fancy", "centre,fancy", "smooth,smooth", ""])
def test_an_unknown_preparation_is_refused_for_new_and_for_changed_settings(
    sqlite_workspace: Workspace, name: str
) -> None:
    with pytest.raises(UnknownPreparation):
        projects.create_project(sqlite_workspace, "small", world.settings_of(preparation=name))
    assert projects.list_projects(sqlite_workspace) == []
    project = projects.create_project(sqlite_workspace, "small", world.settings_of())
    with pytest.raises(UnknownPreparation):
        projects.change_settings(sqlite_workspace, project, replace(project.settings, preparation=name))
    assert projects.get_project(sqlite_workspace, "small") == project


@pytest.mark.parametrize("strategy", ["lamm", "foresight"])
@pytest.mark.parametrize("rows", [ROWS.head(0), ROWS[ROWS["split"] == "check"]], ids=["no text", "check texts only"])
def test_a_project_with_an_empty_pool_has_rounds_without_a_preparation(
    sqlite_workspace: Workspace, fits: list[tuple[str, int]], strategy: str, rows: pd.DataFrame
) -> None:
    project = make(sqlite_workspace, 0, rows, strategy=strategy, embedded=len(rows) > 0)
    for number in (1, 2):
        done = run_round(sqlite_workspace, project)
        assert (done.number, done.state, done.labels) == (number, RoundState.DONE, 0)
    assert (fits, folders(sqlite_workspace, project)) == ([], [])
    assert world.queue_rows(sqlite_workspace, project) == []


@pytest.mark.parametrize("labels", [0, 1])
@pytest.mark.parametrize("strategy", ["lamm", "foresight"])
def test_a_pool_of_one_text_is_chosen_if_it_has_no_label(
    sqlite_workspace: Workspace, labels: int, strategy: str
) -> None:
    project = make(sqlite_workspace, labels, ROWS.loc[[0, 110, 111]].reset_index(drop=True), strategy=strategy)
    done = run_round(sqlite_workspace, project)
    assert (done.state, done.labels) == (RoundState.DONE, labels)
    assert len(world.queue_rows(sqlite_workspace, project)) == 1 - labels
    assert project_status(sqlite_workspace, project).model is None


@pytest.fixture
def histories(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """Of every batch chosen with a model: the labels in each round so far that the strategy was told of."""
    found: list[list[int]] = []
    real = own_pool.select_batch

    def watched(*arguments: Any, **named: Any) -> Any:
        found.append([sum(each.labels.values()) for each in named["history"]])
        return real(*arguments, **named)

    monkeypatch.setattr(own_pool, "select_batch", watched)
    return found


def test_a_new_project_works_to_the_end_of_its_pool_by_foresight(
    workspace: Workspace, ana: int, histories: list[list[int]], fits: list[tuple[str, int]]
) -> None:
    project = make(workspace, labels=0, strategy="foresight", budget=25)
    sizes, named = [], []
    seen: set[int] = set()
    while True:
        done = run_round(workspace, project)
        chosen = [row.item_id for row in world.queue_rows(workspace, project) if row.round_id == done.id]
        assert not seen & set(chosen)
        seen |= set(chosen)
        sizes.append(len(chosen))
        named.append(done.strategy)
        if not chosen:
            break
        label_all(workspace, project, ana)
    assert sizes == [25, 25, 25, 25, 10, 0]
    assert named == ["medoids", *["foresight"] * 5]
    assert histories == [[25], [25, 50], [25, 50, 75], [25, 50, 75, 100]]
    assert fits == [("default", 110)]
    status = project_status(workspace, project)
    assert (status.labels, status.chosen_by_text) == (110, True)
    assert all(each.next_quota is None and each.measured.checked == CHECK for each in status.languages)
    for each in round_history(workspace, project)[1:-1]:
        weights = [entry.weight or 0.0 for entry in each.languages]
        assert sum(weights) == pytest.approx(1)
        assert min(weights) > 0, "a part of the batch is shared equally"
