"""A project's model taken out: it predicts what it predicted in its round."""

import io
import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB
from support import world
from typer.testing import CliRunner, Result

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.errors import DataInTheWay, EstimatorUnusable, ModelUnreadable, UnknownModel
from lamm_core.exchange.reading import read_table
from lamm_core.model import embedding
from lamm_core.model.check_record import CHECK_RECORD, CheckRecord
from lamm_core.model.embedding_store import text_key
from lamm_core.model.encoders import Encoding
from lamm_core.model.exported.model import Model, load_model
from lamm_core.records import LanguageState, Project
from lamm_core.storage import items
from lamm_core.trail import AuditAction, TrailFilter
from lamm_core.workflow import labelling
from lamm_core.workflow.audit import project_trail
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.model_export import export_model, model_archive, project_model
from lamm_core.workflow.model_versions import keeps_preparation, list_versions
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace

LABELS = 40


def made(workspace: Workspace, preparation: str = "plain") -> Project:
    project = world.make_project(workspace, LABELS, preparation=preparation)
    run_round(workspace, project)
    return project


def assert_predicts_as_in_its_round(workspace: Workspace, project: Project, model: Model, version: int = 1) -> None:
    found = list_versions(workspace, project)[version - 1]
    record = CheckRecord.load(workspace.model_file(found.file).with_suffix(CHECK_RECORD))
    assert len(record.ids) == 3 * world.CHECK
    with workspace.database.read() as connection:
        text_of = dict(items.read_texts(connection, record.ids.tolist()))
    texts = [text_of[each] for each in record.ids.tolist()]
    vectors = workspace.embedding_store(project.settings.encoder).vectors([text_key(each) for each in texts])
    assert model.predict(texts, record.languages.tolist(), embeddings=vectors) == record.predicted.tolist()
    confidence = model.predict_proba(texts, record.languages.tolist(), embeddings=vectors).max(axis=1)
    np.testing.assert_allclose(confidence, record.confidence, atol=1e-6)


def preparations(workspace: Workspace, project: Project) -> list[Path]:
    return list(workspace.model_file(f"{project.id}/x").parent.glob("preparation-*"))


@pytest.mark.parametrize("preparation", ["plain", "default"])
def test_a_model_predicts_what_it_predicted_in_its_round(
    sqlite_workspace: Workspace, preparation: str, tmp_path: Path
) -> None:
    project = made(sqlite_workspace, preparation)
    facts = export_model(sqlite_workspace, project, tmp_path / "new" / "model")
    for model in (load_model(tmp_path / "new" / "model"), project_model(sqlite_workspace, project)):
        assert_predicts_as_in_its_round(sqlite_workspace, project, model)
        assert model.facts == facts


def test_what_is_told_of_a_model_is_what_its_round_found(workspace: Workspace, tmp_path: Path) -> None:
    project = made(workspace)
    facts = export_model(workspace, project, tmp_path / "model")
    assert (facts.project, facts.version, facts.labels, facts.seed) == ("small", 1, LABELS, 5)
    assert (facts.encoder, facts.dimension, facts.classes) == (world.ENCODER, world.DIMENSION, world.CLASSES)
    assert facts.fitted_at.endswith("+00:00")
    assert facts.settings["preparation"] == "plain"
    assert not any("folder" in name for name in facts.settings)
    english = facts.languages[0]
    assert (english.language, english.target, english.checked) == ("en", 0.9, world.CHECK)
    assert sum(each.labels for each in facts.languages) == LABELS
    assert english.figure is not None
    assert 0 < english.low < english.figure < english.high < 1
    assert english.status in (LanguageState.MISSED, LanguageState.UNPROVEN)
    (line,) = project_trail(workspace, project, TrailFilter(actions=(AuditAction.MODEL_EXPORTED,)))
    assert line.details == {"version": 1}


def test_earlier_versions_come_out_as_well_while_the_texts_stay(sqlite_workspace: Workspace) -> None:
    project = made(sqlite_workspace)
    ana = world.ensure_annotator(sqlite_workspace, "Ana")
    (lease,) = labelling.claim(sqlite_workspace, project, ana, 1)
    labelling.submit(sqlite_workspace, project, ana, lease.item_id, "pen")
    run_round(sqlite_workspace, project)
    for version in (1, 2):
        model = project_model(sqlite_workspace, project, version)
        assert_predicts_as_in_its_round(sqlite_workspace, project, model, version)
    with pytest.raises(UnknownModel, match="has no version 3 of its model; the newest is 2"):
        project_model(sqlite_workspace, project, 3)


