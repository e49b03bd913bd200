"""What the log tells of a failure: the kind, the way, and nobody's words."""

import logging
import sqlite3
import sys

import pytest

from firsthand.log_lines import LogLines, kind_of, told

# Made here, so that no line of this file, which a traceback may show, has it whole.
WORDS = " ".join(["a", "secret"])


def failing(words: str) -> None:
    try:
        int(words)
    except ValueError as problem:
        raise LookupError(words) from problem


def test_a_failure_is_told_with_its_cause_and_way_and_without_its_words() -> None:
    with pytest.raises(LookupError) as raised:
        failing(WORDS)
    lines = told(raised.value)
    assert "builtins.LookupError\nbecause of\n" in lines
    assert lines.endswith("builtins.ValueError")
    assert "in failing" in lines
    assert WORDS not in lines


def test_the_log_itself_writes_it_so() -> None:
    try:
        failing(WORDS)
    except LookupError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "%s failed", ("it",), sys.exc_info())
    line = LogLines("%(message)s").format(record)
    assert line.startswith("it failed\n")
    assert WORDS not in line


def test_a_line_says_its_time_in_utc_and_stays_one_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "%s", ("a\n2026 ERROR b\x1b[2J",), None)
    record.created, record.msecs = 0.25, 250.0
    line = LogLines("%(asctime)s %(message)s").format(record)
    assert line == "1970-01-01T00:00:00.250Z a\\x0a2026 ERROR b\\x1b[2J"


def test_systems_and_databases_say_which_error_it_is() -> None:
    assert kind_of(FileNotFoundError(2, "No such file", "/a/secret")) == (
        "builtins.FileNotFoundError (No such file)"
    )
    with pytest.raises(sqlite3.OperationalError) as raised:
        sqlite3.connect(":memory:").execute("SELECT * FROM secret")
    assert kind_of(raised.value) == "sqlite3.OperationalError (SQLITE_ERROR)"


def test_a_failure_without_a_known_kind_is_its_class() -> None:
    assert kind_of(KeyError("a secret")) == "builtins.KeyError"
