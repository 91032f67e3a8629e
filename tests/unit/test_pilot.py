"""The pilot: a small one holds its promises, and its checker sees a broken one."""

import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import pilot
from lamm_core.errors import InvalidInput
from lamm_core.experiments.tasks import BenchmarkTask, TaskData
from lamm_core.model.embedding_store import text_key
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.projects import get_project
from lamm_core.workflow.status import round_history
from lamm_core.workflow.workspace import Workspace
from piloting.errors import PilotStopped
from piloting.logs import Acknowledged, AnnotatorLog, HandedOut
from piloting.plan import Plan

ENCODER = "test:none"  # no such encoder can be loaded: every embedding must be in the store
CLASSES = ("desk", "ink", "pen")
PARTS = {"pool": {"en": 120, "de": 60}, "check": {"en": 20, "de": 20}, "test": {"en": 30, "de": 30}}
PLAN = Plan(labels=40, annotators=2, budget=30, encoder=ENCODER)


def small_data() -> TaskData:
    """A pool of 180 texts in two languages, with check and test rows; ids are no positions, texts end in a space."""
    rows = [
        (part, language, f'{language} {part} "text", {n} ')
        for part, of in PARTS.items()
        for language, count in of.items()
        for n in range(count)
    ]
    parts, languages, texts = (np.array(column) for column in zip(*rows, strict=True))
    return TaskData(
        task=BenchmarkTask("small", "none", {"en": 2 / 3, "de": 1 / 3}, None, target=0.9, labels=40),
        texts=texts.astype(object),
        classes=np.random.default_rng(0).choice(CLASSES, len(rows)),
        languages=languages,
        rows=1_000 + 7 * np.arange(len(rows)),
        pool=np.flatnonzero(parts == "pool"),
        check=np.flatnonzero(parts == "check"),
        test=np.flatnonzero(parts == "test"),
    )


def add_embeddings(workspace: Workspace, data: TaskData) -> None:
    """Embeddings around the centre of each text's class, so that labels teach something."""
    rng = np.random.default_rng(1)
    centres = dict(zip(CLASSES, rng.normal(size=(len(CLASSES), 8)), strict=True))
    vectors = np.array([centres[name] for name in data.classes]) + rng.normal(scale=0.7, size=(len(data.texts), 8))
    store = workspace.embedding_store(ENCODER)
    store.append([text_key(text.strip()) for text in data.texts], vectors.astype(np.float32))


