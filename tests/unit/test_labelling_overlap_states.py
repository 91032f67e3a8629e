"""Several annotators act in any order on items that two of them label; what must hold is looked up after each step."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support import workers, world

from lamm_core.errors import NothingToUndo
from lamm_core.records import ItemState
from lamm_core.storage.migrate import migrate
from lamm_core.workflow import labelling
from lamm_core.workflow.rounds import run_round

NAMES = ("Ana", "Ben", "Cleo")
ITEMS = 3
COPIES = 2
people = st.sampled_from(NAMES)


@pytest.fixture(scope="module", autouse=True)
def _template(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home with a queued batch, made once and copied for each example."""
    home = tmp_path_factory.mktemp("template")
    workspace = workers.opened(workers.settings_for(home, None))
    migrate(workspace.database)
    rows = world.ROWS.groupby("split").head(ITEMS)
    project = world.make_project(workspace, rows=rows, budget=ITEMS, overlap_share=1.0, overlap_count=COPIES)
    run_round(workspace, project)
    for name in NAMES:
        world.ensure_annotator(workspace, name)
    workspace.close()
    Sharing.template, Sharing.project = home, project
    yield
    Sharing.template = None


class Sharing(RuleBasedStateMachine):
    template: Path | None = None
    project: Any = None

    @initialize()
    def begin(self) -> None:
        assert self.template is not None
        self.home = Path(tempfile.mkdtemp(prefix="lamm"))
        shutil.copytree(self.template, self.home, dirs_exist_ok=True)
        self.workspace = workers.opened(workers.settings_for(self.home, None))
        self.ids = {name: world.ensure_annotator(self.workspace, name) for name in NAMES}
        self.items = sorted({row.item_id for row in world.queue_rows(self.workspace, self.project)})
        self.standing: dict[int, dict[str, str]] = {item_id: {} for item_id in self.items}

    def teardown(self) -> None:
        if hasattr(self, "workspace"):
            self.workspace.close()
            shutil.rmtree(self.home)

    # what the annotators do

    @rule(name=people, count=st.integers(1, 5))
    def claim(self, name: str, count: int) -> None:
        found = [each.item_id for each in labelling.claim(self.workspace, self.project, self.ids[name], count)]
        assert len(found) == len(set(found)) <= count
        assert not [item_id for item_id in found if name in self.standing[item_id]], "nobody is asked twice"

    @rule(name=people, count=st.integers(1, 3))
    def label_what_is_held(self, name: str, count: int) -> None:
        for lease in labelling.claim(self.workspace, self.project, self.ids[name], count):
            labelling.submit(self.workspace, self.project, self.ids[name], lease.item_id, "pen", lease.revision)
            self.standing[lease.item_id][name] = "pen"

    @rule(name=people, place=st.integers(0, ITEMS - 1), class_name=st.sampled_from(["pen", "ink"]))
    def label_whatever_the_queue_says(self, name: str, place: int, class_name: str) -> None:
        labelling.submit(self.workspace, self.project, self.ids[name], self.items[place], class_name)
        self.standing[self.items[place]][name] = class_name

    @rule(name=people, place=st.integers(0, ITEMS - 1))
    def skip(self, name: str, place: int) -> None:
        labelling.skip(self.workspace, self.project, self.ids[name], self.items[place])
        self.standing[self.items[place]].pop(name, None)

    @rule(name=people)
    def undo(self, name: str) -> None:
        try:
            receipt = labelling.undo(self.workspace, self.project, self.ids[name])
        except NothingToUndo:
            return
        self.standing[receipt.item_id].pop(name, None)

    @rule(name=people)
    def release(self, name: str) -> None:
        labelling.release(self.workspace, self.project, self.ids[name])

    @rule()
    def time_passes(self) -> None:
        world.end_leases(self.workspace, self.project)

    # what must hold

    @invariant()
    def nobody_has_two_copies_of_an_item(self) -> None:
        rows = world.queue_rows(self.workspace, self.project)
        assert len(rows) == ITEMS * COPIES
        for item_id in self.items:
            copies = [row for row in rows if row.item_id == item_id]
            people = [row.annotator_id or row.closed_by for row in copies]
            known = [each for each in people if each is not None]
            assert len(known) == len(set(known))
            assert all(row.annotator_id is None for row in copies if row.closed_at is not None)
            assert all(row.closed_by is None for row in copies if row.closed_at is None)

    @invariant()
    def an_item_is_labelled_when_somebodys_label_stands(self) -> None:
        stored = world.stored_items(self.workspace, self.project)
        for item_id, standing in self.standing.items():
            assert (stored[item_id].state == ItemState.LABELLED) == bool(standing)
            assert stored[item_id].class_name in (standing.values() or [None])

    @invariant()
    def progress_counts_each_item_once_by_its_first_answer(self) -> None:
        rows = world.queue_rows(self.workspace, self.project)
        done = {row.item_id for row in rows if row.closed_at is not None}
        progress = labelling.batch_progress(self.workspace, self.project)
        assert (progress.size, progress.closed, progress.open) == (ITEMS, len(done), ITEMS - len(done))

    @invariant()
    def enough_people_can_always_finish_the_batch(self) -> None:
        """Whoever has not answered yet can be asked, as long as fewer people answered than are wanted."""
        rows = world.queue_rows(self.workspace, self.project)
        for item_id in self.items:
            is_open = sum(row.closed_at is None for row in rows if row.item_id == item_id)
            assert is_open >= COPIES - len(self._answered(item_id))

    def _answered(self, item_id: int) -> set[str]:
        newest: dict[str, str] = {}
        for act_item, name, _, action, _ in world.history(self.workspace, self.project):
            if act_item == item_id and name is not None:
                newest[name] = action
        return {name for name, action in newest.items() if action != "undo"}


TestSharing = Sharing.TestCase
TestSharing.settings = settings(deadline=None, max_examples=30, stateful_step_count=12)
