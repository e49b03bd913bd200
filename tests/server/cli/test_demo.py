import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from firsthand.accounts.sessions import start_session
from firsthand.accounts.signing_in import account_of
from firsthand.db import now
from firsthand.demo.certificate import certificate_for, lan_address
from firsthand.demo.doors import DOORS
from firsthand.demo.seed import seed_demo
from firsthand.demo.stage import EARLIER_SLUG, SLUG
from firsthand.followups.queries import follow_ups
from firsthand.meetings.queries import meetings
from firsthand.unmet.here import here
from tests.live import free_port, wait_until_ready
from tests.server.cli.conftest import environment
from tests.server.house import House

ANA = "ana@example.org"


@contextmanager
def running_demo(folder: Path, port: int) -> Iterator[list[str]]:
    """``firsthand demo``, ready; the lines that it has printed by then."""
    said = folder / "said.txt"
    command = [sys.executable, "-m", "firsthand.cli", "demo", "--port", str(port)]
    with (
        said.open("wb") as out,
        subprocess.Popen(
            [*command, "--data", str(folder / "data")], env=environment("unused"), stdout=out
        ) as demo,
    ):
        try:
            wait_until_ready(demo, port)
            yield said.read_text().splitlines()
        finally:
            demo.terminate()
            demo.wait(20)


def test_the_demo_opens_with_one_click(tmp_path: Path) -> None:
    port = free_port()
    home = f"http://127.0.0.1:{port}"
    with running_demo(tmp_path, port) as said:
        printed = [line.strip() for line in said if "/demo/" in line]
        assert printed == [f"{home}/demo/{door.key}" for door in DOORS]
        for link, door in zip(printed, DOORS, strict=True):
            with httpx.Client(follow_redirects=True) as browser:
                assert "/events/" in str(browser.get(link).url)
                assert door.email in browser.get(f"{home}/me").text
        for door in DOORS:
            with httpx.Client(follow_redirects=True) as browser:
                assert door.name in browser.get(f"{home}/demo").text
                assert 'value="' + door.key in browser.get(home).text
                browser.post(f"{home}/demo/sign-in", data={"who": door.key})
                assert door.email in browser.get(f"{home}/me").text
        assert httpx.post(f"{home}/demo/sign-in", data={"who": "nobody"}).status_code == 404
        shown = httpx.post(f"{home}/sign-in", data={"email": ANA}).text
        assert re.search(r"Your code is [0-9A-Z]{4}-[0-9A-Z]{4}", shown)


def test_the_conference_goes_on_today_with_everything_to_see(house: House) -> None:
    seed_demo(house.db, house.settings)
    ana = house.db.read_now(account_of, ANA)
    found = house.db.read_now(here, ana, SLUG, now())
    assert found.day_words == "day 2 of 3"
    assert (found.known.all, found.known.met) == (23, 4)
    assert len(found.claims) == 3
    rows = house.db.read_now(meetings, ana, event=SLUG, limit=100)
    assert len({row.contact_id for row in rows}) == 4 + 9
    assert [row.stage for row in rows].count("met-again") == 2
    assert any(row.contact_name.startswith("Unknown, badge") for row in rows)
    assert any(row.confirmed for row in rows)
    assert not all(row.confirmed for row in rows)
    assert house.db.read_now(meetings, ana, event=EARLIER_SLUG, limit=100)
    due = house.db.read_now(follow_ups, ana, limit=100)
    assert {row.state for row in due} == {"open", "snoozed", "done", "dropped"}
    waiting = [(row.due - found.today).days for row in due if row.state == "open"]
    assert min(waiting) < 0
    assert 0 in waiting
    assert any(0 < days <= 7 for days in waiting)
    assert max(waiting) > 7
    browser = house.client()
    browser.cookies.set(
        house.settings.session_cookie, house.db.write_now(start_session, ana, "a test")
    )
    for page in ("unmet", "attendees", "recap"):
        assert browser.get(f"/events/{SLUG}/{page}").status_code == 200


def test_a_demo_that_goes_on_is_kept_and_one_that_is_over_made_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_demo(house.db, house.settings)
    ana = house.db.read_now(account_of, ANA)
    seed_demo(house.db, house.settings)
    assert house.db.read_now(account_of, ANA) == ana
    later = now() + timedelta(days=5)
    monkeypatch.setattr("firsthand.demo.seed.now", lambda: later)
    seed_demo(house.db, house.settings)
    assert house.db.read_now(account_of, ANA) != ana


def test_a_phones_browser_can_check_the_certificate_by_its_address(tmp_path: Path) -> None:
    address = lan_address()
    certificate, key = certificate_for(tmp_path, address)
    assert key.stat().st_mode & 0o077 == 0
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.create_default_context(cafile=str(certificate))
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(into, out, server_hostname=address)
    other = server.wrap_bio(out, into, server_side=True)
    for _ in range(4):
        for side in (one, other):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert one.version() == "TLSv1.3"
    ends = ssl.cert_time_to_seconds(str((one.getpeercert() or {})["notAfter"]))
    assert date.fromtimestamp(ends) > date.today()  # noqa: DTZ011, DTZ012  # days apart


def test_a_certificate_is_kept_while_it_is_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = certificate_for(tmp_path, "192.0.2.7")
    first = [file.read_bytes() for file in files]
    assert [file.read_bytes() for file in certificate_for(tmp_path, "192.0.2.7")] == first
    # The phone sees the machine under another address.
    second = [file.read_bytes() for file in certificate_for(tmp_path, "192.0.2.8")]
    assert second != first
    monkeypatch.setattr("firsthand.demo.certificate._MARGIN", timedelta(days=31))
    assert [file.read_bytes() for file in certificate_for(tmp_path, "192.0.2.8")] != second


@pytest.mark.parametrize("broken", ["certificate.pem", "key.pem"])
@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----", None])
def test_a_broken_or_lost_certificate_is_made_anew(
    tmp_path: Path, broken: str, content: bytes | None
) -> None:
    certificate, key = certificate_for(tmp_path, "192.0.2.7")
    if content is None:
        (tmp_path / broken).unlink()
    else:
        (tmp_path / broken).write_bytes(content)
    certificate_for(tmp_path, "192.0.2.7")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)


def test_a_certificate_with_another_ones_key_is_made_anew(tmp_path: Path) -> None:
    certificate, key = certificate_for(tmp_path, "192.0.2.7")
    (tmp_path / "other").mkdir()
    key.write_bytes(certificate_for(tmp_path / "other", "192.0.2.7")[1].read_bytes())
    certificate_for(tmp_path, "192.0.2.7")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
