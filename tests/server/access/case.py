"""Ana and everybody who could ask for what is hers; and how they ask every route."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from firsthand.accounts.blocking import block
from firsthand.accounts.faces import keep_face
from firsthand.accounts.tokens import add_address_book, add_feed, add_token
from firsthand.db import new_id
from firsthand.events.staff import pending_of
from firsthand.handles.keeping import add_handle, show_handle_to
from firsthand.organising.lists import keep_list
from firsthand.sign_in_elsewhere.identity import Identity
from firsthand.sign_in_elsewhere.linking import link
from firsthand.taking_out import export_everything
from tests.push_service import Browser
from tests.server.access.matrix import FORMS, HEADERS, JSON
from tests.server.house import House, Person, tie

SECRET = "only-mine"
# What Ana told the organiser of somebody; nobody else reads it.
REPORTED = "only-for-the-organiser"
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


def _keep_to_herself(house: House, ana: Person) -> None:
    """What she has written of herself, and where else she is."""
    words = {name: f"{SECRET} {name}" for name in ("headline", "company")}
    circles = dict.fromkeys(("headline", "company", "phone", "email", "face"), "nobody")
    told = ana.client.patch("/api/v1/me", json={**words, "circles": circles})
    assert told.status_code == 200, told.text
    handle = house.db.write_now(add_handle, ana.id, f"@{SECRET}", "github")
    house.db.write_now(show_handle_to, ana.id, handle.id, "nobody")
    house.db.write_now(add_feed, ana.id, f"{SECRET} feed")
    house.db.write_now(add_address_book, ana.id, f"{SECRET} phone")
    house.db.write_now(add_token, ana.id, ["read"], f"{SECRET} token")
    times = {"weekday": "0", "hour": "8", "quiet_from": "22", "quiet_until": "7"}
    mailed = {**times, "digest": "daily", "timezone": "Europe/Lisbon", "by_mail": "yes"}
    assert ana.client.put("/me/reminders", data=mailed).status_code == 303
    party = house.event(ana, f"{SECRET}-party", f"{SECRET} party")
    house.attendee(party, ana, listed=False)


def make_case(house: House) -> Case:
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
        f"/people/{scans[0]['contact']}/report", data={"reason": "other", "words": REPORTED}
    )
    contact = scans[0]["contact"]
    written = {"company": f"{SECRET} company", "note": SECRET}
    assert ana.client.patch(f"/people/{contact}", data=written).status_code < 400
    touched = ana.client.post(
        f"/people/{contact}/touchpoints", data={"kind": "call", "note": SECRET}
    )
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
    _keep_to_herself(house, ana)
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


def ask(
    case: Case, role: str, path: str, method: str, headers: dict[str, str] | None = None
) -> httpx.Response:
    """``headers``: a token's, for a client without a session."""

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(each) for name, each in value.items()}
        return value.format(**case.ids) if isinstance(value, str) else value

    more: dict[str, Any] = {"headers": headers or {}}
    if (path, method) in HEADERS:
        more |= {"headers": more["headers"] | HEADERS[path, method], "content": b"x"}
    elif (path, method) in JSON:
        more["json"] = filled(JSON[path, method])
    elif path.startswith("/api/v1") and method in {"POST", "PATCH", "PUT"}:
        more["json"] = {}
    elif method not in {"GET", "PROPFIND", "REPORT"}:
        more["data"] = filled(FORMS.get((path, method), {}))
    client = case.house.client() if headers else case.client(role)
    return client.request(method, path.format(**case.ids), **more)
