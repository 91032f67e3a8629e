"""LAMM from Python: the whole way from a table to labels, and what a wrong step is told."""

import ast
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB
from support import world

import lamm_core as lamm
from lamm_core.errors import (
    InvalidInput,
    InvalidProject,
    MissingColumn,
    ProjectExists,
    UnknownClass,
    UnknownItem,
    UnknownProject,
)
from lamm_core.options import Changes, Options
from lamm_core.records import ProjectSettings
from lamm_core.settings import DATABASE_VARIABLE

VECTORS = dict(zip(world.ROWS["id"], world.vectors_of(world.ROWS), strict=True))


def small(home: Path, labels: int = 0, **settings: object) -> lamm.Project:
    """The small project with its vectors, made by the interface."""
    usual = {"budget": 20, "strategy": "lamm", "preparation": "plain", "check_share": 0.0, "seed": 5}
    usual |= {"near_duplicates": False}  # its texts are of one mould
    project = lamm.create_project(
        "small", classes=list(world.CLASSES), targets=world.TARGETS, home=home, **(usual | settings)
    )
    assert not project.import_table(world.with_labels(world.ROWS, labels)).rejected
    assert project.use_embeddings(list(VECTORS), np.stack(list(VECTORS.values()))) == 0
    return project


def test_from_a_table_to_labels(
    home: Path, tmp_path: Path, engine_name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine_name == "postgresql":
        monkeypatch.setenv(DATABASE_VARIABLE, request.getfixturevalue("postgres")("ready"))
    with small(home) as project:
        assert project.batch().empty
        assert project.round().labels == 0
        for labels in (20, 40):
            batch = project.batch(annotator="ana")
            assert list(batch.columns) == ["id", "language", "text", "suggestion"]
            assert project.label({each: world.TRUTH[each] for each in batch["id"]}, annotator="ana") == 20
            assert project.round().labels == labels
        status = project.status()
        assert status.labels == 40
        assert status.model is not None
        assert all(each.measured.estimate is not None for each in status.languages)
        table = project.labels()
        assert table["annotator"].value_counts().to_dict() == {"ana": 40}
        assert project.export(tmp_path / "labels.txt", format_name="csv") == len(table)
        assert project.export(tmp_path / "labels.parquet") == len(table) == 40 + 3 * world.CHECK
        pd.testing.assert_frame_equal(
            pd.read_parquet(tmp_path / "labels.parquet")[["id", "class"]], table[["id", "class"]], check_dtype=False
        )
    assert lamm.list_projects(home=home) == ["small"]
    with lamm.open_project("small", home=home) as again:
        assert again.settings.encoder == "matrix:mine"
        assert not again.settings.automatic_rounds


def test_a_file_is_a_table_and_numbers_are_texts(home: Path, tmp_path: Path) -> None:
    rows = pd.DataFrame({"id": [1, 2], "text": ["a", 7], "language": ["en", "de"], "class": ["pen", None]})
    rows.to_csv(tmp_path / "texts.csv", index=False)
    with lamm.create_project("s", classes=["pen", "ink"], targets={"en": 0.9, "de": 0.8}, home=home) as project:
        assert project.import_table(rows).added == 2
        (tmp_path / "texts.csv").rename(tmp_path / "texts.txt")
        assert project.import_file(tmp_path / "texts.txt", format_name="csv").already == 2
        with pytest.raises(MissingColumn):
            project.import_table(rows, columns=lamm.ColumnMapping(text="words"))
        named = lamm.ColumnMapping(text="text", id="id")
        rejected = project.import_table(rows.assign(id=["8", "9"]), columns=named, language="fr").rejected
        assert [each.row for each in rejected] == [1, 2]
        further = pd.DataFrame({"text": ["b", "c"], "language": "fr", "split": "pool", "class": "ink"})
        assert project.import_table(further, language="de", purpose="check").added_check == 2
        project.change(classes=["pen", "ink", "nib"], targets={"en": 0.95, "de": 0.8, "fr": 0.7}, budget=7)
        assert (project.settings.classes[2], project.settings.budget) == ("nib", 7)
        with pytest.raises(InvalidProject):
            project.change(budget=0)


def test_what_is_not_there_is_told_and_nothing_is_stored(home: Path) -> None:
    with small(home) as project:
        with pytest.raises(UnknownItem, match="1 of 2 ids are not in the project 'small'; the first is 'x'"):
            project.label({"pool-en-000": "pen", "x": "pen"})
        with pytest.raises(UnknownClass, match="no class 'nib'; it has: desk, ink, paper, pen"):
            project.label({"pool-en-000": "pen", "pool-en-001": "nib"})
        assert project.status().labels == 0
        with pytest.raises(InvalidInput):
            project.batch(0)
        with pytest.raises(InvalidInput, match="no purpose 'train'; there are: pool, check, gold"):
            project.import_table(world.ROWS, purpose="train")  # type: ignore[arg-type]
        assert project.embed() == 0
    with pytest.raises(UnknownProject, match="there are: small"):
        lamm.open_project("other", home=home)
    with pytest.raises(ProjectExists):
        lamm.create_project("small", classes=["a", "b"], targets={"en": 1.0}, home=home)


def test_a_backtest_with_the_usual_model_and_with_ones_own(home: Path) -> None:
    with small(home, labels=150) as project:
        usual = project.backtest(["random"], seeds=3)
        own = project.backtest(["random"], seeds=3, estimator=GaussianNB())
        assert list(usual.table["strategy"]) == ["lamm", "random"]
        assert not np.allclose(usual.results[0].curves, own.results[0].curves)
        assert own.compared.own.area == pytest.approx(float(np.mean(list(own.results[0].auc.values()))))
        with pytest.raises(InvalidInput, match="at least 3 seeds"):
            project.backtest(seeds=2)


# the list of public names


def test_importing_the_package_imports_nothing_else() -> None:
    heavy = "{'numpy', 'pandas', 'sklearn', 'sqlalchemy', 'torch'}"
    code = f"import sys, lamm_core; assert not {heavy} & set(sys.modules); lamm_core.select_batch"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_names_are_sorted_and_lead_where_a_type_checker_looks() -> None:
    assert lamm.__all__ == sorted(lamm.__all__)
    assert set(lamm.__all__) <= set(dir(lamm))
    source = ast.parse(Path(lamm.__file__).read_text("utf-8"))
    checked = {
        alias.name: f"{node.module}"
        for block in source.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert checked == lamm._HOMES
    assert sorted(checked) == lamm.__all__
    assert [name for name in lamm.__all__ if getattr(lamm, name).__name__ != name] == []
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        lamm.nothing  # noqa: B018


def test_every_setting_can_be_given_by_keyword_and_no_other() -> None:
    stored = get_type_hints(ProjectSettings)
    offered = get_type_hints(Options)
    assert {each.name for each in fields(ProjectSettings)} == offered.keys() | {"classes", "targets"}
    assert {name: stored[name] for name in offered} == offered
    assert get_type_hints(Changes).keys() == stored.keys()


def test_types_come_with_the_package() -> None:
    assert (Path(lamm.__file__).parent / "py.typed").is_file()
