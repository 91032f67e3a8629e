"""Run by Alembic: migrate over the connection that the caller has opened."""

from alembic import context

from lamm_core.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
