"""The card right after a scan, and the person's page: what the two share online."""

from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from firsthand.accounts.models import Circle
from firsthand.handles.keeping import add_handle
from firsthand.handles.models import Handle
from firsthand.ties.kinds import KindCount, TieKind
from tests.server.house import House, Person, tie

REPLIED = KindCount(
    TieKind.REPLIED, 14, datetime(2019, 5, 1, tzinfo=UTC), datetime(2024, 2, 3, tzinfo=UTC)
)
FOLLOWS = KindCount(TieKind.FOLLOWS, 1, datetime(2018, 5, 1, tzinfo=UTC))
FOLLOWED_BY = KindCount(TieKind.FOLLOWED_BY, 1, datetime(2019, 5, 1, tzinfo=UTC))


class Scanned:
    """Mira, who is on X as well, has scanned Kerry, to whom she replied there."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.mira: Person = house.person("Mira Andersen")
        self.kerry = house.person("Kerry Calloway")
        event = house.event(self.mira)
        house.attendee(event, self.mira)
        house.db.write_now(add_handle, self.mira.id, "x.com/mira_a", "x")
        worn = house.attendee(event, self.kerry, handles=[("x", "@kerry")])
        house.ties(self.mira, tie("kerry", REPLIED, FOLLOWS, FOLLOWED_BY))
        self.scan = house.scan(self.mira, worn)

    @property
    def pages(self) -> list[str]:
        paths = [f"/scans/{self.scan['id']}/card", f"/people/{self.scan['contact']}"]
        return [unescape(self.mira.client.get(path).text) for path in paths]


@pytest.fixture
def scanned(house: House) -> Scanned:
    return Scanned(house)


def test_the_card_says_since_when_how_mutual_and_when_last_and_leads_there(
    scanned: Scanned,
) -> None:
    for page in scanned.pages:
        assert "You replied 14 times, last on 3 Feb 2024" in page
        assert "You follow each other on X since 2019" in page
        assert 'href="https://x.com/kerry"' in page
        assert "https://x.com/search?q=%28from%3Amira_a+to%3Akerry%29+OR+" in page


def test_a_handle_hidden_from_people_met_is_linked_to_no_more(scanned: Scanned) -> None:
    def hide(session: Session) -> None:
        hidden = update(Handle).where(Handle.account_id == scanned.kerry.id)
        session.execute(hidden.values(circle=Circle.NOBODY))

    scanned.house.db.write_now(hide)
    for page in scanned.pages:
        assert "https://x.com/" not in page


def test_nobody_else_sees_the_card(scanned: Scanned) -> None:
    for path in (f"/scans/{scanned.scan['id']}/card", f"/people/{scanned.scan['contact']}"):
        assert scanned.kerry.client.get(path).status_code == 404
