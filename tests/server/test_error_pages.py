"""Errors as people see them: in the frame of whoever asks, and whatever has failed."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.server.house import House

NOWHERE = ("/nonsense", "/people/xyz", "/events/nope", "/join/zzz", "/i/xyz")


@pytest.mark.parametrize("path", NOWHERE)
def test_an_error_is_told_in_the_frame_of_who_is_signed_in(house: House, path: str) -> None:
    page = house.person("Ana").client.get(path)
    assert page.status_code == 404
    assert 'class="bar"' in page.text
    assert "Sign in" not in page.text
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", NOWHERE[:1] + NOWHERE[3:])
def test_who_is_signed_out_may_sign_in_there(house: House, path: str) -> None:
    page = house.client().get(path)
    assert page.status_code == 404
    assert 'href="/sign-in"' in page.text
    assert 'class="bar"' not in page.text


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_where_the_database_is_away_nobody_is_taken_for_signed_out(house: House) -> None:
    ana = house.person("Ana")

    def rename(old: str, new: str) -> None:
        def renamed(session: Session) -> None:
            session.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

        house.db.write_now(renamed)

    rename("sign_in_session", "elsewhere")
    house.app.state.viewers.forget_everybody()
    pages = {path: ana.client.get(path) for path in ("/nonsense", "/people")}
    rename("elsewhere", "sign_in_session")
    assert [page.status_code for page in pages.values()] == [404, 503]
    for page in pages.values():
        assert "Sign in" not in page.text
        assert 'class="bar"' not in page.text


def test_a_method_that_is_not_there_says_which_are(house: House) -> None:
    page = house.person("Ana").client.put("/people/where-it-stands")
    assert page.status_code == 405
    assert page.headers["allow"]
    assert 'class="bar"' in page.text


def test_what_waits_on_a_phone_says_nothing_of_being_signed_out(house: House) -> None:
    """Its shell is kept by the service worker, the same for everybody."""
    assert 'href="/sign-in"' not in house.client().get("/scan/box").text
