"""``/api/v1/me``: one's own account, to read, change, take along and delete."""

import tempfile
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch
from litestar.datastructures import State
from litestar.params import JSONBody
from litestar.response import Stream
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.profile import CIRCLED, ProfileChange, account, change_profile
from firsthand.attendees.membership import attended
from firsthand.dependencies import Db, FreshlySignedIn, SignedIn
from firsthand.handles.keeping import handles_of
from firsthand.leaving import leave
from firsthand.taking_out import write_everything

_IN_MEMORY = 5_000_000
_CHUNK = 64_000


class Circles(msgspec.Struct):
    """Who sees each field: nobody, met (people I meet) or browsing (also who browses my event)."""

    headline: str
    company: str
    email: str
    phone: str
    face: str


class OwnHandle(msgspec.Struct):
    id: UUID
    network: str
    name: str
    verified: bool
    circle: str


class OwnEvent(msgspec.Struct):
    """An event that I attend; ``listed``: those who browse it find me."""

    slug: str
    name: str
    starts: date
    ends: date
    timezone: str
    attendee: UUID
    listed: bool


class Me(msgspec.Struct):
    id: UUID
    name: str
    email: str
    headline: str
    company: str
    phone: str
    circles: Circles
    handles: list[OwnHandle]
    events: list[OwnEvent]


class CirclesEdit(msgspec.Struct, forbid_unknown_fields=True):
    """A misspelt field would leave the old circle, unnoticed."""

    headline: str | None = None
    company: str | None = None
    email: str | None = None
    phone: str | None = None
    face: str | None = None


class MeEdit(msgspec.Struct, forbid_unknown_fields=True):
    """Replaces what is given."""

    name: str | None = None
    headline: str | None = None
    company: str | None = None
    phone: str | None = None
    circles: CirclesEdit | None = None


@get("/me", summary="Your account", tags=["me"])
async def get_me(db: Db, viewer: SignedIn) -> Me:
    return await db.read(_me, viewer.account_id)


@patch("/me", summary="Change your profile and who sees it", tags=["me"])
async def patch_me(db: Db, state: State, viewer: SignedIn, data: JSONBody[MeEdit]) -> Me:
    circles = data.circles or CirclesEdit()
    given = {name: getattr(circles, name) for name in CIRCLED}
    change = ProfileChange(
        name=data.name,
        headline=data.headline,
        company=data.company,
        phone=data.phone,
        circles={name: circle for name, circle in given.items() if circle is not None},
    )
    await db.write(change_profile, viewer.account_id, change)
    state.viewers.forget(viewer.account_id)
    return await db.read(_me, viewer.account_id)


@delete("/me", summary="Delete your account and everything of yours", tags=["me"])
async def delete_me(db: Db, state: State, fresh_viewer: FreshlySignedIn) -> None:
    """At once and for good: contacts, meetings, scans, ties, follow-ups, sessions and tokens.

    With a session's cookie only within 15 minutes of signing in.
    """
    await leave(db, fresh_viewer.account_id)
    state.viewers.forget(fresh_viewer.account_id)


@get(
    "/me/export",
    summary="Everything of yours as one JSON document",
    tags=["me"],
    media_type="application/json",
)
async def export_me(db: Db, fresh_viewer: FreshlySignedIn) -> Stream:
    """One key a table, each a list of rows. With a session's cookie only within 15 minutes of
    signing in.
    """
    # It may be larger than what should stand in memory.
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed when sent
    await db.write(note, fresh_viewer.account_id, Act.EXPORT_TAKEN)
    try:
        await db.read(_write, fresh_viewer.account_id, file)
    except BaseException:
        file.close()
        raise
    return Stream(
        _chunks(file),
        media_type="application/json",
        headers={
            "Content-Disposition": 'attachment; filename="firsthand.json"',
            "Cache-Control": "no-store",
        },
    )


def _me(session: Session, account_id: UUID) -> Me:
    mine = account(session, account_id)
    return Me(
        id=mine.id,
        name=mine.name,
        email=mine.email,
        headline=mine.headline,
        company=mine.company,
        phone=mine.phone,
        circles=Circles(**{name: getattr(mine, f"{name}_circle") for name in CIRCLED}),
        handles=[
            OwnHandle(h.id, h.network, h.name, h.verified_at is not None, h.circle)
            for h in handles_of(session, account_id)
        ],
        events=[
            OwnEvent(e.slug, e.name, e.starts, e.ends, e.timezone, a.id, a.listed)
            for a, e in attended(session, account_id)
        ],
    )


def _write(session: Session, account_id: UUID, file: Any) -> None:
    write_everything(session, account_id, file)
    file.seek(0)


def _chunks(file: Any) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


routes = [get_me, patch_me, delete_me, export_me]
