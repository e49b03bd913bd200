"""Text as search compares it: without case and without accents, the same on both databases."""

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import SQLColumnExpression
from sqlalchemy.sql.functions import GenericFunction

# Name of the function that readers of SQLite get; PostgreSQL needs none.
SQLITE_FUNCTION = "folded"
_MARKS = re.compile("[\u0300-\u036f]")
# Letters that Unicode does not take apart, in both cases: PostgreSQL's own lower() knows no more
# than ASCII where the database has the locale C.
_ONE = ("ØøĐđŁłıÐðĦħŦŧ", "ooddlliddhhtt")
_TWO = {"ß": "ss", "ẞ": "ss", "Æ": "ae", "æ": "ae", "Œ": "oe", "œ": "oe", "Þ": "th", "þ": "th"}
_LETTERS = str.maketrans({**dict(zip(*_ONE, strict=True)), **_TWO})


def fold(text: str | None) -> str:
    """``Ångström`` and ``ANGSTROM`` are both ``angstrom``; nothing is empty."""
    if not text:
        return ""
    if text.isascii():
        return text.lower()
    apart = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return apart.translate(_LETTERS).lower()


class folded(GenericFunction[str]):  # noqa: N801  # it is written like the other functions of SQL
    """The same in SQL."""

    type = Text()
    inherit_cache = True
    name = SQLITE_FUNCTION


@compiles(folded, "postgresql")
def _on_postgresql(element: folded, compiler: SQLCompiler, **more: Any) -> str:
    (text,) = element.clauses
    apart = func.regexp_replace(
        func.normalize(text, literal_column("NFKD")), "[\u0300-\u036f]", "", "g"
    )
    plain: ColumnElement[str] = func.translate(apart, *_ONE)
    for letter, two in _TWO.items():
        plain = func.replace(plain, letter, two)
    return compiler.process(func.lower(plain), **more)


def found_in(typed: str, *texts: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Whether what somebody typed stands in one of these texts, null or not."""
    return folded_together(*texts).like(pattern_of(typed), escape="\\")


def folded_together(*texts: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """All of them as one text to search: a function is called once a row then."""
    whole: ColumnElement[str] = func.coalesce(texts[0], "")
    for text in texts[1:]:
        # Nobody types a line's end into a search field.
        whole = whole + literal("\n") + func.coalesce(text, "")
    return folded(whole)


def pattern_of(typed: str) -> str:
    """The LIKE pattern, with backslash as its escape, of what stands anywhere in a text."""
    escaped = fold(typed).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
