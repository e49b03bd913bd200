"""Perhaps known: whom a name alone suggests, and whom it must never name."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Executable, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block
from firsthand.accounts.models import Account, Circle
from firsthand.accounts.profile import ProfileChange, change_profile
from firsthand.attendees.models import Attendee
from firsthand.db import new_id
from firsthand.events.models import Event
from firsthand.handles.models import Handle
from firsthand.handles.networks import Network
from firsthand.leaving import delete_account
from firsthand.organising.list_file import ListRow
from firsthand.organising.list_import import import_list
from firsthand.scans.keeping import dismiss_suggestion, mark_known_before
from firsthand.ties.importing import undo_import
from firsthand.ties.kinds import FoundHandle, FoundPerson
from firsthand.ties.models import Import, ImportState, TieBlock
from firsthand.unmet.hints import MOST_HINTED, hinted
from firsthand.unmet.queries import count_unmet
from tests.server.house import House, Person, tie

ASA = FoundPerson("Åsa Öberg", at=datetime(2014, 5, 1, tzinfo=UTC))


class Harbour:
    """Mira attends an event, and an export of hers names people without any handle."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.mira: Person = house.person("Mira Andersen")
        self.event: Event = house.event(self.mira)
        house.attendee(self.event, self.mira)
        self.imported = house.ties(self.mira, people=[ASA, FoundPerson("Mira Andersen")])

    def hints(self, viewer: Person | None = None, only: UUID | None = None) -> list[str]:
        who = (viewer or self.mira).id
        found = self.house.db.read_now(hinted, who, self.event.id, only)
        return [hint.name for hint in found]

    def write(self, *statements: Executable) -> None:
        def run(session: Session) -> None:
            for statement in statements:
                session.execute(statement)

        self.house.db.write_now(run)

    def page(self) -> str:
        return self.mira.client.get("/events/seaside/unmet").text


@pytest.fixture
def harbour(house: House) -> Harbour:
    return Harbour(house)


def test_a_name_suggests_and_counts_nowhere(harbour: Harbour) -> None:
    worn = harbour.house.attendee(harbour.event, "ASA OBERG", company="Quay")
    harbour.house.attendee(harbour.event, "Somebody Else")
    harbour.write(update(Import).values(format="facebook"))
    assert harbour.hints() == ["ASA OBERG"]
    page = harbour.page()
    assert "Perhaps you know" in page
    assert "Your Facebook export names somebody of this name, since 2014" in page
    assert "Names alone are no proof" in page
    assert f'id="attendee-{worn.id}"' in page
    assert "Nobody left to meet" in page
    api = harbour.mira.client.get("/api/v1/events/seaside/unmet").json()
    assert api == {"items": [], "next": None}
    assert harbour.house.db.read_now(count_unmet, harbour.mira.id, harbour.event.id) == 0


def test_without_a_hint_and_on_a_narrowed_list_there_is_no_section(harbour: Harbour) -> None:
    assert "Perhaps you know" not in harbour.page()
    harbour.house.attendee(harbour.event, "Åsa Öberg")
    narrowed = harbour.mira.client.get("/events/seaside/unmet?q=asa").text
    assert "Perhaps you know" not in narrowed


def test_an_unlisted_attendee_is_not_named(harbour: Harbour) -> None:
    harbour.house.attendee(harbour.event, "Åsa Öberg", listed=False)
    assert harbour.hints() == []


@pytest.mark.parametrize("by_mira", [True, False])
def test_a_block_in_either_direction_hides(harbour: Harbour, by_mira: bool) -> None:
    asa = harbour.house.person("Åsa Öberg")
    harbour.house.attendee(harbour.event, asa)
    pair = (harbour.mira.id, asa.id) if by_mira else (asa.id, harbour.mira.id)
    assert harbour.hints() == ["Åsa Öberg"]
    harbour.house.db.write_now(block, *pair)
    assert harbour.hints() == []


def test_whom_the_viewer_met_is_suggested_no_longer_until_undone(harbour: Harbour) -> None:
    worn = harbour.house.attendee(harbour.event, "Åsa Öberg")
    kept = harbour.house.db.write_now(mark_known_before, harbour.mira.id, [worn.id])
    assert harbour.hints() == []
    undo = f"/events/seaside/unmet/{worn.id}/meeting/{kept[worn.id]}"
    answer = harbour.mira.client.delete(undo, headers={"HX-Request": "true"})
    assert "somebody of this name" in answer.text
    assert f'id="attendee-{worn.id}"' in answer.text
    assert harbour.hints() == ["Åsa Öberg"]


def test_whom_the_viewer_dismissed_is_suggested_no_longer_until_undone(harbour: Harbour) -> None:
    worn = harbour.house.attendee(harbour.event, "Åsa Öberg")
    harbour.house.db.write_now(dismiss_suggestion, harbour.mira.id, worn.id)
    assert harbour.hints() == []
    undo = f"/events/seaside/unmet/{worn.id}/dismissal"
    answer = harbour.mira.client.delete(undo, headers={"HX-Request": "true"})
    assert "somebody of this name" in answer.text
    assert harbour.hints() == ["Åsa Öberg"]


def test_who_is_on_the_list_by_a_tie_is_not_there_twice(harbour: Harbour) -> None:
    harbour.house.attendee(harbour.event, "Åsa Öberg", handles=[("x", "asa")])
    harbour.house.ties(harbour.mira, tie("asa"))
    assert harbour.hints() == []
    assert harbour.page().count("<bdi>Åsa Öberg</bdi>") == 1


