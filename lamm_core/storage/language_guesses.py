"""Languages that were guessed from the text, until somebody has looked at them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from lamm_core.storage import near_duplicates
from lamm_core.storage.bulk import chunks
from lamm_core.storage.tables import batch_item, item


def count_guesses(connection: Connection, project_id: int) -> dict[str, int]:
    """Language to the items of which it is a guess."""
    query = (
        select(item.c.language, func.count().label("items"))
        .where(item.c.project_id == project_id, item.c.language_guess.is_not(None))
        .group_by(item.c.language)
    )
    return {row.language: int(row.items) for row in connection.execute(query)}


def list_guesses(connection: Connection, project_id: int, count: int) -> Sequence[Row[Any, Any, Any, Any]]:
    """id, text, language and language_guess of the items whose language is least certain, the least certain first."""
    query = (
        select(item.c.id, item.c.text, item.c.language, item.c.language_guess)
        .where(item.c.project_id == project_id, item.c.language_guess.is_not(None))
        .order_by(item.c.language_guess, item.c.id)
    )
    return connection.execute(query.limit(count)).all()


def set_languages(connection: Connection, project_id: int, languages: Mapping[int, str]) -> int:
    """Say the language of items whose language was a guess, also where they wait in a batch; returns how many.

    Args:
        languages: item id to language; ids of other items are passed over.
    """
    changed = 0
    for language in sorted(set(languages.values())):
        ids = [item_id for item_id, said in languages.items() if said == language]
        for chunk in chunks(ids):
            guessed = select(item.c.id).where(
                item.c.project_id == project_id, item.c.id.in_(chunk), item.c.language_guess.is_not(None)
            )
            found = list(connection.execute(guessed).scalars())
            others = select(item.c.id).where(item.c.id.in_(found), item.c.language != language)
            near_duplicates.part(connection, list(connection.execute(others).scalars()))
            connection.execute(update(item).where(item.c.id.in_(found)).values(language=language, language_guess=None))
            waiting = update(batch_item).where(batch_item.c.item_id.in_(found), batch_item.c.closed_at.is_(None))
            connection.execute(waiting.values(language=language))
            changed += len(found)
    return changed


def accept_guesses(connection: Connection, project_id: int, least: float) -> int:
    """Take guesses that are at least as probable as this for said; returns how many."""
    sure = update(item).where(item.c.project_id == project_id, item.c.language_guess >= least)
    return connection.execute(sure.values(language_guess=None)).rowcount
