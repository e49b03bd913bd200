"""Whatever people send, and whatever breaks: nothing of it stands in the log."""

import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import firsthand
from firsthand.app import create_app
from firsthand.settings import Settings
from tests.live import free_port, server_environment, wait_until_ready
from tests.server.house import House, Person

_SECONDS = 30
CANARY = "canarybird"
_SOURCES = "".join(
    path.read_text("utf-8") for path in Path(firsthand.__file__).parent.rglob("*routes.py")
)
FIELDS = sorted(set(re.findall(r'form\.\w+\("(\w+)"', _SOURCES)) | {"_method", "name", "scans"})
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
# After these nobody is signed in any more.
_LAST = {
    ("/session", "DELETE"),
    ("/sessions/others", "DELETE"),
    ("/sessions", "DELETE"),
    ("/me", "DELETE"),
    ("/api/v1/me", "DELETE"),
}


class Aviary:
    """Every canary is another one, so that the log says which of them flew out."""

    def __init__(self) -> None:
        self.number = 0

    def bird(self, where: str = "") -> str:
        self.number += 1
        return f"{CANARY}{self.number}{where}"

    def form(self) -> dict[str, str]:
        return {name: self.bird(name) for name in FIELDS if name != "_method"}

    def json(self) -> dict[str, Any]:
        scan = {name: self.bird(name) for name in ("id", "code", "scanned_at", "note")}
        return {**self.form(), "device": self.bird("device"), "scans": [scan]}

    def headers(self) -> dict[str, str]:
        names = ("User-Agent", "X-Forwarded-For", "If-None-Match", "Accept-Language", "HX-Target")
        return {name: self.bird(name) for name in names}

    def query(self) -> dict[str, str]:
        return {name: self.bird(name) for name in ("q", "cursor", "next", "network", "said")}

    def file(self) -> dict[str, Any]:
        return {"file": (self.bird("filename.csv"), self.bird("content").encode(), "text/csv")}

    def path(self, template: str) -> str:
        """Where an id is expected, an unknown one: whatever else leads to no handler."""

        def filled(found: re.Match[str]) -> str:
            return str(uuid4()) if found[2] == "uuid" else self.bird(found[1])

        return re.sub(r"\{(\w+)(?::(\w+))?\}", filled, template)


@pytest.fixture
def people(database_url: str) -> Iterator[tuple[Person, Person]]:
    """An organiser whose token and cookie are real, and another one."""
    house = House(database_url)
    organiser = house.person("Olga Organiser")
    event = house.event(organiser, timezone="UTC")
    house.attendee(event, organiser)
    break_database(house)
    yield organiser, house.person("Mira Andersen")
    house.close()


def break_database(house: House) -> None:
    """Two secrets for programs of one name are refused, with the name in PostgreSQL's own words."""

    def run(session: Session) -> None:
        session.execute(
            text("CREATE UNIQUE INDEX broken ON api_token (name) WHERE length(name) > 5")
        )

    house.db.write_now(run)


def routes() -> list[tuple[str, str]]:
    settings = Settings("sqlite:////nowhere.db", "http://127.0.0.1:8000", "k" * 40)
    found = {
        (route.path_format if "{" not in route.path else route.path, method)
        for route in create_app(settings).routes
        for method in (route.methods or {"GET"})
        if method not in {"OPTIONS", "HEAD"}
    }
    return sorted(found, key=lambda pair: (pair in _LAST, pair))


def send_everything(url: str, birds: Aviary, organiser: Person, cookie: str) -> list[int]:
    """Three times each changing route, twice each other: as a stranger, then as somebody."""
    statuses: list[int] = []
    basic = b64encode(f"{birds.bird()}:{birds.bird()}".encode()).decode()
    strange = [
        {"Cookie": f"firsthand={birds.bird()}; firsthand-code={birds.bird()}"},
        {"Authorization": f"Bearer fh_{birds.bird()}"},
        {"Authorization": f"Basic {basic}"},
    ]
    known = {"Cookie": f"firsthand={cookie}; firsthand-code={birds.bird()}"}
    with httpx.Client(base_url=url, timeout=_SECONDS) as client:
        for template, method in routes():
            for who in [*strange[: 1 + (method in CHANGING)], known]:
                bodies: list[dict[str, Any]] = [{}]
                if method in CHANGING:
                    bodies = [{"data": birds.form()}, {"json": birds.json()}]
                    if who is known and method == "POST":
                        bodies.append({"files": birds.file()})
                for body in bodies:
                    answer = client.request(
                        method,
                        quote(birds.path(template)),
                        params=birds.query(),
                        headers={**birds.headers(), **who},
                        **body,
                    )
                    statuses.append(answer.status_code)
        for path in ("/carddav/", "/.well-known/carddav"):
            client.request("PROPFIND", path, headers=strange[2])
        statuses.append(client.get(f"/{birds.bird()}/{birds.bird()}").status_code)
    return statuses


def make_it_break(url: str, birds: Aviary, cookie: str, house_url: str) -> list[int]:
    """A value that the database refuses, a mail server that is away, a table that is gone."""
    with httpx.Client(base_url=url, timeout=_SECONDS) as client:
        client.cookies.set("firsthand", cookie)
        name = birds.bird("name")
        statuses = [
            client.post("/me/tokens", data={"scope": "read", "token_name": name}).status_code
            for _ in range(2)
        ]
        asked = {"email": f"{birds.bird()}@example.org"}
        statuses.append(httpx.post(f"{url}/sign-in", data=asked).status_code)
        house = House(house_url)
        house.db.write_now(lambda s: s.execute(text("ALTER TABLE event RENAME TO gone")) and None)
        house.close()
        paths = (f"/join/{birds.bird()}", f"/feeds/{birds.bird()}/contacts.vcf", "/b/" + "A" * 26)
        statuses += [client.get(path, params=birds.query()).status_code for path in paths]
    return statuses


def test_no_secret_and_nothing_that_people_send_stands_in_the_log(
    database_url: str, people: tuple[Person, Person], tmp_path: Path
) -> None:
    (organiser, mira), birds, port = people, Aviary(), free_port()
    secret, mail_password = birds.bird("secret-key-of-the-server-itself"), birds.bird("password")
    environment = server_environment(
        database_url,
        port,
        FIRSTHAND_SECRET_KEY=secret,
        FIRSTHAND_LOG_LEVEL="debug",
        FIRSTHAND_SMTP_URL=f"smtp://mira:{mail_password}@127.0.0.1:{free_port()}",
        FIRSTHAND_METRICS_TOKEN=birds.bird("metrics"),
    )
    cookies = [person.client.cookies["firsthand"] for person in (organiser, mira)]
    url, log = f"http://127.0.0.1:{port}", tmp_path / "log"
    command = [sys.executable, "-m", "firsthand.cli", "serve"]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, env=environment, stdout=out, stderr=out) as server,
    ):
        try:
            wait_until_ready(server, port)
            answered = send_everything(url, birds, organiser, cookies[0])
            broken = make_it_break(url, birds, cookies[1], database_url)
        finally:
            server.terminate()
            server.wait(_SECONDS)
    written = log.read_text("utf-8")
    assert birds.number > 1_000
    assert {200, 303, 400, 401, 404} <= set(answered)
    assert {500, 503} <= set(broken), broken
    assert "POST /me/tokens failed" in written
    assert "the mail server did not take a mail" in written
    assert re.findall(rf".*{CANARY}.*", written) == []
    for kept in (*cookies, organiser.token, mira.token, organiser.email):
        assert kept not in written
