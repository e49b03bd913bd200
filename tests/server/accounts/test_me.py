"""Me: the profile, who sees it, its handles, the events, and the same by the JSON API."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account, Circle
from firsthand.accounts.profile import CIRCLED
from firsthand.attendees.models import Attendee
from firsthand.attendees.showing import TO_BROWSERS, TO_MET, shown_company, shown_headline
from firsthand.handles.preview import seen_by_browsers, seen_by_met
from tests.server.house import House, Person, tie

NAMES = ["山田太郎", "محمد الأحمد", "🦊 Pat", "Wolfeschlegelsteinhausenbergerdorff", "O'Neil <b>&"]
FIELDS = {
    "name": "Ana Oliveira",
    "headline": "Talent lead",
    "company": "Harbour Labs",
    "phone": "+351 21 000 0000",
    "headline_circle": "browsing",
    "company_circle": "met",
    "email_circle": "met",
    "phone_circle": "nobody",
}


def edit(person: Person, **fields: str) -> Any:
    form = {"_method": "PATCH", **FIELDS, **fields}
    return person.client.post("/me", data=form, follow_redirects=False)


def profile(person: Person) -> dict[str, Any]:
    answer: dict[str, Any] = person.client.get("/api/v1/me").json()
    return answer


def seen_in_lists(
    session: Session, account_id: UUID, circles: tuple[Circle, ...]
) -> tuple[str, str]:
    headline, company = session.execute(
        select(shown_headline(circles), shown_company(circles))
        .select_from(Attendee)
        .join(Account, Account.id == Attendee.account_id)
        .where(Attendee.account_id == account_id)
    ).one()
    return headline, company


def test_the_profile_and_its_circles_are_kept(house: House) -> None:
    ana = house.person()
    assert edit(ana).status_code == 303
    mine = profile(ana)
    assert mine["headline"] == "Talent lead"
    assert mine["circles"] == {
        "headline": "browsing",
        "company": "met",
        "email": "met",
        "phone": "nobody",
        "face": "met",
    }


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_person_is_kept_and_shown(house: House, name: str) -> None:
    ana = house.person()
    assert edit(ana, name=name).status_code == 303
    assert profile(ana)["name"] == name
    assert "<b>&" not in ana.client.get("/me").text


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "A name is needed."),
        ("name", " \u202e\x00 ", "A name is needed."),
        ("name", "x" * 900_000, "too long"),
        ("headline", "x" * 201, "too long"),
        ("phone", "call me", "A phone number has digits"),
        ("email_circle", "everybody", "Choose who sees it"),
        ("company_circle", "", "Choose who sees it"),
    ],
)
def test_a_wrong_field_is_told_in_place_and_nothing_is_saved(
    house: House, field: str, value: str, told: str
) -> None:
    ana = house.person()
    refused = edit(ana, **{"company": "Elsewhere", field: value})
    assert refused.status_code == 400
    assert told in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert profile(ana)["company"] == ""
    assert field == "company_circle" or 'value="Elsewhere"' in refused.text


def test_a_form_that_is_no_form_changes_nothing(house: House) -> None:
    ana = house.person()
    for content, kind in [(b"[1]", "application/json"), (b"\xff\x00", "multipart/form-data")]:
        sent = ana.client.patch("/me", content=content, headers={"Content-Type": kind})
        assert sent.status_code == 400
    assert profile(ana)["name"] == "Ana Oliveira"


def test_a_repeated_field_counts_once(house: House) -> None:
    ana = house.person()
    body = "_method=PATCH&name=One&name=Two&" + "&".join(
        f"{name}={value}" for name, value in FIELDS.items() if name.endswith("_circle")
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ana.client.post("/me", content=body, headers=headers).status_code < 400
    assert profile(ana)["name"] == "One"


def test_the_preview_is_what_others_are_shown(house: House) -> None:
    ana = house.person()
    event = house.event(house.person("Olu"))
    house.attendee(event, ana, handles=[("x", "@ana"), ("github", "ana")])
    edit(ana)
    shown = profile(ana)["handles"]
    ana.client.patch(f"/me/handles/{shown[0]['id']}", data={"circle": "met"})
    met = house.db.read_now(seen_by_met, ana.id)
    assert (met.headline, met.company, met.phone) == ("Talent lead", "Harbour Labs", "")
    assert met.email == ana.email
    assert list(met.handles) == [("x", "ana"), ("github", "ana")]
    browsers = house.db.read_now(seen_by_browsers, ana.id)
    assert browsers is not None
    assert (browsers.headline, browsers.company, browsers.email) == ("Talent lead", "", "")
    assert list(browsers.handles) == [("github", "ana")]
    for circles, preview in ((TO_MET, met), (TO_BROWSERS, browsers)):
        row = house.db.read_now(seen_in_lists, ana.id, circles)
        assert row == (preview.headline, preview.company)


def test_who_is_not_listed_shows_nothing_to_browsers(house: House) -> None:
    ana = house.person()
    event = house.event(house.person("Olu"))
    house.attendee(event, ana)
    for listed in ("no", "yes"):
        form = {"_method": "PUT", "listed": listed}
        path = f"/me/events/{event.slug}/listing"
        changed = ana.client.post(path, data=form, follow_redirects=True)
        assert "nothing, you are not listed there." in changed.text or listed == "yes"
        seen = house.db.read_now(seen_by_browsers, ana.id)
        assert (seen is not None) == (listed == "yes")
        assert profile(ana)["events"][0]["listed"] == (listed == "yes")


def test_saying_i_am_here_counts_for_today(house: House) -> None:
    ana = house.person()
    event = house.event(house.person("Olu"))
    house.attendee(event, ana)
    assert "I am here" in ana.client.get("/me").text
    path, form = f"/me/events/{event.slug}/arrival", {"_method": "PUT"}
    assert "You are here today" in ana.client.post(path, data=form, follow_redirects=True).text


@pytest.mark.parametrize("slug", ["seaside", "nowhere", "%00", "%F0%9F%A6%8A", "x" * 3000])
def test_an_event_that_one_does_not_attend_is_not_found(house: House, slug: str) -> None:
    ana = house.person()
    house.event(house.person("Olu"))
    for what in ("listing", "arrival"):
        assert ana.client.put(f"/me/events/{slug}/{what}").status_code in {400, 404}


def test_somebody_elses_place_cannot_be_claimed(house: House) -> None:
    ana = house.person()
    event = house.event(house.person("Olu"))
    place = house.attendee(event, "Fenna Wouters", email="fenna@example.org")
    assert ana.client.put(f"/me/places/{place.id}").status_code == 404
    assert ana.client.put("/me/places/not-an-id").status_code == 404


def test_me_is_for_who_is_signed_in(house: House) -> None:
    answer = house.client().get("/me", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/me"
    assert house.client().get("/api/v1/me").status_code == 401


def test_the_first_steps_ask_for_a_name_and_then_for_handles(house: House) -> None:
    new = house.person("")
    refused = new.client.post("/welcome", data={"name": " ", "headline": "Baker", "next": "/scan"})
    assert refused.status_code == 400
    assert "A name is needed." in refused.text
    assert 'value="Baker"' in refused.text
    form = {"name": "Ana", "headline": "Baker", "next": "/scan"}
    steps = new.client.post("/welcome", data=form, follow_redirects=True)
    assert steps.url.path == "/me/handles"
    assert 'href="/scan"' in steps.text
    form = {"handle": "x.com/ana", "next": "/scan"}
    pasted = new.client.post("/me/handles", data=form, follow_redirects=True)
    assert pasted.url.query == b"next=/scan"
    assert "@ana" in pasted.text


# -- handles


def test_a_pasted_address_becomes_a_handle_of_its_network(house: House) -> None:
    ana = house.person()
    pasted = {"handle": "https://www.linkedin.com/in/ana-oliveira/?trk=x", "network": ""}
    assert ana.client.post("/me/handles", data=pasted, follow_redirects=False).status_code == 303
    handle = profile(ana)["handles"][0]
    assert (handle["network"], handle["name"]) == ("linkedin", "ana-oliveira")
    assert (handle["verified"], handle["circle"]) == (False, "browsing")


@pytest.mark.parametrize(
    ("pasted", "network", "status"),
    [
        ("ana", "", 400),
        ("", "x", 400),
        ("ana@gmail.com", "", 400),
        ("x" * 900_000, "x", 400),
        ("a\x00b\u202e", "x", 400),
        ("@ana", "myspace", 400),
        ("🦊", "mastodon", 400),
    ],
)
def test_what_is_no_handle_is_told_beside_the_field(
    house: House, pasted: str, network: str, status: int
) -> None:
    ana = house.person()
    refused = ana.client.post("/me/handles", data={"handle": pasted, "network": network})
    assert refused.status_code == status
    assert 'id="handle-error"' in refused.text
    assert profile(ana)["handles"] == []


def test_the_same_handle_twice_is_refused_in_place(house: House) -> None:
    ana = house.person()
    ana.client.post("/me/handles", data={"handle": "x.com/ana"})
    again = ana.client.post("/me/handles", data={"handle": "@ANA", "network": "x"})
    assert again.status_code == 409
    assert "yours already" in again.text


def test_a_handle_is_shown_to_another_circle_and_taken_back(house: House) -> None:
    ana = house.person()
    ana.client.post("/me/handles", data={"handle": "x.com/ana"})
    path = f"/me/handles/{profile(ana)['handles'][0]['id']}"
    ana.client.post(path, data={"_method": "PATCH", "circle": "nobody"})
    assert profile(ana)["handles"][0]["circle"] == "nobody"
    wrong = ana.client.post(path, data={"_method": "PATCH", "circle": "everybody"})
    assert wrong.status_code == 400
    ana.client.post(path, data={"_method": "DELETE"})
    assert profile(ana)["handles"] == []


def test_nobody_touches_anothers_handle(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    ana.client.post("/me/handles", data={"handle": "x.com/ana"})
    path = f"/me/handles/{profile(ana)['handles'][0]['id']}"
    assert ben.client.delete(path).status_code == 404
    assert ben.client.patch(path, data={"circle": "nobody"}).status_code == 404


@pytest.mark.parametrize("circle", ["browsing", "met", "nobody"])
@pytest.mark.parametrize("field", ["email", "phone", "headline", "company"])
def test_the_preview_shows_just_what_the_events_pages_show(
    house: House, field: str, circle: str
) -> None:
    ana, bela = house.person("Ana Oliveira"), house.person("Bela Lima")
    event = house.event(ana)
    house.attendee(event, bela)
    house.attendee(event, ana, handles=[("x", "ana")])
    house.ties(bela, tie("ana"))
    circles = {f"{name}_circle": "nobody" for name in CIRCLED}
    edit(ana, **{**circles, f"{field}_circle": circle})
    words = ana.email if field == "email" else FIELDS[field]
    # Where an address may break is no part of it.
    mine = ana.client.get("/me").text.replace("<wbr>", "")
    (preview,) = re.findall(r"<h2>Who browses.*?</section>", mine, re.DOTALL)
    assert (words in preview) is (circle == "browsing")
    for page in ("attendees", "unmet"):
        shown = bela.client.get(f"/events/{event.slug}/{page}").text
        assert "Ana Oliveira" in shown
        assert (words in shown) is (circle == "browsing")
    ana.client.post(f"/me/events/{event.slug}/listing", data={"_method": "PUT", "listed": "no"})
    assert words not in bela.client.get(f"/events/{event.slug}/attendees").text


# -- the JSON API


def test_the_api_changes_only_what_is_given(house: House) -> None:
    ana = house.person()
    edit(ana)
    sent = {"company": "Elsewhere", "circles": {"phone": "met"}}
    answer = house.client().patch("/api/v1/me", json=sent, headers=ana.bearer)
    assert answer.status_code == 200
    mine = answer.json()
    assert (mine["company"], mine["headline"]) == ("Elsewhere", "Talent lead")
    assert mine["circles"]["phone"] == "met"
    assert mine["circles"]["email"] == "met"


@pytest.mark.parametrize(
    "sent",
    [
        {"name": ""},
        {"name": 5},
        {"circles": {"phone": "all"}},
        {"circles": []},
        {"phone": "+"},
        [],
        "me",
        {"headline": "x" * 1_000_000},
    ],
)
def test_the_api_tells_what_is_wrong_as_problem_details(house: House, sent: Any) -> None:
    ana = house.person()
    answer = house.client().patch("/api/v1/me", json=sent, headers=ana.bearer)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert profile(ana)["name"] == "Ana Oliveira"
