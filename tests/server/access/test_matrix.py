"""Every route, asked by everybody who could: nobody sees or changes what is not theirs."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from litestar.routes import ASGIRoute

from firsthand.accounts.blocking import block
from firsthand.accounts.faces import keep_face
from firsthand.db import new_id
from firsthand.events.staff import pending_of
from firsthand.organising.lists import keep_list
from firsthand.sign_in_elsewhere.identity import Identity
from firsthand.sign_in_elsewhere.linking import link
from firsthand.taking_out import export_everything
from tests.push_service import Browser
from tests.server.access.matrix import ENDS, FORMS, HEADERS, JSON, MATRIX, About
from tests.server.house import House, Person, tie

SECRET = "only-mine"
ROLES = ("anonymous", "stranger", "attendee", "met", "blocked", "staff", "organiser")


@dataclass
class Case:
    """``ids`` fill the braces of a path with what is the owner's, or the event's."""

    house: House
    owner: Person
    people: dict[str, Person]
    ids: dict[str, str] = field(default_factory=dict)

    def client(self, role: str) -> httpx.Client:
        return self.people[role].client if role in self.people else self.house.client()


def served(house: House) -> Iterator[tuple[str, str]]:
    for route in house.app.routes:
        path = re.sub(r":[a-z]+\}", "}", route.path_format)
        if isinstance(route, ASGIRoute):
            methods = set(route.route_handler.opt.get("methods", ())) or {"GET"}
        else:
            methods = set(route.methods)
        for method in methods - {"HEAD", "OPTIONS"}:
            yield path, method


@pytest.fixture
def case(house: House) -> Case:
    """Ana has met Ben and blocked Bob; Cem attends as well; Sue is at no event; Sam helps Olga."""
    names = {
        "stranger": "Sue", "attendee": "Cem", "met": "Ben", "blocked": "Bob", "staff": "Sam",
        "organiser": "Olga",
    }  # fmt: skip
    people = {role: house.person(name) for role, name in names.items()}
    ana = house.person("Ana Oliveira", f"{SECRET}@example.org")
    olga = people["organiser"]
    event = house.event(olga, timezone="UTC")
    place = house.attendee(event, ana, handles=[("x", "@ana")])
    wearers = {role: house.attendee(event, people[role]) for role in ("attendee", "met", "blocked")}
    spare = house.attendee(event, "Spare Guest")
    olga.client.post("/organise/seaside/staff", data={"email": people["staff"].email})
    olga.client.post("/organise/seaside/staff", data={"email": "later@example.org"})
    house.ties(ana, tie("somebody"))
    import_id = house.ties(ana, tie(f"{SECRET}-tie"))
    scans = [
        house.scan(ana, wearers[role], note=f"{SECRET} note", intents=[f"{SECRET} intent"])
        for role in ("met", "attendee")
    ]
    house.scan(people["met"], place)
    house.db.write_now(block, ana.id, people["blocked"].id)
    claimed = house.scan(olga, place)["meeting"]
    wearer = house.attendee(event, "Wants Out")
    house.client().post(f"/b/{wearer.token}/removal")
    ana.client.post(
        f"/people/{scans[0]['contact']}/report", data={"reason": "other", "words": "for Olga"}
    )
    contact = scans[0]["contact"]
    ana.client.patch(f"/people/{contact}", data={"phone": f"{SECRET} phone", "note": SECRET})
    touched = ana.client.post(f"/people/{contact}/touchpoints", data={"kind": "call"})
    follow_up = ana.client.get("/api/v1/follow-ups").json()["items"][0]["id"]
    ana.client.patch(f"/follow-ups/{follow_up}", data={"text": f"{SECRET} promise"})
    introduced = ana.client.post(
        "/introductions", data={"one": contact, "other": scans[1]["contact"], "why": SECRET}
    )
    browser = Browser()
    endpoint = "https://fcm.googleapis.com/fcm/send/ana"
    pushes = ana.client.post(
        "/me/push-subscriptions",
        data={"endpoint": endpoint, "p256dh": browser.p256dh, "auth": browser.auth},
    ).json()
    house.db.write_now(keep_face, ana.id, SECRET.encode())
    ana.client.patch("/api/v1/me", json={"circles": {"face": "nobody"}})
    upload = ana.client.post(
        "/api/v1/imports/uploads", json={"files": [{"name": "a.zip", "size": 10}], "mark": "a"}
    )
    assert upload.status_code in {200, 201}, upload.text
    there = Identity("github", "https://github.com", "1", f"{SECRET}-there")
    house.db.write_now(link, ana.id, there)
    exported = house.db.read_now(export_everything, ana.id)
    return Case(
        house,
        ana,
        people,
        {
            "slug": "seaside",
            "attendee_id": str(spare.id),
            "meeting_id": scans[0]["meeting"],
            "scan_id": scans[0]["id"],
            "contact_id": contact,
            "other_contact_id": scans[1]["contact"],
            "child_id": str(new_id()),
            "mark": exported["account"][0]["face"],
            "claimant_id": str(olga.id),
            "claim_id": str(claimed),
            "report_id": str(exported["report"][0]["id"]),
            "wearer_id": str(wearer.id),
            "touchpoint_id": touched.headers["location"].rpartition("=")[2],
            "introduction_id": introduced.headers["location"].rpartition("/")[2],
            "follow_up_id": follow_up,
            "handle_id": str(exported["handle"][0]["id"]),
            "identity_id": str(exported["linked_identity"][0]["id"]),
            "provider": "github",
            "import_id": str(import_id),
            "upload_id": upload.json()["id"],
            "subscription_id": pushes["id"],
            "endpoint": endpoint,
            "number": "0" * 12,
            "passkey_id": str(new_id()),
            "list_id": str(house.db.write_now(keep_list, event.id, b"name\nPriya\n")),
            "other_id": str(ana.id),
            "account_id": str(people["staff"].id),
            "invitation_id": str(house.db.read_now(pending_of, event.id)[0].id),
            "token": "A" * 44,
            "secret": "nothing",
            "code": "nothing",
            "path": "nothing",
            "name": "nothing.js",
        },
    )


def ask(case: Case, role: str, path: str, method: str) -> httpx.Response:
    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(each) for name, each in value.items()}
        return value.format(**case.ids) if isinstance(value, str) else value

    more: dict[str, Any] = {}
    if (path, method) in HEADERS:
        more |= {"headers": HEADERS[path, method], "content": b"x"}
    elif (path, method) in JSON:
        more["json"] = filled(JSON[path, method])
    elif path.startswith("/api/v1") and method in {"POST", "PATCH", "PUT"}:
        more["json"] = {}
    elif method not in {"GET", "PROPFIND", "REPORT"}:
        more["data"] = filled(FORMS.get((path, method), {}))
    return case.client(role).request(method, path.format(**case.ids), **more)


def test_every_route_is_in_the_matrix_and_nothing_else(house: House) -> None:
    said = {(path, method) for path, methods in MATRIX.items() for method in methods}
    assert set(served(house)) == said


def may_see(about: About, role: str) -> bool:
    return role in {
        About.ATTENDEES: {"attendee", "met", "blocked"},
        About.STAFF: {"staff", "organiser"},
        About.ORGANISER: {"organiser"},
    }.get(about, set())


def is_right(about: About, role: str, path: str, answer: httpx.Response) -> bool:
    status = answer.status_code
    if about in {About.NOBODY, About.LINK}:
        return status < 500
    if role == "anonymous":
        is_sent_away = status == 303 and answer.headers["location"].startswith("/sign-in")
        return status == 401 or is_sent_away
    if about is About.ASKER:
        # This house has no mail server, and says so.
        return status < 500 or (status == 503 and path == "/sign-in/again/mail")
    if may_see(about, role):
        return status < 500 and status not in {401, 403, 404}
    if about is About.ORGANISER and role == "staff":
        return status == 403  # they know of the page, and are told why it is not theirs
    return status == 404


def _ends_last(cell: tuple[str, str, About]) -> int:
    return ENDS.index(cell[:2]) + 1 if cell[:2] in ENDS else 0


@pytest.mark.parametrize("role", ROLES)
def test_nobody_sees_or_changes_what_is_not_theirs(case: Case, role: str) -> None:
    before = json.dumps(case.house.db.read_now(export_everything, case.owner.id), default=str)
    cells = [(path, method, about) for path, of in MATRIX.items() for method, about in of.items()]
    wrong = []
    for path, method, about in sorted(cells, key=_ends_last):
        answer = ask(case, role, path, method)
        if not is_right(about, role, path, answer):
            wrong.append(f"{method} {path}: {answer.status_code}, about {about}")
        if SECRET.encode() in answer.content:
            wrong.append(f"{method} {path}: tells what is only the owner's")
    after = json.dumps(case.house.db.read_now(export_everything, case.owner.id), default=str)
    assert not wrong, "\n".join(wrong)
    assert after == before


def test_the_owner_sees_what_is_theirs(case: Case) -> None:
    """Else the cells above would be empty for another reason."""
    case.people["owner"] = case.owner
    about_owner = [path for path, methods in MATRIX.items() if methods.get("GET") is About.OWNER]
    answers = {path: ask(case, "owner", path, "GET").status_code for path in about_owner}
    assert set(answers.values()) == {200}, answers
