"""Several servers on one database: each delivery leaves once, whoever sends it."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from firsthand.db import Database, new_id
from firsthand.mail import Mailer
from firsthand.reminders.delivering import DIGEST
from firsthand.reminders.models import Channel, Delivery, PushSubscription
from firsthand.reminders.sending import Sender
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from tests.push_service import Browser, PushService
from tests.server.house import House
from tests.server.reminders.test_digests import WISH
from tests.server.reminders.test_pushes import allow, subscribe

_MANY = 200


@pytest.fixture
def replicas(house: House) -> Iterator[list[Database]]:
    """Two with connections of their own; on SQLite there is only ever one."""
    if house.db.is_sqlite:
        yield [house.db]
        return
    other = Database(house.db.url.render_as_string(hide_password=False))
    yield [house.db, other]
    other.close()


def test_replicas_send_two_hundred_deliveries_once_each(
    house: House, replicas: list[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    mira = house.person("Mira Andersen")
    draft = MeetingDraft(name="Fenna Wouters", intents=["send"])
    house.db.write_now(keep_meeting, mira.id, draft)
    quiet = {"quiet_from": "3", "quiet_until": "3"}
    mira.client.put("/me/reminders", data={**WISH, "by_mail": "no", **quiet})
    with PushService() as service:
        allow(house, service.origin, monkeypatch)
        endpoint = f"{service.origin}/push/1"
        subscribe(house, mira, endpoint, Browser())
        (browser,) = house.db.read_now(browsers)

        def make(session: Session) -> None:
            rows = [
                {
                    "owner_id": mira.id,
                    "id": new_id(),
                    "channel": Channel.PUSH,
                    "kind": DIGEST,
                    "key": f"{DIGEST}:{number}",
                    "data": {"browser": browser},
                }
                for number in range(_MANY)
            ]
            session.execute(insert(Delivery), rows)

        house.db.write_now(make)
        senders = [
            Sender(db, house.settings, house.app.state.pages, Mailer(house.settings))
            for db in replicas
            for _ in range(2)
        ]

        async def all_at_once() -> list[int]:
            return await asyncio.gather(*(each.send_what_is_due() for each in senders))

        shares = asyncio.run(all_at_once())
        assert house.db.read_now(problems) == {("sent", ""): _MANY}
        topics = Counter(headers["Topic"] for _, headers, _ in service.taken)
    assert set(topics.values()) == {1}
    assert sum(share > 0 for share in shares) > 1, "one did it all"


def problems(session: Session) -> Counter[tuple[str, str]]:
    rows = session.execute(select(Delivery.state, Delivery.problem))
    return Counter((state, problem) for state, problem in rows)


def browsers(session: Session) -> list[str]:
    return [str(each) for each in session.scalars(select(PushSubscription.id))]
