"""A matrix of the user's own instead of an encoder: what is kept, what is refused, what a round does without."""

from typing import Any

import numpy as np
import pytest
from support import world

from lamm_core.errors import EncoderUnavailable, InvalidInput, LammError, UnknownItem
from lamm_core.model.encoders import load_encoder
from lamm_core.records import Project, RoundState
from lamm_core.workflow.own_embeddings import use_embeddings
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace

IDS = world.ROWS["id"].tolist()
MATRIX = world.vectors_of(world.ROWS)


@pytest.fixture
def project(workspace: Workspace) -> Project:
    return world.make_project(workspace, labels=60, embedded=False)


def test_rounds_work_on_it_once_every_text_has_a_vector(workspace: Workspace, project: Project) -> None:
    first = use_embeddings(workspace, project, IDS[:100], MATRIX[:100].astype(np.float64), "mine")
    assert (first.project.settings.encoder, first.added, first.missing) == ("matrix:mine", 100, len(IDS) - 100)
    told = rf"^{len(IDS) - 100} texts have no vector in 'matrix:mine', which has those of 100 texts; [^.]*\.$"
    with pytest.raises(EncoderUnavailable, match=told):
        run_round(workspace, first.project)
    again = use_embeddings(workspace, first.project, IDS, MATRIX, "mine")
    assert (again.added, again.missing) == (len(IDS) - 100, 0)
    assert run_round(workspace, again.project).state is RoundState.DONE


def spoilt(value: float) -> np.ndarray:
    matrix = MATRIX.astype(np.float64)
    matrix[3, 1] = value
    return matrix


@pytest.mark.parametrize(
    ("ids", "matrix", "name", "error", "told"),
    [
        (IDS, MATRIX[:-1], "mine", InvalidInput, r"shape \(289, 16\); for 290 ids it must be \(290, d\)"),
        (IDS, MATRIX[:, 0], "mine", InvalidInput, r"shape \(290,\)"),
        (IDS, MATRIX[:, :0], "mine", InvalidInput, r"shape \(290, 0\)"),
        ([], MATRIX[:0], "mine", InvalidInput, r"shape \(0, 16\)"),
        (IDS, spoilt(np.nan), "mine", InvalidInput, "1 of 290 rows of the matrix hold numbers that are not finite"),
        (IDS, spoilt(1e300), "mine", InvalidInput, "1 of 290 rows of the matrix hold numbers that are not finite"),
        (IDS, MATRIX.astype(str), "mine", InvalidInput, "numbers are wanted"),
        (IDS[:2], [[1.0], [1.0, 2.0]], "mine", InvalidInput, "no table of numbers"),
        ([*IDS[:-2], "x", "y"], MATRIX, "mine", UnknownItem, "2 of 290 ids are not in the project 'small'.*is 'x'"),
        (IDS, MATRIX[:, :9], "kept", InvalidInput, "9 numbers a row, and the vectors of 'kept' before had 16"),
        (IDS, MATRIX + 1, "kept", InvalidInput, "290 of 290 rows are for a text that has another vector"),
        ([IDS[0]] * 2, MATRIX[:2], "mine", InvalidInput, "1 of 2 rows are for a text that has another vector"),
        (IDS, MATRIX, "../mine", InvalidInput, "no name for a matrix"),
        (IDS, MATRIX, "", InvalidInput, "no name for a matrix"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_kept(
    sqlite_workspace: Workspace, ids: list[str], matrix: Any, name: str, error: type[LammError], told: str
) -> None:
    project = world.make_project(sqlite_workspace, embedded=False)
    project = use_embeddings(sqlite_workspace, project, IDS, MATRIX, "kept").project
    with pytest.raises(error, match=told) as raised:
        use_embeddings(sqlite_workspace, project, ids, matrix, name)
    assert "\n" not in str(raised.value)
    assert len(sqlite_workspace.embedding_store("matrix:mine")) == 0
    assert len(sqlite_workspace.embedding_store("matrix:kept")) == len(IDS)


def test_it_is_no_encoder_that_could_be_loaded() -> None:
    with pytest.raises(EncoderUnavailable, match="'matrix:mine' could not be loaded"):
        load_encoder("matrix:mine")
