"""An account's own profile: what it says, and which circle sees each field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.accounts.acts import Act, note
from firsthand.accounts.addresses import read_line, read_name
from firsthand.accounts.models import Account, Circle
from firsthand.accounts.seeing import shows_anew
from firsthand.problems import Invalid, NotFound

CIRCLED = ("headline", "company", "email", "phone", "face")
_PHONE = re.compile(r"\+?[0-9(][0-9 ()./-]{1,37}[0-9]")


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """As typed; None leaves a field as it is. ``circles`` maps fields of CIRCLED to circles."""

    name: str | None = None
    headline: str | None = None
    company: str | None = None
    phone: str | None = None
    circles: Mapping[str, str] = field(default_factory=dict)


def account(session: Session, account_id: UUID) -> Account:
    """Raises NotFound."""
    found = session.get(Account, account_id)
    if found is None:
        raise NotFound
    return found


def change_profile(session: Session, account_id: UUID, change: ProfileChange) -> None:
    """Change what is given, all of it or nothing. Raises Invalid with a message a field."""
    problems: dict[str, str] = {}
    read: dict[str, Callable[[str], str]] = {
        "name": read_name,
        "headline": lambda text: read_line(text, "headline"),
        "company": lambda text: read_line(text, "company"),
        "phone": read_phone,
    }
    values: dict[str, str] = {}
    for name, reader in read.items():
        typed = getattr(change, name)
        if typed is None:
            continue
        try:
            values[name] = reader(typed)
        except Invalid as invalid:
            problems.update(invalid.fields)
    for name, circle in change.circles.items():
        if name not in CIRCLED or circle not in set(Circle):
            problems[f"{name}_circle"] = "Choose who sees it from the list."
        values[f"{name}_circle"] = circle
    if problems:
        raise Invalid("Please check what is marked. Nothing was changed.", problems)
    changed = account(session, account_id)
    circles = {name for name, value in values.items() if name.endswith("_circle")}
    turned = [name for name in sorted(circles) if getattr(changed, name) != values[name]]
    for name in turned:
        note(session, account_id, Act.CIRCLE_CHANGED, f"{name[:-7].capitalize()}: {values[name]}")
    if turned:
        shows_anew(session, account_id)
    for name, value in values.items():
        setattr(changed, name, value)


def read_phone(text: str) -> str:
    """A telephone number as people write it, or empty. Raises Invalid."""
    number = read_line(text, "phone")
    if number and not _PHONE.fullmatch(number):
        message = "A phone number has digits, like +44 20 7946 0018."
        raise Invalid(message, {"phone": message})
    return number
