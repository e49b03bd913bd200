"""Signing out, and one-time links."""

from typing import Any

from sqlalchemy import select

from firsthand.accounts.models import SignInSession
from firsthand.accounts.signing_in import make_link_token
from tests.server.house import House


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
    assert client.head(f"/sign-in/link/{token}").status_code == 405
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
