"""Every server test runs on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firsthand.migrations import upgrade
from tests.postgres import PostgresServer, running_postgres
from tests.server.house import House


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


@pytest.fixture(params=["sqlite", "postgresql"])
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
) -> Iterator[Callable[[str], House]]:
    """One house for each kind of database: putting an application together takes a while."""
    built: dict[str, House] = {}

    def house(kind: str) -> House:
        if kind not in built:
            if kind == "sqlite":
                file = tmp_path_factory.mktemp("house") / "firsthand.db"
                shutil.copy(request.getfixturevalue("sqlite_template"), file)
                built[kind] = House(f"sqlite:///{file}")
            else:
                server: PostgresServer = request.getfixturevalue("postgres")
                template = request.getfixturevalue("postgres_template")
                built[kind] = House(server.create_database(template))
        return built[kind]

    yield house
    for each in built.values():
        each.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(houses: Callable[[str], House], request: pytest.FixtureRequest) -> Iterator[House]:
    """A house with nobody in it."""
    house = houses(request.param)
    yield house
    house.clear()
