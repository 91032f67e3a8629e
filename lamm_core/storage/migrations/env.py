"""Run by Alembic: migrate over the connection that the caller has opened."""

from alembic import context

from lamm_core.storage import tables, team_tables  # noqa: F401 - importing them fills the metadata
from lamm_core.storage.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
