"""What the columns of an attendee list mean. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from firsthand.handles.networks import Network

LONGEST_HEADER = 80


class ListField(StrEnum):
    """What a column can hold besides a handle."""

    NAME = "name"
    FIRST_NAME = "first-name"
    LAST_NAME = "last-name"
    EMAIL = "email"
    HEADLINE = "headline"
    COMPANY = "company"
    LISTED = "listed"
    TICKET = "ticket"
    ORDER = "order"


NETWORKS = frozenset(network.value for network in Network)
MEANINGS = frozenset({field.value for field in ListField} | NETWORKS)

# As ticketing systems and forms write them, in the languages of Europe that most of them speak.
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    ListField.NAME: (
        *("name", "full name", "attendee", "attendee name", "participant", "ticket full name"),
        *("vollständiger name", "vor und nachname", "teilnehmername", "nom complet"),
        *("nom et prénom", "prénom et nom", "nombre completo", "nombre y apellidos"),
        *("nome completo", "nome e cognome", "naam", "volledige naam", "imię i nazwisko"),
        *("jméno a příjmení", "namn", "navn", "nimi"),
    ),
    ListField.FIRST_NAME: (
        *("first name", "firstname", "given name", "forename", "ticket first name"),
        *("vorname", "vornamen", "prénom", "prénoms", "nombre", "nome", "nome próprio", "voornaam"),
        *("imię", "jméno", "förnamn", "fornavn", "etunimi", "keresztnév", "prenume"),
    ),
    ListField.LAST_NAME: (
        *("last name", "lastname", "surname", "family name", "ticket last name"),
        *("nachname", "familienname", "nom", "nom de famille", "apellido", "apellidos", "cognome"),
        *("apelido", "sobrenome", "achternaam", "nazwisko", "příjmení", "efternamn", "efternavn"),
        *("etternavn", "sukunimi", "vezetéknév", "nume", "nume de familie"),
    ),
    ListField.EMAIL: (
        *("email", "e mail", "mail", "email address", "e mail address"),
        *("attendee email", "ticket email"),
        *("e mail adresse", "mailadresse", "courriel", "adresse e mail", "adresse email"),
        *("correo", "correo electrónico", "indirizzo e mail", "indirizzo email", "e mailadres"),
        *("adres e mail", "e post", "e postadress", "e postadresse", "sähköposti"),
    ),
    ListField.HEADLINE: (
        *("headline", "title", "job title", "job", "role", "position", "bio", "tagline"),
        *("funktion", "poste", "fonction", "cargo", "puesto", "ruolo", "functie", "stanowisko"),
    ),
    ListField.COMPANY: (
        *("company", "company name", "organisation", "organization", "employer"),
        *("affiliation", "institution", "ticket company name"),
        *("firma", "unternehmen", "entreprise", "société", "empresa", "azienda", "società"),
        *("bedrijf", "organisatie", "företag", "virksomhed", "yritys"),
    ),
    ListField.LISTED: (
        *("listed", "list me", "show in list", "public"),
        *("consent", "agreed", "agreed to be listed"),
    ),
    ListField.TICKET: (
        *("ticket", "ticket reference", "ticket id", "ticket code", "ticket number", "ticket no"),
        *("ticket secret", "reference", "barcode", "barcode number", "attendee id"),
        *("attendee number", "ticketnummer", "ticketcode", "ticket nummer", "numéro de billet"),
    ),
    ListField.ORDER: (
        *("order", "order code", "order id", "order number", "order no", "order reference"),
        *("booking", "booking code", "booking reference", "booking number", "bestellung"),
        *("bestellcode", "bestellnummer", "buchungsnummer", "numéro de commande"),
        *("code de commande", "número de pedido", "código de pedido", "codice ordine"),
        *("numero ordine", "bestelcode", "bestelnummer", "numer zamówienia", "ordernummer"),
    ),
    Network.X: ("x", "twitter", "x twitter", "twitter x", "x formerly twitter"),
    Network.LINKEDIN: ("linkedin", "linked in"),
    Network.MASTODON: ("mastodon", "fediverse"),
    Network.BLUESKY: ("bluesky", "bsky", "blue sky"),
    Network.GITHUB: ("github", "git hub"),
    Network.INSTAGRAM: ("instagram", "insta"),
    Network.FACEBOOK: ("facebook",),
    Network.THREADS: ("threads",),
    Network.WEBSITE: ("website", "web site", "homepage", "home page", "web", "url", "blog"),
}
_MEANING = {synonym: str(field) for field, synonyms in _SYNONYMS.items() for synonym in synonyms}
# "LinkedIn profile URL" and "Your Twitter handle" say LinkedIn and Twitter.
_AROUND = re.compile(
    r"^(?:your |my )|(?: (?:handle|profile|url|link|username|account|id|address|name))+$"
)


class ListColumn(msgspec.Struct, frozen=True):
    """One column: what its header says and what it is taken for, ``""`` for ignored."""

    index: int
    header: str
    meaning: str


def read_columns(
    headers: Sequence[str], chosen: Mapping[int, str] | None
) -> tuple[list[ListColumn], list[str]]:
    """The columns, and notes about those that are ignored.

    ``chosen`` maps column indexes to meanings, as the organiser corrected them; without it the
    headers decide. Several columns may hold handles; of any other meaning the first one counts.
    """
    columns, notes, taken, ignored = [], [], set(), []
    for index, raw in enumerate(headers):
        header = _tidy_header(raw) or f"Column {index + 1}"
        meaning = meaning_of(raw) if chosen is None else chosen.get(index, "")
        if meaning not in MEANINGS:
            meaning = ""
        if not meaning and chosen is None:
            ignored.append(f"“{header}”")
        elif meaning in taken and (chosen is None or meaning not in NETWORKS):
            notes.append(f"“{header}” says the same as a column before it and is ignored.")
            meaning = ""
        taken.add(meaning)
        columns.append(ListColumn(index, header, meaning))
    if ignored:
        which = "This column is" if len(ignored) == 1 else "These columns are"
        notes.append(f"{which} ignored: {', '.join(ignored)}.")
    return columns, notes


def meaning_of(header: str) -> str:
    """What a header means, whatever its case and spacing; ``""`` if nobody knows."""
    plain = unicodedata.normalize("NFKC", header[: 2 * LONGEST_HEADER]).casefold()
    # "Attendee #" is no name.
    words = " ".join(re.findall(r"\w+", plain.replace("_", " ").replace("#", " number ")))
    if words in _MEANING:
        return _MEANING[words]
    shorter = _AROUND.sub("", _AROUND.sub("", words))
    meaning = _MEANING.get(shorter, "")
    return meaning if meaning in NETWORKS else ""


def _tidy_header(raw: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in raw[: 4 * LONGEST_HEADER])
    return " ".join(printable.split())[:LONGEST_HEADER]