@dataclass(frozen=True)
class Run:
    """A pilot that is over, and what it left behind."""

    data: TaskData
    workspace: Workspace
    report: pilot.PilotReport
    said: list[str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A small pilot: two annotators, 40 labels, three rounds."""
    data = small_data()
    workspace = pilot.open_home(tmp_path_factory.mktemp("pilot") / "home")
    add_embeddings(workspace, data)
    said: list[str] = []
    yield Run(data, workspace, pilot.run_pilot(workspace, data, PLAN, said.append), said)
    workspace.close()


def test_annotators_at_work_together_get_no_item_twice_and_lose_no_label(run: Run) -> None:
    assert run.report.faults.all == ()
    assert run.report.labels == PLAN.labels
    exported = labels_table(run.workspace, get_project(run.workspace, "Pilot"))
    pool = exported[exported["split"] == "pool"]
    truth = {str(run.data.rows[row]): run.data.classes[row] for row in run.data.pool}
    assert len(pool) == pool["id"].nunique() == PLAN.labels
    assert [truth[item] for item in pool["id"]] == pool["class"].tolist()
    assert set(pool["annotator"]) <= {"Annotator 1", "Annotator 2"}


def test_the_next_rounds_start_by_themselves_and_the_last_one_sees_every_label(run: Run) -> None:
    history = round_history(run.workspace, get_project(run.workspace, "Pilot"))
    # One before the labels, one when at most three of 30 items were open, one at the end.
    assert run.report.rounds == len(history) == 3
    assert [each.round.strategy for each in history] == ["medoids", "foresight", "foresight"]
    assert 27 <= run.report.first_labels < run.report.last_labels == PLAN.labels


def test_the_accuracy_of_the_saved_models_is_what_their_rounds_measured(run: Run) -> None:
    fitted = [each for each in round_history(run.workspace, get_project(run.workspace, "Pilot")) if each.model]
    for figures in run.report.languages:
        before, after = (
            next(each for each in of.languages if each.language == figures.language) for of in (fitted[0], fitted[-1])
        )
        assert figures.check_before == before.correct / before.checked
        assert figures.check_after == after.correct / after.checked
        assert (figures.checked, figures.tested) == (20, 30)
        assert 0.5 < figures.test_after <= 1  # by chance it would be a third


def test_the_labels_of_all_languages_are_counted(run: Run) -> None:
    assert [each.language for each in run.report.languages] == ["en", "de"]
    assert [each.pool for each in run.report.languages] == [120, 60]
    assert sum(each.labels for each in run.report.languages) == PLAN.labels


def test_every_step_is_timed_and_every_kind_of_process_measured(run: Run) -> None:
    seconds = run.report.seconds
    assert seconds.submitting.count == PLAN.labels
    assert seconds.fitting.count == seconds.whole_round.count == 2
    assert 0 < seconds.submitting.median <= seconds.submitting.p95 < seconds.labelling < seconds.total
    assert set(run.report.memory) == {"round", "annotator"}
    assert min(run.report.memory.values()) > 10 * 2**20


def test_the_report_can_be_read_by_people_and_by_programs(run: Run) -> None:
    shown = io.StringIO()
    pilot.show(run.report, Console(file=shown, width=200))
    assert json.loads(json.dumps(asdict(run.report)))["labels"] == PLAN.labels
    assert "40 labels by 2 annotators in 3 rounds: 0 items handed out twice, 0 labels lost" in shown.getvalue()


# The checker, on logs and exports that were tampered with

TRUTH = {"a": "pen", "b": "ink", "c": "pen"}


def labelled(item_id: int, external_id: str, class_name: str | None = None) -> Acknowledged:
    return Acknowledged(item_id, external_id, class_name or TRUTH[external_id], 0.01)


def handed(*item_ids: int) -> HandedOut:
    return HandedOut(item_ids, 0.01)


# Ana holds item 2 when she fetches the next ones, so it is handed to her again, as it should be.
ANA = AnnotatorLog("Ana", (handed(1, 2), labelled(1, "a"), handed(2), labelled(2, "b"), handed()))
BEN = AnnotatorLog("Ben", (handed(3), labelled(3, "c")))


def export_of(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """An export with these (id, class, annotator), after a check item that came with its class."""
    check = {"id": "x", "class": "pen", "annotator": "", "source": "import", "deciding": "True"}
    human = [
        {"id": item, "class": name, "annotator": who, "source": "human", "deciding": "True"} for item, name, who in rows
    ]
    return pd.DataFrame([check, *human])


EXPORT = export_of(("a", "pen", "Ana"), ("b", "ink", "Ana"), ("c", "pen", "Ben"))


def test_a_run_in_order_has_no_fault() -> None:
    assert pilot.find_faults([ANA, BEN], EXPORT, TRUTH).all == ()


def test_an_item_with_two_annotators_is_seen_whatever_became_of_it() -> None:
    ben = replace(BEN, events=(handed(3, 2), *BEN.events[1:]))
    faults = pilot.find_faults([ANA, ben], EXPORT, TRUTH)
    assert faults.handed_twice == ("Item 2 was handed to 'Ana' and to 'Ben'.",)
    assert faults.lost == faults.unasked == ()


def test_an_item_that_comes_back_after_its_label_is_seen() -> None:
    ana = replace(ANA, events=(*ANA.events, handed(1)))
    assert pilot.find_faults([ana, BEN], EXPORT, TRUTH).handed_twice == (
        "Item 1 was handed to 'Ana' again after it was labelled.",
    )


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([("b", "ink", "Ana"), ("c", "pen", "Ben")], "not in the export"),
        ([("a", "ink", "Ana"), ("b", "ink", "Ana"), ("c", "pen", "Ben")], "is 'ink' in the export"),
        ([("a", "pen", "Ben"), ("b", "ink", "Ana"), ("c", "pen", "Ben")], "not in the export"),
    ],
    ids=["gone", "another class", "another annotator"],
)
def test_a_label_that_is_gone_or_changed_is_lost(rows: list[tuple[str, str, str]], why: str) -> None:
    (fault,) = pilot.find_faults([ANA, BEN], export_of(*rows), TRUTH).lost
    assert "'Ana' on 'a'" in fault
    assert why in fault


def test_a_label_that_does_not_decide_is_lost() -> None:
    export = EXPORT.assign(deciding=["True", "True", "False", "True"])
    assert pilot.find_faults([ANA, BEN], export, TRUTH).lost == (
        "The label 'ink' of 'Ana' on 'b' does not decide the item's class.",
    )


def test_an_acknowledged_label_of_the_wrong_class_is_seen() -> None:
    ben = replace(BEN, events=(handed(3), labelled(3, "c", "ink")))
    export = export_of(("a", "pen", "Ana"), ("b", "ink", "Ana"), ("c", "ink", "Ben"))
    assert len(pilot.find_faults([ANA, ben], export, TRUTH).lost) == 1


def test_a_label_that_nobody_was_told_of_is_seen() -> None:
    ben = replace(BEN, events=BEN.events[:1])
    assert pilot.find_faults([ANA, ben], EXPORT, TRUTH).unasked == (
        "The export has a label of 'Ben' on 'c' that was never acknowledged.",
    )


# What stops a pilot


@pytest.mark.parametrize("plan", [replace(PLAN, labels=181), replace(PLAN, labels=0), replace(PLAN, annotators=0)])
def test_a_plan_that_cannot_be_carried_out_is_refused(sqlite_workspace: Workspace, plan: Plan) -> None:
    with pytest.raises(InvalidInput, match=r"pilot"):
        pilot.run_pilot(sqlite_workspace, small_data(), plan)


def test_a_failed_round_stops_the_pilot_and_says_why(sqlite_workspace: Workspace) -> None:
    with pytest.raises(PilotStopped, match=r"Round 1 failed: .*test:none"):
        pilot.run_pilot(sqlite_workspace, small_data(), PLAN)


def test_the_exit_code_says_whether_all_held(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data", str(tmp_path), "--json", str(tmp_path / "new" / "pilot.json")]
    assert pilot.main(options) == 2
    assert "is missing" in capsys.readouterr().err

    reports = [run.report, replace(run.report, faults=pilot.find_faults([ANA, BEN], EXPORT.iloc[:-1], TRUTH))]
    monkeypatch.setattr(pilot, "load_task", lambda name, data: run.data)
    monkeypatch.setattr(pilot, "run_pilot", lambda workspace, data, plan, say: reports.pop(0))
    assert pilot.main(options) == 0
    assert pilot.main(options) == 1
    assert "'Ben' on 'c' is not in the export" in capsys.readouterr().out
    assert len(json.loads((tmp_path / "new" / "pilot.json").read_text("utf-8"))["faults"]["lost"]) == 1
