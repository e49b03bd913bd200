"""The database's schema through time; ``upgrade`` brings it to the newest."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from firsthand.db import Database


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the database to the newest schema; makes a SQLite file that is not there."""
    db = Database(url)
    if db.is_sqlite:
        db.file.parent.mkdir(parents=True, exist_ok=True)
    db.close()
    command.upgrade(_config(db.url.render_as_string(hide_password=False)), "head")


def is_current(url: str) -> bool:
    """Whether the database has the schema that this code expects."""
    db = Database(url)
    db.close()
    if db.is_sqlite and not db.file.exists():
        return False
    engine = create_engine(db.url)
    try:
        with engine.connect() as connection:
            now = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return now == ScriptDirectory.from_config(_config(url)).get_current_head()
