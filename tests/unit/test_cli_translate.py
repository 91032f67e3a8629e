"""`lamm translate` and what goes with it, as a user meets it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from support import translators
from support.translators import CountingTranslator
from typer.testing import CliRunner, Result

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.errors import TranslatorUnavailable
from lamm_core.workflow.projects import get_project
from lamm_core.workflow.translating import translation_counts
from lamm_core.workflow.workspace import Workspace, open_workspace


@pytest.fixture
def translator(monkeypatch: pytest.MonkeyPatch) -> CountingTranslator:
    return translators.register(monkeypatch)


@pytest.fixture
def home(home: Path, tmp_path: Path, translator: CountingTranslator) -> Path:
    """A project of six labelled texts in two languages, to be translated by the counting translator."""
    rows = [(f"{language}{number}", language, f"{language} text {number}", "pen" if number % 2 else "ink")
            for language in ("en", "fr") for number in range(3)]  # fmt: skip
    file = tmp_path / "texts.csv"
    pd.DataFrame(rows, columns=["id", "language", "text", "class"]).to_csv(file, index=False)
    options = ["--from", str(file), "--translator", translators.NAME, "--translation-weight", "0.3"]
    assert lamm(home, "project", "create", "shop", *options).exit_code == 0
    assert lamm(home, "import", "shop", str(file), "--no-embed").exit_code == 0
    return home


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:
    opened = open_workspace(home)
    yield opened
    opened.close()


def lamm(home: Path, *words: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, ["--home", str(home), *words], input=answer, env={"COLUMNS": "120"})


def stored(workspace: Workspace) -> int:
    return translation_counts(workspace, get_project(workspace, "shop")).stored


def test_translator_and_weight_are_settings_of_a_new_project(workspace: Workspace) -> None:
    settings = get_project(workspace, "shop").settings
    assert (settings.translator, settings.translation_weight) == (translators.NAME, 0.3)


def test_an_unknown_translator_is_refused_when_the_project_is_made(home: Path) -> None:
    words = ["--classes", "a,b", "--languages", "en,fr", "--translator", "nobody"]
    result = lamm(home, "project", "create", "other", *words)
    assert result.exit_code == ExitCode.USAGE
    assert "There is no translator 'nobody'; the kinds are: parallel:FILE" in result.output


def test_an_estimate_says_texts_characters_and_cost_and_translates_nothing(
    home: Path, workspace: Workspace, translator: CountingTranslator
) -> None:
    translator.price_per_million_characters = 15_000.0
    result = lamm(home, "translate", "shop", "--estimate")
    assert result.exit_code == 0
    assert "To translate with counting: 6 texts, 54 characters, about $0.81." in result.output
    assert "into French: 3 texts, 27 characters" in result.output
    assert translator.requests == 0
    assert stored(workspace) == 0


def test_what_costs_nothing_is_translated_without_asking_and_only_once(
    home: Path, workspace: Workspace, translator: CountingTranslator
) -> None:
    result = lamm(home, "translate", "shop")
    assert result.exit_code == 0
    assert "6 texts, 54 characters, at no cost" in result.output
    assert "6 texts translated." in result.output
    assert "Translating: 6 of 6 texts." in result.output
    assert stored(workspace) == 6
    again = lamm(home, "translate", "shop")
    assert again.exit_code == 0
    assert "Nothing is left to translate." in again.output
    assert sum(translator.asked.values()) == 6


@pytest.mark.parametrize(
    ("words", "answer", "pays"), [([], "n\n", False), ([], None, False), ([], "y\n", True), (["--yes"], None, True)]
)
def test_what_costs_is_paid_only_with_consent(
    home: Path, workspace: Workspace, translator: CountingTranslator, words: list[str], answer: str | None, pays: bool
) -> None:
    translator.price_per_million_characters = 15_000.0
    result = lamm(home, "translate", "shop", *words, answer=answer)
    assert ("Pay about $0.81?" in result.output) is (not words)
    assert result.exit_code == (0 if pays else 1)
    assert (translator.requests > 0) is pays
    assert stored(workspace) == (6 if pays else 0)


def test_a_failure_ends_in_one_line_and_running_it_again_goes_on(
    home: Path, workspace: Workspace, translator: CountingTranslator
) -> None:
    def fail(number: int) -> None:
        if number == 2:
            raise TranslatorUnavailable("The account is empty.")

    translator.before = fail
    result = lamm(home, "translate", "shop")
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "The account is empty; 3 of 6 texts are translated and kept" in result.stderr.splitlines()[-1]
    assert lamm(home, "translate", "shop").exit_code == 0
    assert stored(workspace) == 6
    assert set(translator.asked.values()) == {1}


def test_an_interruption_says_what_is_done(home: Path, workspace: Workspace, translator: CountingTranslator) -> None:
    def stop(number: int) -> None:
        if number == 2:
            raise KeyboardInterrupt

    translator.before = stop
    result = lamm(home, "translate", "shop")
    assert result.exit_code == 130
    assert "Interrupted when 3 of 6 texts were translated; they are kept, and 'lamm translate shop' goes on" in (
        result.stderr
    )
    assert stored(workspace) == 3


def test_pairs_that_the_translator_does_not_know_are_named(home: Path, translator: CountingTranslator) -> None:
    translator.unsupported = {("en", "fr")}
    result = lamm(home, "translate", "shop")
    assert "counting does not translate from English to French." in result.stderr
    assert "3 texts translated." in result.output


@pytest.mark.parametrize(("words", "answer"), [(["--yes"], None), ([], "y\n")])
def test_translations_are_removed(home: Path, workspace: Workspace, words: list[str], answer: str | None) -> None:
    lamm(home, "translate", "shop")
    refused = lamm(home, "translate", "shop", "--remove", answer="n\n")
    assert (refused.exit_code, stored(workspace)) == (1, 6)
    result = lamm(home, "translate", "shop", "--remove", *words, answer=answer)
    assert result.exit_code == 0
    assert "Removed 6 translations." in result.output
    assert stored(workspace) == 0


def test_estimate_and_remove_exclude_each_other(home: Path) -> None:
    assert lamm(home, "translate", "shop", "--estimate", "--remove").exit_code == 2


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_an_export_has_translations_only_when_it_is_asked_to(home: Path, tmp_path: Path, ending: str) -> None:
    lamm(home, "translate", "shop")
    read = {".csv": pd.read_csv, ".parquet": pd.read_parquet, ".jsonl": lambda path: pd.read_json(path, lines=True)}
    file = tmp_path / f"labels{ending}"
    assert "Wrote 6 labels to" in lamm(home, "export", "shop", str(file)).output
    plain = read[ending](file)
    assert "translated_from" not in plain.columns
    result = lamm(home, "export", "shop", str(file), "--translations")
    assert "Wrote 12 labels and translations to" in result.output
    table = read[ending](file)
    assert len(plain) == 6
    assert table["translated_from"].isna().sum() == 6
    row = table[table["id"] == "en1:fr"].iloc[0]
    assert (row["language"], row["text"], row["class"]) == ("fr", "fr: en text 1", "pen")
    assert (row["translated_from"], row["source"], row["translator"]) == ("en1", "translation", "counting")


def test_the_status_counts_no_translation_as_a_label(home: Path) -> None:
    before = json.loads(lamm(home, "status", "shop", "--json").output)
    lamm(home, "translate", "shop")
    assert json.loads(lamm(home, "status", "shop", "--json").output) == before
