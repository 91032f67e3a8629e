"""Status and export: what managers see."""

from pathlib import Path

import pandas as pd
import pytest
from support import world

from lamm_core.records import Project
from lamm_core.selection import allocate
from lamm_core.selection.strategies import find_strategy
from lamm_core.workflow import labelling
from lamm_core.workflow.exporting import export_labels, labels_file, labels_table
from lamm_core.workflow.projects import create_project, strategies
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status, round_history
from lamm_core.workflow.workspace import Workspace

COLUMNS = [
    "id", "language", "text", "class", "split", "annotator", "labelled_at", "seconds", "source", "deciding", "round",
    "strategy", "weight", "uncertainty", "model", "comment", "flagged", "suggested",
    "final_class", "decision", "reviewer", "consensus", "consensus_confidence", "consensus_people",
]  # fmt: skip


def test_a_project_without_anything_has_a_status(workspace: Workspace) -> None:
    status = project_status(workspace, create_project(workspace, "empty", world.settings_of()))
    assert (status.labels, status.pool, status.targets_met, status.latest, status.model) == (0, 0, 0, None, None)
    assert status.unmeasured == ("de", "en", "sw")
    assert [(each.pool_share, each.label_share) for each in status.languages] == [(0, 0)] * 3


def test_shares_and_counts_are_those_of_the_pool_alone(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, labels=40)
    run_round(workspace, project)
    leases = labelling.claim(workspace, project, ana, 2)
    labelling.skip(workspace, project, ana, leases[0].item_id)
    labelling.submit(workspace, project, ana, leases[1].item_id, "pen")
    status = project_status(workspace, project)
    assert (status.pool, status.labels) == (200, 41)
    assert {each.language: each.pool for each in status.languages} == world.POOL
    assert {each.language: each.pool_share for each in status.languages} == {"en": 0.5, "de": 0.3, "sw": 0.2}
    assert sum(each.label_share for each in status.languages) == pytest.approx(1)
    assert {each.language: each.skipped for each in status.languages}[leases[0].language] == 1
    for each in status.languages:
        assert each.label_share == each.labels / 41


def test_quotas_are_those_of_the_newest_finished_round(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, labels=24)
    run_round(workspace, project)
    for lease in labelling.claim(workspace, project, ana, 20):
        labelling.submit(workspace, project, ana, lease.item_id, world.TRUTH[lease.external_id])
    run_round(workspace, project)
    history = round_history(workspace, project)
    assert [each.round.number for each in history] == [1, 2]
    assert [sum(language.labels for language in each.languages) for each in history] == [24, 44]
    newest = {each.language: each.quota for each in history[-1].languages}
    assert {each.language: each.quota for each in project_status(workspace, project).languages} == newest


def test_the_next_quota_splits_a_full_batch_by_todays_gaps(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=100)
    assert {each.next_quota for each in project_status(workspace, project).languages} == {None}  # no model yet
    run_round(workspace, project)
    run_round(workspace, project)  # finds a full queue
    status = project_status(workspace, project)
    assert [each.quota for each in status.languages] == [0, 0, 0]
    left = {each.language: each.pool - each.labels for each in status.languages}
    chosen = {each.language: each.quota for each in round_history(workspace, project)[0].languages}
    gaps = {each.language: each.gap for each in status.languages}
    expected = allocate(gaps, 20, {language: left[language] - chosen[language] for language in left})
    assert {each.language: each.next_quota for each in status.languages} == expected


@pytest.mark.parametrize("strategy", [*strategies(), "gap^2", "lamm+product"])
def test_the_next_quota_is_that_of_the_strategy(workspace: Workspace, strategy: str) -> None:
    project = world.make_project(workspace, labels=40, strategy=strategy)
    run_round(workspace, project)
    status = project_status(workspace, project)
    split = find_strategy(strategy).splits_budget
    assert status.chosen_by_text is not split
    assert all((each.next_quota is not None) == split for each in status.languages)
    if strategy == "ea":
        assert sorted(each.next_quota or 0 for each in status.languages) == [6, 7, 7]


