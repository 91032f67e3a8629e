"""Several annotators act in any order; a plain model says what must hold after each step."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support import workers, world

from lamm_core.errors import NothingToUndo
from lamm_core.records import Action, ItemState
from lamm_core.workflow import labelling
from lamm_core.workflow.acts import Act
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.rounds import run_round

NAMES = ("Ana", "Ben", "Cleo")
ITEMS = 2
people = st.sampled_from(NAMES)
places = st.integers(0, ITEMS - 1)
classes = st.sampled_from(world.CLASSES[:2])
ACTS = (Action.LABEL, Action.LABEL, Action.LABEL, Action.SKIP, Action.UNDO)


@pytest.fixture(scope="module", autouse=True)
def _template(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home with a queued batch, made once and copied for each example."""
    home = tmp_path_factory.mktemp("template")
    workspace = workers.opened(workers.settings_for(home, None))
    from lamm_core.storage.migrate import migrate

    migrate(workspace.database)
    rows = world.ROWS.groupby("split").head(ITEMS)
    project = world.make_project(workspace, rows=rows, budget=ITEMS)
    run_round(workspace, project)
    for name in NAMES:
        world.ensure_annotator(workspace, name)
    workspace.close()
    Labelling.template, Labelling.project = home, project
    yield
    Labelling.template = None


@dataclass
class ModelItem:
    """What must be true of one item."""

    state: ItemState = ItemState.QUEUED
    decides: str | None = None
    holder: str | None = None
    open: bool = True
    # Annotator to class, in the order in which their standing labels were given.
    standing: dict[str, str] = field(default_factory=dict)
    acts: dict[str, list[tuple[Action, str | None]]] = field(default_factory=lambda: {name: [] for name in NAMES})


