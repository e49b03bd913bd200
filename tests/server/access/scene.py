"""Ana, as she wants to be seen, at an event; and who looks at her."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import update
from sqlalchemy.orm import Session

from firsthand.accounts.faces import keep_face
from firsthand.attendees.models import Attendee
from firsthand.events.models import Event
from firsthand.handles.keeping import handles_of, show_handle_to
from firsthand.handles.networks import Network
from tests.server.access.happenings import WAYS, Pair
from tests.server.access.seeing import (
    Relation,
    Standing,
    Viewer,
    When,
)
from tests.server.house import House, Person, Wearer, tie

NAME = "Nomenclatura"
# Each field's word; and the handles', by network.
WORDS = {
    "headline": "Headlinium",
    "company": "Companium",
    "phone": "+44 20 7946 0018",
    "email": "addressium@example.org",
    "x": "handle_of_x",
    "github": "handle-of-github",
    "mastodon": "handle_of_mastodon@mastodon.example",
    "face": "",  # its mark is drawn by lot
}
_PROFILE = ("headline", "company", "phone", "email", "face")
# A handle to which every viewer has a tie of their own; its name is no secret to them.
KNOWN = "known-to-all.bsky.social"
# As the organiser has her on the list; she has claimed her place since.
LISTED = {"name": "Listed-name", "headline": "Listed-headline", "company": "Listed-company"}
# What Ana wrote, or brought: nobody else's in any state.
OWN_WORDS = ("privatum-note", "privatum-intent", "privatum-promise", "privatum_tie")
CIRCLES = ("browsing", "met", "nobody")
_LONG_AGO = timedelta(days=500)
SLUG = "seaside"


def circles_of(turn: int) -> dict[str, str]:
    """Each field is once in each circle over three turns."""
    fields = [*WORDS, "known"]
    return {name: CIRCLES[(turn + number) % 3] for number, name in enumerate(fields)}


@dataclass(frozen=True, slots=True)
class Scene:
    """Ana, as she wants to be seen, at an event; ``listed``: what she chooses in the end."""

    house: House
    event: Event
    olga: Person
    ana: Person
    anas: Wearer
    face: str
    circles: dict[str, str]
    listed: bool


@dataclass(frozen=True, slots=True)
class Looking:
    """Somebody who looks at Ana, and where they stand."""

    client: httpx.Client
    standing: Standing
    pair: Pair | None = None

    def __str__(self) -> str:
        return f"{self.standing.viewer}, {self.standing.relation}"


def days_of(when: When) -> tuple[datetime, datetime]:
    today = datetime.now(UTC)
    first = {
        When.TO_COME: today + timedelta(days=9),
        When.ON: today - timedelta(days=1),
        When.OVER: today - timedelta(days=9),
        When.FORGOTTEN: today - _LONG_AGO,
    }[when]
    return first, first + timedelta(days=2)


def make_scene(house: House, when: When, listed: bool, turn: int) -> Scene:
    first, last = days_of(when)
    olga = house.person("Olga Organiser")
    event = house.event(olga, SLUG, starts=first.date(), ends=last.date(), timezone="UTC")
    ana = house.person(NAME, WORDS["email"])
    handles = [(name, WORDS[name]) for name in ("x", "github", "mastodon")]
    anas = house.attendee(event, ana, handles=[*handles, ("bluesky", KNOWN)])
    house.db.write_now(_put_on_the_list, anas)
    circles = circles_of(turn)
    face = house.db.write_now(keep_face, ana.id, b"a picture").face
    fields = {name: WORDS[name] for name in ("headline", "company", "phone")}
    profile = {**fields, "circles": {name: circles[name] for name in _PROFILE}}
    told = ana.client.patch("/api/v1/me", json=profile)
    assert told.status_code == 200, told.text
    for handle in house.db.read_now(handles_of, ana.id):
        circle = circles[handle.network if handle.network in circles else "known"]
        house.db.write_now(show_handle_to, ana.id, handle.id, circle)
    house.settle()
    _write_of_others(house, event, ana)
    return Scene(house, event, olga, ana, anas, face, circles, listed)


def _put_on_the_list(session: Session, wearer: Wearer) -> None:
    session.execute(update(Attendee).where(Attendee.id == wearer.id).values(**LISTED))


def _write_of_others(house: House, event: Event, ana: Person) -> None:
    someone = house.attendee(event, "Somebody Else")
    kept = house.scan(ana, someone, note=OWN_WORDS[0], intents=[OWN_WORDS[1]])
    promise = {"intent": "coffee", "text": OWN_WORDS[2]}
    ana.client.post(f"/people/{kept['contact']}/follow-ups", data=promise)
    house.ties(ana, tie(OWN_WORDS[3]))


def look(scene: Scene, viewer: Viewer, relation: Relation) -> Looking:
    """Somebody of their own for each relation, to whom all that leads to it has happened."""
    house, standing = scene.house, Standing(viewer, relation, scene.listed)
    if viewer is Viewer.ANONYMOUS:
        return Looking(house.client(), standing)
    person = house.person("Victor Viewer")
    house.ties(person, tie(KNOWN, network=Network.BLUESKY))
    place = house.attendee(scene.event, person) if viewer is Viewer.ATTENDEE else None
    if viewer is Viewer.STAFF:
        path = f"/organise/{SLUG}/staff"
        assert scene.olga.client.post(path, data={"email": person.email}).status_code < 400
    profile = f"https://bsky.app/profile/{KNOWN}"
    pair = Pair(house, person, place, scene.ana, scene.anas, SLUG, profile)
    for step in WAYS[relation]:
        step(pair)
    return Looking(person.client, standing, pair)
