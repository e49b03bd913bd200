from collections.abc import Callable
from pathlib import Path

from tests.server.cli.conftest import Run, assert_one_line
from tests.server.ties.test_formats import FORMATS

ANA = "ana@example.org"


def test_every_format_is_imported_and_told_in_one_line(
    run_well: Callable[..., str], tmp_path: Path
) -> None:
    run_well("account", "add", ANA, "--name", "Ana")
    for each in FORMATS:
        (tmp_path / each.file).write_bytes(each.content)
        told = run_well("ties", "import", ANA, str(tmp_path / each.file))
        assert told.startswith(f"{each.format}: 1 added"), told
        assert f"{each.more} known by a number or a name only" in told


def test_what_is_no_export_is_one_line(run: Run, tmp_path: Path) -> None:
    run("account", "add", ANA, "--name", "Ana")
    (tmp_path / "list.csv").write_text("Name,Age\nAna,7\n")
    done = run("ties", "import", ANA, str(tmp_path / "list.csv"))
    assert_one_line(done, "no export that Firsthand knows", "LinkedIn", "vCard")
