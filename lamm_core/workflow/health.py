"""Whether this installation can work, and what it is busy with: for who watches over it."""

from enum import StrEnum

from lamm_core.errors import StorageUnavailable
from lamm_core.storage.gauges import Gauges as Gauges
from lamm_core.storage.gauges import read_gauges
from lamm_core.storage.migrate import has_own_schema
from lamm_core.workflow.rights import needs_admin, open_to_anybody
from lamm_core.workflow.workspace import Workspace, utc_now


class Health(StrEnum):
    """Whether people can label, and what keeps them from it; no more than whoever asks may know."""

    OK = "ok"
    DATABASE = "database"
    SCHEMA = "schema"


@open_to_anybody
def health(workspace: Workspace) -> Health:
    """Ask the database whether it answers, and whether its tables are those of this version."""
    try:
        return Health.OK if has_own_schema(workspace.database) else Health.SCHEMA
    except StorageUnavailable:
        return Health.DATABASE


@needs_admin
def gauges(workspace: Workspace) -> Gauges:
    """Count leases, rounds, jobs and workers over all projects.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    with workspace.database.read() as connection:
        return read_gauges(connection, utc_now())
