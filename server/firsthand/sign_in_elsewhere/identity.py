"""Who somebody is elsewhere, as a provider has just told. Pure."""

from dataclasses import dataclass

from firsthand.accounts.addresses import LONGEST_NAME, read_email, read_line
from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem, ParsedHandle, parse_handle
from firsthand.problems import Invalid

LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Identity:
    """``provider``, ``issuer`` and ``subject`` together are one person; ``name`` is for showing.

    ``email`` is empty unless the provider says that it has verified it. ``handle`` is proven by
    having signed in.
    """

    provider: str
    issuer: str
    subject: str
    name: str
    email: str = ""
    handle: ParsedHandle | None = None


def shown_name(text: object) -> str:
    """What somebody is called there, on one short line; empty where nothing can be shown."""
    try:
        return read_line(text if isinstance(text, str) else "", "name", LONGEST_NAME)
    except Invalid:
        return ""


def verified_email(text: object, verified: object) -> str:
    """The address, or nothing. LinkedIn and some others write the truth as a word."""
    if not isinstance(text, str) or not (verified is True or verified == "true"):
        return ""
    try:
        return read_email(text)
    except Invalid:
        return ""


def handle_on(network: Network, name: str) -> ParsedHandle | None:
    """None for a name that is none there.

    People may paste a profile's address for a name; a server that gave one would speak for others.
    """
    try:
        found = parse_handle(f"@{name}", network)
    except HandleProblem:
        return None
    is_said = found.network is network and found.name.casefold() == name.casefold()
    return found if is_said else None
