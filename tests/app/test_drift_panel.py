"""Drift on the page Languages, and the same in the report and for programs."""

import json
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from support import world

from lamm_core.cli.status_record import whole_status_record
from lamm_core.json_values import json_value
from lamm_core.report import html as report
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace

_APP = Path(__file__).parents[2] / "pages" / "main.py"


def _rows(prefix: str, split: str, classes: dict[str, int], language: str = "en") -> pd.DataFrame:
    names = [name for name, count in classes.items() for _ in range(count)]
    rows = [(f"{prefix}-{n}", language, f"{prefix} text {n}", name, split) for n, name in enumerate(names)]
    return pd.DataFrame(rows, columns=["id", "language", "text", "class", "split"], dtype=object)


def _page(**query: str) -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("languages.py")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def test_drift_is_told_drawn_and_shown_by_texts(data: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = [
        _rows("old", "pool", {"ink": 150, "pen": 150}),
        _rows("check", "check", {"ink": 40, "pen": 40}),
        _rows("sw", "check", {"ink": 10, "pen": 10}, "sw"),
    ]
    targets = {"en": 0.9, "sw": 0.9}
    project = world.make_project(data, 40, pd.concat(first, ignore_index=True), targets=targets)
    before = _page(language="en")
    assert "Drift" in [each.value for each in before.subheader]
    assert any("it comes with the next round" in each.value for each in before.text)

    fresh = _rows("new", "pool", {"desk": 220})
    assert not import_table(data, project, world.with_labels(fresh, 0), world.MAPPING).rejected
    world.add_embeddings(data, fresh)
    run_round(data, project)

    page = _page()
    line = page.dataframe[0].value.set_index("Language").loc["English"]
    assert line["Status"].endswith(", texts drift")
    assert any("are unlike its check set" in each.value for each in page.warning)
    page = _page(language="en")
    assert any("unlike its check set" in each.value for each in page.warning)
    # Not the words of a smaller project: what is unlike are the texts that came last.
    texts = next(each.value for each in page.dataframe if list(each.value.columns) == ["Text", "Id"])
    assert len(texts) == 10
    assert all(name.startswith("new-") for name in texts["Id"])
    few = _page(language="sw")
    assert any("there are 20 and 0" in each.value for each in few.markdown)

    monkeypatch.setattr(report, "get_plotlyjs", lambda: "")
    told = report.report_html(data, project, ["en"])
    assert "The texts that are least like the check set" in told
    assert 'id="drift-en' in told
    record = json.loads(json.dumps(json_value(whole_status_record(data, project_status(data, project)))))
    by_language = {each["language"]: each["drift"] for each in record["languages"]}
    assert [(each["part"], each["found"]) for each in by_language["en"]] == [("all", True), ("newest", True)]
    assert [(each["part"], each["interval"], each["look"]) for each in by_language["sw"]] == [("all", None, 0)]
