"""Everything put together: settings, database, pages, routes."""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import Receive, Scope, Send

from firsthand.accounts import again_routes as again
from firsthand.accounts import face_routes as faces
from firsthand.accounts import handle_routes as handles
from firsthand.accounts import log_routes as account_log
from firsthand.accounts import passkey_routes as passkeys
from firsthand.accounts import recovery_routes as recovery
from firsthand.accounts import routes as accounts
from firsthand.accounts import session_routes as sessions
from firsthand.accounts import sign_in_routes as sign_in
from firsthand.accounts import token_routes as tokens
from firsthand.accounts.viewers import Viewers
from firsthand.api.export_schema import get_export_schema
from firsthand.api.feeds import feed_router
from firsthand.api.openapi import openapi_config
from firsthand.api.routes import api_router
from firsthand.assets import Assets, templates_folder
from firsthand.attendees import routes as attendees
from firsthand.badges import routes as badges
from firsthand.carddav import routes as carddav
from firsthand.contacts import one_person_routes as one_person
from firsthand.contacts import routes as contacts
from firsthand.db import Database, now
from firsthand.demo import routes as demo
from firsthand.errors import exception_handlers
from firsthand.events import routes as events
from firsthand.events.staff import runs_an_event
from firsthand.followups import intent_routes as intents
from firsthand.followups import message_routes as messages
from firsthand.followups import routes as followups
from firsthand.followups import several_routes as several_followups
from firsthand.followups import standing_routes as standing
from firsthand.health import health_routes
from firsthand.introductions import routes as introductions
from firsthand.json_bodies import OurRequest
from firsthand.mail import Mailer
from firsthand.manifest import manifest_route
from firsthand.meetings import routes as meetings
from firsthand.offline import routes as offline
from firsthand.organising import removal_routes as removals
from firsthand.organising import report_routes as reports
from firsthand.organising import routes as organising
from firsthand.outbox import Outbox
from firsthand.pages import Pages
from firsthand.paging import Cursors
from firsthand.proofs import routes as proofs
from firsthand.proofs.looking import Looker
from firsthand.proofs.proving import recheck
from firsthand.refusals import RefusalLog
from firsthand.reminders import routes as reminders
from firsthand.reminders.arrivals import note_arrivals, scanned_today
from firsthand.reminders.sending import Sender
from firsthand.requests import (
    AccountHeader,
    OurRequests,
    provide_fresh_viewer,
    provide_maybe_viewer,
    provide_viewer,
)
from firsthand.retention import clean_up
from firsthand.scans import claim_routes as claims
from firsthand.scans import routes as scans
from firsthand.security_headers import SecurityHeaders
from firsthand.security_txt import security_txt
from firsthand.settings import Settings
from firsthand.settling import HANDLERS
from firsthand.sign_in_elsewhere import routes as sign_in_elsewhere
from firsthand.sign_in_elsewhere.elsewhere import Elsewhere
from firsthand.static_files import static_routes
from firsthand.ties import routes as ties
from firsthand.ties.import_queue import ImportQueue
from firsthand.ties.importing import fail_silent_imports
from firsthand.ties.open_uploads import sweep_uploads
from firsthand.unmet import list_routes as unmet_list
from firsthand.unmet import recap_routes as recap
from firsthand.unmet import routes as unmet
from firsthand.unread_bodies import UnreadBodies
from firsthand.upload_folders import uploads_folder

log = logging.getLogger("firsthand")
_MINUTE = 60
_REMIND_EVERY = 20
_CLEAN_EVERY = timedelta(hours=1)
# Every route that takes more (uploads) says so itself and streams.
_LARGEST_BODY = 8_000_000


