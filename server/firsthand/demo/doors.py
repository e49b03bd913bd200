"""The people of the demo as whom a visitor can look around. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Door:
    """``key`` stands in the page's buttons, ``role`` says what there is to see."""

    key: str
    name: str
    email: str
    role: str


ANA = Door("ana", "Ana Oliveira", "ana@example.org", "an attendee in the middle of it")
NOOR = Door("noor", "Noor Haddad", "noor@example.org", "an attendee whom Ana could meet")
ORGANISER = Door("organiser", "Inês Carvalho", "organiser@example.org", "the organiser")
DOORS = (ANA, NOOR, ORGANISER)
