"""A Firsthand whose mail goes to a real SMTP server."""

from collections.abc import Iterator

import pytest

from tests.mailbox import Mailbox
from tests.server.house import House


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox(refuses=lambda address: address.startswith("nobody@")) as mailbox:
        yield mailbox


@pytest.fixture
def post_office(database_url: str, mailbox: Mailbox) -> Iterator[House]:
    house = House(database_url, smtp_url=mailbox.url)
    yield house
    house.close()