class Labelling(RuleBasedStateMachine):
    template: Path | None = None
    project: Any = None

    @initialize()
    def begin(self) -> None:
        assert self.template is not None
        self.home = Path(tempfile.mkdtemp(prefix="lamm"))
        shutil.copytree(self.template, self.home, dirs_exist_ok=True)
        self.workspace = workers.opened(workers.settings_for(self.home, None))
        self.ids = {name: world.ensure_annotator(self.workspace, name) for name in NAMES}
        self.items = [row.item_id for row in world.queue_rows(self.workspace, self.project)]
        self.before = len(world.history(self.workspace, self.project))
        self.model = [ModelItem() for _ in self.items]
        self.log: list[tuple[Any, ...]] = []
        self.sent: list[tuple[str, Act]] = []
        self.done: list[tuple[str, int]] = []

    def teardown(self) -> None:
        if hasattr(self, "workspace"):
            self.workspace.close()
            shutil.rmtree(self.home)

    # what the annotators do

    @rule(name=people, count=st.integers(1, 3))
    def claim(self, name: str, count: int) -> None:
        mine = [place for place, each in enumerate(self.model) if each.open and each.holder == name]
        free = [place for place, each in enumerate(self.model) if each.open and each.holder is None]
        expected = (mine + free)[:count]
        leases = labelling.claim(self.workspace, self.project, self.ids[name], count)
        assert [each.item_id for each in leases] == [self.items[place] for place in sorted(expected)]
        for lease, place in zip(leases, sorted(expected), strict=True):
            assert lease.revision == len(self.model[place].acts[name]) + 1
            self.model[place].holder = name

    @rule(name=people)
    def release(self, name: str) -> None:
        labelling.release(self.workspace, self.project, self.ids[name])
        for each in self.model:
            if each.holder == name:
                each.holder = None

    @rule()
    def time_passes(self) -> None:
        world.end_leases(self.workspace, self.project)
        for each in self.model:
            each.holder = None
        # The table still names who held an item; who asks first gets it, as the model says.
        self._forget_ended_leases()

    # One rule for all acts, mostly labels: were each a rule of its own, most runs would hardly label anything.
    @rule(steps=st.lists(st.tuples(people, places, st.sampled_from(ACTS), classes), min_size=1, max_size=6))
    def act(self, steps: list[tuple[str, int, Action, str]]) -> None:
        for name, place, action, class_name in steps:
            if action is Action.UNDO:
                self._undo(name)
            else:
                self._act(name, place, action, class_name if action is Action.LABEL else None)
            self.the_class_of_an_item_is_that_of_the_label_that_decides()

    def _undo(self, name: str) -> None:
        mine = [place for who, place in self.done if who == name]
        if not mine:
            with pytest.raises(NothingToUndo):
                labelling.undo(self.workspace, self.project, self.ids[name])
            return
        place = mine[-1]
        receipt = labelling.undo(self.workspace, self.project, self.ids[name])
        assert (receipt.item_id, receipt.repeated) == (self.items[place], False)
        self._remember(name, place, Act(self.items[place], Action.UNDO, receipt.revision))
        each = self.model[place]
        if each.standing:
            return
        each.state = ItemState.QUEUED
        if not each.open or each.holder is None:
            each.holder = name
        each.open = True

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """The answer to some earlier act was lost."""
        name, act = data.draw(st.sampled_from(self.sent))
        assert labelling.record(self.workspace, self.project, self.ids[name], act).repeated

    # what must hold

    @invariant()
    def the_class_of_an_item_is_that_of_the_label_that_decides(self) -> None:
        stored = world.stored_items(self.workspace, self.project)
        for item_id, each in zip(self.items, self.model, strict=True):
            expected = each.standing[each.decides] if each.decides else None
            assert (stored[item_id].state, stored[item_id].class_name) == (each.state, expected)

    @invariant()
    def the_history_only_grows(self) -> None:
        assert world.history(self.workspace, self.project)[self.before :] == self.log

    @invariant()
    def every_label_that_stands_is_exported(self) -> None:
        table = labels_table(self.workspace, self.project).dropna(subset=["annotator"])
        found = {(row.annotator, row.id, row._4, bool(row.deciding)) for row in table.itertuples()}
        stored = world.stored_items(self.workspace, self.project)
        assert found == {
            (name, stored[item_id].external_id, class_name, each.decides == name)
            for item_id, each in zip(self.items, self.model, strict=True)
            for name, class_name in each.standing.items()
        }
        assert len(table) == len(found)

    @invariant()
    def progress_counts_what_is_open_and_held(self) -> None:
        progress = labelling.batch_progress(self.workspace, self.project)
        is_open = sum(each.open for each in self.model)
        held = sum(each.open and each.holder is not None for each in self.model)
        assert (progress.size, progress.closed, progress.open, progress.held) == (ITEMS, ITEMS - is_open, is_open, held)

    @invariant()
    def an_item_is_held_by_one_annotator_at_most(self) -> None:
        rows = {row.item_id: row for row in world.queue_rows(self.workspace, self.project)}
        for item_id, each in zip(self.items, self.model, strict=True):
            holder = self.ids[each.holder] if each.open and each.holder else None
            assert rows[item_id].annotator_id == holder

    # the model

    def _act(self, name: str, place: int, action: Action, class_name: str | None) -> None:
        act = Act(self.items[place], action, len(self.model[place].acts[name]) + 1, class_name)
        each = self.model[place]
        expected_opinion = action is Action.LABEL and each.decides not in (None, name)
        receipt = labelling.record(self.workspace, self.project, self.ids[name], act)
        assert (receipt.revision, receipt.repeated) == (act.revision, False)
        assert receipt.second_opinion == expected_opinion
        self._remember(name, place, act)
        each.open, each.holder = False, None
        each.state = ItemState.LABELLED if each.standing else ItemState.SKIPPED

    def _remember(self, name: str, place: int, act: Act) -> None:
        each = self.model[place]
        each.acts[name].append((act.action, act.class_name))
        each.standing.pop(name, None)
        self.sent.append((name, act))
        self.log.append((act.item_id, name, act.revision, act.action.value, act.class_name))
        self.done = [entry for entry in self.done if entry != (name, place)]
        if act.action is not Action.UNDO:
            self.done.append((name, place))
        if act.action is Action.LABEL:
            each.standing[name] = str(act.class_name)
        if each.decides not in each.standing:
            each.decides = next(iter(each.standing), None)

    def _forget_ended_leases(self) -> None:
        for name in NAMES:
            labelling.release(self.workspace, self.project, self.ids[name])


TestLabelling = Labelling.TestCase
TestLabelling.settings = settings(deadline=None, max_examples=30, stateful_step_count=12)