class Firsthand(Litestar):
    """The application, behind the same-origin check; all that it answers carries our headers."""

    def __init__(self, settings: Settings, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        ours = OurRequests(super().__call__, settings.base_url)
        self._outermost = UnreadBodies(SecurityHeaders(RefusalLog(ours), settings))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        await self._outermost(scope, receive, send)


def create_app(
    settings: Settings, db: Database | None = None, looker: Looker | None = None
) -> Firsthand:
    """The whole application. ``db`` and ``looker`` are given by tests; else the database is opened
    and closed here, and profiles are looked at on the public internet.
    """
    looker = looker or Looker()
    assets = Assets.load()
    database = db or Database(settings.database_url)
    outbox = Outbox(database, HANDLERS)
    database.settle = outbox.settle
    database.wake = outbox.wake
    elsewhere = Elsewhere.of(settings)
    pages = Pages(templates_folder(), assets.url, elsewhere.providers, demo=settings.demo)
    mailer = Mailer(settings)
    cursors = Cursors(*settings.secret_keys)
    sender = Sender(database, settings, pages, mailer)

    @contextlib.asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(_take_care(database, outbox, looker, settings.base_url)),
            asyncio.create_task(outbox.settle_when_woken()),
            asyncio.create_task(_remind(database, sender)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            sender.close()
            if db is None:
                database.close()

    return Firsthand(
        settings,
        route_handlers=[
            api_router(),
            feed_router(),
            get_export_schema,
            *carddav.routes,
            Router("/", route_handlers=page_routes(settings), include_in_schema=False),
            *health_routes,
            manifest_route(assets),
            security_txt,
            static_routes(assets, service_worker=settings.service_worker),
        ],
        dependencies={
            "db": Provide(lambda: database, sync_to_thread=False),
            "settings": Provide(lambda: settings, sync_to_thread=False),
            "pages": Provide(lambda: pages, sync_to_thread=False),
            "mailer": Provide(lambda: mailer, sync_to_thread=False),
            "cursors": Provide(lambda: cursors, sync_to_thread=False),
            "viewer": Provide(provide_viewer),
            "maybe_viewer": Provide(provide_maybe_viewer),
            "fresh_viewer": Provide(provide_fresh_viewer),
        },
        state=State(
            {
                "db": database,
                "settings": settings,
                "viewers": Viewers(database, runs_an_event),
                "pages": pages,
                "imports": ImportQueue(database),
                "looker": looker,
                "elsewhere": elsewhere,
                "sender": sender,
                "code_key": _code_key(settings),
            }
        ),
        exception_handlers=exception_handlers(),
        request_class=OurRequest,
        middleware=[AccountHeader],
        # Static files come compressed already, a PDF would not get smaller, and what became of a
        # few scans is too short to be worth it.
        compression_config=CompressionConfig(
            backend="gzip",
            gzip_compress_level=6,
            exclude=["^/static/", r"^/sw(-off)?\.js$", r"\.pdf$", "^/api/v1/scans$"],
        ),
        request_max_body_size=_LARGEST_BODY,
        openapi_config=openapi_config(),
        logging_config=None,
        lifespan=[lifespan],
    )


def page_routes(settings: Settings) -> list[Any]:
    """Every page; the demo's one-click sign-in exists nowhere else."""
    modules = [
        accounts,
        account_log,
        handles,
        sign_in,
        again,
        passkeys,
        recovery,
        sessions,
        attendees,
        badges,
        claims,
        one_person,
        contacts,
        events,
        faces,
        followups,
        intents,
        introductions,
        meetings,
        messages,
        offline,
        organising,
        proofs,
        reminders,
        removals,
        reports,
        scans,
        several_followups,
        sign_in_elsewhere,
        ties,
        tokens,
        unmet,
        unmet_list,
        recap,
        standing,
    ]
    routes: list[Any] = [route for module in modules for route in module.routes]
    return routes + (demo.routes if settings.demo else [])


async def _take_care(db: Database, outbox: Outbox, looker: Looker, base_url: str) -> None:
    """What a crash left undone, every minute; what is kept no longer, every hour."""
    clean_at = now()
    while True:
        try:
            await outbox.settle()
            await db.write(fail_silent_imports)
            await asyncio.to_thread(sweep_uploads, uploads_folder())
            await asyncio.to_thread(recheck, db, looker, base_url)
            if now() >= clean_at:
                await asyncio.to_thread(clean_up, db, now())
                clean_at = now() + _CLEAN_EVERY
        except Exception:
            log.exception("the caretaker will try again in a minute")
        await asyncio.sleep(_MINUTE)


async def _remind(db: Database, sender: Sender) -> None:
    """By a task of its own: a mail server that hangs keeps nobody else waiting."""
    while True:
        try:
            arrived = await db.read(scanned_today, now())
            if arrived:
                await db.write(note_arrivals, arrived)
            await sender.send_what_is_due()
        except Exception:
            log.exception("what is due will be tried again soon")
        await asyncio.sleep(_REMIND_EVERY)


def _code_key(settings: Settings) -> bytes:
    """The key under which foreign badges' codes are hashed, from a secret of its own."""
    return hashlib.sha256(f"foreign-code\0{settings.code_secret}".encode()).digest()
