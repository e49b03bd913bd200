"""A conference with everything on it: what the pages are looked at and measured with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.badges.finding import own_badge
from firsthand.events.models import Event
from firsthand.followups.models import FollowUp
from firsthand.followups.verbs import complete, drop, snooze
from firsthand.handles.networks import Network
from firsthand.organising.lists import keep_list
from firsthand.organising.removal_links import address_hash, removal_key, removal_token
from firsthand.reminders.unsubscribing import unsubscribe_token
from firsthand.ties.import_job import import_files
from firsthand.ties.kinds import KindCount, TieKind
from tests.archives import account, answer_to, assignment, listed, mention, tweet, write_zip
from tests.bench.large_owner import Size, make_large_owner
from tests.server.house import House, Person, Wearer, tie

LONG_NAMES = (
    "Maximiliane Wolfeschlegelsteinhausenbergerdorff",
    "山田太郎",
    "محمد الأحمد",
    "Zoë Ångström",
    "Nguyễn Thị Hoa",
)
_PEOPLE = ("Fenna Wouters", "Kerry Calloway", *LONG_NAMES, "Ivan Petrov", "Bea Ito", "Sam Lee")
_CROWD = 60
_BUSY = Size(cards=360, meetings=500, follow_ups=300, touchpoints=40, ties=500, missed=40)
_LIST = """name,email,company,headline,x
Priya Raman,priya@example.org,Harbour Labs,Talent lead,@priya
Maximiliane Wolfeschlegelsteinhausenbergerdorff,max@example.org,Quay & Sons,Head of people,@maxw
,nobody@example.org,,,
"""


@dataclass(frozen=True, slots=True)
class Page:
    """``who``: "ana" (full), "new" (an empty account), "mira" (the organiser), "busy" (with
    300 people met at one event), "" (signed out).

    ``sends``: the fields of a form whose answer is the page.
    """

    path: str
    who: str = "ana"
    status: int = 200
    sends: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """``cookies`` by ``Page.who``; ``places`` fill the braces of a page's path."""

    house: House
    people: dict[str, Person]
    places: dict[str, str]
    next_badge: Wearer  # of somebody whom Ana has not met

    def path(self, page: Page) -> str:
        return page.path.format(**self.places)

    def cookie(self, who: str) -> str:
        return self.people[who].client.cookies.get(self.house.settings.session_cookie) or ""


