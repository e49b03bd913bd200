"""An account's own handles: named, shown to a circle, taken back."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.models import Circle
from firsthand.accounts.seeing import shows_anew
from firsthand.db import insert_new, new_id, now
from firsthand.handles.models import Handle
from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, ParsedHandle, parse_handle
from firsthand.outbox import enqueue
from firsthand.problems import Conflict, Invalid, NotFound

MOST_HANDLES = 40
MATCH_ACCOUNT = "match-account"
# Cards of the account, and cards of a handle that it has proven, are one human's.
HANDLE_PROVEN = "handle-proven"
# The list says of an attendee, of whom people have cards, other handles, or who may see them.
LISTED_HANDLES = "listed-handles"
# Handles of a list have gone: the subject's card, the position, is judged.
LISTED_HANDLES_GONE = "listed-handles-gone"


def add_handle(session: Session, account_id: UUID, pasted: str, network: str | None) -> Handle:
    """Add what somebody pasted as their own handle. Raises Invalid, Conflict."""
    try:
        parsed = parse_handle(pasted, Network(network) if network else None)
    except HandleProblem as problem:
        raise Invalid(str(problem), {"handle": str(problem)}) from None
    except ValueError:
        raise Invalid("Choose a network from the list.", {"network": "Choose one."}) from None
    mine = handles_of(session, account_id)
    if len(mine) >= MOST_HANDLES:
        message = f"You can keep {MOST_HANDLES} handles."
        raise Invalid(message, {"handle": message})
    if any((h.network, h.key) == (parsed.network, parsed.key) for h in mine):
        message = "This handle is yours already."
        raise Conflict(message, {"handle": message})
    handle = Handle(
        id=new_id(),
        account_id=account_id,
        network=parsed.network,
        name=parsed.name,
        key=parsed.key,
        stable_id=_stable_id(parsed),
    )
    session.add(handle)
    note(session, account_id, Act.HANDLE_ADDED, _words(handle.network, handle.name))
    enqueue(session, MATCH_ACCOUNT, account_id)
    return handle


def own_handle(session: Session, account_id: UUID, parsed: ParsedHandle) -> UUID | None:
    """The account's handle of this name, added if need be; None if it has as many as it can."""
    for handle in handles_of(session, account_id):
        if (handle.network, handle.key) == (parsed.network, parsed.key):
            return handle.id
    try:
        handle = add_handle(session, account_id, f"@{parsed.name}", parsed.network)
    except Invalid:
        return None
    session.flush()
    return handle.id


def handles_of(session: Session, account_id: UUID) -> Sequence[Handle]:
    """Everything that this account names as its own, in the order added."""
    return session.scalars(
        select(Handle).where(Handle.account_id == account_id).order_by(Handle.id)
    ).all()


def remove_handle(session: Session, account_id: UUID, handle_id: UUID) -> None:
    """Raises NotFound."""
    gone = session.execute(
        delete(Handle)
        .where(Handle.id == handle_id, Handle.account_id == account_id)
        .returning(Handle.network, Handle.name)
    ).one_or_none()
    if gone is None:
        raise NotFound
    note(session, account_id, Act.HANDLE_REMOVED, _words(gone.network, gone.name))
    shows_anew(session, account_id)


def show_handle_to(session: Session, account_id: UUID, handle_id: UUID, circle: str) -> None:
    """Choose who sees this handle. Raises Invalid, NotFound."""
    if circle not in set(Circle):
        raise Invalid("Choose who sees it.", {"circle": "Choose one."})
    changed = session.execute(
        update(Handle)
        .where(Handle.id == handle_id, Handle.account_id == account_id)
        .values(circle=circle)
        .returning(Handle.network, Handle.name)
    ).one_or_none()
    if changed is None:
        raise NotFound
    words = _words(changed.network, changed.name)
    note(session, account_id, Act.CIRCLE_CHANGED, f"{words}: {circle}")
    shows_anew(session, account_id)


def _words(network: str, name: str) -> str:
    return f"{Network(network).label}, {name}"


def own_stable_id(session: Session, account_id: UUID, parsed: ParsedHandle, stable_id: str) -> None:
    """The account's own archive told the id behind one of its handles."""
    session.execute(
        update(Handle)
        .where(
            Handle.account_id == account_id,
            Handle.network == parsed.network,
            Handle.key == parsed.key,
            Handle.stable_id.is_(None),
        )
        .values(stable_id=stable_id)
    )


def handle_rows(handles: Iterable[ParsedHandle], *, attendee_id: UUID) -> list[dict[str, object]]:
    """Rows for the handles that an organiser's list gives an attendee."""
    made = now()
    return [
        {
            "id": new_id(),
            "account_id": None,
            "attendee_id": attendee_id,
            "network": handle.network,
            "name": handle.name,
            "key": handle.key,
            "stable_id": _stable_id(handle),
            "circle": Circle.BROWSING,
            "created_at": made,
        }
        for handle in handles
    ]


def replace_listed_handles(session: Session, rows: Sequence[dict[str, object]]) -> None:
    insert_new(session, Handle, rows)


def _stable_id(parsed: ParsedHandle) -> str | None:
    if parsed.network is Network.BLUESKY and parsed.name.startswith("did:"):
        return parsed.name
    return None
