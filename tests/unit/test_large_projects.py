"""What a page reads does not grow with the texts of a project, and what is counted once is what a count would say."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import event, func, select
from support import world

from lamm_core.records import ItemState, Project, Purpose
from lamm_core.storage import items
from lamm_core.storage.tables import item
from lamm_core.workflow import kept, labelling, opinions, recent_work, work_tallies
from lamm_core.workflow.annotator_figures import annotator_figures
from lamm_core.workflow.check_draw import draw_check_items
from lamm_core.workflow.details import language_details
from lamm_core.workflow.guessed_languages import say_languages
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace
from timing_pages.calls import CALLS, Call
from timing_pages.project import make_grown_project
from timing_pages.size import Size

_FEW, _MANY = Size(2_000, 400, 50, queue=50), Size(20_000, 400, 50, queue=50)
_EVERY = 100  # steps of SQLite's virtual machine between two looks
_READS = [f"{page}: {name}" for page, calls in CALLS.items() for name in calls]


def call_of(read: str) -> Call:
    page, name = read.split(": ")
    return CALLS[page][name]


def _grown(home: Path, size: Size) -> tuple[Workspace, Project, Callable[[], int]]:
    """A project, and how many steps the database has taken so far, in hundreds."""
    from timing_labels.project import open_home

    workspace, looks = open_home(home), [0]
    project = make_grown_project(workspace, size)

    def look() -> int:
        looks[0] += 1
        return 0

    def watch(connection: sqlite3.Connection, _record: Any) -> None:
        connection.set_progress_handler(look, _EVERY)

    workspace.database.close()
    event.listen(workspace.database.engine, "connect", watch)
    return workspace, project, lambda: looks[0]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[Workspace, Project, Callable[[], int]]]]:
    """The same labels in a project of few texts and in one of ten times as many."""
    made = [_grown(tmp_path_factory.mktemp("grown") / "home", size) for size in (_FEW, _MANY)]
    yield made
    for workspace, *_ in made:
        workspace.close()


@pytest.mark.parametrize("read", _READS)
def test_a_page_does_not_go_through_all_texts(
    read: str, grown: list[tuple[Workspace, Project, Callable[[], int]]]
) -> None:
    steps = []
    for workspace, project, taken in grown:
        call_of(read)(workspace, project)  # what is counted once is counted now
        before = taken()
        call_of(read)(workspace, project)
        steps.append(taken() - before)
    few, many = steps
    assert many <= 1.5 * few + 20


def recounted(workspace: Workspace, project: Project) -> dict[tuple[Purpose, str, ItemState], int]:
    query = select(item.c.purpose, item.c.language, item.c.state, func.count().label("items"))
    query = query.where(item.c.project_id == project.id).group_by(item.c.purpose, item.c.language, item.c.state)
    with workspace.database.read() as connection:
        rows = connection.execute(query).all()
    return {(Purpose(row.purpose), row.language, ItemState(row.state)): row.items for row in rows}


def counted(workspace: Workspace, project: Project) -> dict[tuple[Purpose, str, ItemState], int]:
    with workspace.database.read() as connection:
        return items.count_items(connection, project.id)


def test_totals_follow_imports_draws_and_languages(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, labels=20, rows=world.ROWS[world.ROWS["split"] == "pool"], check_share=0.2)
    assert counted(workspace, project) == recounted(workspace, project)

    draw_check_items(workspace, project)
    after = counted(workspace, project)
    assert after == recounted(workspace, project)
    assert after[Purpose.CHECK, "en", ItemState.UNLABELLED] > 0

    unlabelled = next(
        each for each in world.stored_items(workspace, project).values() if each.state is ItemState.UNLABELLED
    )
    labelling.submit(workspace, project, ana, unlabelled.id, "pen")
    assert counted(workspace, project) == recounted(workspace, project)

    # A check set is imported for one language: what was drawn for it goes back into the pool.
    check = world.ROWS[(world.ROWS["split"] == "check") & (world.ROWS["language"] == "de")]
    import_table(workspace, project, check, world.MAPPING)
    world.add_gold(workspace, project, sw=3)
    draw_check_items(workspace, project)
    after = counted(workspace, project)
    assert after == recounted(workspace, project)
    assert (Purpose.CHECK, "de", ItemState.UNLABELLED) not in after
    assert after[Purpose.GOLD, "sw", ItemState.LABELLED] == 3


def test_totals_follow_a_language_that_was_guessed_wrong(workspace: Workspace) -> None:
    project = world.make_project(workspace)
    with workspace.database.write() as connection:
        connection.execute(item.update().where(item.c.external_id == "pool-en-001").values(language_guess=0.4))
    guessed = next(
        each for each in world.stored_items(workspace, project).values() if each.external_id == "pool-en-001"
    )
    say_languages(workspace, project, {guessed.id: "de"})
    after = counted(workspace, project)
    assert after == recounted(workspace, project)
    assert after[Purpose.POOL, "de", ItemState.UNLABELLED] == world.POOL["de"] + 1


def test_figures_that_are_kept_are_those_of_a_count_from_the_beginning(
    workspace: Workspace, project: Project, ana: int, ben: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "SETTLED", timedelta(0))
    ids = [each.id for each in world.stored_items(workspace, project).values() if each.purpose == "pool"]

    def shown() -> tuple[object, ...]:
        status = project_status(workspace, project)
        week = {each.language: each.labels_this_week for each in status.languages}
        return annotator_figures(workspace, project), week, language_details(workspace, project, "en").speeds

    def figures_hold() -> None:
        of_kept = shown()
        for each in (work_tallies._kept, opinions._kept, recent_work._moments, recent_work._speeds):
            each.clear()
        assert of_kept == shown()

    shown()
    labelling.submit(workspace, project, ana, ids[0], "pen", None, 4.0)
    labelling.submit(workspace, project, ben, ids[0], "ink", None, 2.0)
    shown()
    labelling.submit(workspace, project, ana, ids[0], "ink", None, 6.0)
    labelling.skip(workspace, project, ana, ids[1])
    figures_hold()
    labelling.undo(workspace, project, ana)
    labelling.submit(workspace, project, ben, ids[2], "pen", None, 3.0)
    first = next(each for each in annotator_figures(workspace, project) if each.annotator == "Ana")
    assert (first.whole.labels, first.whole.edits, first.whole.skips) == (1, 1, 0)
    figures_hold()
    # Labels of an import count for their annotators as well, and come with numbers and moments of their own.
    rows = pd.DataFrame(
        [("pool-en-050", "en", "en pool text 50", "pen", "pool", "Ana")],
        columns=["id", "language", "text", "class", "split", "by"],
    )
    import_table(workspace, project, rows.drop(columns="by"), world.MAPPING)
    figures_hold()