PAGES: dict[str, Page] = {
    "here": Page("/events/seaside"),
    "unmet": Page("/events/seaside/unmet"),
    "unmet-searched-for-nobody": Page("/events/seaside/unmet?q=nobody"),
    "attendees": Page("/events/seaside/attendees"),
    "recap": Page("/events/seaside/recap"),
    "scan": Page("/scan"),
    "box": Page("/scan/box"),
    "badge": Page("/badge"),
    "badge-of-another": Page("/b/{badge}"),
    "badge-unknown": Page("/b/0000000000000000000000000Z", status=404),
    "told": Page("/meetings/new"),
    "recap-crowd": Page("/events/crowd/recap", "busy"),
    "people": Page("/people"),
    "people-searched-for-nobody": Page("/people?q=nobody"),
    "where-it-stands": Page("/people/where-it-stands"),
    "where-it-stands-crowd": Page("/people/where-it-stands", "busy"),
    "where-it-stands-empty": Page("/people/where-it-stands", "new"),
    "person": Page("/people/{contact}"),
    "person-with-a-long-name": Page("/people/{long_contact}"),
    "person-blocked": Page("/people/{blocked_contact}"),
    "follow-ups": Page("/follow-ups"),
    "introduction-to-whom": Page("/people/{contact}/introduction"),
    "introduction-new": Page("/people/{contact}/introduction?other={long_contact}"),
    "introduction": Page("{introduction}"),
    "introductions": Page("/introductions"),
    "introductions-empty": Page("/introductions", "new"),
    "introduction-asked": Page("{asked}", ""),
    "intents": Page("/follow-ups/intents"),
    "reminders": Page("/me/reminders"),
    "unsubscribe": Page("{unsubscribe}", ""),
    "message": Page("/people/{contact}/message"),
    "follow-ups-done": Page("/follow-ups?show=done"),
    "follow-ups-dropped": Page("/follow-ups?show=dropped"),
    "import": Page("/import"),
    "import-report": Page("/import/{import_id}"),
    "me": Page("/me"),
    "token-made": Page("/me/tokens", sends=(("token_name", "Laptop"), ("scope", "read"))),
    "feed-made": Page("/me/feeds", sends=(("feed_name", "Calendar"),)),
    "passkey-new": Page("/me/passkeys/new"),
    "recovery-codes": Page("/me/recovery-codes", sends=(("anew", "yes"),)),
    "again": Page("/sign-in/again?next=/me/export"),
    "export": Page("/me/export"),
    "log": Page("/me/log"),
    "face": Page("/me/face"),
    "blocks": Page("/me/blocks"),
    "blocks-empty": Page("/me/blocks", "new"),
    "person-report": Page("/people/{contact}/report"),
    "person-same": Page("/people/{contact}/same"),
    "share": Page("/share?url=https://x.com/fenna"),
    "share-without-a-profile": Page("/share?text=Meet+Fenna+at+noon"),
    "share-lost": Page("/share?lost=file"),
    "event-new": Page("/events/new"),
    "error": Page("/nothing-here", status=404),
    "start-empty": Page("/", "new"),
    "welcome": Page("/welcome", "nameless"),
    "scan-empty": Page("/scan", "new"),
    "badge-empty": Page("/badge", "new"),
    "people-empty": Page("/people", "new"),
    "follow-ups-empty": Page("/follow-ups", "new"),
    "import-empty": Page("/import", "new"),
    "me-empty": Page("/me", "new"),
    "join": Page("/join/{join_code}", "new"),
    "here-empty": Page("/events/supper", "mira"),
    "unmet-empty": Page("/events/supper/unmet", "mira"),
    "recap-empty": Page("/events/supper/recap", "mira"),
    "invitation": Page("/events/supper/invitation", "mira"),
    "organise": Page("/organise", "mira"),
    "organise-empty": Page("/organise", "new"),
    "organise-new": Page("/organise/new", "mira"),
    "organise-event": Page("/organise/seaside", "mira"),
    "organise-list": Page("/organise/seaside/list", "mira"),
    "organise-preview": Page("/organise/seaside/lists/{list_id}", "mira"),
    "organise-attendees": Page("/organise/seaside/attendees", "mira"),
    "organise-badges": Page("/organise/seaside/badges", "mira"),
    "organise-numbers": Page("/organise/seaside/numbers", "mira"),
    "organise-reports": Page("/organise/seaside/reports", "mira"),
    "organise-reports-empty": Page("/organise/supper/reports", "mira"),
    "organise-invitations": Page("/organise/seaside/invitations", "mira"),
    "removal": Page("/removal/{removal}", ""),
    "offline": Page("/offline", ""),
    "offline-people": Page("/offline/people", ""),
    "share-signed-out": Page("/share?url=https://x.com/fenna", ""),
    "landing": Page("/", ""),
    "sign-in": Page("/sign-in", ""),
    "recovery": Page("/sign-in/recovery", ""),
    "scan-signed-out": Page("/scan", ""),
    "box-signed-out": Page("/scan/box", ""),
    "badge-signed-out": Page("/b/{badge}", ""),
    "join-signed-out": Page("/join/{join_code}", ""),
    "error-signed-out": Page("/nothing-here", "", 404),
}
MAIN_PAGES = (
    *("here", "unmet", "attendees", "recap", "scan", "badge", "people", "person"),
    *("follow-ups", "import", "me", "organise-event", "landing", "sign-in", "badge-signed-out"),
)


