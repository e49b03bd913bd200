"""How the server writes its log: what went wrong and where, and nothing of what people sent.

An exception's own words may quote them: a database names the value that it refuses, Python the text
that is no number. So only its kind is told, and the lines of our code that led to it.
"""

import logging
import time
import traceback
from types import TracebackType
from typing import TypeAlias

_Info: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)
_MOST_CAUSES = 5


# What would look like a line of its own, or steer the terminal of who reads it.
_VISIBLE = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


class LogLines(logging.Formatter):
    """One line a record, with the time in UTC; below it, for a failure, the way there."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the name that logging calls
        return super().formatMessage(record).translate(_VISIBLE)

    def formatException(self, ei: _Info) -> str:  # noqa: N802  # the name that logging calls
        return told(ei[1]) if ei[1] else ""


def told(problem: BaseException) -> str:
    """The failure and what caused it, each with its way; in nobody's words."""
    parts: list[str] = []
    each: BaseException | None = problem
    while each is not None and len(parts) < _MOST_CAUSES:
        way = "".join(traceback.format_tb(each.__traceback__))
        parts.append(f"{way}{kind_of(each)}")
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return "\nbecause of\n".join(parts)


def kind_of(problem: BaseException) -> str:
    """Its class, and the number or name by which a system or a database tells errors apart."""
    known = (
        getattr(problem, "sqlstate", None),
        getattr(problem, "sqlite_errorname", None),
        problem.strerror if isinstance(problem, OSError) else None,
    )
    said = ", ".join(str(each) for each in known if each)
    name = f"{type(problem).__module__}.{type(problem).__qualname__}"
    return f"{name} ({said})" if said else name
