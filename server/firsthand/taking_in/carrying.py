"""Each row as it will stand in the account that it comes to. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from firsthand.contacts.models import Stage
from firsthand.contacts.showing import UNKNOWN
from firsthand.export_shape import FORMAT
from firsthand.followups.intents import unite
from firsthand.taking_in.checking import Checked, rows_of
from firsthand.taking_in.document import Document
from firsthand.taking_in.kinds import Here, Remark, Wanted
from firsthand.taking_in.shapes import shapes
from firsthand.ties.models import ImportState

_Occasion = tuple[UUID, date, UUID | None]
_LARGEST = 2**31 - 1
_CUT_OFF = "It was still being read when this was taken along."


@dataclass
class Carrier:
    """Changes what does not fit here; ``kept_as_shown`` counts cards that lose their account."""

    document: Document
    checked: Checked
    wanted: Wanted
    here: Here
    kept_as_shown: int = 0
    without_event: int = 0
    _joined: dict[UUID, UUID] = field(default_factory=dict)
    _more: dict[UUID, list[Any]] = field(default_factory=dict)
    _promised: set[tuple[UUID, str]] = field(default_factory=set)
    _roots: dict[UUID, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._accounts = set(self.here.attendees.values())

    def rows(self, table: str) -> Iterator[Any]:
        """The table's rows as they are to be written. Raises Flaw."""
        if table == "meeting":
            self._join_meetings()
        change: Callable[[Any], bool] = getattr(self, f"_{table}", _as_it_is)
        for _, row in rows_of(self.document, shapes()[table]):
            if change(row):
                yield row

    def remarks(self) -> Iterator[Remark]:
        if self.kept_as_shown:
            yield Remark(
                "People", f"{self.kept_as_shown} came as you saw them: their own place is not here."
            )
        if self.without_event:
            what = f"{self.without_event} have no event here; where it was stands in the note."
            yield Remark("Meetings", what)

    def _contact(self, row: Any) -> bool:
        had_links = row.account_id is not None or row.attendee_id is not None
        if row.attendee_id not in self.here.attendees:
            row.attendee_id = None
        if row.account_id not in self._accounts:
            row.account_id = None
        if had_links and row.account_id is None and row.attendee_id is None:
            self.kept_as_shown += 1
            if not row.shown_name.startswith(UNKNOWN):
                row.name = row.name or row.shown_name
            row.headline = row.headline or row.shown_headline
            row.company = row.company or row.shown_company
        row.root_id = self._root_of(row.id)
        row.created_at = self._past(row.created_at)
        row.stage, row.has_tie, row.last_at = Stage.NEW.value, False, row.created_at
        return True

    def _contact_attendee(self, row: Any) -> bool:
        return row.attendee_id in self.here.attendees

    def _contact_apart(self, row: Any) -> bool:
        row.one_id, row.other_id = sorted((row.one_id, row.other_id))
        return True

    def _import(self, row: Any) -> bool:
        if row.format == FORMAT:
            return False
        if row.state == ImportState.RUNNING:
            row.state = ImportState.FAILED.value
            row.problems = [{"where": row.file_name, "what": _CUT_OFF}]
        row.done_bytes = min(row.done_bytes, _LARGEST)
        row.total_bytes = min(row.total_bytes, _LARGEST)
        row.started_at = self._past(row.started_at)
        # By this they are found again if all of it has to be taken back.
        row.heard_at = self.here.before
        return True

    def _tie(self, row: Any) -> bool:
        # Weighed anew once everything is here.
        row.strength, row.kinds = 0.0, 0
        return True

    def _meeting(self, row: Any) -> bool:
        if row.id in self._joined:
            return False
        self._place(row)
        for other in self._more.get(row.id, ()):
            self._place(other)
            row.note = "\n".join(note for note in (row.note, other.note) if note)
            row.intents = unite(row.intents, other.intents)
            row.origin = row.origin or other.origin
            row.gone_at = row.gone_at and other.gone_at
            row.met_at = min(row.met_at, other.met_at)
        return True

    def _place(self, row: Any) -> None:
        """Its event as it is here, or the event's name in the note."""
        row.created_at = self._past(row.created_at)
        told, row.event_id = row.event_id, self._event_here(row.event_id)
        if told is not None and row.event_id is None:
            self.without_event += 1
            names = (" ".join(each.name.split()) for each in self.wanted.events if each.id == told)
            if name := next(names, ""):
                row.note = "\n".join(part for part in (row.note, f"at {name}") if part)

    def _scan(self, row: Any) -> bool:
        row.meeting_id = self._joined.get(row.meeting_id, row.meeting_id)
        for name in ("sequence", "edited_sequence"):
            number = getattr(row, name)
            setattr(row, name, None if number is None else min(number, _LARGEST))
        return True

    def _follow_up(self, row: Any) -> bool:
        row.created_at = self._past(row.created_at)
        if row.meeting_id is not None:
            row.meeting_id = self._joined.get(row.meeting_id, row.meeting_id)
            promise = (row.meeting_id, row.intent)
            if promise in self._promised:
                row.meeting_id = None
            elif row.meeting_id in self._more:
                self._promised.add(promise)
        return True

    def _join_meetings(self) -> None:
        """Two at events that are not here, with the same person on the same day, become one."""
        first: dict[_Occasion, UUID] = {}
        for _, row in rows_of(self.document, shapes()["meeting"]):
            occasion = (row.contact_id, row.day, self._event_here(row.event_id))
            standing = first.setdefault(occasion, row.id)
            if standing != row.id:
                self._joined[row.id] = standing
                self._more.setdefault(standing, []).append(row)

    def _event_here(self, event_id: UUID | None) -> UUID | None:
        return None if event_id is None else self.here.events.get(event_id)

    def _root_of(self, card: UUID) -> UUID:
        """What merges say; there is no circle in them."""
        path = []
        while card in self.checked.parents and card not in self._roots:
            path.append(card)
            card = self.checked.parents[card]
        root = self._roots.get(card, card)
        self._roots.update(dict.fromkeys(path, root))
        return root

    def _past(self, moment: datetime) -> datetime:
        """What comes in was there before; so it is told from what is made meanwhile."""
        return min(moment, self.here.before - timedelta(microseconds=1))


def _as_it_is(_row: Any) -> bool:
    return True
