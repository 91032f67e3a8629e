"""The people who label, and the languages they know."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from lamm_core.storage.tables import annotator, annotator_language

# Statements of every label are made once: making one costs more than running it.
_LOCK = select(annotator.c.id).where(annotator.c.id == bindparam("annotator")).with_for_update(key_share=True)
_LANGUAGES = (
    select(annotator_language.c.language)
    .where(annotator_language.c.annotator_id == bindparam("annotator"))
    .order_by(annotator_language.c.language)
)


def find_annotator(connection: Connection, name: str) -> int | None:
    """Id of the annotator of that name."""
    return connection.execute(select(annotator.c.id).where(annotator.c.name == name)).scalar_one_or_none()


def ensure_annotator(connection: Connection, name: str, now: datetime) -> int:
    """Id of the annotator of that name, who is added if new."""
    found = find_annotator(connection, name)
    if found is not None:
        return found
    try:
        with connection.begin_nested():
            new = insert(annotator).values(name=name, created_at=now).returning(annotator.c.id)
            return int(connection.execute(new).scalar_one())
    except IntegrityError:  # another process added the same name in this moment
        return int(connection.execute(select(annotator.c.id).where(annotator.c.name == name)).scalar_one())


def list_annotators(connection: Connection) -> dict[int, str]:
    """Annotator id to name."""
    return {row.id: row.name for row in connection.execute(select(annotator.c.id, annotator.c.name))}


def lock_annotator(connection: Connection, annotator_id: int) -> bool:
    """Let the acts and claims of one annotator follow each other until the transaction ends; False if there is none.

    One person may have several windows open: without this, two of them could lease two copies of one item.
    """
    return connection.execute(_LOCK, {"annotator": annotator_id}).first() is not None


def languages_of(connection: Connection, annotator_id: int) -> tuple[str, ...]:
    """The languages an annotator is asked about, sorted; none stands for all."""
    return tuple(connection.execute(_LANGUAGES, {"annotator": annotator_id}).scalars())


def set_languages(connection: Connection, annotator_id: int, languages: Sequence[str]) -> None:
    """Store the languages an annotator is asked about, in place of those there were."""
    connection.execute(delete(annotator_language).where(annotator_language.c.annotator_id == annotator_id))
    rows = [{"annotator_id": annotator_id, "language": language} for language in languages]
    if rows:
        connection.execute(insert(annotator_language), rows)
