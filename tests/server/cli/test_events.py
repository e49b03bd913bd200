from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.server.cli.conftest import Run, assert_one_line

Well = Callable[..., str]
ORGANISER = "organiser@example.org"
DAYS = ("--starts", "2026-11-23", "--ends", "2026-11-25")
WHERE = ("--timezone", "Europe/Lisbon", "--organiser", ORGANISER)
LIST = "name,email,listed,x\nFenna Wouters,fenna@example.org,yes,@fenna_w\nJoost,,,@bad name!\n"


@pytest.fixture
def seaside(run_well: Well) -> None:
    """An event with an organiser and nobody at it."""
    run_well("account", "add", ORGANISER, "--name", "Inês")
    run_well("event", "add", "seaside", "--name", "By the Sea", *DAYS, *WHERE)


@pytest.mark.usefixtures("seaside")
def test_a_list_becomes_attendees_and_badges(run_well: Well, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    said = run_well("attendees", "import", "seaside", str(file), "--listed", "all")
    assert "2 added" in said
    assert "affirmed" in said
    assert "2 unchanged" in run_well("attendees", "import", "seaside", str(file))
    sheet = tmp_path / "badges.pdf"
    assert "2 badges" in run_well("badges", "seaside", "-o", str(sheet))
    assert len(PdfReader(sheet).pages) == 2
    tens = tmp_path / "tens.pdf"
    run_well("badges", "seaside", "--layout", "90x55-a4", "-o", str(tens))
    assert len(PdfReader(tens).pages) == 1


@pytest.mark.usefixtures("seaside")
def test_what_is_wrong_with_an_event_is_one_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"\x00\x01nothing")
    again = run("event", "add", "seaside", "--name", "Again", *DAYS, *WHERE)
    assert_one_line(again, "taken")
    wrong_days = ("--starts", "soon", "--ends", "2026-11-25")
    assert_one_line(run("event", "add", "other", "--name", "Other", *wrong_days, *WHERE), "date")
    assert_one_line(run("attendees", "import", "seaside", str(file)))
    assert_one_line(run("attendees", "import", "nowhere", str(file)), "nowhere")
    assert_one_line(run("badges", "seaside", "-o", str(tmp_path / "b.pdf")), "nobody")
    assert_one_line(run("badges", "nowhere", "-o", str(tmp_path / "b.pdf")), "nowhere")
    assert not (tmp_path / "b.pdf").exists()


@pytest.mark.usefixtures("seaside")
def test_badges_into_a_folder_that_is_not_there_are_refused_in_one_line(
    run: Run, run_well: Well, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    run_well("attendees", "import", "seaside", str(file))
    assert_one_line(run("badges", "seaside", "-o", str(tmp_path / "none" / "b.pdf")), "none")


def test_what_is_kept_no_longer_goes_by_one_command(run_well: Well, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    run_well("account", "add", ORGANISER, "--name", "Inês")
    over = ("--starts", "2020-11-23", "--ends", "2020-11-25")
    run_well("event", "add", "over", "--name", "Over", *over, *WHERE)
    run_well("attendees", "import", "over", str(file), "--listed", "all")
    assert "rows lost what was kept no longer" in run_well("clean-up")
    assert run_well("clean-up") == "0 rows lost what was kept no longer.\n"
