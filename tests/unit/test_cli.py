"""The `lamm` command, as a user meets it: output, exit codes, messages."""

import csv
import errno
import io
import json
import os
import re
import runpy
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from lamm_core.cli import app, app_command
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.cli.project_commands import parse_targets
from lamm_core.cli.status_record import status_record
from lamm_core.cli.status_text import status_table
from lamm_core.experiments.tasks import TASKS
from lamm_core.json_values import json_value
from lamm_core.model import embedding
from lamm_core.model.embedding_store import EmbeddingStore, text_key
from lamm_core.model.encoders import BUILTIN_ENCODERS, DEFAULT_ENCODER, Encoding
from lamm_core.model.forecast import Forecast
from lamm_core.model.preparation.names import PARTS
from lamm_core.records import DEFAULT_STRATEGY, Project
from lamm_core.selection import STRATEGIES, UNCERTAINTIES
from lamm_core.storage import rounds
from lamm_core.workflow import sample
from lamm_core.workflow.outlook import Effort, Outlook
from lamm_core.workflow.projects import change_settings, get_project, list_projects
from lamm_core.workflow.running import begin_round
from lamm_core.workflow.status import ProjectStatus, project_status
from lamm_core.workflow.workspace import Workspace, open_workspace, utc_now

_LANGUAGES = ("en", "fr", "pl")
_CLASSES = ("pen", "marker")
_POOL, _CHECK = 30, 10  # items a language


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A file with pool and check rows in three languages, the classes known."""
    rows = [
        {
            "id": f"{language}-{split}-{number}",
            "language": language,
            "text": f"{language} {split} {number} {_CLASSES[number % 2]}",
            "class": _CLASSES[number % 2],
            "split": split,
        }
        for language in _LANGUAGES
        for split, count in (("pool", _POOL), ("check", _CHECK))
        for number in range(count)
    ]
    path = tmp_path / "texts.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:
    opened = open_workspace(home)
    yield opened
    opened.close()


def lamm(home: Path, *words: str | Path) -> Result:
    return CliRunner().invoke(app, ["--home", str(home), *map(str, words)], env={"COLUMNS": "120"})


def works(home: Path, *words: str | Path) -> Result:
    result = lamm(home, *words)
    assert result.exit_code == 0, result.output
    return result


def fails(home: Path, *words: str | Path, code: int) -> str:
    """The one line of a command that ends in this exit code."""
    result = lamm(home, *words)
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith("lamm: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def misused(home: Path, *words: str | Path) -> None:
    """Check that a command refuses how it was called, and shows how it is to be called."""
    result = lamm(home, *words)
    assert (result.exit_code, "Usage: lamm" in result.stderr, result.stdout) == (ExitCode.USAGE, True, "")


def create(home: Path, *more: str | Path) -> None:
    """A project by LAMM on the plain vectors of `embed_by_hand`."""
    by_hand = ("--strategy", "lamm", "--preparation", "plain")
    usual = ("--classes", "pen,marker", "--languages", "en,fr,pl", "--budget", "6")
    works(home, "project", "create", "shop", *usual, *by_hand, *more)


def embed_by_hand(home: Path, texts: Path) -> None:
    """Embeddings that tell the classes apart, except in Polish, where they are noise."""
    rng = np.random.default_rng(0)
    table = pd.read_csv(texts)
    vectors = rng.normal(0, 0.1, (len(table), 4)).astype(np.float32)
    known = (table["language"] != "pl").to_numpy()
    vectors[known, 0] += np.where(table["class"][known] == "pen", 1.0, -1.0)
    store = EmbeddingStore(home / "embeddings", DEFAULT_ENCODER)
    store.append([text_key(text) for text in table["text"]], vectors)


@pytest.fixture
def ready(home: Path, texts: Path) -> Path:
    """Home of a project with texts, labels and embeddings, before its first round; 18 pool items have no label."""
    table = pd.read_csv(texts)
    last = table["id"].str.extract(r"pool-(\d+)")[0].astype(float) >= _POOL - 6
    table.loc[last, "class"] = None
    table.to_csv(texts, index=False)
    create(home)
    works(home, "import", "shop", texts, "--no-embed")
    embed_by_hand(home, texts)
    return home


# help and wrong usage


def _commands(words: tuple[str, ...], command: Any) -> Iterator[tuple[str, Any]]:
    yield " ".join(words), command
    for name, each in getattr(command, "commands", {}).items():
        yield from _commands((*words, name), each)


_COMMANDS = dict(_commands((), typer.main.get_command(app)))


@pytest.mark.parametrize("words", _COMMANDS)
def test_help_names_every_option_and_explains_it(words: str) -> None:
    result = CliRunner().invoke(app, [*words.split(), "--help"], env={"COLUMNS": "200"})
    shown = re.sub(r"\x1b\[[0-9;]*m", "", result.output)
    assert result.exit_code == 0
    for parameter in _COMMANDS[words].params:
        assert parameter.help
        for name in parameter.opts if parameter.param_type_name == "option" else [parameter.metavar]:
            assert name in shown


def test_help_lists_the_commands_in_order_of_use_and_ends_with_examples() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    names = ["project", "import", "round", "status", "export", "app", "benchmark"]
    listed = [line.split()[1] for line in shown.splitlines() if re.match(r"│ [a-z]", line)]
    assert [name for name in listed if name in names] == names
    examples = shown.split("Examples:")[1]
    assert all(f"lamm {each}" in examples for each in ("project create", "import", "round", "status", "app"))


def test_help_breaks_lines_where_the_terminal_ends_and_not_where_the_code_does() -> None:
    shown = CliRunner().invoke(app, ["status", "--help"], env={"COLUMNS": "300"}).output
    (line,) = (each for each in shown.splitlines() if "over all rounds lies above it" in each)
    assert line.rstrip().endswith("the last seven days.")


def test_help_does_not_import_what_only_the_work_needs() -> None:
    code = (
        "import sys\n"
        "from lamm_core.cli import main\n"
        "sys.argv = ['lamm', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'sklearn', 'scipy', 'pandas', 'torch', 'streamlit', 'sqlalchemy', 'plotly', 'langcodes'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: lamm" in done.stdout
    assert done.stdout.rstrip().endswith("heavy: []")


@pytest.mark.parametrize("words", ["project create", "benchmark"])
@pytest.mark.parametrize(
    ("option", "known"),
    [("--strategy", STRATEGIES), ("--uncertainty", UNCERTAINTIES), ("--encoder", BUILTIN_ENCODERS)],
)
def test_help_names_every_registered_choice(words: str, option: str, known: dict[str, object]) -> None:
    options = (option, "--strategies") if option == "--strategy" else (option,)
    (found,) = (each for each in _COMMANDS[words].params if set(options) & set(each.opts))
    # a project has one model for all of its languages
    names = set(known) - ({"per-language"} if words == "project create" else set())
    assert all(name in found.help for name in names)


def test_help_of_the_benchmark_names_every_task() -> None:
    assert all(task in _COMMANDS["benchmark"].params[0].help for task in TASKS)


def test_version_is_shown() -> None:
    assert re.fullmatch(r"lamm \d+\.\d+\.\d+\n", CliRunner().invoke(app, ["--version"]).stdout)


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("import", "shop"),
        ("status", "shop", "--nonsense"),
        ("app", "--port", "0"),
        ("app", "--port", "65536"),
        ("benchmark", "sample", "--seeds", "0"),
        ("import", "shop", "x.csv", "--as", "test"),
        ("import", "shop", "x.csv", "--as", "check", "--split-column", "part"),
        ("import", "shop", "x.csv", "--language", "en", "--language-column", "lang"),
        ("project", "create", "x", "--classes", "a,b"),
        ("project", "create", "x", "--languages", "en"),
        ("project", "create", "x", "--classes", "a,b", "--languages", "en,en"),
        ("project", "create", "x", "--classes", "a,b", "--languages", "en", "--target", "high"),
        ("project", "create", "x", "--classes", "a,b", "--languages", "en", "--target", "fr=0.9"),
        ("project", "create", "x", "--classes", "a,b", "--languages", "en", "--target", "0.8", "--target", "0.9"),
        ("project", "create", "x", "--classes", "a,b", "--languages", "en", "--seed", "-1"),
    ],
)
def test_wrong_usage_ends_in_exit_code_2(home: Path, words: tuple[str, ...]) -> None:
    misused(home, *words)


def test_the_home_comes_from_the_environment_too(home: Path) -> None:
    create(home)
    result = CliRunner().invoke(app, ["project", "list"], env={"LAMM_HOME": str(home)})
    assert "shop" in result.stdout


# projects


def test_a_project_gets_the_settings_it_was_given(home: Path, tmp_path: Path, workspace: Workspace) -> None:
    guidelines = tmp_path / "guidelines.txt"
    guidelines.write_text("Pens write; markers mark.\n", "utf-8")
    result = works(
        home, "project", "create", "shop", "--classes", "pen, marker", "--classes", "other", "--languages", "en,fr,pl",
        "--target", "0.8", "--target", "pl=0.7", "--guidelines-file", guidelines, "--budget", "20", "--strategy", "ea",
        "--uncertainty", "margin", "--encoder", "builtin:e5-small", "--seed", "3", "--lease-minutes", "5",
        "--no-automatic-rounds",
    )  # fmt: skip
    settings = get_project(workspace, "shop").settings
    assert settings.classes == ("pen", "marker", "other")
    assert settings.targets == {"en": 0.8, "fr": 0.8, "pl": 0.7}
    assert settings.guidelines == "Pens write; markers mark.\n"
    assert (settings.budget, settings.strategy, settings.uncertainty) == (20, "ea", "margin")
    assert (settings.encoder, settings.seed, settings.lease_minutes) == ("builtin:e5-small", 3, 5)
    assert not settings.automatic_rounds
    assert result.stderr == ""
    assert "lamm import shop FILE" in result.stdout


def test_classes_and_languages_can_come_from_a_file(home: Path, texts: Path, workspace: Workspace) -> None:
    works(home, "project", "create", "a", "--from", texts)
    works(home, "project", "create", "b", "--from", texts, "--languages", "de")
    settings = get_project(workspace, "a").settings
    assert settings.classes == ("marker", "pen")
    assert settings.targets == {"en": 0.9, "fr": 0.9, "pl": 0.9}
    assert settings.automatic_rounds
    assert (settings.strategy, settings.preparation) == (DEFAULT_STRATEGY, "default")
    assert list(get_project(workspace, "b").settings.targets) == ["de"]


def test_languages_that_the_encoder_does_not_know_are_named_on_the_error_stream(home: Path) -> None:
    result = works(home, "project", "create", "x", "--classes", "a,b", "--languages", "en,da,uk")
    assert "Danish, Ukrainian" in result.stderr
    assert "Danish" not in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--classes", "a", "--languages", "en"), "at least 2 classes; 1 given"),
        (("--classes", "a,b", "--languages", "english!"), "is not a language code"),
        (("--classes", "a,b", "--languages", "en", "--target", "90"), "is 90.0; it must be above 0 and at most 1"),
        (("--classes", "a,b", "--languages", "en", "--strategy", "best"), "Unknown strategy 'best'"),
        (("--classes", "a,b", "--languages", "en", "--uncertainty", "none"), "Unknown uncertainty 'none'"),
        (("--classes", "a,b", "--languages", "en", "--budget", "0"), "The budget is 0"),
    ],
)
def test_settings_that_cannot_work_end_in_one_line(home: Path, words: tuple[str, ...], message: str) -> None:
    assert message in fails(home, "project", "create", "x", *words, code=ExitCode.USAGE)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--classes", "a,b", "--languages", "en", "--guidelines-file", "missing.txt"), "'missing.txt' cannot be read"),
        (("--from", "missing.csv"), "There is no file 'missing.csv'"),
    ],
)
def test_a_file_that_is_not_there_ends_in_one_line(home: Path, words: tuple[str, ...], message: str) -> None:
    assert message in fails(home, "project", "create", "x", *words, code=ExitCode.BAD_FILE)


def test_a_file_without_classes_says_so(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "plain.csv"
    file.write_text("text,language\nhello,en\n", "utf-8")
    assert "no column that looks like the class" in fails(
        home, "project", "create", "x", "--from", file, code=ExitCode.BAD_FILE
    )


def test_a_name_is_taken_only_once(home: Path) -> None:
    create(home)
    message = fails(home, "project", "create", "shop", "--classes", "a,b", "--languages", "en", code=ExitCode.EXISTS)
    assert message == "lamm: There is a project named 'shop' already.\n"


def test_projects_are_listed_and_brackets_in_names_are_no_markup(home: Path) -> None:
    assert "no project yet" in works(home, "project", "list").stdout
    works(home, "project", "create", "[red]x[/red]", "--classes", "a,b", "--languages", "en,fr")
    listed = works(home, "project", "list").stdout
    assert "[red]x[/red]" in listed
    assert "en, fr" in listed


def test_named_targets_win_over_the_general_one() -> None:
    assert parse_targets(["fr=0.5", "0.7"], ["en", "fr"]) == {"en": 0.7, "fr": 0.5}
    assert parse_targets([], ["en"]) == {"en": 0.9}
    with pytest.raises(typer.BadParameter, match="two targets"):
        parse_targets(["en=0.5", "en=0.6"], ["en"])


@pytest.mark.parametrize("words", [("status",), ("round",), ("export", "x.csv"), ("import", "x.csv")])
def test_an_unknown_project_is_answered_with_those_there_are(home: Path, words: tuple[str, ...]) -> None:
    create(home)
    message = fails(home, words[0], "nope", *words[1:], code=ExitCode.NOT_FOUND)
    assert message == "lamm: There is no project named 'nope'; there are: shop.\n"


def test_a_home_that_cannot_be_made_ends_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", "utf-8")
    assert "cannot be made" in fails(file / "home", "project", "list", code=ExitCode.UNAVAILABLE)
    assert "cannot be made" in fails(file / "home", "benchmark", "sample", code=ExitCode.UNAVAILABLE)


# import


def test_an_import_counts_what_it_took(home: Path, texts: Path) -> None:
    create(home)
    first = works(home, "import", "shop", texts, "--no-embed").stdout
    again = works(home, "import", "shop", texts, "--no-embed").stdout
    assert "90 texts added to the pool, 30 to the check set; 0 were there already; 0 rows rejected" in first
    assert "0 texts added to the pool, 0 to the check set; 120 were there already" in again
    assert "the next round does it" in first


def test_rejected_rows_are_shown_with_number_and_reason_and_all_are_written(home: Path, tmp_path: Path) -> None:
    create(home)
    file = tmp_path / "rows.csv"
    file.write_text("text,language\nhello,en\n" + "".join(f"hej {n},sv\n" for n in range(15)), "utf-8")
    rejected = tmp_path / "rejected.csv"
    out = works(home, "import", "shop", file, "--no-embed", "--rejected-to", rejected).stdout
    assert "15 rows rejected" in out
    assert "row 2: the language 'sv' is not one of the project's" in out
    assert "row 11:" in out
    assert "row 12:" not in out
    assert "and 5 more" in out
    with rejected.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["row"] for row in rows] == [str(n) for n in range(2, 17)]
    assert {row["reason"] for row in rows} == {"the language 'sv' is not one of the project's"}


def test_columns_can_be_named_and_are_not_taken_twice(home: Path, tmp_path: Path) -> None:
    create(home)
    file = tmp_path / "rows.csv"
    file.write_text("label,lang2,kind,number,part\nhello,en,pen,7,train\nbonjour,fr,marker,8,dev\n", "utf-8")
    named = ("--text-column", "label", "--language-column", "lang2", "--class-column", "kind")
    out = works(
        home, "import", "shop", file, "--no-embed", *named, "--id-column", "number", "--split-column", "part"
    ).stdout
    assert "text: label; language: lang2; class: kind; id: number; split: part." in out
    assert "1 texts added to the pool, 1 to the check set" in out
    assert (
        "text: label; language: lang2; class: none"
        in works(home, "import", "shop", file, "--no-embed", *named[:4]).stdout
    )


def test_all_rows_can_be_given_one_purpose_and_one_language(home: Path, texts: Path, tmp_path: Path) -> None:
    create(home)
    out = works(home, "import", "shop", texts, "--no-embed", "--as", "check").stdout
    assert "0 texts added to the pool, 120 to the check set" in out
    file = tmp_path / "plain.csv"
    file.write_text("text\nhello\nworld\n", "utf-8")
    message = fails(home, "import", "shop", file, "--no-embed", "--no-guess", code=ExitCode.BAD_FILE)
    assert "no language was given" in message
    assert "2 texts added to the pool" in works(home, "import", "shop", file, "--no-embed", "--language", "en").stdout


def test_labels_can_be_hidden(home: Path, texts: Path) -> None:
    create(home)
    works(home, "import", "shop", texts, "--no-embed", "--hide-labels")
    assert json.loads(works(home, "status", "shop", "--json").stdout)["labels"] == 0


def test_an_import_that_takes_nothing_fails(home: Path, texts: Path) -> None:
    create(home)
    message = fails(home, "import", "shop", texts, "--no-embed", "--language", "sv", code=ExitCode.BAD_FILE)
    assert message == "lamm: None of the 120 rows of 'texts.csv' could be imported.\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.csv", None, "There is no file"),
        ("empty.csv", b"", "is empty"),
        ("other.xyz", b"text\n", "unknown format"),
        ("columns.csv", b"a,b\n1,2\n", "No column looks like the text"),
        ("broken.parquet", b"nothing", "cannot be read as parquet"),
    ],
)
def test_a_file_that_cannot_be_used_ends_in_one_line(
    home: Path, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    create(home)
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert message in fails(home, "import", "shop", tmp_path / name, code=ExitCode.BAD_FILE)


def test_rejected_rows_go_to_csv_only_and_that_is_said_before_the_import(home: Path, texts: Path) -> None:
    create(home)
    assert "must end in .csv" in fails(
        home, "import", "shop", texts, "--no-embed", "--rejected-to", "r.xls", code=ExitCode.BAD_FILE
    )
    assert json.loads(works(home, "status", "shop", "--json").stdout)["pool"] == 0


class _Encoder:
    """Stands in for a model; stops like Ctrl-C once it has embedded so many chunks."""

    def __init__(self, chunks: int) -> None:
        self.chunks = chunks
        self.texts = 0

    def encode(self, texts: list[str]) -> np.ndarray:
        if not self.chunks:
            raise KeyboardInterrupt
        self.chunks -= 1
        self.texts += len(texts)
        return np.ones((len(texts), 4), dtype=np.float32)


def test_an_interrupted_import_continues_where_it_stopped(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(home)
    file = tmp_path / "many.csv"
    pd.DataFrame({"text": [f"text {n}" for n in range(600)], "language": "en"}).to_csv(file, index=False)

    interrupted, whole = _Encoder(1), _Encoder(9)
    monkeypatch.setattr(embedding, "load_encoding", lambda name: Encoding(interrupted.encode))
    result = lamm(home, "import", "shop", file)
    assert result.exit_code == 130
    assert "Interrupted when 256 of 600 texts were embedded" in result.stderr
    assert "continues where it stopped" in result.stderr
    assert "Traceback" not in result.output

    monkeypatch.setattr(embedding, "load_encoding", lambda name: Encoding(whole.encode))
    result = works(home, "import", "shop", file)
    assert whole.texts == 344
    assert "600 were there already" in result.stdout
    assert "Embedded 344 texts." in result.stdout
    assert "Embedding: 344 of 344 texts." in result.stderr
    assert "All texts were embedded already." in works(home, "import", "shop", file).stdout


def test_an_encoder_that_is_not_there_ends_in_one_line_and_keeps_the_texts(home: Path, texts: Path) -> None:
    create(home, "--encoder", "builtin:none")
    result = lamm(home, "import", "shop", texts)
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "The encoder 'builtin:none' could not be loaded" in result.stderr
    assert "Traceback" not in result.output
    assert json.loads(works(home, "status", "shop", "--json").stdout)["pool"] == 90


# rounds and status


def test_a_round_shows_what_it_found_and_chose(ready: Path) -> None:
    result = works(ready, "round", "shop")
    assert "Round 1 learnt from 72 labels and chose 6 texts to label next." in result.stdout
    assert "0 of 3 targets met; Polish is next, " in result.stdout
    assert re.search(r"English \(en\) +not proven +100\.0% \(72–100\) +90\.0% +0\b", result.stdout)
    assert re.search(r"Polish \(pl\) +(missed|not proven) +\d+\.\d% \(\d+–\d+\) +90\.0% +6\b", result.stdout)
    assert "lamm: Fitting the model." in result.stderr
    assert "\x1b" not in result.output


def test_a_first_round_without_labels_says_that_there_is_no_model(home: Path, texts: Path) -> None:
    create(home)
    works(home, "import", "shop", texts, "--no-embed", "--hide-labels")
    embed_by_hand(home, texts)
    out = works(home, "round", "shop").stdout
    assert "Round 1 fitted no model (0 labels are too few, or all of one class) and chose 6 texts" in out
    assert "No accuracy is known yet" in out


def test_a_round_without_texts_says_so(home: Path) -> None:
    create(home)
    assert "found no texts" in works(home, "round", "shop").stdout


def test_a_round_with_a_full_queue_says_what_waits(ready: Path) -> None:
    works(ready, "round", "shop")
    assert "chose no texts: 6 wait in the batch already" in works(ready, "round", "shop").stdout


def test_an_interrupted_round_says_how_to_go_on(home: Path, texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(home)
    works(home, "import", "shop", texts, "--no-embed")
    stopping = _Encoder(0)
    monkeypatch.setattr(embedding, "load_encoding", lambda name: Encoding(stopping.encode))
    result = lamm(home, "round", "shop")
    assert result.exit_code == 130
    assert "run the round again with: lamm round shop" in result.stderr
    assert "Round 1 failed:" in works(home, "status", "shop").stdout


def test_status_before_the_first_round(home: Path) -> None:
    create(home)
    out = works(home, "status", "shop").stdout
    assert "No round has run yet; run one with: lamm round shop" in out
    assert "No batch waits" in out
    assert re.search(r"Polish \(pl\) +not measured +\? +90\.0% +\? +0 +\?", out)


@pytest.mark.parametrize("strategy", ["lamm", "lc"])
def test_the_next_batch_of_a_strategy_without_quotas_is_told_from_the_last(
    ready: Path, workspace: Workspace, strategy: str
) -> None:
    project = get_project(workspace, "shop")
    change_settings(workspace, project, replace(project.settings, strategy=strategy))
    works(ready, "round", "shop")
    out = works(ready, "status", "shop").stdout
    rows = [line.split() for line in out.splitlines() if re.match(r"\w+ \(..\)", line)]
    assert len(rows) == 3
    assert all(row[-1].startswith("~") == (strategy == "lc") for row in rows)
    assert sum(int(row[-1].lstrip("~")) for row in rows) == 6
    assert max(len(line) for line in out.splitlines() if "(95% interval)" in line or re.match(r"\w+ \(", line)) <= 80


def test_a_target_is_met_once_it_is_proven_over_all_rounds(ready: Path, workspace: Workspace) -> None:
    project = get_project(workspace, "shop")
    targets = {"en": 0.4, "fr": 0.9, "pl": 0.99}
    change_settings(workspace, project, replace(project.settings, targets=targets))
    works(ready, "round", "shop")
    out = works(ready, "status", "shop").stdout
    assert re.search(r"English \(en\) +met +100\.0% \(72–100\) +40\.0%", out)
    assert re.search(r"French \(fr\) +not proven +100\.0% \(72–100\) +90\.0%", out)
    assert "1 of 3 targets met; Polish is next, " in out
    assert "at the target but not proven: French (" in out


def test_class_targets_have_their_own_rows(ready: Path, workspace: Workspace) -> None:
    project = get_project(workspace, "shop")
    settings = replace(project.settings, class_targets={("en", "pen"): 0.3, ("pl", "marker"): 0.9})
    change_settings(workspace, project, settings)
    works(ready, "round", "shop")
    for command in ("status", "round"):
        lines = works(ready, command, "shop").stdout.splitlines()
        (english,) = (place for place, line in enumerate(lines) if line.startswith("English"))
        below = next(line for line in lines[english + 1 :] if not line.split()[0].startswith("+"))
        assert re.match(r"  pen +met +100\.0% \(57–100\) +30\.0%", below)
        assert any(re.match(r"  marker +(missed|not proven) ", line) for line in lines)


def _outlook(low: int | None, middle: int | None, high: int | None) -> Outlook:
    """An outlook with these labels, at 30 seconds and 0.5 EUR a label."""
    ends = (low, middle, high)
    efforts = (None if each is None else Effort(each, each / 120, each / 2) for each in ends)
    chance = 0.05 if low is None else 0.95
    return Outlook(Forecast("pl", 0.9, *ends, *ends, (0.81, 0.93), chance), *efforts)


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((120, 240, 1200), ["120 to 1,200 labels", "about 2.0 h, 120 EUR"]),
        ((12, None, None), ["12 labels or more, perhaps never"]),
        ((None, None, None), ["not reachable"]),
        ((0, 0, 0), ["0 labels"]),
    ],
)
def test_the_forecast_is_told_as_a_range(
    ready: Path, workspace: Workspace, ends: tuple[int | None, ...], words: list[str]
) -> None:
    status = _with_outlook(workspace, _outlook(*ends))
    table = status_table(status)
    cells = list(table.columns[4].cells)
    assert cells == ["\n".join(words), "?", "?"]


def test_the_status_table_fits_into_80_columns_with_all_it_can_tell(ready: Path, workspace: Workspace) -> None:
    works(ready, "round", "shop")
    status = _with_outlook(workspace, _outlook(1200, 2400, 12000))
    screen = Console(width=80, record=True, file=io.StringIO(), color_system=None)
    screen.print(status_table(status))
    lines = screen.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    whole = "\n".join(lines)
    assert len(re.findall(r"\d\d\.\d% \(\d+–\d+\) +90\.0%", whole)) == 3
    assert all(re.search(rf"(?m)(^|\s){words}(\s|$)", whole) for words in ("1,200", "12,000", "20 h,", "1,200 EUR"))
    assert "…" not in whole


def _with_outlook(workspace: Workspace, outlook: Outlook) -> ProjectStatus:
    """The status of the shop, its first language with this outlook."""
    status = project_status(workspace, get_project(workspace, "shop"))
    first, *others = status.languages
    return replace(status, languages=(replace(first, outlook=outlook), *others))


def test_status_says_what_is_furthest_and_how_far_the_batch_is(ready: Path) -> None:
    works(ready, "round", "shop")
    out = works(ready, "status", "shop").stdout
    assert "Round 1 is done; the model of round 1 serves." in out
    assert "Batch of round 1: 0 of 6 texts done; 6 texts open in all." in out
    assert "0 of 3 targets met; Polish is next, " in out
    assert "at the target but not proven: English, French (" in out
    assert re.search(r"Polish .* 90\.0% +\? +24 +\d+\b", out)


def test_status_names_the_languages_that_cannot_be_measured(home: Path, texts: Path) -> None:
    table = pd.read_csv(texts)
    table[(table["language"] != "pl") | (table["split"] == "pool")].to_csv(texts, index=False)
    create(home)
    works(home, "import", "shop", texts, "--no-embed")
    embed_by_hand(home, texts)
    out = works(home, "round", "shop").stdout
    assert out.splitlines()[-1].startswith("0 of 3 targets met; at the target but not proven: English, French")
    assert out.splitlines()[-1].endswith("; not measured, for want of check items: Polish.")


def test_status_says_that_a_round_runs(ready: Path, workspace: Workspace) -> None:
    begin_round(workspace, get_project(workspace, "shop"))
    assert "Round 1 is running: starting (0%)." in works(ready, "status", "shop").stdout
    assert (
        fails(ready, "round", "shop", code=ExitCode.BUSY) == "lamm: Round 1 of 'shop' is running already (starting).\n"
    )


def _fail_next_round(workspace: Workspace, project: Project, reason: str) -> None:
    begun = begin_round(workspace, project)
    with workspace.database.write() as connection:
        rounds.fail(connection, begun.id, begun.attempt, reason, utc_now())


def test_status_says_that_a_round_failed_and_which_model_serves_on(ready: Path, workspace: Workspace) -> None:
    project = get_project(workspace, "shop")
    _fail_next_round(workspace, project, "The disk is full.")
    out = works(ready, "status", "shop").stdout
    assert "Round 1 failed: The disk is full; there is no model yet. Run it again with: lamm round shop" in out
    works(ready, "round", "shop")
    _fail_next_round(workspace, project, "The disk is full.")
    out = works(ready, "status", "shop").stdout
    assert "Round 2 failed: The disk is full; the model of round 1 serves on. Run it again" in out
    record = json.loads(works(ready, "status", "shop", "--json").stdout)
    assert (record["round"]["state"], record["round"]["error"]) == ("failed", "The disk is full.")
    assert record["model"]["round"] == 1


def test_a_name_with_spaces_is_quoted_in_the_advice(home: Path) -> None:
    works(home, "project", "create", "my shop", "--classes", "a,b", "--languages", "en")
    assert "lamm round 'my shop'" in works(home, "status", "my shop").stdout


def test_status_as_json_is_one_object_with_fractions(ready: Path) -> None:
    works(ready, "round", "shop")
    result = works(ready, "status", "shop", "--json")
    record = json.loads(result.stdout)
    assert result.stderr == ""
    assert set(record) == {
        "project", "created_at", "metric", "classes", "budget", "strategy", "uncertainty", "encoder", "seed", "targets",
        "targets_met", "furthest", "pool", "labels", "languages", "round", "model", "batch", "growth",
    }  # fmt: skip
    assert (record["targets"], record["targets_met"], record["furthest"]) == (3, 0, "pl")
    assert (record["pool"], record["labels"]) == (90, 72)
    polish = record["languages"][0]
    assert (polish["language"], polish["name"], polish["target"], polish["checked"]) == ("pl", "Polish", 0.9, 10)
    assert polish["accuracy"] == polish["estimate"]
    assert abs(polish["accuracy"] - polish["correct"] / 10) < 0.2  # with what is foretold of unlabelled texts
    assert polish["state"] in {"missed", "unproven"}
    english = next(each for each in record["languages"] if each["language"] == "en")
    assert (english["state"], english["target_met"], english["estimate"]) == ("unproven", False, 1.0)
    assert english["settle"] > 0
    low, high = english["proven"]
    assert low < english["interval"][0] < 0.9 < high
    assert english["effective"] >= english["checked"]
    assert english["classes"] == []
    assert english["forecast"] is None
    assert (english["labels_this_week"], english["usual_quota"]) == (0, english["quota"])
    check_set = english["check_set"]
    assert (check_set["imported"], check_set["labelled"], check_set["open"], check_set["reserve"]) == (True, 10, 0, 0)
    assert check_set["width"] == pytest.approx((english["interval"][1] - english["interval"][0]) / 2)
    assert check_set["needed"] > 0
    assert check_set["near_duplicates"] == 0
    assert polish["gap"] == pytest.approx(0.9 - polish["accuracy"])
    assert polish["interval"][0] < polish["accuracy"] < polish["interval"][1]
    assert polish["label_share"] == pytest.approx(1 / 3)
    assert sum(each["quota"] for each in record["languages"]) == 6
    assert sum(each["next_quota"] for each in record["languages"]) == 6
    assert record["round"]["state"] == "done"
    assert record["batch"]["open"] == 6


def test_status_as_json_before_the_first_round_has_nulls(home: Path) -> None:
    create(home)
    record = json.loads(works(home, "status", "shop", "--json").stdout)
    assert record["round"] is record["model"] is record["batch"] is record["furthest"] is None
    for each in record["languages"]:
        assert each["state"] == "not measured"
        nothing = ("accuracy", "estimate", "interval", "proven", "effective", "settle", "forecast", "next_quota")
        assert [each[name] for name in nothing] == [None] * 8


def test_the_json_of_a_forecast_has_numbers_and_null_for_never(ready: Path, workspace: Workspace) -> None:
    status = _with_outlook(workspace, _outlook(12, 60, None))
    record = status_record(status, None, {})
    forecast = json.loads(json.dumps(json_value(record), allow_nan=False))["languages"][0]["forecast"]
    assert forecast == {
        "labels": {"low": 12, "middle": 60, "high": None},
        "hours": {"low": 0.1, "middle": 0.5, "high": None},
        "cost": {"low": 6.0, "middle": 30.0, "high": None},
        "currency": None,  # the project has no price
        "plateau": [0.81, 0.93],
        "chance": 0.95,
        "reachable": True,
    }
    settings = replace(status.project.settings, price_per_label=0.5, currency="GBP")
    priced = replace(status, project=replace(status.project, settings=settings))
    assert status_record(priced, None, {})["languages"][0]["forecast"]["currency"] == "GBP"  # type: ignore[index]


def test_the_json_tells_class_targets(ready: Path, workspace: Workspace) -> None:
    project = get_project(workspace, "shop")
    settings = replace(project.settings, class_targets={("en", "pen"): 0.3}, metric="macro-f1")
    change_settings(workspace, project, settings)
    works(ready, "round", "shop")
    record = json.loads(works(ready, "status", "shop", "--json").stdout)
    assert record["metric"] == "macro-f1"
    (english,) = (each for each in record["languages"] if each["language"] == "en")
    (pen,) = english["classes"]
    assert (pen["class"], pen["target"], pen["state"], pen["settle"]) == ("pen", 0.3, "met", 0)
    assert (pen["estimate"], pen["correct"], pen["checked"]) == (1.0, 5, 5)
    assert pen["proven"][0] >= 0.3


# export


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_labels_are_exported(ready: Path, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"labels.{ending}"
    assert works(ready, "export", "shop", file).stdout == f"Wrote 102 labels to {file}.\n"
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "jsonl": lambda path: pd.read_json(path, lines=True)}
    assert len(read[ending](file)) == 102


def test_an_export_in_the_format_of_a_tool_says_as_json_what_was_written(ready: Path, tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    said = json.loads(works(ready, "export", "shop", file, "--format", "label-studio", "--json").stdout)
    named = {"project": "shop", "file": str(file), "format": "label-studio", "translations": False}
    assert said == named | {"rows": 102, "duplicates": False}
    assert len(json.loads(file.read_text("ascii"))) == 102


def test_an_export_that_cannot_be_written_ends_in_one_line(ready: Path, tmp_path: Path) -> None:
    assert "unknown format" in fails(ready, "export", "shop", tmp_path / "labels.doc", code=ExitCode.BAD_FILE)
    nowhere = tmp_path / "none" / "labels.csv"
    assert "cannot be written" in fails(ready, "export", "shop", nowhere, code=ExitCode.UNAVAILABLE)


# benchmark


@pytest.fixture
def benchmark_home(home: Path) -> Path:
    texts = list(dict.fromkeys(pd.read_csv(sample.SAMPLE_FILE, dtype=str, keep_default_na=False)["text"]))
    vectors = np.random.default_rng(0).normal(size=(len(texts), 4)).astype(np.float32)
    EmbeddingStore(home / "embeddings", DEFAULT_ENCODER).append([text_key(text) for text in texts], vectors)
    return home


def test_a_benchmark_prints_a_table_and_writes_json(benchmark_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "new" / "results.json"
    words = (
        "benchmark", "sample", "--strategies", "random,lamm", "--seeds", "1", "--labels", "150", "--target", "0.5",
        "--uncertainty", "margin", "--workers", "1",
    )  # fmt: skip
    result = works(benchmark_home, *words, "--json-file", file)
    assert re.search(r"random .*\n(.*\n)*.*lamm", result.stdout)
    assert "Replaying: 2 of 2 replays." in result.stderr
    assert "Replaying" not in result.stdout
    records = json.loads(file.read_text("utf-8"))
    assert [each["strategy"] for each in records] == ["random", "lamm"]
    assert {(each["target"], each["uncertainty"], each["labels"][-1]) for each in records} == {(0.5, "margin", 150)}
    assert json.loads(works(benchmark_home, *words, "--json").stdout) == records


_QUICK = ("benchmark", "sample", "--strategies", "lamm,lc", "--seeds", "1", "--labels", "150", "--workers", "1")


def test_a_benchmark_writes_table_picture_and_report(benchmark_home: Path, tmp_path: Path) -> None:
    files = {kind: tmp_path / "new" / kind / f"results.{kind}" for kind in ("csv", "png", "html")}
    result = works(benchmark_home, *_QUICK, *(word for kind, file in files.items() for word in (f"--{kind}", file)))
    table = pd.read_csv(files["csv"])
    assert table["strategy"].tolist() == ["lamm", "lc"]
    assert files["png"].read_bytes().startswith(b"\x89PNG")
    assert "<title>LAMM benchmark</title>" in files["html"].read_text("utf-8")
    assert all(f"Wrote 2 results to {file}." in result.stderr for file in files.values())
    assert f"{table['A en'][0]:.3f}" in result.stdout
    for words in ("HRL label", "standard error is unknown", DEFAULT_ENCODER, "Seeds: 0", "scikit-learn "):
        assert words in result.stdout
    assert not re.search(r"\bnan\b", result.stdout, re.IGNORECASE)


def test_a_benchmark_run_again_takes_what_is_kept_unless_it_is_to_be_fresh(benchmark_home: Path) -> None:
    first = works(benchmark_home, *_QUICK)
    assert len(list((benchmark_home / "benchmarks").glob("*.npz"))) == 2
    assert "kept" not in first.stderr
    again = works(benchmark_home, *_QUICK)
    assert "Replaying: 2 of 2 replays, 2 of them kept." in again.stderr
    assert again.stdout == first.stdout
    fresh = works(benchmark_home, *_QUICK, "--fresh")
    assert "kept" not in fresh.stderr
    assert fresh.stdout == first.stdout


def test_help_names_every_part_of_a_preparation() -> None:
    (found,) = (each for each in _COMMANDS["benchmark"].params if "--preparation" in each.opts)
    assert [name for name in ("plain", "default", *PARTS) if name not in found.help] == []


def test_a_benchmark_runs_every_preparation_that_is_given(benchmark_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    works(benchmark_home, *_QUICK, "--preparation", "plain", "--preparation", "smooth,centre", "--json-file", file)
    found = [(each["preparation"], each["strategy"]) for each in json.loads(file.read_text("utf-8"))]
    assert found == [(name, strategy) for name in ("plain", "centre,smooth") for strategy in ("lamm", "lc")]


@pytest.mark.parametrize("option", ["--json-file", "--csv", "--png", "--html"])
def test_a_file_that_cannot_be_written_is_found_before_the_work(
    benchmark_home: Path, tmp_path: Path, option: str
) -> None:
    assert "is a folder" in fails(benchmark_home, *_QUICK, option, tmp_path, code=ExitCode.UNAVAILABLE)
    (tmp_path / "file").write_text("")
    inside = tmp_path / "file" / "results"
    assert "cannot be made" in fails(benchmark_home, *_QUICK, option, inside, code=ExitCode.UNAVAILABLE)
    assert not (benchmark_home / "benchmarks").exists()


@pytest.mark.parametrize(
    ("words", "message", "code"),
    [
        (("nope",), "Unknown benchmark task 'nope'", ExitCode.NOT_FOUND),
        (("sample", "--strategies", "random,best"), "Unknown strategy 'best'", ExitCode.USAGE),
        (("sample", "--uncertainty", "best"), "Unknown uncertainty 'best'", ExitCode.USAGE),
        (("sample", "--preparation", "best"), "Unknown preparation 'best'", ExitCode.USAGE),
        (("sample", "--preparation", "smooth,smooth"), "names 'smooth' 2 times", ExitCode.USAGE),
        (("catalogue-7", "--data", "nowhere"), "is missing", ExitCode.BAD_FILE),
        (("sample", "--labels", "10"), "10 labels are fewer", ExitCode.USAGE),
        (("sample", "--target", "2"), "The target is 2.0", ExitCode.USAGE),
    ],
)
def test_a_benchmark_that_cannot_run_ends_in_one_line(
    home: Path, words: tuple[str, ...], message: str, code: ExitCode
) -> None:
    assert message in fails(home, "benchmark", *words, code=code)


# app


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What Streamlit was asked for, each time that the process became its server."""
    calls: list[list[str]] = []

    def run_module(name: str, run_name: str, alter_sys: bool) -> None:
        calls.append([name, run_name, *sys.argv[1:]])

    monkeypatch.setattr(runpy, "run_module", run_module)
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    monkeypatch.setattr(os, "environ", os.environ.copy())
    return calls


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def app_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "app.py"
    file.write_text("", "utf-8")
    monkeypatch.setattr(app_command, "APP_FILE", file)
    return file


