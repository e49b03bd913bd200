"""What every page and call tells of a person, whatever has happened: just what they share.

Each field that Ana shares holds a word that stands nowhere else. Everybody who could asks every
address there is, in each state of the event and of the two, and what is found in the answers is
held against the rules (``seeing.py``): nothing more, and nothing less.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from firsthand.accounts.faces import keep_face
from firsthand.attendees.models import Attendee
from firsthand.db import new_id, now
from firsthand.events.models import Event
from firsthand.handles.keeping import handles_of, show_handle_to
from firsthand.handles.networks import Network
from firsthand.retention import clean_up
from tests.server.access.happenings import WAYS, Pair
from tests.server.access.matrix import MATRIX, About
from tests.server.access.seeing import (
    Relation,
    Standing,
    Viewer,
    When,
    is_suggested,
    may_see,
    may_see_list,
    may_see_name,
    must_see_name,
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
_NOWHERE = "nothing"
# Drawn, so no word can be found in them: ``test_recap_*.py`` hold them to what the pages tell.
_DRAWN = re.compile(r"\.(pdf|png)$")
# Who is not at the event can scan a badge, and take it back.
_FROM_AFAR = (Relation.NONE, Relation.SCANNED, Relation.RETRACTED)
_SLUG = "seaside"


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
    event = house.event(olga, _SLUG, starts=first.date(), ends=last.date(), timezone="UTC")
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
        path = f"/organise/{_SLUG}/staff"
        assert scene.olga.client.post(path, data={"email": person.email}).status_code < 400
    profile = f"https://bsky.app/profile/{KNOWN}"
    pair = Pair(house, person, place, scene.ana, scene.anas, _SLUG, profile)
    for step in WAYS[relation]:
        step(pair)
    return Looking(person.client, standing, pair)


def answers(scene: Scene, looking: Looking) -> Iterator[tuple[str, httpx.Response]]:
    """Of every address, filled with all that the viewer could know of Ana."""
    ids = {
        "slug": _SLUG,
        "attendee_id": str(scene.anas.id),
        "token": scene.anas.token,
        "mark": scene.face,
        "account_id": str(scene.ana.id),
        "other_id": str(scene.ana.id),
    }
    if looking.pair:
        mine, theirs = looking.pair.mine, looking.pair.theirs
        ids |= {f"{name}_id": mine[name] for name in ("contact", "meeting") if name in mine}
        ids |= {"scan_id": mine["id"]} if "id" in mine else {}
        ids |= {"claimant_id": str(scene.ana.id), "claim_id": theirs.get("meeting", str(new_id()))}
    for path in asked_by(looking.standing.viewer):
        holes = {
            hole: ids.get(hole, str(new_id()) if hole.endswith("_id") else _NOWHERE)
            for hole in re.findall(r"\{(\w+)\}", path)
        }
        yield path, looking.client.get(path.format(**holes))


def asked_by(viewer: Viewer) -> Iterator[str]:
    """What is the same for everybody is read once, signed out; but a badge's is not."""
    for path, methods in MATRIX.items():
        about = methods.get("GET")
        is_same = about is About.NOBODY and "{token}" not in path
        if about and not _DRAWN.search(path) and (not is_same or viewer is Viewer.ANONYMOUS):
            yield path


def words_told(scene: Scene, looking: Looking) -> dict[str, list[str]]:
    """Which of the words about Ana stand in which answers."""
    words = WORDS | {"face": f"/faces/{scene.face}", "name": NAME}
    words |= {f"the list's {name}": word for name, word in LISTED.items()}
    words |= {f"own {number}": word for number, word in enumerate(OWN_WORDS)}
    found: dict[str, list[str]] = {name: [] for name in words}
    for path, answer in answers(scene, looking):
        text = html.unescape(answer.text)
        for name, word in words.items():
            if word in text:
                found[name].append(path)
        if path == "/faces/{mark}" and answer.status_code == 200:
            found["face"].append(path)
    return found


