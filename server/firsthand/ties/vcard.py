"""Reads vCards of all versions (RFC 6350, RFC 2426, versit's 2.1), any number a file. Pure."""

from collections.abc import Iterator, Sequence

from firsthand.content_lines import ContentLine, read_content_lines
from firsthand.handles.parsing import ParsedHandle
from firsthand.ties.address_books import add_person, handle_in, network_called
from firsthand.ties.archive_files import Entry
from firsthand.ties.kinds import Found, Problem, Summary, UnreadableExport
from firsthand.ties.people_found import PeopleFound, emails, line, person_name, phones
from firsthand.ties.progress import Meter

_SUFFIXES = (".vcf", ".vcard")
_BEGIN = b"BEGIN:VCARD"
_SOCIAL = frozenset({"X-SOCIALPROFILE", "SOCIALPROFILE", "URL"})
_WANTED = _SOCIAL | {
    *("BEGIN", "END", "AGENT", "N", "FN", "NICKNAME", "TITLE", "ORG", "EMAIL", "TEL", "KIND"),
    *("X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS"),
}
_NOBODY = frozenset({"group", "org", "location", "application", "device"})
_MOST_LINES = 1_000


def read_vcards(entries: Sequence[Entry]) -> Iterator[Found] | None:
    """None if there is no vCard among them. Raises UnreadableExport, also while iterating."""
    cards = [entry for entry in entries if _holds_cards(entry)]
    return _read(cards) if cards else None


def _holds_cards(entry: Entry) -> bool:
    if entry.container and entry.path.suffix.lower() not in _SUFFIXES:
        return False
    head = next(entry.chunks(), b"")[:4_000].replace(b"\0", b"")
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").upper().startswith(_BEGIN)


def _read(files: Sequence[Entry]) -> Iterator[Found]:
    people = PeopleFound()
    problems: list[Problem] = []
    meter = Meter(files)
    skipped = whole = 0
    for entry in files:
        cards = _Cards(entry)
        for card in cards.read():
            whole += 1
            skipped += not (_is_group(card) or _add(people, card))
            if progress := meter.at(cards.done):
                yield progress
        yield meter.end_of(entry)
        if cards.broken:
            skipped += cards.broken
            what = "Some cards have no end: the file is cut off or damaged there. Left out"
            problems.append(Problem(entry.name, f"{what}: {cards.broken:,}."))
    if not whole:
        raise UnreadableExport(
            "This address book is cut off or damaged: no card in it has an end. Export it again."
        )
    yield from problems
    yield from people.ties()
    yield from people.people()
    yield Summary("vcard", people.unresolved, skipped)


class _Cards:
    """The cards of one file; ``broken`` counts those without an end, ``done`` the bytes."""

    def __init__(self, entry: Entry) -> None:
        self.broken = 0
        self.done = 0
        self._entry = entry

    def read(self) -> Iterator[list[ContentLine]]:
        """The wanted lines of each card. A card within a card, of somebody's AGENT, is none."""
        card: list[ContentLine] | None = None
        within = 0
        is_agent = False
        for each in read_content_lines(self._counted(), _WANTED.__contains__):
            is_card = each.value.strip().upper() == "VCARD"
            if each.name == "BEGIN" and is_card:
                if card is not None and is_agent:
                    within += 1
                else:
                    self.broken += card is not None
                    card, within = [], 0
            elif each.name == "END" and is_card:
                if within:
                    within -= 1
                elif card is not None:
                    yield card
                    card = None
            elif card is not None and not within and len(card) < _MOST_LINES:
                card.append(each)
            is_agent = each.name == "AGENT" and not each.value.strip()
        self.broken += card is not None

    def _counted(self) -> Iterator[bytes]:
        for chunk in self._entry.chunks():
            self.done += len(chunk)
            yield chunk


def _is_group(card: list[ContentLine]) -> bool:
    """A list of people, or a company: no human."""
    return any(
        (
            each.name in {"KIND", "X-ADDRESSBOOKSERVER-KIND"}
            and each.value.strip().lower() in _NOBODY
        )
        or (each.name == "X-ABSHOWAS" and each.value.strip().upper() == "COMPANY")
        for each in card
    )


def _add(people: PeopleFound, card: list[ContentLine]) -> bool:
    first: dict[str, ContentLine] = {}
    for each in card:
        if each.value.strip():
            first.setdefault(each.name, each)
    handles = [handle for each in card if each.name in _SOCIAL if (handle := _handle(each))]
    return add_person(
        people,
        handles,
        _name(first),
        line(first["TITLE"].text) if "TITLE" in first else "",
        line(first["ORG"].parts[0]) if "ORG" in first else "",
        emails(each.text for each in card if each.name == "EMAIL"),
        phones(each.text for each in card if each.name == "TEL" and "fax" not in each.types),
    )


def _name(first: dict[str, ContentLine]) -> str:
    if "FN" in first and (name := person_name(first["FN"].text)):
        return name
    if "N" in first:
        family, given, *_ = [*first["N"].parts, "", ""]
        if name := person_name(given, family):
            return name
    return person_name(first["NICKNAME"].text) if "NICKNAME" in first else ""


def _handle(each: ContentLine) -> ParsedHandle | None:
    """Apple: ``X-SOCIALPROFILE;type=twitter;x-user=ana:x-apple:ana``; others give the address."""
    if each.name == "URL":
        return handle_in(each.text)
    words = [*each.parameters.get("SERVICE-TYPE", ()), *each.parameters.get("TYPE", ())]
    network = next((found for word in words if (found := network_called(word))), None)
    users = [*each.parameters.get("X-USER", ()), *each.parameters.get("USERNAME", ())]
    said = each.text.strip()
    if not said.lower().startswith(("http://", "https://")):
        said = (users or [said.removeprefix("x-apple:")])[0]
    return handle_in(said, network)
