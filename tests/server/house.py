"""A Firsthand to test against: a real database, the real application, people who use it."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account
from firsthand.accounts.sessions import start_session
from firsthand.accounts.tokens import make_api_token
from firsthand.app import Firsthand, create_app
from firsthand.attendees.membership import ATTENDEE_CLAIMED
from firsthand.attendees.models import Attendee
from firsthand.badges.codes import badge_address
from firsthand.badges.issuing import issue_badges
from firsthand.badges.models import Badge
from firsthand.db import Database, new_id
from firsthand.events.days import local_day
from firsthand.events.models import Event
from firsthand.events.verbs import EventDraft, add_event
from firsthand.handles.keeping import add_handle, handle_rows, replace_listed_handles
from firsthand.handles.networks import Network
from firsthand.handles.parsing import parse_handle
from firsthand.outbox import Outbox, enqueue
from firsthand.settings import Settings
from firsthand.settling import HANDLERS
from firsthand.tables import metadata
from firsthand.ties.filling import write_people_found, write_ties
from firsthand.ties.importing import finish_import, start_import
from firsthand.ties.kinds import FoundList, FoundPerson, FoundTie, KindCount, Summary, TieKind
from firsthand.ties.matching import MATCH_EVENT

BASE_URL = "http://127.0.0.1:8000"


@dataclass(slots=True)
class Person:
    """Somebody with an account: ``client`` is their signed-in browser, ``token`` their script's."""

    id: UUID
    name: str
    email: str
    token: str
    client: httpx.Client

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class Wearer:
    """An attendee with a badge."""

    id: UUID
    token: str
    short_code: str
    code: str  # what a scanner reads off the badge