def seed(house: House) -> World:
    """The event goes on today, its second day of three. Ana has met some of those she knows."""
    today = datetime.now(UTC).date()
    mira = house.person("Mira Andersen", email="mira@example.org")
    ana = house.person("Ana Oliveira", email="ana@example.org")
    ben = house.person("Ben Carter", email="ben@example.org")
    new, nameless = house.person("Noor", "noor@example.org"), house.person("", "late@example.org")
    event = house.event(
        mira, starts=today - timedelta(days=1), ends=today + timedelta(days=1), timezone="UTC"
    )
    house.attendee(event, ana, handles=[("x", "@ana"), ("linkedin", "linkedin.com/in/ana")])
    crowd = _crowd(house, event)
    house.attendee(event, ben)
    supper = house.event(mira, "supper", "Supper for Six", starts=today, timezone="UTC")
    house.attendee(supper, mira)
    _ties(house, ana)
    import_id = _import(house, ana)
    _meetings(house, ana, crowd)
    _follow_up_states(house, ana)
    _claims(house, event, ana, ben)
    blocked = _trouble(house, event, ana)
    introduction, asked = _introduction(ana)
    return World(
        house,
        {
            "ana": ana,
            "mira": mira,
            "new": new,
            "nameless": nameless,
            "busy": make_large_owner(house, _BUSY, "crowd").person,
        },
        {
            "badge": crowd[8].token,
            "contact": _contact(ana, "Fenna Wouters"),
            "long_contact": _contact(ana, LONG_NAMES[0]),
            "blocked_contact": blocked,
            "import_id": str(import_id),
            "introduction": introduction,
            "asked": asked,
            "unsubscribe": f"/unsubscribe/{unsubscribe_token(house.settings.secret_key, ana.id)}",
            "join_code": event.join_code,
            "removal": _removal(house, event),
            "list_id": str(house.db.write_now(keep_list, event.id, _LIST.encode())),
        },
        crowd[1],
    )


def _crowd(house: House, event: Event) -> list[Wearer]:
    wearers = []
    for number, name in enumerate(_PEOPLE):
        handles = [("x", f"@seaside{number}"), ("linkedin", f"linkedin.com/in/seaside{number}")]
        headline = "Head of people and of everything that nobody else does" if number % 3 else ""
        wearers.append(
            house.attendee(event, name, handles=handles, headline=headline, company="Harbour Labs")
        )
    for number in range(_CROWD):
        house.attendee(event, f"Guest Number {number}", company="Quay & Sons")
    return wearers


def _trouble(house: House, event: Event, ana: Person) -> str:
    """Ana has met, reported and blocked somebody, and somebody wants to be off the list.

    The id of the card of whom she has blocked.
    """
    nuisance = house.person("Nigel Thornbury-Smythe", "nigel@example.org")
    house.scan(ana, house.attendee(event, nuisance, listed=False))
    said = {"reason": "selling", "words": "Follows people around with a price list.", "block": "on"}
    contact = _contact(ana, "Nigel Thornbury-Smythe")
    page = f"/people/{contact}/report"
    chosen = re.search(r'name="attendee" value="([^"]+)"', ana.client.get(page).text)
    sent = {**said, **({"attendee": chosen[1]} if chosen else {})}
    answer = ana.client.post(page, data=sent)
    assert answer.status_code == 200, answer.text
    leaver = house.attendee(event, "Lena Brandt", company="Quay & Sons", listed=False)
    answer = house.client().post(f"/b/{leaver.token}/removal")
    assert answer.status_code < 400, answer.text
    return contact


def _removal(house: House, event: Event) -> str:
    """What the link of an invitation's mail carries."""
    key = removal_key(house.settings.code_secret)
    house.attendee(event, "Paolo Conti", email="paolo@example.org", listed=False)
    return removal_token(key, event.id, address_hash(key, event.id, "paolo@example.org"))


