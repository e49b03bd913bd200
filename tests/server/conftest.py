"""Every server test runs on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from firsthand.migrations import upgrade
from tests.mailbox import Mailbox
from tests.postgres import PostgresServer, running_postgres
from tests.server.house import House

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a migrated database that each test copies."""
    url = postgres.create_database()
    upgrade(url)
    return url.rpartition("/")[2].partition("?")[0]


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database."""
    if request.param == "sqlite":
        file = tmp_path / "firsthand.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database(request.getfixturevalue("postgres_template"))
    yield url
    server.drop_database(url)


@pytest.fixture(scope="session")
def houses(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[..., House]]:
    """``houses("sqlite", smtp_url=...)``: one for each kind of database and choice of settings,
    since putting an application together takes half a second.
    """
    built: dict[tuple[str, str], House] = {}

    def house(kind: str, **settings: Any) -> House:
        chosen = (kind, repr(sorted(settings.items())))
        if chosen not in built:
            if kind == "sqlite":
                file = tmp_path_factory.mktemp("house") / "firsthand.db"
                shutil.copy(request.getfixturevalue("sqlite_template"), file)
                url = f"sqlite:///{file}"
            else:
                server: PostgresServer = request.getfixturevalue("postgres")
                url = server.create_database(request.getfixturevalue("postgres_template"))
            built[chosen] = House(url, **settings)
        return built[chosen]

    yield house
    for each in built.values():
        each.close()


@pytest.fixture(params=KINDS)
def house(houses: Callable[..., House], request: pytest.FixtureRequest) -> Iterator[House]:
    """A house with nobody in it."""
    house = houses(request.param)
    yield house
    house.clear()


@pytest.fixture(scope="session")
def mail_server() -> Iterator[Mailbox]:
    with Mailbox(refuses=lambda address: address.startswith("nobody@")) as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(mail_server: Mailbox) -> Iterator[Mailbox]:
    """A mail server that has taken nothing yet, and that refuses nobody@."""
    yield mail_server
    mail_server.clear()


@pytest.fixture(params=KINDS)
def post_office(
    houses: Callable[..., House], mailbox: Mailbox, request: pytest.FixtureRequest
) -> Iterator[House]:
    """A house with nobody in it, whose mail goes to that server."""
    house = houses(request.param, smtp_url=mailbox.url)
    yield house
    house.clear()


@pytest.fixture(params=KINDS)
def demo_house(houses: Callable[..., House], request: pytest.FixtureRequest) -> Iterator[House]:
    """A house with nobody in it, that serves the demo."""
    house = houses(request.param, demo=True)
    yield house
    house.clear()