def test_a_hidden_handle_is_not_told_by_who_is_missing(harbour: Harbour) -> None:
    asa = harbour.house.person("Åsa Öberg")
    harbour.house.attendee(harbour.event, asa, handles=[("x", "asa")])
    hide = update(Handle).where(Handle.account_id == asa.id).values(circle=Circle.NOBODY)
    harbour.write(hide)
    harbour.house.ties(harbour.mira, tie("asa"))
    harbour.house.db.write_now(_mute, harbour.mira.id, harbour.imported, "asa")
    assert harbour.hints() == ["Åsa Öberg"]


def test_whom_the_viewer_muted_on_a_network_is_not_suggested(harbour: Harbour) -> None:
    harbour.house.attendee(harbour.event, "Åsa Öberg", handles=[("x", "asa")])
    harbour.house.db.write_now(_mute, harbour.mira.id, harbour.imported, "asa")
    assert harbour.hints() == []
    harbour.house.db.write_now(_mute, harbour.mira.id, harbour.imported, "")
    assert harbour.hints() == []


def _mute(session: Session, owner_id: UUID, import_id: UUID, key: str) -> None:
    session.add(
        TieBlock(
            owner_id=owner_id,
            network="x",
            stable_id="" if key else "7",
            key=key,
            import_id=import_id,
        )
    )


@pytest.mark.parametrize("state", [ImportState.RUNNING, ImportState.FAILED])
def test_an_import_that_is_not_done_suggests_nobody(harbour: Harbour, state: str) -> None:
    harbour.house.attendee(harbour.event, "Åsa Öberg")
    harbour.write(update(Import).values(state=state))
    assert harbour.hints() == []


def test_an_import_taken_back_suggests_nobody(harbour: Harbour) -> None:
    harbour.house.attendee(harbour.event, "Åsa Öberg")
    harbour.house.db.write_now(undo_import, harbour.mira.id, harbour.imported)
    assert harbour.hints() == []


def test_somebody_with_a_handle_in_the_export_is_no_hint(harbour: Harbour) -> None:
    fenna = FoundPerson("Fenna Wouters", handles=[FoundHandle(Network.GITHUB, "fenna")])
    harbour.house.ties(harbour.mira, people=[fenna, FoundPerson("Bo Li", emails=["b@example.org"])])
    harbour.house.attendee(harbour.event, "Fenna Wouters")
    harbour.house.attendee(harbour.event, "Bo Li")
    assert harbour.hints() == ["Bo Li"]


def test_hints_are_their_owners_alone(harbour: Harbour) -> None:
    harbour.house.attendee(harbour.event, "Åsa Öberg")
    ben = harbour.house.person("Ben Carter")
    harbour.house.attendee(harbour.event, ben)
    assert harbour.hints(ben) == []


def test_the_name_of_a_claimed_place_is_the_accounts_own(harbour: Harbour) -> None:
    kerry = harbour.house.person("Kerry Calloway")
    harbour.house.attendee(harbour.event, kerry)
    harbour.write(update(Attendee).where(Attendee.account_id == kerry.id).values(**_named("Bo Li")))
    harbour.house.ties(harbour.mira, people=[FoundPerson("Bo Li")])
    assert harbour.hints() == []
    rename = ProfileChange(name="Asa Öberg")
    harbour.house.db.write_now(change_profile, kerry.id, rename)
    assert harbour.hints() == ["Asa Öberg"]


def test_an_account_without_a_name_shows_the_organisers(harbour: Harbour) -> None:
    nameless = harbour.house.person("")
    harbour.house.attendee(harbour.event, nameless)
    of_list = update(Attendee).where(Attendee.account_id == nameless.id)
    harbour.write(of_list.values(**_named("Åsa Öberg")))
    assert harbour.hints() == ["Åsa Öberg"]
    harbour.house.db.write_now(delete_account, nameless.id)
    assert harbour.hints() == []


def _named(name: str) -> dict[str, str]:
    return {"name": name, "folded": Attendee(name=name).folded}


def test_an_attendee_list_that_is_brought_again_renames(harbour: Harbour) -> None:
    def bring(name: str) -> None:
        rows = [ListRow(2, name=name, email="a@example.org", ticket="T1")]
        harbour.house.db.write_now(import_list, harbour.event.id, rows, "all")

    bring("Asa Oberg")
    assert harbour.hints() == ["Asa Oberg"]
    bring("Bo Li")
    assert harbour.hints() == []
    bring("Åsa Öberg")
    assert harbour.hints() == ["Åsa Öberg"]


def test_a_name_that_three_share_is_not_suggested(harbour: Harbour) -> None:
    for _ in range(2):
        harbour.house.attendee(harbour.event, "Åsa Öberg")
    assert harbour.hints() == ["Åsa Öberg"] * 2
    harbour.house.attendee(harbour.event, harbour.house.person("Asa Oberg"))
    assert harbour.hints() == []


def test_twenty_are_shown_by_name(harbour: Harbour) -> None:
    names = [f"Guest {number:02}" for number in range(MOST_HINTED + 3)]

    def make(session: Session) -> None:
        for name in reversed(names):
            attendee = Attendee(id=new_id(), event_id=harbour.event.id, name=name, listed=True)
            session.add(attendee)

    harbour.house.db.write_now(make)
    harbour.house.ties(harbour.mira, people=[FoundPerson(name) for name in names])
    assert harbour.hints() == names[:MOST_HINTED]


def test_names_are_kept_as_search_compares_them(harbour: Harbour) -> None:
    asa = harbour.house.person("Åsa Öberg")
    of_account = select(Account.folded).where(Account.id == asa.id)
    assert harbour.house.db.read_now(lambda session: session.scalar(of_account)) == "asa oberg"