class AppTransport(httpx.BaseTransport):
    """Brings requests of ordinary threads to the application, all of them on one event loop."""

    def __init__(self, app: Firsthand) -> None:
        # httpx and Litestar each describe a message of ASGI with types of their own.
        self._asgi = httpx.ASGITransport(cast(Any, app), raise_app_exceptions=False)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(self._answer(request), self._loop).result()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.read()
        )
        answer = await self._asgi.handle_async_request(sent)
        # As it went over the wire: the client unpacks what the server has packed.
        body = b"".join([part async for part in answer.aiter_raw()])
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class House:
    """Makes people, events and ties straight through the verbs."""

    def __init__(self, database_url: str, **settings: Any) -> None:
        self.db = Database(database_url)
        secret_key = settings.pop("secret_key", "a key for tests that guards nothing")
        self.settings = Settings(
            **{
                "database_url": database_url,
                "base_url": BASE_URL,
                "secret_key": secret_key,
                # As the environment gives it to a server before the same database.
                "code_secret": secret_key,
                **settings,
            }
        )
        self.app = create_app(self.settings, self.db)
        self._transport = AppTransport(self.app)
        self._clients: list[httpx.Client] = []

    def clear(self) -> None:
        """Everybody leaves, and nothing stays behind."""
        self._close_clients()
        self.db.write_now(_empty_every_table)
        self.app.state.viewers.forget_everybody()

    def close(self) -> None:
        self._close_clients()
        self._transport.stop()
        self.db.close()

    def _close_clients(self) -> None:
        for client in self._clients:
            client.close()
        self._clients.clear()

    def client(self) -> httpx.Client:
        """A fresh browser, signed out; it follows no redirect by itself."""
        client = httpx.Client(transport=self._transport, base_url=self.settings.base_url)
        self._clients.append(client)
        return client

    def settle(self) -> None:
        """Handle what the outbox holds."""
        Outbox(self.db, HANDLERS).settle_now()

    def person(self, name: str = "Ana Oliveira", email: str | None = None) -> Person:
        address = email or f"{uuid4().hex[:10]}@example.org"

        def make(session: Session) -> tuple[UUID, str, str]:
            account = Account(id=new_id(), email=address, name=name)
            session.add(account)
            session.flush()
            cookie = start_session(session, account.id, "a test")
            return account.id, cookie, make_api_token(session, address, [])

        account_id, cookie, token = self.db.write_now(make)
        client = self.client()
        client.cookies.set(self.settings.session_cookie, cookie)
        return Person(account_id, name, address, token, client)

    def event(
        self,
        organiser: Person,
        slug: str = "seaside",
        name: str = "Recruiters by the Sea",
        starts: date | None = None,
        ends: date | None = None,
        timezone: str = "Europe/Paris",
    ) -> Event:
        """An event that goes on today unless told otherwise."""
        first = starts or local_day(datetime.now(UTC), ZoneInfo(timezone))
        draft = EventDraft(name, first.isoformat(), (ends or first).isoformat(), timezone, slug)
        return self.db.write_now(add_event, organiser.id, draft)

    def attendee(
        self,
        event: Event,
        who: Person | str = "Fenna Wouters",
        *,
        listed: bool = True,
        handles: Sequence[tuple[str, str]] = (),
        email: str | None = None,
        headline: str = "",
        company: str = "",
    ) -> Wearer:
        """A person at the event (claimed) or a name on its list, with a badge."""

        def make(session: Session) -> Wearer:
            attendee = Attendee(
                id=new_id(),
                event_id=event.id,
                account_id=None if isinstance(who, str) else who.id,
                name=who if isinstance(who, str) else who.name,
                email=email,
                headline=headline,
                company=company,
                listed=listed,
            )
            session.add(attendee)
            session.flush()
            for network, pasted in handles:
                if isinstance(who, str):
                    parsed = parse_handle(pasted, Network(network))
                    rows = handle_rows([parsed], attendee_id=attendee.id)
                    replace_listed_handles(session, rows)
                else:
                    add_handle(session, who.id, pasted, network)
            issue_badges(session, event.id, [attendee.id])
            session.flush()
            enqueue(session, ATTENDEE_CLAIMED, attendee.id)
            enqueue(session, MATCH_EVENT, event.id)
            badge = session.scalars(select(Badge).where(Badge.attendee_id == attendee.id)).one()
            code = badge_address(self.settings.base_url, badge.token)
            return Wearer(attendee.id, badge.token, badge.short_code, code)

        wearer = self.db.write_now(make)
        self.settle()
        return wearer

    def ties(
        self,
        owner: Person,
        *ties: FoundTie,
        people: Sequence[FoundPerson] = (),
        lists: Sequence[FoundList] = (),
        made_at: datetime | None = None,
    ) -> UUID:
        """What an archive of the owner says."""

        def make(session: Session) -> UUID:
            import_id = start_import(session, owner.id, "archive.zip")
            session.flush()
            write_ties(session, owner.id, import_id, list(ties))
            write_people_found(session, owner.id, import_id, people)
            summary = Summary("x", 0, 0, made_at)
            finish_import(session, owner.id, import_id, summary, [], None, lists)
            return import_id

        import_id = self.db.write_now(make)
        self.settle()
        return import_id

    def scan(self, who: Person, wearer: Wearer, **more: Any) -> dict[str, Any]:
        """Upload one scan as this person, made just now; the result of it."""
        sent = {
            "id": str(uuid4()),
            "code": wearer.code,
            "scanned_at": datetime.now(UTC).isoformat(),
            "sequence": 1,
            **more,
        }
        answer = who.client.post("/api/v1/scans", json={"device": "phone", "scans": [sent]})
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()["results"][0]
        return result


def _empty_every_table(session: Session) -> None:
    # Of so few rows this takes 2 ms, and a TRUNCATE of PostgreSQL, which makes new files, 40.
    for table in reversed(metadata.sorted_tables):
        session.execute(delete(table))


def tie(name: str, *kinds: KindCount, network: Network = Network.X, **more: Any) -> FoundTie:
    """A tie with a name on X, by default one that the owner follows."""
    return FoundTie(
        network, name, more.get("stable_id"), list(kinds or [KindCount(TieKind.FOLLOWS, 1)])
    )
