"""The made-up people of the demo's conference. Pure, and the same for the same seed."""

import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firsthand.demo.names import AWKWARD, LATIN, OTHER_SCRIPTS
from firsthand.handles.networks import Network
from firsthand.handles.parsing import ParsedHandle, parse_handle

_ROLES = (
    *("Talent partner", "Head of people", "Technical recruiter", "Sourcer", "Hiring manager"),
    *("Engineering manager", "People operations", "Employer brand", "Data engineer", "Founder"),
    *("Product designer", "University relations", "Talent intelligence", "Executive search"),
    *("Community lead", "Staff engineer", "Learning and development", "Workplace researcher"),
)
_TAILS = (
    *("", "", "", ", looking for Rust people", ", ask me about remote onboarding", ", first time"),
    *(", here to listen", ", speaking on day 2", ", hiring in three time zones", ", ex-teacher"),
)
_COMPANIES = (
    *("Tidemark", "Lanternfish Labs", "Northwind Kitchens", "Copper & Kelp", "Saltmarsh Systems"),
    *("Blue Ferry", "Pebblework", "Harbourlight", "Gannet Aero", "Driftwood Robotics"),
    *("Mareel Health", "Ropewalk", "Quayside Bank", "Cormorant", "Foghorn Media", "Eelgrass"),
    *("Sextant AI", "Barnacle Security", "Little Lighthouse", "Undertow Games"),
)
# Latin letters that do not come apart into a letter and its mark.
_PLAIN = str.maketrans("øæðþłđıßœ", "oadtldiso")
_SHARE_LISTED = 0.7


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody on the attendee list. Their handles say demo, so that they are nobody's."""

    name: str
    email: str
    headline: str
    company: str
    listed: bool
    ticket: str
    handles: tuple[ParsedHandle, ...]

    def handle(self, network: Network) -> ParsedHandle | None:
        return next((each for each in self.handles if each.network is network), None)


def invent_people(count: int, seed: int) -> list[Invented]:
    """All with different names, the first ones in the scripts that a page must bear."""
    chance = random.Random(seed)  # noqa: S311  # nosec B311  # made-up people, no secrets
    names = [*OTHER_SCRIPTS, *AWKWARD]
    rest = list(_latin_names())
    chance.shuffle(rest)
    names += rest[: count - len(names)]
    people = [_person(chance, number, *name) for number, name in enumerate(names[:count])]
    chance.shuffle(people)
    return people


def invent_person(name: str, email: str, headline: str, company: str) -> Invented:
    """Somebody whose page a visitor of the demo may open, with every common kind of handle."""
    handles = _handles(_latin(name), 0, ["x", "linkedin", "mastodon"])
    return Invented(name, email, headline, company, True, f"T-{email.partition('@')[0]}", handles)


def _latin_names() -> Iterator[tuple[str, str]]:
    for given, family in LATIN:
        families = family.split("|") if "|" in family else family.split()
        for first in given.split():
            for last in families:
                yield f"{first} {last}", _latin(f"{first} {last}")


def _latin(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN))
    return " ".join(
        "".join(c if c.isascii() and c.isalpha() else " " * (c == " ") for c in apart).split()
    )


def _person(chance: random.Random, number: int, name: str, latin: str) -> Invented:
    networks = chance.sample(
        ["x", "linkedin", "mastodon", "bluesky", "github", "instagram", "website"],
        k=chance.choice((1, 2, 2, 3)),
        counts=(5, 5, 2, 3, 2, 1, 1),
    )
    return Invented(
        name=name,
        email=f"{latin.replace(' ', '.')}.{number}@example.org",
        headline=chance.choice(_ROLES) + chance.choice(_TAILS),
        company=chance.choice(_COMPANIES),
        listed=chance.random() < _SHARE_LISTED,
        ticket=f"T-{number:04}",
        handles=_handles(latin, number, list(dict.fromkeys(networks))),
    )


def _handles(latin: str, number: int, networks: Sequence[str]) -> tuple[ParsedHandle, ...]:
    short, dashed = latin.replace(" ", "")[:7], latin.replace(" ", "-")
    pasted = {
        "x": f"{short}{number}_demo",
        "linkedin": f"linkedin.com/in/{dashed}-{number}-demo",
        "mastodon": f"@{short}{number}@social.example",
        "bluesky": f"{dashed}-{number}.sky.example",
        "github": f"{short}{number}-demo",
        "instagram": f"{short}{number}.demo",
        "website": f"https://{dashed}-{number}.example",
    }
    return tuple(parse_handle(pasted[network], Network(network)) for network in networks)
