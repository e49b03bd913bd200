"""Run by Alembic: one connection, one transaction, the same migrations on both databases."""

from alembic import context
from sqlalchemy import create_engine, event

from firsthand.tables import metadata

engine = create_engine(context.config.attributes["url"])

if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def configure(connection, _):  # type: ignore[no-untyped-def]  # SQLAlchemy's hook is untyped
        connection.execute("PRAGMA journal_mode=WAL")
        # Rebuilding a parent table must not cascade into its children.
        connection.execute("PRAGMA foreign_keys=OFF")


with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
