"""What CONTRIBUTING.md says of strategies, encoders and formats: an entry of a registry, and they work throughout."""

import io
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pandas as pd
import pytest
from support import world

from lamm_core.exchange.format import About, Chunk, Format
from lamm_core.exchange.formats import FORMATS
from lamm_core.model.encoder_modules import NumpyEncoder
from lamm_core.model.encoders import BUILTIN_ENCODERS, BuiltinEncoder, load_encoder
from lamm_core.selection import STRATEGIES, UNCERTAINTIES, Strategy
from lamm_core.workflow.exporting import labels_file
from lamm_core.workflow.importing import embed_project, import_table, read_file
from lamm_core.workflow.projects import builtin_encoders, change_settings, create_project, strategies
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace


class Letters(NumpyEncoder):
    """How often each letter is in a text."""

    def __init__(self) -> None:
        super().__init__(_count_letters, 26)


def _count_letters(texts: list[str]) -> np.ndarray:
    return np.array([[text.lower().count(chr(97 + place)) for place in range(26)] for text in texts], np.float32)


def _likeliest_is_first_class(probabilities: np.ndarray) -> np.ndarray:
    return probabilities[:, 0]


def _read(file: BinaryIO) -> Iterator[Chunk]:
    rows = [line.split("|") for line in file.read().decode().splitlines()]
    yield Chunk(pd.DataFrame(rows, columns=["id", "language", "text"], dtype=object), range(1, len(rows) + 1))


def _write(table: pd.DataFrame, about: About) -> bytes:
    return "\n".join(f"{row.id}|{row.language}|{row.text}" for row in table.itertuples()).encode()


def test_a_strategy_is_an_entry(sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UNCERTAINTIES, "desk-first", _likeliest_is_first_class)
    monkeypatch.setitem(STRATEGIES, "desks", Strategy("desks", "Desks.", "equal", "top", "desk-first"))
    assert "desks" in strategies()
    project = world.make_project(sqlite_workspace, labels=60, strategy="desks")
    assert run_round(sqlite_workspace, project).strategy == "desks"
    stored = world.stored_items(sqlite_workspace, project)
    chosen = [world.TRUTH[stored[row.item_id].external_id] for row in world.queue_rows(sqlite_workspace, project)]
    assert len(chosen) == project.settings.budget
    assert chosen.count("desk") > len(chosen) / 2
    composed = change_settings(
        sqlite_workspace, project, world.settings_of(strategy="lamm+desk-first", targets=project.settings.targets)
    )
    assert composed.settings.strategy == "lamm+desk-first"


def test_an_encoder_is_an_entry(sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "builtin:letters"
    mine = BuiltinEncoder(name, "Letters.", frozenset(["en"]), f"{__name__}.Letters", package=__name__)
    monkeypatch.setitem(BUILTIN_ENCODERS, name, mine)
    load_encoder.cache_clear()
    assert name in builtin_encoders()
    project = world.make_project(sqlite_workspace, labels=40, embedded=False, encoder=name)
    embed_project(sqlite_workspace, project)
    run_round(sqlite_workspace, project)
    assert len(world.queue_rows(sqlite_workspace, project)) == project.settings.budget
    load_encoder.cache_clear()


def test_a_format_is_an_entry(sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, "bars", Format("bars", "Bars", (".bars",), _read, _write))
    project = create_project(sqlite_workspace, "small", world.settings_of())
    table, mapping = read_file(io.BytesIO(b"a|en|one\nb|de|zwei"), "texts.bars")
    assert import_table(sqlite_workspace, project, table, mapping).rejected == ()
    labelled = world.make_project(sqlite_workspace, labels=2, name="labelled")
    lines = labels_file(sqlite_workspace, labelled, ".bars").decode().splitlines()
    assert len([line for line in lines if line.startswith("pool-")]) == 2
