"""Rounds of a project whose pool stays in files: only what is chosen comes in, and the picks are those of the whole."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support import world
from support.outside import write_part
from typer.testing import CliRunner, Result

from lamm_core.cli import app
from lamm_core.errors import InvalidChoice, InvalidInput, MissingVectors
from lamm_core.model.classifier import Classifier
from lamm_core.outside_pool.embedding import EmbedPart
from lamm_core.outside_pool.embedding_file import EmbeddingPlace
from lamm_core.outside_pool.engine import open_engine
from lamm_core.outside_pool.files import PoolFiles
from lamm_core.records import Project, Purpose, RoundState
from lamm_core.selection import select_batch
from lamm_core.storage import models
from lamm_core.workflow import labelling, projects
from lamm_core.workflow.outside_rounds import run_outside_round
from lamm_core.workflow.preparing import preparation_of_model
from lamm_core.workflow.status import project_status, round_history
from lamm_core.workflow.workspace import Workspace

POOL = world.ROWS[world.ROWS["split"] == "pool"].reset_index(drop=True)
# Texts of the small project are alike; these are not.
POOL["text"] = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in POOL["text"]]
# Each of these says again what a text of the pool says.
TWINS = POOL.iloc[::9].assign(id=lambda rows: rows["id"] + "-again", text=lambda rows: rows["text"] + " !")
ROWS = pd.concat([POOL, TWINS], ignore_index=True)
TRUTH = dict(zip(ROWS["id"], ROWS["class"], strict=True))
_numbers = count()


class Known:
    """Gives the texts of the world their vectors, in half precision as a pool keeps them, and no others."""

    def __init__(self) -> None:
        vectors = world.vectors_of(ROWS).astype(np.float16).astype(np.float32)
        self._vectors = dict(zip(ROWS["text"], vectors, strict=True))

    def encode(self, texts: Sequence[str], **_options: Any) -> np.ndarray:
        return np.stack([self._vectors[text] for text in texts])


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Known()
    monkeypatch.setattr("lamm_core.model.embedding.load_encoder", lambda name: known)


def write_pool(url: str, parts: int) -> None:
    for number in range(parts):
        rows = ROWS.iloc[number::parts]
        write_part(f"{url}/{number}.parquet", zip(rows["id"], rows["text"], rows["language"], strict=True))


def pool_of(parts: int, embedded: bool = True) -> tuple[PoolFiles, EmbeddingPlace]:
    url = f"memory://outside-{next(_numbers)}"
    write_pool(url, parts)
    files = PoolFiles.open(url)
    place = EmbeddingPlace(files.default_embeddings, world.ENCODER)
    if embedded:
        for part in files.parts:
            EmbedPart(files.columns, place)(part)
    return files, place


def new_project(workspace: Workspace, name: str = "far", **changes: Any) -> Project:
    settings = world.settings_of(**{"strategy": "lamm+margin", "check_share": 0.2, "check_part": 0.2, **changes})
    return projects.create_project(workspace, name, settings)


def run(workspace: Workspace, project: Project, pool: tuple[PoolFiles, EmbeddingPlace]) -> list[str]:
    """Run a round; gives the ids of what it queued from the pool."""
    before = {entry.item_id for entry in world.queue_rows(workspace, project)}
    with open_engine(workers=1) as engine:
        assert run_outside_round(workspace, project, *pool, engine).state is RoundState.DONE
    items = world.stored_items(workspace, project)
    queued = [items[entry.item_id] for entry in world.queue_rows(workspace, project) if entry.item_id not in before]
    return [each.external_id for each in queued if each.purpose == Purpose.POOL]


def label_all(workspace: Workspace, project: Project) -> None:
    ana = world.ensure_annotator(workspace, "ana")
    while leases := labelling.claim(workspace, project, ana, 50):
        for lease in leases:
            labelling.submit(workspace, project, ana, lease.item_id, TRUTH[lease.external_id], lease.revision)


def test_only_what_is_chosen_comes_in_and_the_picks_are_those_of_the_whole_pool(workspace: Workspace) -> None:
    pool = pool_of(parts=3)
    project = new_project(workspace)
    first = run(workspace, project, pool)
    items = world.stored_items(workspace, project)
    check = Counter(each.language for each in items.values() if each.purpose == Purpose.CHECK)
    sizes = Counter(ROWS["language"])
    assert check == {language: size // 5 for language, size in sizes.items()}
    assert len(first) == project.settings.budget
    assert len(items) == check.total() + len(first)
    label_all(workspace, project)

    second = run(workspace, project, pool)
    status = project_status(workspace, project)
    assert status.model is not None
    assert sum(each.pool for each in status.languages) == len(first) + len(second)
    sampled = round_history(workspace, project)[-1].languages
    known_before = {each.external_id for each in items.values()}
    check_ids = {each.external_id for each in items.values() if each.purpose == Purpose.CHECK}
    assert {each.language: each.pool for each in sampled} == Counter(ROWS[~ROWS["id"].isin(check_ids)]["language"])

    # The same by hand, from one matrix.
    preparation = preparation_of_model(workspace, project, status.model)
    classifier = Classifier.load(workspace.model_file(status.model.file))
    rest = ROWS[~ROWS["id"].isin(known_before)].sort_values("id").reset_index(drop=True)
    said = {text.removesuffix(" !") for text in ROWS[ROWS["id"].isin(known_before)]["text"]}
    probabilities = classifier.predict_proba(
        preparation.transform(Known().encode(rest["text"].tolist()), rest["text"].tolist(), rest["language"].tolist())
    )
    free = np.array([text.removesuffix(" !") not in said for text in rest["text"]])
    # Of two that say the same, the better one is kept.
    best: dict[str, int] = {}
    top_two = np.sort(probabilities, axis=1)[:, -2:]
    for row in np.argsort(top_two[:, 1] - top_two[:, 0], kind="stable"):
        best.setdefault(rest["text"][row].removesuffix(" !"), int(row))
    rows = np.sort([row for row in best.values() if free[row]])
    accuracy = {each.language: each.estimate for each in sampled if each.estimate is not None}
    expected = select_batch(
        probabilities[rows],
        rest["language"].to_numpy(dtype=str)[rows],
        accuracy,
        project.settings.targets,
        project.settings.budget,
        "lamm+margin",
    )
    assert sorted(second) == sorted(rest["id"][rows[expected.indices]])
    assert not {each.removesuffix("-again") for each in second} & {each.removesuffix("-again") for each in known_before}


def test_how_the_pool_is_cut_changes_nothing(sqlite_workspace: Workspace) -> None:
    chosen = []
    for name, parts in (("one", 1), ("four", 4)):
        pool, project = pool_of(parts), new_project(sqlite_workspace, name, preparation="default")
        batches = [run(sqlite_workspace, project, pool)]
        label_all(sqlite_workspace, project)
        chosen.append([*batches, run(sqlite_workspace, project, pool)])
    assert chosen[0] == chosen[1]


def test_the_sample_and_the_check_sets_stay_as_they_were_drawn(sqlite_workspace: Workspace) -> None:
    pool, project = pool_of(parts=2), new_project(sqlite_workspace)
    folders, drawn = [], []
    for _ in range(3):
        run(sqlite_workspace, project, pool)
        label_all(sqlite_workspace, project)
        folders.append(sorted(each.name for each in sqlite_workspace.model_file(f"{project.id}").glob("preparation-*")))
        items = world.stored_items(sqlite_workspace, project).values()
        drawn.append({each.external_id for each in items if each.purpose == Purpose.CHECK})
    assert len(folders[0]) == 1
    assert folders[0] == folders[1] == folders[2]
    assert drawn[0] == drawn[1] == drawn[2]


def test_a_full_queue_gets_nothing_and_a_pool_that_is_used_up_gives_nothing(sqlite_workspace: Workspace) -> None:
    pool, project = pool_of(parts=1), new_project(sqlite_workspace, budget=150)
    assert len(run(sqlite_workspace, project, pool)) == 150
    assert run(sqlite_workspace, project, pool) == []
    label_all(sqlite_workspace, project)
    rest = run(sqlite_workspace, project, pool)
    assert 0 < len(rest) < 150
    label_all(sqlite_workspace, project)
    assert run(sqlite_workspace, project, pool) == []


def test_what_cannot_be_is_said_before_anything_is_done(sqlite_workspace: Workspace) -> None:
    pool = pool_of(parts=1)
    with open_engine(workers=1) as engine:
        for changes, error, words in (
            ({"strategy": "foresight"}, InvalidChoice, "needs the whole pool at once"),
            ({"strategy": "random"}, InvalidChoice, "by their uncertainty"),
            ({"automatic_rounds": True}, InvalidInput, "switch that off first"),
            ({"encoder": "another"}, InvalidInput, "'another'"),
        ):
            project = new_project(sqlite_workspace, f"no {words}", **changes)
            with pytest.raises(error, match=words):
                run_outside_round(sqlite_workspace, project, *pool, engine)
            assert project_status(sqlite_workspace, project).latest is None
        project = new_project(sqlite_workspace, "unembedded")
        with pytest.raises(MissingVectors):
            run_outside_round(sqlite_workspace, project, *pool_of(1, embedded=False), engine)
        settings = world.settings_of(strategy="lamm", targets={"ja": 0.9}, check_share=0.2)
        project = projects.create_project(sqlite_workspace, "elsewhere", settings)
        with pytest.raises(InvalidInput, match="in a language of 'elsewhere'"):
            run_outside_round(sqlite_workspace, project, *pool, engine)
    with sqlite_workspace.database.read() as connection:
        assert models.list_models(connection, project.id) == []


def test_the_command_line_embeds_the_pool_and_chooses_from_it(sqlite_workspace: Workspace, tmp_path: Path) -> None:
    project = new_project(sqlite_workspace, preparation="centre")
    write_pool(str(tmp_path), parts=2)

    def lamm(*words: str) -> Result:
        home = str(sqlite_workspace.settings.home)
        return CliRunner().invoke(app, ["--home", home, *words, "far", "--pool", str(tmp_path), "--workers", "1"])

    refused = lamm("round")
    assert refused.exit_code != 0
    assert "embed the pool first" in refused.output
    assert lamm("embed").exit_code == 0
    done = lamm("round", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["chosen"] == project.settings.budget