def _ties(house: House, ana: Person) -> None:
    def kinds(number: int) -> Sequence[KindCount]:
        first, last = datetime(2019, 5, 1, tzinfo=UTC), datetime(2026, 1 + number, 9, tzinfo=UTC)
        both = [KindCount(TieKind.FOLLOWED_BY, 1)] if number % 2 else []
        replied = KindCount(TieKind.REPLIED, 14 - number, first, last)
        return [replied, KindCount(TieKind.FOLLOWS, 1), *both]

    house.ties(ana, *(tie(f"seaside{number}", *kinds(number)) for number in range(10)))
    since = KindCount(TieKind.CONNECTED, 1, datetime(2020, 2, 3, tzinfo=UTC))
    house.ties(ana, tie("seaside1", since, network=Network.LINKEDIN))


def _import(house: House, ana: Person) -> UUID:
    files = {
        "data/account.js": assignment("account", [account()]),
        "data/following.js": assignment(
            "following", [listed("following", "9"), listed("following", "11")]
        ),
        "data/tweets.js": assignment(
            "tweets", [tweet(1, mentions=[mention("kerry", "9")], **answer_to("kerry", "9"))]
        ),
    }
    with TemporaryDirectory() as folder:
        brought = import_files(house.db, ana.id, [write_zip(Path(folder) / "archive.zip", files)])
    house.settle()
    return brought.id


def _meetings(house: House, ana: Person, crowd: list[Wearer]) -> None:
    now = datetime.now(UTC)
    intents = [["coffee", "send"], ["call"], ["introduce", "message"], ["keep-in-touch"], ["hire"]]
    for number, met in enumerate((0, 2, 3, 4, 7)):
        house.scan(
            ana,
            crowd[met],
            scanned_at=(now - timedelta(hours=20 * (number % 2) + 1)).isoformat(),
            intents=intents[number],
            note="Offered to help with the launch; likes sailing" if met == 0 else "",
        )
    house.scan(ana, crowd[0], scanned_at=now.isoformat(), intents=["collaborate"])
    long_address = "fenna.wouters.of.harbour.labs@people-operations.example.org"
    ana.client.patch(f"/people/{_contact(ana, 'Fenna Wouters')}", data={"email": long_address})


def _follow_up_states(house: House, ana: Person) -> None:
    """Some of each state, one of them overdue."""

    def change(session: Session) -> None:
        mine = select(FollowUp).where(FollowUp.owner_id == ana.id)
        found = session.scalars(mine.order_by(FollowUp.intent)).all()
        today = date.today()  # noqa: DTZ011  # any day near now will do
        complete(session, ana.id, found[0].id)
        drop(session, ana.id, found[1].id)
        snooze(session, ana.id, found[2].id, today + timedelta(days=30))
        found[3].due = today - timedelta(days=2)

    house.db.write_now(change)


def _claims(house: House, event: Event, ana: Person, ben: Person) -> None:
    """Ben has scanned Ana: what her page of the day asks her about."""
    badge = house.db.read_now(own_badge, ana.id, event.id)
    assert badge
    code = f"{house.settings.base_url}/b/{badge.token}"
    sent = {"id": str(uuid4()), "code": code, "scanned_at": datetime.now(UTC).isoformat()}
    answer = ben.client.post("/api/v1/scans", json={"device": "phone", "scans": [sent]})
    assert answer.status_code == 200, answer.text


def _introduction(ana: Person) -> tuple[str, str]:
    """The addresses of its page and of the first one's link."""
    people = {"one": _contact(ana, "Fenna Wouters"), "other": _contact(ana, LONG_NAMES[0])}
    made = ana.client.post("/introductions", data={**people, "why": "You both sail"})
    page = made.headers["location"]
    links = re.findall(r"/i/[\w=-]+", ana.client.get(page).text)
    return page, links[0]


def _contact(owner: Person, name: str) -> str:
    """The id of the contact of this name."""
    items = owner.client.get("/api/v1/contacts").json()["items"]
    return next(str(item["id"]) for item in items if item["name"] == name)
