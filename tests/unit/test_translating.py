"""Labelled texts into the other languages: what is translated, what is paid for, what is trained on."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import translators, workers, world
from support.translators import CountingTranslator

from lamm_core.errors import (
    InvalidProject,
    StorageUnavailable,
    TranslationRunning,
    TranslationStopped,
    TranslatorBusy,
    TranslatorUnavailable,
    UnknownTranslator,
)
from lamm_core.exchange.columns import ColumnMapping
from lamm_core.model.classifier import Classifier
from lamm_core.model.embedding_store import text_key
from lamm_core.model.encoders import Encoding
from lamm_core.records import Project
from lamm_core.storage import items, models
from lamm_core.storage import projects as stored_projects
from lamm_core.translation.batching import Patience
from lamm_core.workflow import labelling, projects, translation_runs
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.round_data import RoundData, read_round_data
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.translating import (
    remove_translations,
    translate_labels,
    translation_counts,
    translation_estimate,
)
from lamm_core.workflow.translation_runs import only_translator
from lamm_core.workflow.workspace import Workspace

LABELS = 24


@pytest.fixture
def translator(monkeypatch: pytest.MonkeyPatch) -> CountingTranslator:
    return translators.register(monkeypatch)


@pytest.fixture
def labelled(workspace: Workspace, translator: CountingTranslator) -> Project:
    return world.make_project(workspace, LABELS, translator=translators.NAME)


def labelled_items(workspace: Workspace, project: Project) -> dict[int, world.StoredItem]:
    stored = world.stored_items(workspace, project)
    return {each.id: each for each in stored.values() if each.purpose == "pool" and each.state == "labelled"}


def embed_translations(workspace: Workspace, project: Project, shift: float = 0.0) -> None:
    """Give each translation the embedding of another item of its class, so that it has something to teach."""
    table = labels_table(workspace, project, translations=True)
    table = table[table["translated_from"].notna()].reset_index(drop=True)
    vectors = world.vectors_of(table[["language", "class"]]) + np.float32(shift)
    workspace.embedding_store(world.ENCODER).append([text_key(text) for text in table["text"]], vectors)


def model_of(workspace: Workspace, project: Project) -> tuple[np.ndarray, models.ModelVersion]:
    with workspace.database.read() as connection:
        version = models.latest_model(connection, project.id)
    assert version is not None
    model = Classifier.load(workspace.settings.models / version.file)
    return model.predict_proba(world.prepared_vectors()), version


def with_settings(workspace: Workspace, project: Project, **changes: object) -> Project:
    return projects.change_settings(workspace, project, replace(project.settings, **changes))  # type: ignore[arg-type]


# what is translated


def test_every_labelled_pool_text_goes_into_every_other_language_once(
    workspace: Workspace, labelled: Project, translator: CountingTranslator
) -> None:
    items = labelled_items(workspace, labelled)
    estimate = translation_estimate(workspace, labelled)
    assert (estimate.items, estimate.texts, estimate.reused) == (LABELS, 2 * LABELS, 0)
    seen: list[tuple[int, int]] = []
    result = translate_labels(workspace, labelled, lambda done, total: seen.append((done, total)))
    assert (result.translated, result.without, result.reused, result.left) == (2 * LABELS, 0, 0, 0)
    texts = dict(zip(world.ROWS["id"], world.ROWS["text"], strict=True))
    expected = {
        (texts[each.external_id], each.language, target)
        for each in items.values()
        for target in world.TARGETS
        if target != each.language
    }
    assert set(translator.asked) == expected
    assert set(translator.asked.values()) == {1}
    assert estimate.characters == sum(len(text) for text, _, _ in expected)
    assert seen[0] == (0, 2 * LABELS)
    assert seen[-1] == (2 * LABELS, 2 * LABELS)
    assert seen == sorted(seen)
    assert translation_counts(workspace, labelled).stored == 2 * LABELS
    assert translation_counts(workspace, labelled).wanted == 2 * LABELS


def test_what_is_translated_is_never_asked_for_again(
    workspace: Workspace, labelled: Project, translator: CountingTranslator, ana: int
) -> None:
    translate_labels(workspace, labelled)
    assert translation_estimate(workspace, labelled).texts == 0
    assert translate_labels(workspace, labelled).translated == 0
    run_round(workspace, replace(labelled, settings=replace(labelled.settings, use_translations=False)))
    (lease,) = labelling.claim(workspace, labelled, ana)
    labelling.submit(workspace, labelled, ana, lease.item_id, "pen", lease.revision)
    assert translation_estimate(workspace, labelled).texts == 2
    assert translate_labels(workspace, labelled).translated == 2
    assert set(translator.asked.values()) == {1}


def test_equal_texts_are_translated_once_now_and_later(
    sqlite_workspace: Workspace, translator: CountingTranslator
) -> None:
    rows = [("a", "en", "pen", "pen"), ("b", "en", "pen", "ink"), ("c", "de", "pen", "pen"), ("d", "en", "pen", None)]
    table = pd.DataFrame(rows, columns=["id", "language", "text", "class"], dtype=object)
    mapping = ColumnMapping(text="text", language="language", class_name="class", id="id")
    project = projects.create_project(sqlite_workspace, "twins", world.settings_of(translator=translators.NAME))
    import_table(sqlite_workspace, project, table, mapping)
    assert translation_estimate(sqlite_workspace, project).texts == 4  # from en to de and sw, from de to en and sw
    assert translate_labels(sqlite_workspace, project).translated == 4
    assert translation_counts(sqlite_workspace, project).stored == 6

    table.loc[3, "class"] = "desk"
    import_table(sqlite_workspace, project, table, mapping)
    estimate = translation_estimate(sqlite_workspace, project)
    assert (estimate.texts, estimate.reused, estimate.items) == (0, 2, 1)
    result = translate_labels(sqlite_workspace, project)
    assert (result.translated, result.reused) == (0, 2)
    assert set(translator.asked.values()) == {1}
    translated = labels_table(sqlite_workspace, project, translations=True).set_index("id")
    assert translated.loc["d:de", ["text", "class", "translated_from"]].tolist() == ["de: pen", "desk", "d"]


def test_what_a_translator_does_not_know_is_left_out_and_said(
    workspace: Workspace, labelled: Project, translator: CountingTranslator
) -> None:
    translator.unsupported = {("en", "sw"), ("de", "sw")}
    estimate = translation_estimate(workspace, labelled)
    assert estimate.unsupported == (("de", "sw"), ("en", "sw"))
    assert {each.language for each in estimate.languages} == {"en", "de"}
    translate_labels(workspace, labelled)
    assert {target for _, _, target in translator.asked} == {"en", "de"}


def test_a_text_without_a_translation_is_asked_for_again_by_another_translator_only(
    workspace: Workspace, labelled: Project, translator: CountingTranslator, monkeypatch: pytest.MonkeyPatch
) -> None:
    translator.answer = lambda text, target: None if target == "sw" else f"{target}: {text}"
    result = translate_labels(workspace, labelled)
    assert result.without > 0
    counts = translation_counts(workspace, labelled)
    assert (counts.stored + counts.without, counts.without) == (2 * LABELS, result.without)
    assert translation_estimate(workspace, labelled).texts == 0
    second = translators.register(monkeypatch, "second")
    other = with_settings(workspace, labelled, translator="second")
    assert translate_labels(workspace, other).translated == result.without
    assert {target for _, _, target in second.asked} == {"sw"}
    assert translation_counts(workspace, other).without == 0


def test_the_cost_is_that_of_what_is_not_yet_translated(
    workspace: Workspace, labelled: Project, translator: CountingTranslator
) -> None:
    translator.price_per_million_characters = 15.0
    whole = translation_estimate(workspace, labelled)
    assert whole.cost == pytest.approx(whole.characters * 15e-6)
    stops = iter([False, False, True])
    result = translate_labels(workspace, labelled, cancelled=lambda: next(stops))
    assert (result.translated, result.left) == (8, 2 * LABELS - 8)
    rest = translation_estimate(workspace, labelled)
    assert rest.texts == 2 * LABELS - 8
    assert rest.characters == whole.characters - sum(len(text) for text, _, _ in translator.asked)


# what goes wrong


def test_a_failure_keeps_what_is_done_and_says_how_to_go_on(
    workspace: Workspace, labelled: Project, translator: CountingTranslator
) -> None:
    def fail(number: int) -> None:
        if number == 4:
            raise TranslatorUnavailable("The account is empty.")

    translator.before = fail
    with pytest.raises(TranslationStopped) as caught:
        translate_labels(workspace, labelled)
    done = translation_counts(workspace, labelled).stored
    assert 0 < done < 2 * LABELS
    assert str(caught.value) == (
        f"The account is empty; {done} of {2 * LABELS} texts are translated and kept, and running it again goes on "
        "from there."
    )
    assert translate_labels(workspace, labelled).translated == 2 * LABELS - done
    assert set(translator.asked.values()) == {1}
    assert len(translator.asked) == 2 * LABELS


def test_a_translator_that_is_busy_for_a_while_is_waited_for(
    workspace: Workspace, labelled: Project, translator: CountingTranslator
) -> None:
    def busy(number: int) -> None:
        if number % 2:
            raise TranslatorBusy("Too many requests.")

    translator.before = busy
    waits: list[float] = []
    assert translate_labels(workspace, labelled, patience=Patience(sleep=waits.append)).translated == 2 * LABELS
    assert waits
    assert set(translator.asked.values()) == {1}


def test_two_do_not_translate_the_same_at_once(
    workspace: Workspace, labelled: Project, translator: CountingTranslator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translation_runs, "_SECONDS", 0.05)

    def also(number: int) -> None:
        for act in (translate_labels, remove_translations, translation_runs.start_translating):
            with pytest.raises(TranslationRunning):
                act(workspace, labelled)

    translator.before = also
    assert not translation_runs.is_translating(workspace, labelled)
    assert translate_labels(workspace, labelled).translated == 2 * LABELS
    with only_translator(workspace, labelled):
        assert translation_runs.is_translating(workspace, labelled)
    assert not translation_runs.is_translating(workspace, labelled)


def test_a_data_folder_that_cannot_be_used_gets_one_sentence(workspace: Workspace, labelled: Project) -> None:
    (workspace.settings.home / "translation").write_text("no folder")
    assert not translation_runs.is_translating(workspace, labelled)
    for act in (translate_labels, remove_translations, translation_runs.start_translating):
        with pytest.raises(StorageUnavailable):
            act(workspace, labelled)


def test_a_project_without_a_translator_says_so(workspace: Workspace, project: Project) -> None:
    for act in (translation_estimate, translate_labels):
        with pytest.raises(TranslatorUnavailable, match="No translator is set for 'small'"):
            act(workspace, project)


# settings


def test_settings_of_translation_are_kept(workspace: Workspace, project: Project) -> None:
    assert (project.settings.translator, project.settings.translation_weight) == ("", 0.5)
    changed = with_settings(
        workspace, project, translator="parallel:texts.csv", translation_weight=0.25, use_translations=False
    )
    assert projects.get_project(workspace, "small").settings == changed.settings
    assert changed.settings.translator == "parallel:texts.csv"
    assert not changed.settings.use_translations


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"translation_weight": 1.5}, InvalidProject),
        ({"translation_weight": -0.1}, InvalidProject),
        ({"translation_weight": float("nan")}, InvalidProject),
        ({"translator": "parallel:" + "x" * 500}, InvalidProject),
        ({"translator": "parallel:\x00"}, InvalidProject),
        ({"translator": "nobody"}, UnknownTranslator),
    ],
)
def test_settings_of_translation_that_cannot_work_are_refused(
    sqlite_workspace: Workspace, changes: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        world.make_project(sqlite_workspace, **changes)


# training


def test_translations_change_the_model_count_less_and_can_be_switched_off(
    workspace: Workspace, labelled: Project
) -> None:
    run_round(workspace, labelled)
    plain, first = model_of(workspace, labelled)
    translate_labels(workspace, labelled)
    embed_translations(workspace, labelled)
    run_round(workspace, labelled)
    mixed, second = model_of(workspace, labelled)
    assert np.abs(mixed - plain).max() > 0.01
    assert second.settings["translations"] == 2 * LABELS
    assert second.settings["translation_weight"] == 0.5
    assert second.data_key != first.data_key
    assert (second.labels, project_status(workspace, labelled).labels) == (LABELS, LABELS)

    heavy = with_settings(workspace, labelled, translation_weight=1.0)
    run_round(workspace, heavy)
    assert np.abs(model_of(workspace, labelled)[0] - mixed).max() > 0.001
    for changes in ({"use_translations": False}, {"use_translations": True, "translation_weight": 0.0}):
        run_round(workspace, with_settings(workspace, labelled, **changes))
        again, version = model_of(workspace, labelled)
        assert np.array_equal(again, plain)
        assert version.data_key == first.data_key
        assert version.settings == first.settings
    assert translation_counts(workspace, labelled).stored == 2 * LABELS

    back = with_settings(workspace, labelled, translation_weight=0.5)
    run_round(workspace, back)
    assert np.array_equal(model_of(workspace, labelled)[0], mixed)
    assert remove_translations(workspace, back) == 2 * LABELS
    run_round(workspace, back)
    assert np.array_equal(model_of(workspace, labelled)[0], plain)


def test_a_round_embeds_translations_itself(
    workspace: Workspace, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    translate_labels(workspace, labelled)

    class Encoder:
        def encode(self, texts: list[str]) -> np.ndarray:
            return np.random.default_rng(len(texts)).normal(size=(len(texts), world.DIMENSION))

    monkeypatch.setattr("lamm_core.model.embedding.load_encoding", lambda name: Encoding(Encoder().encode))
    run_round(workspace, labelled)
    assert len(read_round_data(workspace, labelled).translations) == 2 * LABELS


def test_a_translation_has_the_class_that_its_original_has_now(
    workspace: Workspace, labelled: Project, ana: int
) -> None:
    translate_labels(workspace, labelled)
    item = next(iter(labelled_items(workspace, labelled).values()))
    with workspace.database.write() as connection:
        class_id = stored_projects.class_ids(connection, labelled.id)["desk"]
        items.set_item(connection, item.id, item.state, class_id, item.label_id)
    table = labels_table(workspace, labelled, translations=True)
    translated = table[table["translated_from"] == item.external_id]
    assert translated["class"].tolist() == ["desk", "desk"]
    embed_translations(workspace, labelled)
    data = read_round_data(workspace, labelled)
    rows = data.originals[data.translations.item_ids == item.id]
    assert data.pool.classes[rows].tolist() == ["desk", "desk"]


def in_pool(workspace: Workspace, project: Project) -> pd.DataFrame:
    table = labels_table(workspace, project, translations=True)
    return table[table["split"] == "pool"]


def test_an_item_that_lost_its_label_takes_its_translations_out_of_training(
    workspace: Workspace, translator: CountingTranslator, ana: int
) -> None:
    project = world.make_project(workspace, translator=translators.NAME)
    run_round(workspace, project)
    (lease,) = labelling.claim(workspace, project, ana)
    labelling.submit(workspace, project, ana, lease.item_id, "pen", lease.revision)
    translate_labels(workspace, project)
    assert in_pool(workspace, project)["class"].tolist() == ["pen"] * 3
    labelling.undo(workspace, project, ana)
    assert len(in_pool(workspace, project)) == 0
    labelling.submit(workspace, project, ana, lease.item_id, "ink")
    translate_labels(workspace, project)
    assert in_pool(workspace, project)["class"].tolist() == ["ink"] * 3
    assert set(translator.asked.values()) == {1}


def test_the_file_beside_a_model_lists_translations(workspace: Workspace, labelled: Project) -> None:
    translate_labels(workspace, labelled)
    embed_translations(workspace, labelled)
    run_round(workspace, labelled)
    _, version = model_of(workspace, labelled)
    kept = pd.read_csv((workspace.settings.models / version.file).with_suffix(".labels.csv"), keep_default_na=False)
    originals, translated = kept[kept["translated_to"] == ""], kept[kept["translated_to"] != ""]
    assert (len(originals), len(translated)) == (LABELS, 2 * LABELS)
    items = labelled_items(workspace, labelled)
    for row in translated.itertuples():
        assert row.translated_to != items[row.item_id].language
        assert (row.label_id, row._3) == (items[row.item_id].label_id, items[row.item_id].class_name)


# the check set


def check_keys(workspace: Workspace, project: Project) -> set[bytes]:
    return set(read_round_data(workspace, project).check.keys)


def trained_on(data: RoundData) -> set[bytes]:
    keys = [key for key, labelled in zip(data.pool.keys, data.labelled, strict=True) if labelled]
    return {*keys, *data.translations.keys}


CHECK_TEXTS = tuple(world.ROWS[world.ROWS["split"] == "check"]["text"][:6])


@settings(deadline=None, max_examples=12)
@given(
    answers=st.lists(st.sampled_from([*CHECK_TEXTS, "something else", "", " " + CHECK_TEXTS[0] + "\n"]), min_size=1),
    check_first=st.booleans(),
)
def test_a_text_of_the_check_set_is_never_trained_on(ready_file: Path, answers: list[str], check_first: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        shutil.copy(ready_file, folder)
        workspace = workers.opened(workers.settings_for(Path(folder), None))
        given_out = iter(answers * 100)
        translators.register(patch).answer = lambda text, target: next(given_out)
        pool, check = (world.ROWS[world.ROWS["split"] == split] for split in ("pool", "check"))
        project = world.make_project(
            workspace, 10, world.ROWS if check_first else pool, embedded=False, translator=translators.NAME
        )
        world.add_embeddings(workspace)
        before = world.stored_items(workspace, project)
        translate_labels(workspace, project)
        assert world.stored_items(workspace, project) == before
        if not check_first:
            assert not import_table(workspace, project, check, world.MAPPING).rejected
        store = workspace.embedding_store(world.ENCODER)
        others = [text_key(text.strip()) for text in answers if text.strip()]
        store.append(others, np.ones((len(others), world.DIMENSION), np.float32))
        data = read_round_data(workspace, project)
        assert len(data.check) == len(check)
        assert not trained_on(data) & set(data.check.keys)
        used = {text_key(text.strip()) for text in answers[:20] if text.strip()} - set(data.check.keys)
        assert set(data.translations.keys) == used
        table = labels_table(workspace, project, translations=True)
        assert set(table[table["translated_from"].notna()]["split"]) <= {"pool"}
        assert not set(table[table["translated_from"].notna()]["text"]) & set(check["text"])
        workspace.close()


# export


def test_an_export_without_translations_is_as_it_was(workspace: Workspace, labelled: Project) -> None:
    before = labels_table(workspace, labelled)
    translate_labels(workspace, labelled)
    pd.testing.assert_frame_equal(labels_table(workspace, labelled), before)
    whole = labels_table(workspace, labelled, translations=True)
    assert whole.columns.tolist() == [*before.columns, "translated_from", "translator"]
    pd.testing.assert_frame_equal(whole.loc[: len(before) - 1, before.columns], before, check_dtype=False)
    further = whole.loc[len(before) :]
    assert set(further["source"]) == {"translation"}
    assert further["annotator"].isna().all()
    assert further["id"].is_unique
    assert set(further["translator"]) == {translators.NAME}
    assert set(further["translated_from"]) <= set(before["id"])
