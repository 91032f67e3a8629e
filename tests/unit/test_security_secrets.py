"""The password of the database, and what people wrote, stand in no message, no help, no log and no file."""

import logging
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from lamm_core.errors import StorageUnavailable, UnknownTranslator
from lamm_core.settings import DATABASE_VARIABLE, HOME_VARIABLE, load_settings
from lamm_core.storage.database import Database
from lamm_core.storage.tables import annotator
from lamm_core.translation.translators import load_translator
from lamm_core.workflow.workspace import Workspace

_SECRET = "hunter2pass"
_URLS = [
    f"postgresql://ana:{_SECRET}@127.0.0.1:1/db",
    f"postgresql://ana:p@{_SECRET}@127.0.0.1:1/db",
    f"postgresql://ana:p/{_SECRET}@127.0.0.1:1/db",
    f"postgresql://ana:p#{_SECRET}@127.0.0.1:1/db",
    f"postgresql://ana:p?{_SECRET}@127.0.0.1:1/db",
    f"postgresql://an/a:{_SECRET}@127.0.0.1:1/db",
    f"postgresql://ana:%ZZ{_SECRET}@127.0.0.1:1/db",
    f"postgresql://ana:{_SECRET}@127.0.0.1:{_SECRET}/db",
    f"postgresql://127.0.0.1:1/db?password={_SECRET}",
    f"postgresql://127.0.0.1:1/db?pasword={_SECRET}",
    f"mysql://ana:{_SECRET}@127.0.0.1/db",
    f"postgres//ana:{_SECRET}@127.0.0.1/db",
    f"ana:{_SECRET}@127.0.0.1/db",
]


@pytest.mark.parametrize("url", _URLS)
def test_a_database_that_does_not_answer_keeps_its_password(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    settings = load_settings(Path("/somewhere"))
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StorageUnavailable) as caught, Database(settings.database_url).read():
        pass
    told = [str(caught.value), "".join(traceback.format_exception(caught.value)), caplog.text, repr(settings)]
    assert [each for each in told if _SECRET in each] == []
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize("words", [("app", "--help"), ("status",)])
def test_no_command_shows_the_password_or_the_environment(words: tuple[str, ...], tmp_path: Path) -> None:
    secrets = {DATABASE_VARIABLE: _URLS[0], "LAMM_LIBRETRANSLATE_KEY": _SECRET, "AWS_SECRET_ACCESS_KEY": _SECRET}
    run = subprocess.run(
        [sys.executable, "-m", "lamm_core.cli", *words],
        env=os.environ | secrets | {HOME_VARIABLE: str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode == 0) == ("--help" in words)
    assert _SECRET not in run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    assert [
        each for each in tmp_path.rglob("*") if each.is_file() and _SECRET in each.read_text("utf-8", "replace")
    ] == []


def test_an_error_of_the_database_quotes_no_values(sqlite_workspace: Workspace) -> None:
    values = {"name": "a text of a user", "created_at": None}
    with pytest.raises(IntegrityError) as caught, sqlite_workspace.database.write() as connection:
        connection.execute(insert(annotator).values(**values))
    assert "a text of a user" not in str(caught.value)


@pytest.mark.parametrize(
    "url", [f"ftp://ana:{_SECRET}@host", f"http://ana:{_SECRET}@host", f"http://host?key={_SECRET}"]
)
def test_a_key_in_the_address_of_a_translator_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UnknownTranslator) as caught:
        load_translator(f"libretranslate:{url}")
    assert _SECRET not in str(caught.value)
