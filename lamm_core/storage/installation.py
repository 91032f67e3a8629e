"""What this installation remembers of itself, by key."""

from sqlalchemy import Connection, delete, insert, select

from lamm_core.storage.team_tables import installation


def get_value(connection: Connection, key: str) -> str | None:
    """What stands under a key."""
    return connection.execute(select(installation.c.value).where(installation.c.key == key)).scalar_one_or_none()


def set_value(connection: Connection, key: str, value: str) -> None:
    """Put something under a key, in place of what was there."""
    connection.execute(delete(installation).where(installation.c.key == key))
    connection.execute(insert(installation).values(key=key, value=value))