def found_by_search(scene: Scene, looking: Looking) -> Iterator[str]:
    """Words that are not for this viewer and that a search finds nevertheless."""
    for name, word in {**WORDS, "known": KNOWN}.items():
        if word and not may_see(looking.standing, scene.circles[name]):
            # Who has a tie to it, or scanned its address, has a card of their own for it.
            paths = [f"/api/v1/events/{_SLUG}/attendees", f"/api/v1/events/{_SLUG}/unmet"]
            paths += ["/api/v1/contacts"] if name != "known" else []
            lists = [looking.client.get(path, params={"q": word}).json() for path in paths]
            if any(each.get("items") for each in lists):
                yield name


def leaks(scene: Scene, looking: Looking) -> list[str]:
    """Where the answers and the rules differ, either way."""
    standing = looking.standing
    may = {name: may_see(standing, scene.circles[name]) for name in WORDS}
    must = may | {"name": must_see_name(standing)}
    may |= {"name": may_see_name(standing)}
    may |= {f"the list's {name}": may_see_list(standing) for name in LISTED}
    wrong = []
    for name, paths in words_told(scene, looking).items():
        if paths and not may.get(name):
            wrong.append(f"{looking}: {name} is told by {', '.join(paths)}")
        if not paths and must.get(name):
            wrong.append(f"{looking}: {name} is told by nobody")
    wrong += [f"{looking}: {name} is found" for name in found_by_search(scene, looking)]
    unmet = looking.client.get(f"/api/v1/events/{_SLUG}/unmet").json().get("items", [])
    suggested = [item["attendee"] for item in unmet] == [str(scene.anas.id)]
    if suggested != is_suggested(standing, scene.circles["known"]):
        wrong.append(f"{looking}: suggested: {suggested}")
    return wrong


def everybody(scene: Scene, relations: Sequence[Relation]) -> list[Looking]:
    afar = [each for each in _FROM_AFAR if each in relations]
    return [
        *(look(scene, Viewer.ATTENDEE, relation) for relation in relations),
        *(look(scene, Viewer.STRANGER, relation) for relation in afar),
        *(look(scene, Viewer.STAFF, relation) for relation in afar),
        look(scene, Viewer.ANONYMOUS, Relation.NONE),
    ]


Case = tuple[str, When, bool, int, Sequence[Relation]]


def cases() -> Iterator[Case]:
    """All that has happened, with each choice of Ana's in turn; on PostgreSQL and in the other
    states of the event each relation with one of them.
    """
    every = list(WAYS)
    for turn in range(3):
        for listed in (True, False):
            yield "sqlite", When.ON, listed, turn, every
            yield "postgresql", When.ON, listed, turn, every[turn::3]
    for turn, when in enumerate((When.TO_COME, When.OVER, When.FORGOTTEN)):
        yield "sqlite", when, True, turn, every[turn::3]


@pytest.mark.parametrize(
    ("house", "when", "listed", "turn", "relations"),
    list(cases()),
    indirect=["house"],
    ids=lambda value: f"{len(value)}" if isinstance(value, list) else None,
)
def test_all_that_is_told_of_a_person_is_what_they_share(
    house: House, when: When, listed: bool, turn: int, relations: Sequence[Relation]
) -> None:
    scene = make_scene(house, when, listed, turn)
    looking = everybody(scene, relations)
    if not listed:
        path = f"/me/events/{_SLUG}/listing"
        assert scene.ana.client.put(path, data={"listed": ""}).status_code == 303
    if when is When.FORGOTTEN:
        clean_up(house.db, now())
    wrong = [leak for each in looking for leak in leaks(scene, each)]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("relation", [Relation.BOTH, Relation.WAITING, Relation.TYPED])
def test_nothing_is_told_of_a_person_who_has_left(house: House, relation: Relation) -> None:
    scene = make_scene(house, When.ON, listed=True, turn=0)
    looking = look(scene, Viewer.ATTENDEE, relation)
    assert scene.ana.client.delete("/api/v1/me").status_code == 204
    left = replace(looking, standing=replace(looking.standing, relation=Relation.LEFT))
    assert leaks(scene, left) == []
