"""The world of the other browser tests, after somebody has typed payloads into every field of it.

Whatever runs sets ``pwned``; whatever becomes an element carries ``data-pwned``; a template that
is evaluated shows 50337.
"""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.signing_in import make_link_token
from firsthand.badges.finding import own_badge
from firsthand.db import new_id
from firsthand.events.models import Event
from firsthand.handles.keeping import add_handle
from firsthand.organising.lists import keep_list
from firsthand.proofs.proving import ask as ask_for_proof
from firsthand.proofs.proving import proof_code
from firsthand.ties.import_job import import_files
from tests.archives import account, answer_to, assignment, listed, mention, tweet, write_zip
from tests.browser.world import PAGES, World, seed
from tests.server.house import House, Person, Wearer, tie

ALL_AT_ONCE = (
    "\"'><img data-pwned src=//t.example onerror=pwned=1></textarea></script>"
    "<script>pwned=1</script>{{7191*7}}"
)
PAYLOADS = (
    ALL_AT_ONCE,
    "=cmd|'/C calc'!A0<svg data-pwned onload=pwned=1>",
    '" data-pwned hx-get=/sign-in hx-trigger=load onfocus=pwned=1 autofocus x="',
    "javascript:pwned=1//<b data-pwned>",
    "<div data-pwned hx-on::load=pwned=1 hx-vals='js:{a:pwned=1}' style=color:red>{{7191*7}}</div>",
    "data:text/html,<script data-pwned>pwned=1</script>",
)
# As they would stand in a page that escapes nothing.
_RAW = ("<img data-pwned", "<svg data-pwned", "<div data-pwned", "<b data-pwned", '" data-pwned')
_EVALUATED = "50337"
_TYPED = {
    "date": "2026-11-20", "time": "10:00", "datetime-local": "2026-12-01T10:00", "number": "1",
    "month": "2026-12", "week": "2026-W49", "color": "#000000", "range": "1",
}  # fmt: skip
_TEXTS = {"text", "search", "url", "email", "tel", "textarea", "password", ""}
_PLAIN = {"email": "plain@example.org", "url": "https://example.org/plain", "tel": "+442079460000"}
_PLAIN_NAMED = {
    "timezone": "Europe/Paris",
    "handle": "https://x.com/plain",
    "address": "x@a.example",
    "slug": "plain",
    "phone": "+44 20 7946 0000",
}
# They would change who is signed in, or lead out of the account.
_LEFT_ALONE = re.compile(r"^/(sessions?|sign-in.*|demo.*|import|me/import)$")


def about(method: str, action: str, texts: Iterable[str]) -> tuple[str, str, str]:
    path = action.partition("?")[0]
    return method, shape_of(path), ",".join(sorted(set(texts)))


def shape_of(address: str) -> str:
    """The same for what is about another person, or another event."""
    address = re.sub(r"^/(organise|events)/(?!new\b)[^/?]+", r"/\1/*", address)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[^/?=&]{18,}|\d+", "*", address)


@dataclass
class Form:
    method: str
    action: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)  # name, kind, value

    @property
    def texts(self) -> list[str]:
        return [name for name, kind, _ in self.fields if kind in _TEXTS]

    @property
    def shape(self) -> tuple[str, str, str]:
        """The same for the same form about another person."""
        return (
            self.method,
            shape_of(self.action),
            ",".join(sorted({name for name, _, _ in self.fields})),
        )

    @property
    def about(self) -> tuple[str, str, str]:
        """As it can be told from the page alone: where its texts go."""
        return about(self.method, self.action, self.texts)

    def filled(self, payloads: Iterator[str], only: str | None = None) -> dict[str, list[str]]:
        """What the browser would send; ``only`` this text is a payload, the others are plain."""
        sent: dict[str, list[str]] = {}
        for name, kind, value in self.fields:
            if kind in _TEXTS:
                is_payload = only in {None, name}
                value = next(payloads) if is_payload else value or self._plain(name, kind)
            sent.setdefault(name, []).append(value)
        return sent

    def _plain(self, name: str, kind: str) -> str:
        return _PLAIN_NAMED.get(name) or _PLAIN.get(kind, "Plain")