def test_a_lost_preparation_is_fitted_again_on_the_same_texts_and_on_no_others(
    sqlite_workspace: Workspace, tmp_path: Path
) -> None:
    project = made(sqlite_workspace, "default")
    (version,) = list_versions(sqlite_workspace, project)
    assert keeps_preparation(sqlite_workspace, project, version)
    for folder in preparations(sqlite_workspace, project):
        shutil.rmtree(folder)
    assert not keeps_preparation(sqlite_workspace, project, version)
    assert_predicts_as_in_its_round(sqlite_workspace, project, project_model(sqlite_workspace, project))

    more = world.ROWS[:1].assign(id="one more", text="one more", split="pool")
    import_table(sqlite_workspace, project, more, world.MAPPING)
    world.add_embeddings(sqlite_workspace, more)
    with pytest.raises(ModelUnreadable, match="the texts have changed since; run a round, and take its model"):
        export_model(sqlite_workspace, project, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_the_file_to_download_holds_the_same_folder(sqlite_workspace: Workspace, tmp_path: Path) -> None:
    project = made(sqlite_workspace)
    with ZipFile(io.BytesIO(model_archive(sqlite_workspace, project))) as packed:
        packed.extractall(tmp_path)
    assert_predicts_as_in_its_round(sqlite_workspace, project, load_model(tmp_path / "small-model-1"))


def test_what_lies_in_the_way_stays(sqlite_workspace: Workspace, tmp_path: Path) -> None:
    project = made(sqlite_workspace)
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DataInTheWay, match="is no model"):
        export_model(sqlite_workspace, project, tmp_path, replace=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"


# the command line


class _Encoder:
    """Gives each text of the small project the embedding that the store has, and any other text the last one."""

    def encode(self, texts: list[str]) -> np.ndarray:
        row_of = {text: row for row, text in enumerate(world.ROWS["text"])}
        return world.vectors_of(world.ROWS)[[row_of.get(text, -1) for text in texts]]


@pytest.fixture
def project(sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(embedding, "load_encoding", lambda _: Encoding(_Encoder().encode))
    return made(sqlite_workspace)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Check texts in a file, one of them missing."""
    table = world.ROWS[world.ROWS["split"] == "check"][["id", "language", "text"]].reset_index(drop=True)
    table.loc[1, "text"] = None
    table.to_csv(tmp_path / "texts.csv", index=False)
    return tmp_path / "texts.csv"


def lamm(workspace: Workspace, *words: str | Path) -> Result:
    return CliRunner().invoke(app, ["--home", str(workspace.settings.home), *map(str, words)])


def works(workspace: Workspace, *words: str | Path) -> Result:
    result = lamm(workspace, *words)
    assert result.exit_code == 0, result.output
    return result


def test_lamm_predicts_a_file_with_a_folder_or_with_a_project(
    sqlite_workspace: Workspace, project: Project, texts: Path, tmp_path: Path
) -> None:
    written = works(sqlite_workspace, "model", "export", "small", tmp_path / "model", "--onnx", "--json")
    assert json.loads(written.stdout)["version"] == 1
    shown = works(sqlite_workspace, "predict", tmp_path / "model", texts)
    assert shown.stdout == works(sqlite_workspace, "predict", "small", texts).stdout
    assert "lamm: 1 rows have no text and so no class.\nlamm: Predicted 89 texts.\n" in shown.stderr

    table = pd.read_csv(io.StringIO(shown.stdout))
    assert list(table.columns) == ["id", "language", "text", "predicted", "probability"]
    assert table.loc[1, ["text", "predicted", "probability"]].isna().all()
    known = table.drop(index=1)
    vectors = _Encoder().encode(known["text"].tolist())
    expected = project_model(sqlite_workspace, project).predict_proba(
        known["text"].tolist(), known["language"].tolist(), embeddings=vectors
    )
    assert known["predicted"].tolist() == [world.CLASSES[each] for each in expected.argmax(axis=1)]
    np.testing.assert_allclose(known["probability"], expected.max(axis=1))


def test_predictions_go_to_files_of_every_kind_alike(
    sqlite_workspace: Workspace, project: Project, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lamm_core.workflow.predicting.BLOCK", 32)
    tables = {}
    for ending in (".csv", ".jsonl", ".parquet"):
        out = tmp_path / f"out{ending}"
        done = json.loads(
            works(sqlite_workspace, "predict", "small", texts, "--out", out, "--probabilities", "--json").stdout
        )
        assert (done["rows"], done["predicted"], done["rejected"], sum(done["classes"].values())) == (90, 89, 0, 89)
        tables[ending] = read_table(out)
    names = [f"probability of {each}" for each in world.CLASSES]
    for table in tables.values():
        assert list(table.columns) == ["id", "language", "text", "predicted", "probability", *names]
        assert table[["id", "text", "predicted"]].equals(tables[".csv"][["id", "text", "predicted"]])
        numbers = table[names].drop(index=1).astype(float)
        np.testing.assert_allclose(numbers.sum(axis=1), 1, atol=1e-6)
        np.testing.assert_allclose(numbers, tables[".csv"][names].drop(index=1).astype(float), atol=1e-9)
    lines = works(sqlite_workspace, "predict", "small", texts, "--json").stdout.splitlines()
    assert [json.loads(each)["predicted"] for each in lines] == tables[".csv"]["predicted"].tolist()


@pytest.mark.parametrize(
    ("content", "words", "code", "told"),
    [
        ("text\nriver\n", ("--language", "en", "--language-column", "x"), 2, "not both"),
        ("text\nriver\n", ("--encoder", "x"), 2, "a project says itself"),
        ("words\nriver\n", (), ExitCode.BAD_FILE, "No column looks like the text"),
        ("text\nriver\n", ("--text-column", "words"), ExitCode.BAD_FILE, "has no column 'words'; it has: text."),
        ("text,predicted\nriver,pen\n", (), ExitCode.USAGE, "has a column 'predicted' already; rename it."),
        ("text\n", (), ExitCode.BAD_FILE, "holds no rows"),
        ("text\nriver\n", ("--out", "predicted.docx"), ExitCode.BAD_FILE, "is of an unknown format"),
    ],
)
def test_what_cannot_be_predicted_ends_in_one_sentence(
    sqlite_workspace: Workspace,
    project: Project,
    tmp_path: Path,
    content: str,
    words: tuple[str, ...],
    code: int,
    told: str,
) -> None:
    file = tmp_path / "file.csv"
    file.write_text(content, "utf-8")
    result = lamm(sqlite_workspace, "predict", "small", file, *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in " ".join(result.stderr.split())


def test_the_models_of_a_project_and_of_a_folder_are_shown(
    sqlite_workspace: Workspace, project: Project, tmp_path: Path
) -> None:
    (listed,) = json.loads(works(sqlite_workspace, "model", "list", "small", "--json").stdout)
    assert (listed["version"], listed["labels"], listed["preparation"]) == (1, LABELS, "plain")
    assert works(sqlite_workspace, "model", "list", "small").stdout.splitlines()[2].split()[:2] == ["1", str(LABELS)]
    export_model(sqlite_workspace, project, tmp_path / "model")
    shown = works(sqlite_workspace, "model", "show", tmp_path / "model").stdout
    assert shown.startswith("small, version 1, fitted at ")
    assert json.loads(works(sqlite_workspace, "model", "show", tmp_path / "model", "--json").stdout)["seed"] == 5
    (tmp_path / "model" / "classifier.skops").write_bytes(b"")
    assert lamm(sqlite_workspace, "model", "show", tmp_path / "model").exit_code == ExitCode.BAD_FILE
    assert "holds a model already" in lamm(sqlite_workspace, "model", "export", "small", tmp_path / "model").stderr
    works(sqlite_workspace, "model", "export", "small", tmp_path / "model", "--replace")
    works(sqlite_workspace, "model", "show", tmp_path / "model")


def test_a_model_of_the_users_own_estimator_is_taken_out_and_read_where_it_is_trusted(
    sqlite_workspace: Workspace, tmp_path: Path
) -> None:
    project = world.make_project(sqlite_workspace, LABELS)
    run_round(sqlite_workspace, project, estimator=GaussianNB())
    assert_predicts_as_in_its_round(sqlite_workspace, project, project_model(sqlite_workspace, project))
    export_model(sqlite_workspace, project, tmp_path / "model")
    with pytest.raises(ModelUnreadable, match=r"holds sklearn\.naive_bayes\.GaussianNB, which no model has"):
        load_model(tmp_path / "model")
    assert_predicts_as_in_its_round(sqlite_workspace, project, load_model(tmp_path / "model", trusted=[]))
    with pytest.raises(EstimatorUnusable, match=r"Only a logistic regression has this form"):
        export_model(sqlite_workspace, project, tmp_path / "onnx", onnx=True)
    assert not (tmp_path / "onnx").exists()
