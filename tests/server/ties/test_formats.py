"""One import of each network's format, through the command line and through the page."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from firsthand.ties.import_job import import_files
from firsthand.ties.importing import imports_of
from firsthand.ties.models import Tie
from tests.server.house import House, Person

LINKEDIN = """Notes:
"When exporting your data, you may miss an address."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Fenna,Wouters,https://www.linkedin.com/in/fenna,,Acme,Engineer,08 Feb 2026
Bo,Li,,,Acme,,01 Jan 2020
,,,,,,01 Jan 2023
"""
GOOGLE = """First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Website 1 - Value
Fenna,Wouters,* myContacts,Work,fenna@example.org,https://github.com/fenna-w
Bo,Li,* myContacts,,bo@example.org,
"""
VCARD = """BEGIN:VCARD
VERSION:3.0
FN:Fenna Wouters
X-SOCIALPROFILE;TYPE=twitter:https://twitter.com/fenna
END:VCARD
BEGIN:VCARD
VERSION:2.1
N:Li;Bo
TEL;CELL:0905 12345
END:VCARD
"""


BLUESKY = {
    "subject": {"did": "did:plc:mira0000000000000000000a", "handle": "mira.example.org"},
    "follows": [
        {"did": "did:plc:fenna000000000000000000a", "handle": "fenna.bsky.social"},
    ],
}
MASTODON = """Account address,Show boosts,Notify on new posts,Languages
fenna@social.example,true,false,
"""


def github(*logins: str) -> str:
    return json.dumps(
        [
            {"login": login, "id": number, "html_url": f"https://github.com/{login}"}
            for number, login in enumerate(logins, start=1)
        ]
    )


def zipped(name: str, text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        container.writestr(name, text)
    return out.getvalue()


@dataclass(frozen=True)
class Format:
    """A file with Fenna's profile in it, and with ``more`` people who have none."""

    format: str
    file: str
    content: bytes
    tie: tuple[str, str, str | None]
    more: int = 1


FORMATS = [
    Format(
        "linkedin",
        "Basic_LinkedInDataExport_02-08-2026.zip",
        zipped("Connections.csv", LINKEDIN),
        ("linkedin", "fenna", None),
    ),
    Format("github", "following.json", github("fenna").encode(), ("github", "fenna", "1"), 0),
    Format("google-contacts", "contacts.csv", GOOGLE.encode(), ("github", "fenna-w", None)),
    Format(
        "mastodon",
        "following_accounts.csv",
        MASTODON.encode(),
        ("mastodon", "fenna@social.example", None),
        0,
    ),
    Format(
        "bluesky",
        "getFollows.json",
        json.dumps(BLUESKY).encode(),
        ("bluesky", "fenna.bsky.social", "did:plc:fenna000000000000000000a"),
        0,
    ),
    Format("vcard", "contacts.vcf", VCARD.encode(), ("x", "fenna", None)),
]


@pytest.fixture
def ana(house: House) -> Person:
    return house.person("Ana Oliveira")


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.format)
def test_an_import_from_the_command_line_keeps_the_ties(
    house: House, ana: Person, tmp_path: Path, each: Format
) -> None:
    path = tmp_path / each.file
    path.write_bytes(each.content)

    first = import_files(house.db, ana.id, [path])
    again = import_files(house.db, ana.id, [path])

    assert (first.state, first.format, first.added) == ("done", each.format, 1)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 1)
    assert first.unresolved == each.more
    (tie,) = house.db.read_now(
        lambda session: session.scalars(select(Tie).where(Tie.owner_id == ana.id)).all()
    )
    assert (tie.network, tie.name, tie.stable_id) == each.tie


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.format)
def test_an_import_through_the_page_tells_who_is_here(
    house: House, ana: Person, each: Format
) -> None:
    event = house.event(ana)
    house.attendee(event, ana)
    house.attendee(event, "Fenna Wouters", handles=[each.tie[:2]])

    answer = ana.client.post("/import", files=[("file", (each.file, each.content))])
    assert answer.status_code == 303
    assert house.app.state.imports.wait_until_idle(60)
    page = ana.client.get(answer.headers["Location"])

    assert "1 of the people you know online is at Recruiters by the Sea" in page.text
    assert ("1 person stands in it by name only" in page.text) == bool(each.more)
    assert house.db.read_now(imports_of, ana.id)[0].format == each.format


def test_the_import_page_says_how_to_get_each_file(ana: Person) -> None:
    page = ana.client.get("/import").text
    for words in ("Get a copy of your data", "api.github.com", "Google CSV", "Export vCard"):
        assert words in page


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text[: len(text) // 2], "cut off"),
        (lambda text: text.replace("login", "name"), "no export that Firsthand knows"),
    ],
)
def test_a_list_that_cannot_be_read_says_why_and_keeps_nothing(
    house: House, ana: Person, tmp_path: Path, spoil: Callable[[str], str], says: str
) -> None:
    path = tmp_path / "following.json"
    path.write_text(spoil(github("fenna", "bo", "cy")))
    failed = import_files(house.db, ana.id, [path])
    assert (failed.state, failed.added) == ("failed", 0)
    assert says in failed.problems[0]["what"]