class _Forms(HTMLParser):
    """Every form of a page, with its fields as the page fills them."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open: Form | None = None
        self._select = ""
        self._by_id: dict[str, Form] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(said.get("href", ""))
        if tag == "form":
            self._open = Form(
                said.get("method", "get").upper(), said.get("action") or self.path.partition("?")[0]
            )
            self.forms.append(self._open)
            self._by_id[said.get("id", "")] = self._open
        form = self._by_id.get(said["form"]) if "form" in said else self._open
        name = said.get("name", self._select if tag == "option" else "")
        if form is None or not name or "disabled" in said:
            return
        kind = said.get("type", "").lower()
        if tag == "textarea":
            form.fields.append((name, "textarea", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option":
            if said.get("value") and ("selected" in said or not _has(form, name)):
                form.fields = [each for each in form.fields if each[0] != name]
                form.fields.append((name, "select", said["value"]))
        elif tag == "button":
            if said.get("type", "submit") == "submit" and not _has(form, name):
                form.fields.append((name, "submit", said.get("value", "")))
        elif tag == "input" and self._is_sent(form, name, kind, said):
            form.fields.append((name, kind, said.get("value") or _TYPED.get(kind, "")))

    def _is_sent(self, form: Form, name: str, kind: str, said: dict[str, str]) -> bool:
        if kind == "radio":
            return not _has(form, name)
        return kind not in {"submit", "button", "file", "image"}

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = ""


def _has(form: Form, name: str) -> bool:
    return any(each[0] == name for each in form.fields)


@dataclass
class Typed:
    """What came of typing: forms by shape that took a payload, or that took none; and answers that
    show one as it was typed.
    """

    taken: set[tuple[str, str, str]] = field(default_factory=set)
    refused: set[tuple[str, str, str]] = field(default_factory=set)
    about: set[tuple[str, str, str]] = field(default_factory=set)
    raw: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def look(self, answer: httpx.Response) -> None:
        where = f"{answer.request.method} {answer.request.url.path}"
        if answer.status_code >= 500:
            self.broken.append(f"{where}: {answer.status_code}")
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return
        self.raw += [f"{where}: {raw}" for raw in (*_RAW, _EVALUATED) if raw in answer.text]


def type_everywhere(person: Person, starts: list[str], typed: Typed) -> None:
    """Into each text of each form of the pages from ``starts`` on, as far as they lead."""
    payloads = itertools.cycle(PAYLOADS)
    waiting, known = list(starts), set(starts)
    shapes: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        answer = person.client.get(path)
        typed.look(answer)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page = _Forms(path)
        page.feed(answer.text)
        for form in page.forms:
            _type(person, form, payloads, typed)
        for link in map(unescape, page.links):
            shape = shape_of(link)
            is_ours = link.startswith("/") and not re.match(r"/(static|api|feeds)/|//", link)
            if is_ours and link not in known and shape not in shapes:
                known.add(link)
                shapes.add(shape)
                waiting.append(link)


def is_typed_into(action: str, texts: Sequence[str], deletes: bool) -> bool:
    return bool(texts) and not deletes and not _LEFT_ALONE.match(action.partition("?")[0])


def _type(person: Person, form: Form, payloads: Iterator[str], typed: Typed) -> None:
    deletes = any(name == "_method" and value.upper() == "DELETE" for name, _, value in form.fields)
    if not is_typed_into(form.action, form.texts, deletes):
        return
    if form.shape in typed.taken | typed.refused:
        return

    def send(only: str | None) -> bool:
        sent = form.filled(payloads, only)
        if form.method == "GET":
            answer = person.client.get(form.action, params=sent)
        else:
            answer = person.client.post(form.action, data=sent)
        typed.look(answer)
        return answer.status_code < 400

    # A field that takes no payload must not keep the others from theirs.
    took = [send(None), *(send(name) for name in form.texts)]
    (typed.taken if any(took) else typed.refused).add(form.shape)
    typed.about.add(form.about)


def seed_hostile(house: House) -> tuple[World, Typed, dict[str, list[str]]]:
    world = seed(house)
    ana, mira = world.people["ana"], world.people["mira"]
    _hostile_list(world, mira)
    _hostile_badges(world, ana)
    _hostile_imports(house, ana)
    typed = Typed()
    pages = pages_by_who(world)
    for who, starts in pages.items():
        type_everywhere(world.people[who] if who else _signed_out(house), starts, typed)
    pages["ana"].append(_claim_to_report(world))  # the first has been answered by typing
    return world, typed, pages


def _signed_out(house: House) -> Person:
    return Person(new_id(), "", "", "", house.client())


def pages_by_who(world: World) -> dict[str, list[str]]:
    """Every page of the world, and those that only show what has happened there."""
    pages: dict[str, list[str]] = {}
    for page in PAGES.values():
        if not page.sends:
            pages.setdefault(page.who, []).append(world.path(page))
    for who, path in _more_pages(world):
        pages[who].append(path)
    return pages


def _more_pages(world: World) -> Iterator[tuple[str, str]]:
    places, house = world.places, world.house
    ana, attendee = world.people["ana"], world.next_badge
    yield from (("ana", "/me/handles"), ("ana", "/share"), ("mira", "/organise/supper"))
    yield "ana", f"/attendees/{attendee.id}/report"
    yield "ana", f"/B/{attendee.token}"
    yield "ana", places["asked"]
    yield "ana", _claim_to_report(world)
    site = house.db.write_now(add_handle, ana.id, "https://ana.example", "website")
    house.db.write_now(ask_for_proof, ana.id, site.id, house.settings.base_url)
    yield "", f"/proof/{house.db.read_now(proof_code, ana.id)}"
    scans = ana.client.get("/api/v1/meetings").json()["items"]
    scanned = next(each for each in scans if each["scans"])
    yield "ana", f"/scans/{scanned['scans'][0]}/card"
    yield "", f"/sign-in/link/{house.db.write_now(make_link_token, ana.email)}"


def _claim_to_report(world: World) -> str:
    """Somebody says that they have met Ana."""
    house, ana = world.house, world.people["ana"]
    event = house.db.read_now(_event, "seaside")
    badge = house.db.read_now(own_badge, ana.id, event.id)
    assert badge
    code = f"{house.settings.base_url}/b/{badge.token}"
    claimant = house.person("Clara Reed")
    claim = house.scan(claimant, Wearer(ana.id, badge.token, badge.short_code, code))["meeting"]
    return f"/claims/{claimant.id}/{claim}/report"


def _cells(*rows: tuple[str, ...]) -> str:
    """A CSV in which every cell is quoted."""
    out = StringIO()
    for row in rows:
        out.write(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n")
    return out.getvalue()


def _hostile_list(world: World, mira: Person) -> None:
    """Brought in whole, and once more for its preview."""
    house = world.house
    event_id = house.db.read_now(_event, "seaside").id
    header = ("name", "email", "company", "headline", "x", "linkedin", "notes")
    rows = [
        (text, f"a{number}@example.org", text, text, text, text, text)
        for number, text in enumerate(PAYLOADS)
    ]
    content = _cells(header, *rows).encode()
    kept = house.db.write_now(keep_list, event_id, content)
    page = _Forms(f"/organise/seaside/lists/{kept}")
    page.feed(mira.client.get(page.path).text)
    (form,) = [each for each in page.forms if each.action.endswith("/import")]
    sent = {name: value for name, _, value in form.fields} | {"everybody-agreed": "on"}
    answer = mira.client.post(form.action, data=sent)
    assert answer.status_code < 400, answer.text
    world.places["report"] = page.path
    world.places["list_id"] = str(house.db.write_now(keep_list, event_id, content))


def _hostile_badges(world: World, ana: Person) -> None:
    """Attendees with such names, ties with them, and codes of any other system."""
    house = world.house
    event = house.db.read_now(_event, "seaside")
    wearers = [
        house.attendee(
            event, text, headline=text, company=text, handles=[("x", f"@hostile{number}")]
        )
        for number, text in enumerate(PAYLOADS)
    ]
    house.ties(ana, *(tie(f"hostile{number}") for number in range(len(PAYLOADS))))
    for wearer in wearers[:4]:
        house.scan(ana, wearer, note=ALL_AT_ONCE, intents=[ALL_AT_ONCE[:40], "coffee"])
    for code in _codes():
        sent = {"id": str(uuid4()), "code": code, "scanned_at": datetime.now(UTC).isoformat()}
        scans = {"device": ALL_AT_ONCE[:60], "scans": [sent | {"note": PAYLOADS[4]}]}
        answer = ana.client.post("/api/v1/scans", json=scans)
        assert answer.status_code < 500, answer.text


def _event(session: Session, slug: str) -> Event:
    return session.scalars(select(Event).where(Event.slug == slug)).one()


def _vcard(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:{escaped};{escaped}\r\nFN:{escaped}\r\nORG:{escaped}\r\n"
        f"TITLE:{escaped}\r\nEMAIL:{escaped}\r\nTEL:{escaped}\r\nURL:{text}\r\nNOTE:{escaped}\r\n"
        f"X-SOCIALPROFILE;TYPE=twitter:{text}\r\nADR:;;{escaped};;;;\r\nEND:VCARD\r\n"
    )


def _codes() -> Iterator[str]:
    for text in PAYLOADS:
        yield text
        yield _vcard(text)
        yield f"MECARD:N:{text};ORG:{text};TEL:{text};EMAIL:{text};URL:{text};NOTE:{text};;"
        yield f"https://x.com/{text}"
        yield f"https://www.linkedin.com/in/{text}"
        yield f"mailto:{text}@example.org"
        yield f"WIFI:S:{text};T:WPA;P:{text};;"


def _hostile_imports(house: House, ana: Person) -> None:
    text = ALL_AT_ONCE
    archive = {
        "data/account.js": assignment("account", [account(text[:30])]),
        "data/following.js": assignment("following", [listed("following", "9")]),
        "data/tweets.js": assignment(
            "tweets", [tweet(1, mentions=[mention(text, "9")], **answer_to(text, "9"))]
        ),
        f"data/{text.replace('/', '_')}.js": json.dumps([text]),
    }
    linkedin = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\r\n" + _cells(
        *((each, each, each, each, each, each, "02 Mar 2024") for each in PAYLOADS),
        *(
            (each, each, f"https://www.linkedin.com/in/who{number}", "", each, each, "02 Mar 2024")
            for number, each in enumerate(PAYLOADS)
        ),
    )
    google = (
        "First Name,Last Name,Organization Name,Organization Title,E-mail 1 - Label,"
        "E-mail 1 - Value,Website 1 - Label,Website 1 - Value\r\n"
    ) + _cells(
        *(
            (each, each, each, each, "", f"g{number}@example.org", each, each)
            for number, each in enumerate(PAYLOADS)
        )
    )
    name = text.replace("/", "_")[:80]
    files = {
        f"{name}.csv": linkedin,
        f"{name} contacts.csv": google,
        f"{name}.vcf": "".join(_vcard(each) for each in PAYLOADS),
    }
    with TemporaryDirectory() as folder:
        import_files(house.db, ana.id, [write_zip(Path(folder) / f"{name}.zip", archive)])
        for file, content in files.items():
            path = Path(folder) / file
            path.write_text(content, newline="")
            import_files(house.db, ana.id, [path])
    house.settle()