@pytest.fixture
def labelled(workspace: Workspace, ana: int, ben: int) -> Project:
    """A project with imported labels, human ones of two rounds, a second opinion, a skip and an undo."""
    project = world.make_project(workspace, labels=24)
    run_round(workspace, project)
    leases = labelling.claim(workspace, project, ana, 20)
    for lease in leases[:17]:
        labelling.submit(workspace, project, ana, lease.item_id, world.TRUTH[lease.external_id], 1, 2.5)
    labelling.submit(workspace, project, ben, leases[0].item_id, "pen", 1, 0.5)
    labelling.skip(workspace, project, ana, leases[17].item_id)
    labelling.submit(workspace, project, ana, leases[18].item_id, "pen")
    labelling.undo(workspace, project, ana)
    labelling.release(workspace, project, ana)
    run_round(workspace, project)
    (lease,) = labelling.claim(workspace, project, ben, 1)
    labelling.submit(workspace, project, ben, lease.item_id, "ink", 1)
    return project


def test_every_label_is_exported_with_where_it_came_from(workspace: Workspace, labelled: Project) -> None:
    table = labels_table(workspace, labelled)
    assert list(table.columns) == COLUMNS
    assert len(table) == 24 + 90 + 17 + 1 + 1
    human = table[table["source"] == "human"]
    assert human["annotator"].tolist() == ["Ana"] * 17 + ["Ben", "Ben"]
    assert human["deciding"].tolist() == [True] * 17 + [False, True]
    assert human["seconds"].tolist()[:18] == [2.5] * 17 + [0.5]
    assert set(human["round"]) <= {1, 2}
    assert set(human["strategy"]) == {"lamm"}
    weights = {
        (each.round.number, language.language): language.weight
        for each in round_history(workspace, labelled)
        for language in each.languages
    }
    for row in human.to_dict("records"):
        assert row["weight"] == weights[row["round"], row["language"]]
        assert row["model"] == row["round"]
        assert row["uncertainty"] >= 0
    assert str(table["labelled_at"].dtype).endswith("UTC]")
    imported = table[table["source"] == "import"]
    for column in ("annotator", "seconds", "round", "strategy", "weight", "uncertainty", "model"):
        assert imported[column].isna().all()


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_every_export_holds_the_whole_table(
    workspace: Workspace, labelled: Project, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"labels{ending}"
    table = labels_table(workspace, labelled)
    assert export_labels(workspace, labelled, path) == len(table)
    assert labels_file(workspace, labelled, ending) == path.read_bytes()
    readers = {
        ".csv": pd.read_csv,
        ".jsonl": lambda file: pd.read_json(file, lines=True, dtype=False),
        ".parquet": pd.read_parquet,
    }
    found = readers[ending](path)
    assert list(found.columns) == COLUMNS
    for column in ("id", "language", "text", "class", "split", "source", "deciding"):
        assert found[column].tolist() == table[column].tolist()
    for column in ("annotator", "strategy"):
        assert found[column].fillna("").tolist() == table[column].fillna("").tolist()
    for column in ("seconds", "round", "weight", "uncertainty", "model"):
        values = pd.to_numeric(found[column]).fillna(-1).tolist()
        assert values == pytest.approx(pd.to_numeric(table[column]).fillna(-1).tolist(), abs=1e-9)
    moments = pd.to_datetime(found["labelled_at"], utc=True, format="ISO8601")
    assert (abs(moments - table["labelled_at"]) < pd.Timedelta(milliseconds=1)).all()


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_a_project_without_labels_exports_an_empty_table(workspace: Workspace, tmp_path: Path, ending: str) -> None:
    project = create_project(workspace, "empty", world.settings_of())
    assert export_labels(workspace, project, tmp_path / f"labels{ending}") == 0
    assert (tmp_path / f"labels{ending}").exists()
