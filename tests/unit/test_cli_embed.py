"""`lamm embed`: what it embeds, what it says, and how it ends."""

import json
import sys
from pathlib import Path

import pytest
from support.outside import QuickEncoder, rows_by_chance, write_part
from typer.testing import CliRunner, Result

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.model.encoders import DEFAULT_ENCODER, Encoding


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> QuickEncoder:
    quick = QuickEncoder()
    monkeypatch.setattr("lamm_core.model.embedding.load_encoding", lambda name: Encoding(quick.encode))
    return quick


@pytest.fixture
def pool(tmp_path: Path) -> str:
    for number in range(3):
        write_part(str(tmp_path / f"pool/{number}.parquet"), rows_by_chance(40, number))
    return str(tmp_path / "pool")


def embed(*words: str) -> Result:
    return CliRunner().invoke(app, ["embed", *words])


def test_a_pool_is_embedded_once_and_told(pool: str, encoder: QuickEncoder) -> None:
    first = embed("--pool", pool, "--workers", "1")
    assert (first.exit_code, first.stdout) == (0, f"Embedded 120 texts of 3 files into {pool}-embeddings.\n")
    assert "Embedding: 120 of 120 texts, 3 of 3 files." in first.stderr
    Path(next(Path(f"{pool}-embeddings").rglob("1.parquet.arrow"))).unlink()
    again = json.loads(embed("--pool", pool, "--workers", "1", "--json").stdout)
    assert again.pop("seconds") > 0
    assert sum(again.pop("languages").values()) == 120
    assert again == {
        "pool": pool,
        "embeddings": f"{pool}-embeddings",
        "encoder": DEFAULT_ENCODER,
        "precision": "half",
        "files": 3,
        "texts": 120,
        "embedded_files": 1,
        "embedded": 40,
    }
    assert encoder.texts == 160


def test_an_interrupted_pool_keeps_what_is_done(
    pool: str, encoder: QuickEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = encoder.encode

    def interrupted(texts: list[str], **options: object) -> object:
        if encoder.texts == 40:
            raise KeyboardInterrupt
        return whole(texts)

    monkeypatch.setattr(encoder, "encode", interrupted)
    result = embed("--pool", pool, "--workers", "1")
    assert result.exit_code == ExitCode.INTERRUPTED
    assert "the same command goes on from there" in result.stderr
    monkeypatch.setattr(encoder, "encode", whole)
    assert "Embedded 80 texts of 2 files" in embed("--pool", pool, "--workers", "1").stdout


def test_a_project_is_embedded_and_lends_its_encoder_to_a_pool(
    pool: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMM_HOME", str(home))
    csv = tmp_path / "texts.csv"
    csv.write_text("text,language\none,de\ntwo,de\n")
    for words in (
        ["project", "create", "shop", "--classes", "pen,ink", "--languages", "de", "--encoder", "a/quick-one"],
        ["import", "shop", str(csv), "--no-embed"],
    ):
        assert CliRunner().invoke(app, words).exit_code == 0
    assert embed("shop").stdout == "Embedded 2 texts.\n"
    assert json.loads(embed("shop", "--json").stdout) == {"project": "shop", "encoder": "a/quick-one", "embedded": 0}
    assert json.loads(embed("shop", "--pool", pool, "--workers", "1", "--json").stdout)["encoder"] == "a/quick-one"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ([], ExitCode.USAGE, "name a project, or a pool with --pool"),
        (["shop", "--pool", "x", "--encoder", "y"], ExitCode.USAGE, "give a project or --encoder, not both"),
        (["--pool", "/nowhere"], ExitCode.BAD_FILE, "There is no folder and no Parquet file '/nowhere'"),
        (["--pool", "{pool}", "--precision", "quarter"], ExitCode.USAGE, "choose one of: half, single"),
        (["--pool", "{pool}", "--engine", "spark"], ExitCode.USAGE, "choose one of: local, ray"),
        (["--pool", "{pool}", "--address", "auto"], ExitCode.USAGE, "'auto' needs the engine 'ray'"),
        (["--pool", "{pool}", "--text-column", "body"], ExitCode.BAD_FILE, "has no column 'body'"),
    ],
)
def test_what_cannot_be_done_is_told(pool: str, words: list[str], code: ExitCode, sentence: str) -> None:
    result = embed(*(word.format(pool=pool) for word in words))
    assert result.exit_code == code
    assert sentence in " ".join(result.stderr.replace("│", " ").split())


def test_without_ray_it_says_how_to_install_it(pool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    result = embed("--pool", pool, "--engine", "ray")
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "pip install 'lamm[ray]'" in result.stderr
