"""What every page and call tells of a person, whatever has happened: just what they share.

Each field that Ana shares holds a word that stands nowhere else. Everybody who could asks every
address there is, in each state of the event and of the two, and what is found in the answers is
held against the rules (``seeing.py``): nothing more, and nothing less.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import httpx
import pytest

from firsthand.db import new_id, now
from firsthand.retention import clean_up
from tests.server.access.happenings import WAYS
from tests.server.access.matrix import MATRIX, About
from tests.server.access.scene import (
    KNOWN,
    LISTED,
    NAME,
    OWN_WORDS,
    SLUG,
    WORDS,
    Looking,
    Scene,
    look,
    make_scene,
)
from tests.server.access.seeing import (
    Relation,
    Viewer,
    When,
    is_suggested,
    may_see,
    may_see_list,
    may_see_name,
    must_see_name,
)
from tests.server.house import House

_NOWHERE = "nothing"
# Drawn, so no word can be found in them: ``test_recap_*.py`` hold them to what the pages tell.
_DRAWN = re.compile(r"\.(pdf|png)$")
# Who is not at the event can scan a badge, and take it back.
_FROM_AFAR = (Relation.NONE, Relation.SCANNED, Relation.RETRACTED)


def answers(scene: Scene, looking: Looking) -> Iterator[tuple[str, httpx.Response]]:
    """Of every address, filled with all that the viewer could know of Ana."""
    ids = {
        "slug": SLUG,
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
            paths = [f"/api/v1/events/{SLUG}/attendees", f"/api/v1/events/{SLUG}/unmet"]
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
    unmet = looking.client.get(f"/api/v1/events/{SLUG}/unmet").json().get("items", [])
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
    """All that has happened, with each choice of Ana's in turn; on PostgreSQL, where she is not
    listed and in the other states of the event each relation with one of them.
    """
    every = list(WAYS)
    for turn in range(3):
        yield "sqlite", When.ON, True, turn, every
        yield "sqlite", When.ON, False, turn, every[turn::3]
        yield "postgresql", When.ON, turn == 1, turn, every[turn::3]
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
        path = f"/me/events/{SLUG}/listing"
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
