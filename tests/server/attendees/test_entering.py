"""What signing in brings along: the place, the role, and an end of the session before."""

import httpx

from firsthand.attendees.entering import Device, enter
from tests.server.house import House

ADDRESS = "ana@example.org"


def browser(house: House, secret: str) -> httpx.Client:
    client = house.client()
    client.cookies.set(house.settings.session_cookie, secret)
    return client


def test_signing_in_gives_what_waits_for_the_address(house: House) -> None:
    olga = house.person("Olga Organiser")
    house.attendee(house.event(olga), "A. Oliveira", email=ADDRESS)
    house.event(olga, "inland", "Recruiters Inland")
    olga.client.post("/organise/inland/staff", data={"email": ADDRESS})
    # An account that has not signed in since.
    ana = house.person("Ana", ADDRESS)
    assert ana.client.get("/organise/inland").status_code == 404
    client = browser(house, house.db.write_now(enter, ana.id, Device(), "a link"))
    assert [each["slug"] for each in client.get("/api/v1/me").json()["events"]] == ["seaside"]
    assert client.get("/organise/inland").status_code == 200
    assert "by a link" in client.get("/me/log").text


def test_signing_in_again_ends_the_session_of_this_browser_alone(house: House) -> None:
    ana = house.person("Ana", ADDRESS)
    first, elsewhere = (house.db.write_now(enter, ana.id, Device(), "a link") for _ in range(2))
    second = house.db.write_now(enter, ana.id, Device(old_session=first), "a link")
    answers = [
        browser(house, secret).get("/api/v1/me").status_code
        for secret in (first, elsewhere, second)
    ]
    assert answers == [401, 200, 200]
