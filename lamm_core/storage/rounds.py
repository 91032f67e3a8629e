"""Rounds: who runs one, how far it is, and what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from lamm_core.errors import RoundRunning, RoundSuperseded
from lamm_core.records import Metric, Round, RoundClass, RoundLanguage, RoundState
from lamm_core.storage.tables import project_class, round_, round_class, round_language
from lamm_core.words import translate as _

_OF_LANGUAGE = tuple(RoundLanguage.__dataclass_fields__)
_FIGURES = ("estimate", "effective", "low", "high", "proven_low", "proven_high")
_UNMEASURED: Mapping[str, Any] = {"correct": 0, "checked": 0} | dict.fromkeys(_FIGURES)


def latest_round(connection: Connection, project_id: int, *, lock: bool = False) -> Round | None:
    """The newest round of a project, whatever its state; with a lock nobody else changes it in this transaction."""
    query = select(round_).where(round_.c.project_id == project_id).order_by(round_.c.number.desc()).limit(1)
    if lock:
        query = query.with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    return _round(row) if row else None


def get_round(connection: Connection, round_id: int) -> Round:
    """The round of that id."""
    return _round(connection.execute(select(round_).where(round_.c.id == round_id)).mappings().one())


def list_rounds(connection: Connection, project_id: int) -> list[Round]:
    """All rounds of a project, oldest first."""
    query = select(round_).where(round_.c.project_id == project_id).order_by(round_.c.number)
    return [_round(row) for row in connection.execute(query).mappings()]


def start_round(connection: Connection, project_id: int, latest: Round | None, now: datetime) -> int:
    """Open the next round, or the failed one again, and return its id.

    Raises:
        RoundRunning: another process has opened it in this moment; the database lets only one be running.
    """
    fresh = {
        "state": RoundState.RUNNING,
        "stage": "starting",
        "progress": 0.0,
        "error": None,
        "host": None,
        "process_id": None,
        "heartbeat_at": now,
        "started_at": now,
        "finished_at": None,
    }
    try:
        with connection.begin_nested():
            if latest is not None and latest.state == RoundState.FAILED:
                return _restart(connection, latest, fresh)
            number = latest.number + 1 if latest else 1
            new = insert(round_).values(project_id=project_id, number=number, attempt=1, **fresh)
            return int(connection.execute(new.returning(round_.c.id)).scalar_one())
    except IntegrityError as error:
        raise RoundRunning(_("A round of this project is running already.")) from error


def _restart(connection: Connection, failed: Round, fresh: Mapping[str, Any]) -> int:
    changed = connection.execute(
        update(round_)
        .where(round_.c.id == failed.id, round_.c.state == RoundState.FAILED)
        .values(attempt=failed.attempt + 1, **fresh)
    )
    if changed.rowcount != 1:
        raise RoundRunning(_("A round of this project is running already."))
    return failed.id


def beat(connection: Connection, round_id: int, attempt: int, now: datetime, **values: Any) -> None:
    """Say that the round is alive, and how far it is.

    Args:
        values: any of stage, progress, host, process_id.

    Raises:
        RoundSuperseded: this attempt was declared dead in the meantime.
    """
    _change_running(connection, round_id, attempt, heartbeat_at=now, **values)


def finish(connection: Connection, round_id: int, attempt: int, now: datetime, **values: Any) -> None:
    """Close a round that has done its work.

    Raises:
        RoundSuperseded: this attempt was declared dead in the meantime; nothing of it may be saved.
    """
    _change_running(
        connection, round_id, attempt, state=RoundState.DONE, stage="done", progress=1.0, finished_at=now, **values
    )


def fail(connection: Connection, round_id: int, attempt: int, reason: str, now: datetime) -> bool:
    """Close a round that did not do its work; False if this attempt is not running any more."""
    changed = connection.execute(
        update(round_).where(_running(round_id, attempt)).values(state=RoundState.FAILED, error=reason, finished_at=now)
    )
    return changed.rowcount == 1


def _change_running(connection: Connection, round_id: int, attempt: int, **values: Any) -> None:
    changed = connection.execute(update(round_).where(_running(round_id, attempt)).values(**values))
    if changed.rowcount != 1:
        raise RoundSuperseded(f"Attempt {attempt} of this round was given up; its result is not saved.")


def _running(round_id: int, attempt: int) -> Any:
    return (round_.c.id == round_id) & (round_.c.attempt == attempt) & (round_.c.state == RoundState.RUNNING)


def add_languages(connection: Connection, round_id: int, languages: Sequence[RoundLanguage]) -> None:
    """Store what a round found and decided for each language."""
    if languages:
        connection.execute(insert(round_language), [{"round_id": round_id, **asdict(each)} for each in languages])


def list_languages(connection: Connection, project_id: int, metric: str) -> dict[int, list[RoundLanguage]]:
    """Round id to what it found for each language, for all rounds of a project.

    Args:
        metric: the figure that is asked for; a round that measured another one comes without figures.
    """
    return _languages(connection, metric, round_.c.project_id == project_id)


def newest_languages(connection: Connection, project_id: int, metric: str) -> list[RoundLanguage]:
    """The same of the newest finished round alone; nothing before the first."""
    newest = (
        select(round_.c.id)
        .where(round_.c.project_id == project_id, round_.c.state == RoundState.DONE)
        .order_by(round_.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return next(iter(_languages(connection, metric, round_.c.id == newest).values()), [])


def _languages(connection: Connection, metric: str, condition: ColumnElement[bool]) -> dict[int, list[RoundLanguage]]:
    query = (
        select(round_language.c.round_id, round_.c.metric, *(round_language.c[name] for name in _OF_LANGUAGE))
        .join(round_, round_.c.id == round_language.c.round_id)
        .where(condition)
        .order_by(round_language.c.id)
    )
    found: dict[int, list[RoundLanguage]] = {}
    for round_id, measured, *values in connection.execute(query):
        language = RoundLanguage(*values)
        if (measured or Metric.ACCURACY) != metric:
            language = replace(language, **_UNMEASURED)
        found.setdefault(round_id, []).append(language)
    return found


def languages_of(connection: Connection, round_id: int) -> list[str]:
    """The languages that the project had in a round."""
    query = select(round_language.c.language).where(round_language.c.round_id == round_id)
    return list(connection.execute(query.order_by(round_language.c.id)).scalars())


def add_classes(
    connection: Connection, round_id: int, classes: Sequence[RoundClass], class_ids: Mapping[str, int]
) -> None:
    """Store what a round measured for single classes.

    Args:
        class_ids: class name to id, from `projects.class_ids`.
    """
    rows = []
    for each in classes:
        values = asdict(each)
        rows.append({"round_id": round_id, "class_id": class_ids[values.pop("class_name")], **values})
    if rows:
        connection.execute(insert(round_class), rows)


def list_classes(connection: Connection, project_id: int) -> dict[int, list[RoundClass]]:
    """Round id to what it measured for single classes, for all rounds of a project."""
    query = (
        select(round_class, project_class.c.name.label("class_name"))
        .join(round_, round_.c.id == round_class.c.round_id)
        .join(project_class, project_class.c.id == round_class.c.class_id)
        .where(round_.c.project_id == project_id)
        .order_by(round_class.c.id)
    )
    found: dict[int, list[RoundClass]] = {}
    for row in connection.execute(query).mappings():
        values = {name: row[name] for name in RoundClass.__dataclass_fields__}
        found.setdefault(row["round_id"], []).append(RoundClass(**values))
    return found


def _round(row: Mapping[Any, Any]) -> Round:
    return Round(**dict(row) | {"state": RoundState(row["state"])})
