"""What is asked of the database while something is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from firsthand import prepared


@contextmanager
def statements() -> Iterator[list[str]]:
    """The texts of the statements, in order, whichever engine they go through."""
    said: list[str] = []
    run = prepared._run

    def keep(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    def keep_prepared(connection: Any, method: str, sql: str, parameters: Any) -> Any:
        # These go to the driver without SQLAlchemy's events.
        said.append(sql)
        return run(connection, method, sql, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared, "_run", keep_prepared)
        event.listen(Engine, "before_cursor_execute", keep)
        try:
            yield said
        finally:
            event.remove(Engine, "before_cursor_execute", keep)
