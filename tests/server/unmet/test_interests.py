"""What both write about: from the owner's own posts, and what others show of themselves."""

from collections.abc import Callable
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.accounts.models import Account, Circle
from firsthand.ties.import_job import import_files
from firsthand.ties.importing import undo_import
from firsthand.ties.interests import interests_of
from firsthand.ties.models import Interest
from tests.archives import Record, account, assignment, listed, mention, tweet, write_zip
from tests.server.house import House, Person

SAID = "You both write about #databases and #sailing"
Bring = Callable[[Person], UUID]


def tagged(
    number: int, *tags: str, text: str = "Nothing much", mentions: tuple[Record, ...] = ()
) -> Record:
    entities = {"hashtags": [{"text": tag, "indices": ["0", "3"]} for tag in tags]}
    return tweet(number, text, entities={**entities, "user_mentions": list(mentions)})


@pytest.fixture
def bring(house: House, tmp_path: Path) -> Bring:
    """An archive of X: three posts with tags, and a repost, whose tags are not the owner's."""

    def brought(who: Person) -> UUID:
        kerry = mention("kerry", "9")
        reposts = [
            tagged(10 + number, "cats", text="RT @kerry: #cats", mentions=(kerry,))
            for number in range(3)
        ]
        posts = [
            tagged(1, "Databases", "sailing"),
            tagged(2, "databases", "Sailing"),
            tagged(3, "databases", "once"),
        ]
        files = {
            "data/account.js": assignment("account", [account()]),
            "data/following.js": assignment("following", [listed("following", "9")]),
            "data/tweets.js": assignment("tweets", [*posts, *reposts]),
        }
        done = import_files(house.db, who.id, [write_zip(tmp_path / "archive.zip", files)])
        assert done.state == "done"
        house.settle()
        return done.id

    return brought


def interests(house: House, who: Person) -> dict[str, int]:
    return house.db.read_now(interests_of, who.id)


def test_own_posts_say_what_one_writes_about_and_undo_forgets_it(
    house: House, bring: Bring
) -> None:
    mira = house.person("Mira Andersen")
    first, second = bring(mira), bring(mira)
    assert interests(house, mira) == {"databases": 3, "sailing": 2}
    assert interests(house, house.person("Ana Oliveira")) == {}
    house.db.write_now(undo_import, mira.id, first)
    house.settle()
    assert interests(house, mira) == {"databases": 3, "sailing": 2}
    house.db.write_now(undo_import, mira.id, second)
    house.settle()
    assert interests(house, mira) == {}
    assert house.db.read_now(lambda session: session.scalars(select(Interest)).all()) == []


def test_the_list_and_the_card_say_what_both_write_about(house: House, bring: Bring) -> None:
    mira = house.person("Mira Andersen")
    event = house.event(mira)
    house.attendee(event, mira)
    worn = house.attendee(
        event, "Kerry", handles=[("x", "@kerry")], headline="#Sailing, cats and databases"
    )
    bring(mira)
    assert SAID in unescape(mira.client.get("/events/seaside/unmet").text)
    scan = house.scan(mira, worn)
    assert SAID in unescape(mira.client.get(f"/scans/{scan['id']}/card").text)
    assert SAID in unescape(mira.client.get(f"/people/{scan['contact']}").text)


def test_what_somebody_does_not_show_is_nothing_in_common(house: House, bring: Bring) -> None:
    mira, kerry = house.person("Mira Andersen"), house.person("Kerry Calloway")
    event = house.event(mira)
    house.attendee(event, mira)
    house.attendee(event, kerry, handles=[("x", "@kerry")])
    bring(mira)

    def hide(session: Session, circle: Circle) -> None:
        mine = update(Account).where(Account.id == kerry.id)
        session.execute(mine.values(headline="Databases and sailing", headline_circle=circle))

    house.db.write_now(hide, Circle.BROWSING)
    assert SAID in unescape(mira.client.get("/events/seaside/unmet").text)
    house.db.write_now(hide, Circle.MET)
    page = unescape(mira.client.get("/events/seaside/unmet").text)
    assert "Kerry Calloway" in page
    assert "both write" not in page
