"""How large a picture may be, how long it may take, and what is told of one that went wrong."""

import sys
from pathlib import Path

import pytest

from firsthand.accounts import faces
from firsthand.accounts.face_drawing import LARGEST_FILE, TOO_MANY_PIXELS, UNREADABLE
from firsthand.accounts.faces import draw_face
from firsthand.problems import Invalid, TooLarge
from tests.server.accounts.test_faces import bomb, picture


def test_a_file_as_large_as_may_be_is_looked_at_and_a_larger_one_is_not() -> None:
    with pytest.raises(Invalid, match=UNREADABLE):
        draw_face(b"\0" * LARGEST_FILE)
    with pytest.raises(TooLarge):
        draw_face(b"\0" * (LARGEST_FILE + 1))


def test_why_a_picture_is_refused_is_told() -> None:
    with pytest.raises(Invalid) as refused:
        draw_face(bomb(8_000, 7_000))
    assert refused.value.fields == {"face": TOO_MANY_PIXELS}
    assert str(refused.value) == TOO_MANY_PIXELS


def test_one_that_takes_too_long_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "_SECONDS", 0.001)
    with pytest.raises(Invalid, match=UNREADABLE):
        draw_face(picture())


@pytest.mark.parametrize("said", ["", "half a pict"])
def test_what_a_child_that_died_has_said_is_told_to_nobody(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the system ends it, for all the memory it takes."""
    dying = tmp_path / "python"
    dying.write_text(f"#!/bin/sh\ncat > /dev/null\nprintf '{said}'\nexit 9\n")
    dying.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(dying))
    with pytest.raises(Invalid) as refused:
        draw_face(picture())
    assert refused.value.fields == {"face": UNREADABLE}
    assert str(refused.value) == UNREADABLE