def test_the_app_becomes_streamlit_on_this_machine_only(
    home: Path, served: list[list[str]], free_port: int, app_file: Path, workspace: Workspace
) -> None:
    lamm(home, "app", "--port", str(free_port), "--no-browser")
    arguments = served[0]
    assert arguments[:3] == ["streamlit", "__main__", "run"]
    assert str(app_file) in arguments
    assert {"--server.address=127.0.0.1", f"--server.port={free_port}", "--server.headless=true"} <= set(arguments)
    assert os.environ["LAMM_HOME"] == str(home)
    assert [each.name for each in list_projects(workspace)] == [sample.SAMPLE_NAME]


def test_the_app_opens_the_browser_and_can_do_without_the_sample(
    home: Path, served: list[list[str]], free_port: int, app_file: Path, workspace: Workspace
) -> None:
    lamm(home, "app", "--port", str(free_port), "--no-sample")
    assert "--server.headless=false" in served[0]
    assert list_projects(workspace) == []


def test_a_busy_port_ends_in_one_line(tmp_path: Path, served: list[list[str]], app_file: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        message = fails(tmp_path / "home", "app", "--port", str(port), code=ExitCode.BUSY)
    assert message == f"lamm: Port {port} is in use already; choose another one with --port.\n"
    assert not served
    assert not (tmp_path / "home").exists()


def test_a_port_that_is_not_allowed_ends_in_one_line(
    home: Path, app_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: socket.socket, address: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    assert "Port 80 cannot be used (Permission denied)" in fails(home, "app", "--port", "80", code=ExitCode.UNAVAILABLE)


def test_a_missing_app_file_ends_in_one_line(home: Path, served: list[list[str]], app_file: Path) -> None:
    app_file.unlink()
    assert "there is no file" in fails(home, "app", code=ExitCode.UNAVAILABLE)
    assert not served


# all commands


def test_a_bug_keeps_its_traceback(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(workspace: Workspace) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("lamm_core.workflow.projects.list_projects", broken)
    assert isinstance(lamm(home, "project", "list").exception, RuntimeError)


def test_ctrl_c_ends_any_command_with_130(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(workspace: Workspace) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lamm_core.workflow.projects.list_projects", stopped)
    result = lamm(home, "project", "list")
    assert (result.exit_code, result.stderr) == (130, "lamm: Interrupted.\n")


def _process(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lamm_core.cli", "--home", str(home), *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )


def test_as_a_process_results_and_errors_go_to_their_own_streams(ready: Path) -> None:
    good, bad = _process(ready, "status", "shop", "--json"), _process(ready, "status", "nope")
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)["project"] == "shop"
    assert (bad.returncode, bad.stdout) == (ExitCode.NOT_FOUND, "")
    assert bad.stderr == "lamm: There is no project named 'nope'; there are: shop.\n"


def test_as_a_process_tables_are_whole_and_plain_in_a_pipe(home: Path) -> None:
    name = "a name that is far too long for a terminal of eighty columns, but not for a pipe: 日本語"
    works(home, "project", "create", name, "--classes", "a,b", "--languages", "en")
    done = _process(home, "project", "list", PYTHONIOENCODING="utf-8", COLUMNS="40")
    assert name in done.stdout
    assert "\x1b" not in done.stdout


def test_as_a_process_names_that_the_terminal_cannot_show_do_not_end_it(home: Path) -> None:
    works(home, "project", "create", "日本語", "--classes", "a,b", "--languages", "en")
    done = _process(home, "status", "日本語", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u65e5" in done.stdout
