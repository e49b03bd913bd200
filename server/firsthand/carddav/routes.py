"""``/carddav``: the address book by WebDAV's own methods, so it is mounted as a whole.

Only what is asked for with a password made for it is told; nothing can be changed here, and the
session's cookie is not looked at.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from litestar import asgi
from litestar.response.base import ASGIResponse
from litestar.types import HTTPScope, Receive, Scope, Send

from firsthand.accounts.signing_in import Viewer
from firsthand.carddav.answers import Refusal, multistatus, told
from firsthand.carddav.asking import (
    ADDRESS_DATA,
    AskedProperties,
    Report,
    Version,
    read_propfind,
    read_report,
)
from firsthand.carddav.cards import AT_A_TIME, all_cards, cards_by_id, ctag_of
from firsthand.carddav.entering import enter
from firsthand.carddav.filtering import UnknownFilter
from firsthand.carddav.places import (
    CTAG,
    ROOT,
    Owner,
    Place,
    below,
    etag,
    in_all,
    path_of_card,
    place_at,
    place_of_href,
    said_of_card,
    said_of_place,
    written_card,
)
from firsthand.carddav.xml_reading import UnreadableXml
from firsthand.carddav.xml_writing import (
    DAV,
    cut_short,
    found,
    not_found,
)
from firsthand.contacts.exports import ExportedCard
from firsthand.db import Database
from firsthand.problems import NotAllowed, NotSignedIn

# Addresses of six thousand cards fit; phones ask for some hundred at a time.
LARGEST_BODY = 512 * 1024
METHODS = ("OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT")
_READ_ONLY = f"{DAV}need-privileges"
_NOTHING = "There is nothing here, or it is not yours."
_SIGN_IN = {"WWW-Authenticate": 'Basic realm="Firsthand address book", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class _Call:
    """What was asked, by whom, of what; ``place`` may be a card's id."""

    method: str
    place: Place | UUID
    headers: Mapping[str, str]
    body: bytes
    viewer: Viewer
    db: Database

    @property
    def owner_id(self) -> UUID:
        return self.viewer.account_id

    @property
    def owner(self) -> Owner:
        return Owner(self.viewer.name, self.viewer.email)


@asgi(ROOT, is_mount=True, copy_scope=True, opt={"methods": METHODS})
async def address_book(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        answer = await _answered(await _read_call(scope, receive))
    except Refusal as refusal:
        answer = refusal.answer()
    except NotSignedIn:
        said = "The e-mail address of the account, and a password made on its page Me.\n"
        answer = told(401, said, headers=_SIGN_IN)
    except NotAllowed:
        answer = Refusal(403, condition=_READ_ONLY).answer()
    except UnreadableXml as problem:
        answer = Refusal(400, f"This cannot be read: {problem}.").answer()
    except UnknownFilter as unknown:
        answer = Refusal(403, condition=unknown.condition).answer()
    await answer(scope, receive, send)


@asgi("/.well-known/carddav", copy_scope=True, opt={"methods": METHODS})
async def where_address_books_are(scope: Scope, receive: Receive, send: Send) -> None:
    """Where a client that knows the server's name alone goes on (RFC 6764)."""
    where = f"{scope['app'].state.settings.base_url}{Place.START.value}"
    answer = ASGIResponse(status_code=301, headers={"Location": where})
    await answer(scope, receive, send)


async def _read_call(scope: Any, receive: Receive) -> _Call:
    """Raises NotSignedIn, NotAllowed, Refusal."""
    http: HTTPScope = scope
    state = scope["app"].state
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in http["headers"]
    }
    viewer = await enter(state.viewers, headers.get("authorization"))
    if http["method"] not in METHODS:
        raise Refusal(403, condition=_READ_ONLY)
    body = await _read_body(headers, receive)
    place = place_at(f"{ROOT}{http['path']}")
    if place is None:
        raise Refusal(404, _NOTHING)
    return _Call(http["method"], place, headers, body, viewer, state.db)


async def _read_body(headers: Mapping[str, str], receive: Receive) -> bytes:
    said = headers.get("content-length", "")
    body = b""
    more = not (said.isdigit() and int(said[:12]) > LARGEST_BODY)
    if not more:
        raise Refusal(413, "This is larger than what is read here.")
    while more:
        message: Any = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise Refusal(413, "This is larger than what is read here.")
    return body


