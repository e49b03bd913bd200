"""What an owner chooses to be told, and by which browsers."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from firsthand.db import lock_owners, new_id, now
from firsthand.problems import Invalid, NotFound, TooMany
from firsthand.reminders.models import Digest, PushSubscription, ReminderChoice
from firsthand.reminders.schedule import Rhythm, after_quiet, known_zone, next_digest, zone_of
from firsthand.reminders.web_push import read_receiver

MOST_BROWSERS = 20
_LONGEST_ENDPOINT = 1_000
# Where browsers' makers take pushes. Others would make this server a sender of anybody's requests.
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form says, already read; see ReminderChoice."""

    digest: str
    weekday: int
    hour: int
    timezone: str
    by_mail: bool
    by_push: bool
    quiet_from: int
    quiet_until: int
    tell_arrivals: bool
    show_arrival: bool


def choice_of(session: Session, owner_id: UUID) -> ReminderChoice:
    """What nobody has chosen is as a new row would be; it is not kept."""
    return session.get(ReminderChoice, owner_id) or ReminderChoice(
        owner_id=owner_id,
        digest=Digest.NONE,
        weekday=0,
        hour=8,
        timezone="",
        by_mail=True,
        by_push=True,
        quiet_from=22,
        quiet_until=7,
        tell_arrivals=False,
        show_arrival=False,
        mail_problem="",
    )


def choose(session: Session, owner_id: UUID, wish: Wish, moment: datetime | None = None) -> None:
    """Raises Invalid."""
    _check(wish)
    choice = _own(session, owner_id)
    for name in Wish.__dataclass_fields__:
        setattr(choice, name, getattr(wish, name))
    _plan(choice, moment or now())


def try_mail_again(session: Session, owner_id: UUID) -> None:
    """After their address was refused."""
    choice = _own(session, owner_id)
    choice.mail_problem = ""


def unsubscribe(session: Session, owner_id: UUID) -> None:
    """No digest by mail any more; one by push goes on."""
    choice = session.get(ReminderChoice, owner_id)
    if choice is not None:
        choice.by_mail = False


def rhythm_of(choice: ReminderChoice) -> Rhythm:
    weekday = choice.weekday if choice.digest == Digest.WEEKLY else None
    return Rhythm(choice.hour, zone_of(choice.timezone), weekday)


def out_of_quiet(choice: ReminderChoice, moment: datetime) -> datetime:
    """The moment itself, or the end of the owner's quiet hours that it falls into."""
    zone = zone_of(choice.timezone)
    return after_quiet(moment, zone, choice.quiet_from, choice.quiet_until)


def subscribe(
    session: Session, owner_id: UUID, endpoint: str, keys: tuple[str, str], browser: str, hosts: str
) -> UUID:
    """One browser more, or the same anew. ``hosts``: more that are allowed. Raises Invalid,
    TooMany.
    """
    read_receiver(*keys)
    check_endpoint(endpoint, hosts)
    lock_owners(session, [owner_id])
    mine = PushSubscription.owner_id == owner_id
    # A browser shows what is for whoever is signed in there, and for nobody before them.
    session.execute(delete(PushSubscription).where(PushSubscription.endpoint == endpoint, ~mine))
    known = session.scalar(
        select(PushSubscription).where(mine, PushSubscription.endpoint == endpoint)
    )
    if known is None:
        count = session.scalar(select(func.count()).select_from(PushSubscription).where(mine)) or 0
        if count >= MOST_BROWSERS:
            raise TooMany(f"{MOST_BROWSERS} browsers are told already. Take one away first.")
        known = PushSubscription(owner_id=owner_id, id=new_id(), endpoint=endpoint)
        session.add(known)
    known.p256dh, known.auth = keys
    known.browser = browser[:120]
    known.retired_at, known.problem = None, ""
    return known.id


def forget_browser(session: Session, owner_id: UUID, subscription_id: UUID) -> None:
    """Raises NotFound."""
    found = session.get(PushSubscription, (owner_id, subscription_id))
    if found is None:
        raise NotFound
    session.delete(found)


def forget_endpoint(session: Session, owner_id: UUID, endpoint: str) -> None:
    session.execute(
        delete(PushSubscription).where(
            PushSubscription.owner_id == owner_id, PushSubscription.endpoint == endpoint
        )
    )


def browsers_of(session: Session, owner_id: UUID) -> list[PushSubscription]:
    stmt = select(PushSubscription).where(PushSubscription.owner_id == owner_id)
    return list(session.scalars(stmt.order_by(PushSubscription.id)))


def check_endpoint(endpoint: str, hosts: str = "") -> None:
    """``hosts``: more than the usual ones, separated by spaces. Raises Invalid."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    more = hosts.split()
    is_usual = any(host == each or host.endswith(f".{each}") for each in PUSH_HOSTS)
    is_plain = parts.scheme == "https" and port is None and parts.username is None
    is_ours = f"{parts.scheme}://{parts.netloc}" in more
    if len(endpoint) > _LONGEST_ENDPOINT or not endpoint.isascii() or not endpoint.isprintable():
        is_usual = is_ours = False
    if not (is_usual and is_plain) and not is_ours:
        raise Invalid("This browser's push service is not one that we know.")


def _own(session: Session, owner_id: UUID) -> ReminderChoice:
    lock_owners(session, [owner_id])
    choice = choice_of(session, owner_id)
    session.add(choice)
    return choice


def _plan(choice: ReminderChoice, moment: datetime) -> None:
    is_wanted = choice.digest != Digest.NONE and (choice.by_mail or choice.by_push)
    choice.next_digest_at = next_digest(rhythm_of(choice), moment) if is_wanted else None


def _check(wish: Wish) -> None:
    problems = {}
    if wish.digest not in set(Digest):
        problems["digest"] = "Choose how often."
    if not 0 <= wish.weekday <= 6:
        problems["weekday"] = "Choose a day of the week."
    for name in ("hour", "quiet_from", "quiet_until"):
        if not 0 <= getattr(wish, name) <= 23:
            problems[name] = "Choose an hour from 0 to 23."
    if known_zone(wish.timezone) is None:
        problems["timezone"] = "There is no such time zone. One looks like Europe/Lisbon."
    if problems:
        raise Invalid(" ".join(problems.values()), problems)
