"""Signing out, and one-time links."""

import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from firsthand.accounts import viewers
from firsthand.accounts.models import SignInSession
from firsthand.accounts.sessions import start_session
from firsthand.accounts.signing_in import make_link_token
from firsthand.db import now
from tests.server.house import House, Person


def test_signing_out_ends_the_session_and_takes_the_cookie(house: House) -> None:
    ana = house.person()
    secret = ana.client.cookies["firsthand"]
    gone = ana.client.post("/session", data={"_method": "DELETE"}, follow_redirects=False)
    assert gone.status_code == 303
    assert gone.headers["location"] == "/"
    assert "Max-Age=0" in gone.headers["set-cookie"]
    stolen = house.client()
    stolen.cookies.set("firsthand", secret)
    assert stolen.get("/api/v1/me").status_code == 401


def test_signing_out_twice_is_no_mistake(house: House) -> None:
    client = house.client()
    assert client.delete("/session", follow_redirects=False).status_code == 303


def test_signing_out_everywhere_ends_every_session_of_the_account_only(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    gone = ana.client.post("/sessions", data={"_method": "DELETE"}, follow_redirects=False)
    assert gone.status_code == 303
    left = house.db.read_now(lambda s: s.scalars(select(SignInSession.account_id)).all())
    assert left == [ben.id]


def test_another_site_cannot_sign_anybody_out(house: House) -> None:
    ana = house.person()
    refused = ana.client.delete("/session", headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert ana.client.get("/api/v1/me").status_code == 200


def test_looking_at_a_one_time_link_does_not_use_it_up(house: House) -> None:
    ana = house.person()
    token = house.db.write_now(make_link_token, ana.email)
    client = house.client()
    for _ in range(3):
        page = client.get(f"/sign-in/link/{token}")
        assert page.status_code == 200
        assert f'action="/sign-in/link/{token}"' in page.text
    assert client.head(f"/sign-in/link/{token}").status_code == 200
    entered = client.post(f"/sign-in/link/{token}", follow_redirects=False)
    assert entered.status_code == 303
    assert client.get("/api/v1/me").json()["id"] == str(ana.id)


def test_a_one_time_link_signs_in_once(house: House) -> None:
    token = house.db.write_now(make_link_token, house.person().email)
    assert _post(house, token).status_code == 303
    again = _post(house, token)
    assert again.status_code == 400
    assert "has been used" in again.text


def test_an_unknown_link_is_told_like_a_used_one(house: House) -> None:
    for token in ("nonsense", "x" * 3000, "%00", "%F0%9F%A6%8A"):
        refused = _post(house, token)
        assert refused.status_code == 400
        assert "has been used" in refused.text


def test_a_reusable_link_signs_in_again_and_again(house: House) -> None:
    token = house.db.write_now(make_link_token, house.person().email, reusable=True)
    assert [_post(house, token).status_code for _ in range(2)] == [303, 303]


def _post(house: House, token: str) -> Any:
    return house.client().post(f"/sign-in/link/{token}", follow_redirects=False)


def tokens(house: House) -> list[str]:
    return list(house.db.read_now(lambda s: s.scalars(select(SignInSession.token_hash)).all()))


def signed_in_again(house: House, person: Person, browser: str) -> httpx.Client:
    """The same person in another browser."""
    client = house.client()
    token = house.db.write_now(start_session, person.id, browser)
    client.cookies.set("firsthand", token)
    return client


def set_sessions(house: House, **values: Any) -> None:
    house.db.write_now(lambda session: session.execute(update(SignInSession).values(**values)))
    house.app.state.viewers.forget_everybody()


def test_me_lists_each_browser_and_marks_this_one(house: House) -> None:
    ana = house.person()
    signed_in_again(house, ana, "Mozilla/5.0 (Android 16) Firefox/150.0")
    page = ana.client.get("/me").text
    section = page[page.index('id="devices-title"') : page.index("Sign out everywhere")]
    assert section.count("Sign out Firefox on Android") == 1
    assert len(re.findall(r"/sessions/[0-9a-f]{12}", section)) == 2
    assert section.count("this one") == 1
    assert "Firefox on Android" in section
    assert section.count("last seen") == 1
    assert not any(each in page for each in tokens(house))


def test_one_browser_is_signed_out_by_itself_and_at_once(house: House) -> None:
    ana = house.person()
    mine = set(tokens(house))
    phone = signed_in_again(house, ana, "a phone")
    assert phone.get("/api/v1/me").status_code == 200
    number = next(each for each in tokens(house) if each not in mine)[:12]
    gone = ana.client.post(f"/sessions/{number}", data={"_method": "DELETE"})
    assert gone.headers["location"] == "/me#devices-title"
    assert phone.get("/api/v1/me").status_code == 401
    assert ana.client.get("/api/v1/me").status_code == 200


def test_every_other_browser_is_signed_out_at_once_and_this_one_stays(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    assert "Sign out everywhere else" not in ana.client.get("/me").text
    phone, desk = (signed_in_again(house, ana, words) for words in ("a phone", "a desk"))
    assert "Sign out everywhere else" in ana.client.get("/me").text
    gone = ana.client.post("/sessions/others", data={"_method": "DELETE"})
    assert gone.headers["location"] == "/me#devices-title"
    assert [each.get("/api/v1/me").status_code for each in (phone, desk)] == [401, 401]
    assert [each.client.get("/api/v1/me").status_code for each in (ana, ben)] == [200, 200]
    assert ana.client.get("/me/log").text.count("Signed out") == 2


def test_signing_this_browser_out_by_its_number_signs_out(house: House) -> None:
    ana = house.person()
    gone = ana.client.delete(f"/sessions/{tokens(house)[0][:12]}")
    assert gone.headers["location"] == "/"
    assert "Max-Age=0" in gone.headers["set-cookie"]
    assert tokens(house) == []


def test_nobody_signs_another_person_out(house: House) -> None:
    house.person("Ana")
    number = tokens(house)[0][:12]
    assert house.person("Ben").client.delete(f"/sessions/{number}").status_code == 404
    assert len(tokens(house)) == 2


def test_a_session_ends_ninety_days_after_signing_in(house: House) -> None:
    ana = house.person()
    kept = house.db.read_now(lambda s: s.scalars(select(SignInSession)).one())
    assert kept.expires_at - kept.created_at == timedelta(days=90)
    set_sessions(house, expires_at=now())
    assert ana.client.get("/api/v1/me").status_code == 401


def test_a_session_ends_after_thirty_days_without_a_visit(house: House) -> None:
    ana = house.person()
    set_sessions(house, last_seen_at=now() - timedelta(days=29))
    assert ana.client.get("/api/v1/me").status_code == 200
    set_sessions(house, last_seen_at=now() - timedelta(days=30))
    assert ana.client.get("/api/v1/me").status_code == 401
    # Whoever signs in next sweeps it out.
    house.person("Ben")
    assert len(tokens(house)) == 1


def test_a_visit_is_noted_at_most_once_an_hour(house: House) -> None:
    ana = house.person()

    def seen() -> datetime:
        return house.db.read_now(lambda s: s.scalars(select(SignInSession.last_seen_at)).one())

    recently, long_ago = now() - timedelta(minutes=59), now() - timedelta(minutes=61)
    set_sessions(house, last_seen_at=recently)
    ana.client.get("/api/v1/me")
    assert seen() == recently
    set_sessions(house, last_seen_at=long_ago)
    ana.client.get("/api/v1/me")
    noted = seen()
    assert now() - noted < timedelta(minutes=1)
    house.app.state.viewers.forget_everybody()
    ana.client.get("/api/v1/me")
    assert seen() == noted


def test_who_is_asking_is_remembered_of_so_many_at_most(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewers, "_MOST", 2)
    house.app.state.viewers.forget_everybody()
    remembered = []
    for person in [house.person(f"Person {n}") for n in range(4)]:
        assert person.client.get("/api/v1/me").status_code == 200
        remembered.append(len(house.app.state.viewers._known))
    assert remembered == [1, 2, 1, 2]