async def _answered(call: _Call) -> ASGIResponse:
    if call.method == "OPTIONS":
        allowed = {"DAV": "1, 3, addressbook", "Allow": ", ".join(METHODS)}
        return told(200, "", headers=allowed)
    if call.method == "REPORT":
        return await _reported(call)
    if call.method == "PROPFIND":
        return await _properties(call)
    return await _card_itself(call)


async def _card_itself(call: _Call) -> ASGIResponse:
    if isinstance(call.place, Place):
        allowed = ", ".join(method for method in METHODS if method not in ("GET", "HEAD"))
        raise Refusal(405, "An address book has no page. Give it to your phone.", Allow=allowed)
    card = await _card(call, call.place)
    version: Version = "4.0" if "version=4.0" in call.headers.get("accept", "") else "3.0"
    kind = f"text/vcard; charset=utf-8; version={version}"
    headers = {"ETag": etag(card), "Vary": "Accept"}
    is_head = call.method == "HEAD"
    return told(200, written_card(card, version), kind, headers, is_head=is_head)


async def _card(call: _Call, card_id: UUID) -> ExportedCard:
    cards = await cards_by_id(call.db, call.owner_id, [card_id])
    if card_id not in cards:
        raise Refusal(404, _NOTHING)
    return cards[card_id]


async def _properties(call: _Call) -> ASGIResponse:
    asked = read_propfind(call.body)
    if not isinstance(call.place, Place):
        return multistatus(_once(_of_card(await _card(call, call.place), asked, "3.0")))
    depth = call.headers.get("depth", "infinity").strip()
    if depth not in ("0", "1"):
        raise Refusal(403, condition=f"{DAV}propfind-finite-depth")
    places = [call.place, *(below(call.place) if depth == "1" else ())]
    has_ctag = Place.BOOK in places and asked.wants(CTAG)
    ctag = await ctag_of(call.db, call.owner_id) if has_ctag else ""
    start = "".join(
        _said(place.value, asked, said_of_place(place, call.owner, ctag)) for place in places
    )
    with_cards = call.place is Place.BOOK and depth == "1"
    return multistatus(_with_cards(call, start, asked) if with_cards else _once(start))


async def _with_cards(call: _Call, start: str, asked: AskedProperties) -> AsyncIterator[str]:
    yield start
    async for cards in all_cards(call.db, call.owner_id):
        yield "".join(_of_card(card, asked, "3.0") for card in cards)


async def _reported(call: _Call) -> ASGIResponse:
    report = read_report(call.body)
    if report is None or call.place is not Place.BOOK:
        raise Refusal(403, condition=f"{DAV}supported-report")
    if report.hrefs is not None:
        return multistatus(_named(call, report, report.hrefs))
    return multistatus(_let_through(call, report))


async def _named(call: _Call, report: Report, hrefs: Sequence[str]) -> AsyncIterator[str]:
    """A response for each address, in their order."""
    rest = iter(dict.fromkeys(hrefs))
    while some := list(islice(rest, AT_A_TIME)):
        places = [place_of_href(said) for said in some]
        ids = [place for place in places if isinstance(place, UUID)]
        cards = await cards_by_id(call.db, call.owner_id, ids)
        yield "".join(
            _of_card(cards[place], report.asked, report.version)
            if isinstance(place, UUID) and place in cards
            else not_found(said)
            for said, place in zip(some, places, strict=True)
        )


async def _let_through(call: _Call, report: Report) -> AsyncIterator[str]:
    left = report.most
    async for cards in all_cards(call.db, call.owner_id):
        fitting = [card for card in cards if report.filter.lets_through(card)]
        yield "".join(_of_card(card, report.asked, report.version) for card in fitting[:left])
        if left is not None and len(fitting) > left:
            yield cut_short(Place.BOOK.value)
            return
        left = None if left is None else left - len(fitting)


def _of_card(card: ExportedCard, asked: AskedProperties, version: Version) -> str:
    whole = version if asked.wants(ADDRESS_DATA) else None
    return _said(path_of_card(card.id), asked, said_of_card(card, whole))


def _said(path: str, asked: AskedProperties, has: Mapping[str, str]) -> str:
    if asked.names_only:
        return found(path, has, dict.fromkeys(has, ""))
    names: Iterable[str] = filter(in_all, has) if asked.names is None else asked.names
    return found(path, names, has)


async def _once(said: str) -> AsyncIterator[str]:
    yield said


routes = [address_book, where_address_books_are]
