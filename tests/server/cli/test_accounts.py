import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.archives import account, assignment, listed, write_zip
from tests.server.cli.conftest import Run, assert_one_line
from tests.server.house import House

Well = Callable[..., str]
ANA = "ana@example.org"


def test_a_link_from_the_command_line_signs_in_once(run_well: Well, house: House) -> None:
    run_well("account", "add", ANA, "--name", "Ana Oliveira")
    link = run_well("account", "link", ANA).strip().removeprefix("http://127.0.0.1:8000")
    browser = house.client()
    assert browser.get(link).status_code == 200
    assert browser.post(link).headers["location"] == "/"
    assert "Ana Oliveira" in browser.get("/me").text
    assert house.client().post(link).status_code == 400


def test_who_was_invited_to_help_does_so_once_the_operator_makes_their_account(
    run_well: Well, house: House
) -> None:
    olga = house.person("Olga")
    house.event(olga)
    olga.client.post("/organise/seaside/staff", data={"email": ANA})
    run_well("account", "add", ANA, "--name", "Ana Oliveira")
    token = run_well("token", "add", ANA).strip()
    headers = {"Authorization": f"Bearer {token}"}
    listed = house.client().get("/api/v1/events", headers=headers).json()["items"]
    assert [event["slug"] for event in listed] == ["seaside"]


def test_a_token_is_all_that_is_printed_and_opens_the_api(run_well: Well, house: House) -> None:
    run_well("account", "add", ANA, "--name", "Ana")
    token = run_well("token", "add", ANA, "--scope", "read").removesuffix("\n")
    assert token.startswith("fh_")
    assert token.split() == [token]
    bearer = {"Authorization": f"Bearer {token}"}
    assert house.client().get("/api/v1/me", headers=bearer).json()["email"] == ANA
    assert house.client().patch("/api/v1/me", headers=bearer, json={}).status_code == 403


def test_tokens_are_listed_and_revoked(run: Run, run_well: Well, house: House) -> None:
    run_well("account", "add", ANA, "--name", "Ana")
    token = run_well("token", "add", ANA, "--scope", "read", "--name", "Our script").strip()
    (line,) = run_well("token", "list", ANA).splitlines()
    assert line.endswith("read  Our script")
    assert token not in line
    number = line.split()[0]
    run_well("token", "revoke", ANA, number)
    assert run_well("token", "list", ANA) == ""
    bearer = {"Authorization": f"Bearer {token}"}
    assert house.client().get("/api/v1/me", headers=bearer).status_code == 401
    assert_one_line(run("token", "revoke", ANA, number), number)


def test_what_is_wrong_with_an_account_is_one_line(run: Run) -> None:
    assert_one_line(run("account", "link", "nobody@example.org"), "nobody@example.org")
    assert_one_line(run("token", "add", "nobody@example.org"), "nobody@example.org")
    assert_one_line(run("account", "add", "nonsense", "--name", "X"), "e-mail")
    assert_one_line(run("account", "add", ANA, "--name", "  "), "name")
    assert run("account", "add", ANA, "--name", "Ana").returncode == 0
    assert_one_line(run("account", "add", "ANA@example.org", "--name", "Ana"), "already")


def test_a_wrong_use_is_told_with_the_code_2(run: Run) -> None:
    for wrong in (["account", "add", ANA], ["no-such"], ["token", "add", ANA, "--scope", "all"]):
        done = run(*wrong)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


def test_an_archive_imported_here_is_in_the_export(
    run_well: Well, run: Run, tmp_path: Path
) -> None:
    archive = write_zip(
        tmp_path / "archive.zip",
        {
            "data/account.js": assignment("account", [account()]),
            "data/following.js": assignment("following", [listed("following", "71")]),
        },
    )
    run_well("account", "add", ANA, "--name", "Ana")
    assert "1 added" in run_well("ties", "import", ANA, str(archive))
    taken = tmp_path / "ana.zip"
    run_well("export", ANA, "-o", str(taken))
    with zipfile.ZipFile(taken) as opened:
        everything = json.loads(opened.read("firsthand.json"))
    assert [tie["stable_id"] for tie in everything["tie"]] == ["71"]
    # Nobody else on the machine may read it.
    assert taken.stat().st_mode & 0o077 == 0
    assert_one_line(run("export", "nobody@example.org", "-o", str(tmp_path / "no.zip")), "nobody")
    assert {path.name for path in tmp_path.glob("*.zip*")} == {"archive.zip", "ana.zip"}


def test_what_is_no_archive_is_one_line(run_well: Well, run: Run, tmp_path: Path) -> None:
    run_well("account", "add", ANA, "--name", "Ana")
    empty = tmp_path / "empty.zip"
    empty.touch()
    assert_one_line(run("ties", "import", ANA, str(empty)), "empty")
    absent = run("ties", "import", ANA, str(tmp_path / "absent.zip"))
    assert absent.returncode == 2
    assert "absent.zip" in absent.stderr


def test_an_account_is_signed_out_everywhere(run_well: Well, house: House) -> None:
    ana, ben = house.person("Ana", ANA), house.person("Ben")
    run_well("account", "sign-out", ANA)
    assert ana.client.get("/api/v1/me").status_code == 401
    assert ben.client.get("/api/v1/me").status_code == 200
