"""Bring a database to the schema of this version, and refuse one that is newer."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from lamm_core.errors import StorageUnavailable
from lamm_core.storage.database import Database
from lamm_core.words import translate as _

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as every process of LAMM takes the same one.
_ADVISORY_LOCK = 7_215_633


def migrate(database: Database) -> None:
    """Create or upgrade the tables. Safe when several processes start at once: one does it, the others wait.

    Raises:
        StorageUnavailable: the database was made by a newer version of LAMM.
    """
    config = migration_config()
    with database.read() as connection:
        if _is_current(connection, config):
            return
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        if not _is_current(connection, config):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def migration_config() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _is_current(connection: Connection, config: Config) -> bool:
    scripts = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current == scripts.get_current_head():
        return True
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise StorageUnavailable(
            _(
                "The database has schema {schema!r}, which this version does not know; install a newer version of "
                "LAMM.",
                schema=current,
            )
        )
    return False
