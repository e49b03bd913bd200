"""Run by Alembic: one connection, one transaction, the same migrations on both databases."""

from alembic import context
from sqlalchemy import create_engine, event

from firsthand.tables import metadata

engine = create_engine(context.config.attributes["url"])

if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def configure(connection, _):  # type: ignore[no-untyped-def]  # SQLAlchemy's hook is untyped
        # Python's driver would commit before each change of the schema: what a crash left half
        # done could then be migrated no more.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        # Rebuilding a parent table must not cascade into its children.
        connection.execute("PRAGMA foreign_keys=OFF")

    @event.listens_for(engine, "begin")
    def begin(connection):  # type: ignore[no-untyped-def]  # SQLAlchemy's hook is untyped
        connection.exec_driver_sql("BEGIN IMMEDIATE")


try:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            compare_type=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
finally:
    engine.dispose()
