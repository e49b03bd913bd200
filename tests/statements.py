"""What is asked of the database while something is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from firsthand import prepared


@contextmanager
def statements() -> Iterator[list[str]]:
    """The texts of the statements, in order, whichever engine they go through."""
    said: list[str] = []
    with each_statement(lambda statement, _: said.append(statement)):
        yield said


@contextmanager
def each_statement(hear: Callable[[str, object], None]) -> Iterator[None]:
    """``hear`` is told each statement and what it was given."""
    run = prepared._run

    def keep(_connection: object, _cursor: object, sql: str, given: object, *_: object) -> None:
        hear(sql, given)

    def keep_prepared(connection: Any, method: str, sql: str, given: Any) -> Any:
        # These go to the driver without SQLAlchemy's events.
        hear(sql, given)
        return run(connection, method, sql, given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared, "_run", keep_prepared)
        event.listen(Engine, "before_cursor_execute", keep)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", keep)
