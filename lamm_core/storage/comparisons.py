"""Comparisons of strategies: who runs one, how far it is, and what it found."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from lamm_core.comparison import Compared, Comparison, ComparisonState
from lamm_core.errors import ComparisonCancelled, ComparisonRunning
from lamm_core.storage.tables import comparison
from lamm_core.words import translate as _


def latest_comparison(
    connection: Connection, project_id: int, state: ComparisonState | None = None, *, lock: bool = False
) -> Comparison | None:
    """The newest comparison of a project, of one state or of any; with a lock nobody else changes it meanwhile."""
    query = select(comparison).where(comparison.c.project_id == project_id).order_by(comparison.c.id.desc()).limit(1)
    if state is not None:
        query = query.where(comparison.c.state == state)
    if lock:
        query = query.with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    return _comparison(row) if row else None


def find_comparison(connection: Connection, comparison_id: int) -> Comparison | None:
    """The comparison of that id."""
    query = select(comparison).where(comparison.c.id == comparison_id)
    row = connection.execute(query).mappings().one_or_none()
    return _comparison(row) if row else None


def start_comparison(
    connection: Connection, project_id: int, strategies: Sequence[str], seeds: int, preparation: str, now: datetime
) -> int:
    """Open a comparison and return its id.

    Raises:
        ComparisonRunning: one is running; the database lets only one be in a project.
    """
    new = insert(comparison).values(
        project_id=project_id,
        state=ComparisonState.RUNNING,
        strategies=list(strategies),
        seeds=seeds,
        preparation=preparation,
        stage="starting",
        progress=0.0,
        heartbeat_at=now,
        started_at=now,
    )
    try:
        with connection.begin_nested():
            return int(connection.execute(new.returning(comparison.c.id)).scalar_one())
    except IntegrityError as error:
        raise ComparisonRunning(_("Strategies are being compared for this project already.")) from error


def beat(connection: Connection, comparison_id: int, now: datetime, **values: Any) -> None:
    """Say that the comparison is alive, and how far it is.

    Args:
        values: any of stage, progress, host, process_id.

    Raises:
        ComparisonCancelled: it is not running any more.
    """
    _change_running(connection, comparison_id, heartbeat_at=now, **values)


def finish(connection: Connection, comparison_id: int, result: Compared, now: datetime) -> None:
    """Close a comparison that has done its work.

    Raises:
        ComparisonCancelled: it is not running any more; its result is not saved.
    """
    _change_running(
        connection,
        comparison_id,
        state=ComparisonState.DONE,
        stage="done",
        progress=1.0,
        finished_at=now,
        result=result.as_json(),
    )


def close(
    connection: Connection, comparison_id: int, state: ComparisonState, reason: str | None, now: datetime
) -> bool:
    """Close a comparison without a result, as failed or cancelled; False if it is not running any more."""
    change = update(comparison).where(_running(comparison_id)).values(state=state, error=reason, finished_at=now)
    return connection.execute(change).rowcount == 1


def _change_running(connection: Connection, comparison_id: int, **values: Any) -> None:
    changed = connection.execute(update(comparison).where(_running(comparison_id)).values(**values))
    if changed.rowcount != 1:
        raise ComparisonCancelled("The comparison was cancelled; its result is not saved.")


def _running(comparison_id: int) -> ColumnElement[bool]:
    return (comparison.c.id == comparison_id) & (comparison.c.state == ComparisonState.RUNNING)


def _comparison(row: Mapping[Any, Any]) -> Comparison:
    result = None if row["result"] is None else Compared.from_json(row["result"])
    strategies = tuple(row["strategies"])
    state = ComparisonState(row["state"])
    return Comparison(**dict(row) | {"state": state, "strategies": strategies, "result": result})
