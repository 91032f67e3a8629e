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
            upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision, in the caller's transaction."""
    config = migration_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def is_known(revision: str) -> bool:
    """Whether this version knows a schema, so that it can be brought to the newest one."""
    scripts = ScriptDirectory.from_config(migration_config())
    return revision in {script.revision for script in scripts.walk_revisions()}


def schema_of(connection: Connection) -> str | None:
    """Revision of the tables; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def has_own_schema(database: Database) -> bool:
    """Whether the tables are those of this version, neither older nor newer.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    with database.read() as connection:
        return schema_of(connection) == ScriptDirectory.from_config(migration_config()).get_current_head()


def migration_config() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _is_current(connection: Connection, config: Config) -> bool:
    current = schema_of(connection)
    if current == ScriptDirectory.from_config(config).get_current_head():
        return True
    if current is not None and not is_known(current):
        raise StorageUnavailable(
            _(
                "The database has schema {schema!r}, which this version does not know; install a newer version of "
                "LAMM.",
                schema=current,
            )
        )
    return False
