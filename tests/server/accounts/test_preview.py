"""What "What others see" shows is what others get: from the API and from the pages."""

import html
import re
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block
from firsthand.accounts.faces import keep_face
from firsthand.accounts.models import Circle
from firsthand.accounts.profile import CIRCLED, ProfileChange, change_profile
from firsthand.attendees.membership import choose_listed
from firsthand.handles.keeping import handles_of, show_handle_to
from firsthand.handles.preview import Preview, seen_by_browsers, seen_by_met
from tests.server.house import House, Person, Wearer

_NAME = "Ana Oliveira"
_SHOWN: dict[str, Any] = {
    "headline": "Harbour-pilot",
    "company": "Tides-and-Sons",
    "phone": "02079460018",
}
_CIRCLES = st.sampled_from([circle.value for circle in Circle])


@dataclass
class Scene:
    house: House
    ana: Person
    browser: Person
    met: Person
    blocked: Person
    anas: Wearer
    contact: str
    blocked_contact: str


@pytest.fixture
def scene(house: House) -> Scene:
    people = [house.person(name) for name in (_NAME, "Browser", "Met", "Blocked")]
    ana, browser, met, blocked = people
    event = house.event(house.person("Olga"), timezone="UTC")
    handles = [("x", "@ana_at_x"), ("github", "ana-at-github")]
    anas = house.attendee(event, ana, handles=handles)
    for who in people[1:]:
        house.attendee(event, who)
    contact, blocked_contact = (house.scan(who, anas)["contact"] for who in (met, blocked))
    house.db.write_now(change_profile, ana.id, ProfileChange(**_SHOWN))
    house.db.write_now(keep_face, ana.id, b"a picture")
    house.db.write_now(block, ana.id, blocked.id)
    return Scene(house, ana, browser, met, blocked, anas, contact, blocked_contact)


def words_of(preview: Preview) -> set[str]:
    """Everything that a page can show of it, as it stands there."""
    told = {preview.name, preview.headline, preview.company, preview.email, preview.phone}
    told |= {name.lstrip("@") for _, name in preview.handles}
    return (told | ({f"/faces/{preview.face}"} if preview.face else set())) - {""}


def found_on(text: str, words: set[str]) -> set[str]:
    plain = html.unescape(text)
    return {word for word in words if word in plain}


def choose(
    session: Session, ana: Person, fields: dict[str, str], handles: list[str], listed: bool
) -> None:
    change_profile(session, ana.id, ProfileChange(circles=fields))
    for handle, circle in zip(handles_of(session, ana.id), handles, strict=True):
        show_handle_to(session, ana.id, handle.id, circle)
    choose_listed(session, ana.id, "seaside", listed)


@given(
    fields=st.fixed_dictionaries(dict.fromkeys(CIRCLED, _CIRCLES)),
    handles=st.lists(_CIRCLES, min_size=2, max_size=2),
    listed=st.booleans(),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_for_any_choice_the_preview_is_what_each_of_them_gets(
    scene: Scene, fields: dict[str, str], handles: list[str], listed: bool
) -> None:
    house, ana = scene.house, scene.ana
    # The session is Ana's own: everything that there is to see.
    everything = dict.fromkeys(CIRCLED, Circle.BROWSING.value)
    house.db.write_now(choose, ana, everything, ["browsing"] * 2, True)
    whole = house.db.read_now(seen_by_met, ana.id)
    words = words_of(whole)
    assert len(words) == 8
    house.db.write_now(choose, ana, fields, handles, listed)
    to_met = house.db.read_now(seen_by_met, ana.id)
    to_browsers = house.db.read_now(seen_by_browsers, ana.id)
    assert (to_browsers is not None) is listed
    browsed = words_of(to_browsers) if to_browsers else set()

    page = scene.browser.client.get("/events/seaside/attendees").text
    assert found_on(page, words) == browsed
    items = scene.browser.client.get("/api/v1/events/seaside/attendees").json()["items"]
    of_ana = [item for item in items if item["attendee"] == str(scene.anas.id)]
    if to_browsers is None:
        assert of_ana == []
    else:
        assert_same(of_ana[0], to_browsers)

    page = scene.met.client.get(f"/people/{scene.contact}").text
    assert found_on(page, words) == words_of(to_met)
    assert_same(scene.met.client.get(f"/api/v1/contacts/{scene.contact}").json(), to_met)
    face = scene.met.client.get(f"/faces/{whole.face}").status_code
    assert face == (200 if to_met.face or browsed & {f"/faces/{whole.face}"} else 404)

    for path in ("/events/seaside/attendees", f"/people/{scene.blocked_contact}"):
        assert found_on(scene.blocked.client.get(path).text, words) == set(), path
    assert scene.blocked.client.get(f"/faces/{whole.face}").status_code == 404

    # Where an address may break is no part of it.
    mine = ana.client.get("/me").text.replace("<wbr>", "")
    (preview,) = re.findall(r'<section id="preview".*?</section>', mine, re.DOTALL)
    for_met, _, for_browsers = preview.partition("Who browses")
    assert found_on(for_met, words) == words_of(to_met)
    assert found_on(for_browsers, words) == browsed
    assert ("you are listed, so" in for_browsers) is listed


def assert_same(item: dict[str, object], preview: Preview) -> None:
    assert item["name"] == preview.name
    assert item["headline"] == preview.headline
    assert item["company"] == preview.company
    told = item["handles"]
    assert isinstance(told, list)
    assert [(each["network"], each["name"]) for each in told] == list(preview.handles)


def test_listed_at_several_events_is_listed(scene: Scene) -> None:
    scene.house.attendee(scene.house.event(scene.met, slug="lakeside"), scene.ana)
    seen = scene.house.db.read_now(seen_by_browsers, scene.ana.id)
    assert seen
    assert seen.name == _NAME
    assert scene.house.db.read_now(seen_by_browsers, scene.house.person("Nobody").id) is None


def test_the_preview_has_ones_own_handles_as_far_as_each_circle_sees_them(scene: Scene) -> None:
    of_another = {"handle": "@of_another", "network": "x"}
    assert scene.met.client.post("/me/handles", data=of_another).status_code < 400
    of_x, _ = scene.house.db.read_now(handles_of, scene.ana.id)
    scene.house.db.write_now(show_handle_to, scene.ana.id, of_x.id, "met")
    to_met = scene.house.db.read_now(seen_by_met, scene.ana.id)
    to_browsers = scene.house.db.read_now(seen_by_browsers, scene.ana.id)
    assert to_browsers
    assert list(to_met.handles) == [("x", "ana_at_x"), ("github", "ana-at-github")]
    assert list(to_browsers.handles) == [("github", "ana-at-github")]
    scene.house.db.write_now(choose_listed, scene.ana.id, "seaside", False)
    assert scene.house.db.read_now(seen_by_browsers, scene.ana.id) is None
