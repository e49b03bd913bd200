"""The recap to keep: a PDF that another reader reads, a picture that another program opens."""

import io

import pypdf
import pytest
from PIL import Image
from sqlalchemy.orm import Session

from firsthand.contacts.models import Contact
from firsthand.db import now
from firsthand.ties.kinds import KindCount, TieKind
from tests.server.house import House, Person, tie

NAMES = ("Fenna Wouters", "山田太郎", "김민수", "محمد الأحمد", "יעל כהן", "Nguyễn Thị Hoa")
A4 = (595.28, 841.89)


@pytest.fixture
def ana(house: House) -> Person:
    """At an event where she met people of many scripts, one of them with something promised."""
    ana = house.person("Ana Oliveira")
    event = house.event(ana, name="Recruiters by the Sea")
    house.attendee(event, ana)
    for number, name in enumerate(NAMES):
        worn = house.attendee(event, name, handles=[("x", f"guest{number}")], company="Harbour")
        house.scan(
            ana, worn, scanned_at=now().isoformat(), intents=["coffee"] if number == 0 else []
        )
    house.attendee(event, "Kerry Calloway", handles=[("x", "kerry")])
    replied = KindCount(TieKind.REPLIED, 3, now(), now())
    house.ties(ana, tie("guest0", replied), tie("guest1", replied), tie("kerry", replied))
    return ana


def test_the_pdf_says_everything_in_every_script(ana: Person) -> None:
    answer = ana.client.get("/events/seaside/recap.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    page = pypdf.PdfReader(io.BytesIO(answer.content)).pages[0]
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=0.1)
    text = " ".join(page.extract_text().split())
    assert "Recruiters by the Sea" in text
    assert "You came knowing 3 people online. You met 2 of them, and 4 more." in text
    assert "Coffee, by " in text
    for name in ("Fenna Wouters", "山田太郎", "김민수", "Nguyễn Thị Hoa", "יעל כהן"):
        assert name in text
    # As they are drawn: the Arabic letters joined.
    assert any("\ufe70" <= char <= "\ufeff" for char in text)


def test_the_picture_is_a_page_and_not_blank(ana: Person) -> None:
    answer = ana.client.get("/events/seaside/recap.png")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.format == "PNG"
        assert image.size == pytest.approx([side / 72 * 150 for side in A4], abs=2)
        colours = image.convert("RGB").getcolors(2**20)
    assert colours
    most = max(count for count, _ in colours)
    assert 0.5 < most / sum(count for count, _ in colours) < 0.97


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_it_is_for_the_owner_alone(ana: Person, house: House, kind: str) -> None:
    path = f"/events/seaside/recap.{kind}"
    assert house.person("Pat").client.get(path).status_code == 404
    assert house.client().get(path).status_code in {303, 401}
    assert ana.client.get(f"/events/nowhere/recap.{kind}").status_code == 404


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_an_event_where_nobody_was_met_is_kept_too(house: House, kind: str) -> None:
    mira = house.person("Mira")
    house.attendee(house.event(mira), mira)
    assert mira.client.get(f"/events/seaside/recap.{kind}").status_code == 200


def test_hostile_names_make_a_file_all_the_same(ana: Person, house: House) -> None:
    hostile = ("\u202e\u0000<b>", "สมชาย", "W" * 5000, "👩‍🚀", "")

    def rename(session: Session) -> None:
        found = session.query(Contact).filter_by(owner_id=ana.id).all()
        for contact, name in zip(found, hostile, strict=False):
            contact.name = name.replace("\u0000", "")

    house.db.write_now(rename)
    for kind in ("png", "pdf"):
        assert ana.client.get(f"/events/seaside/recap.{kind}").status_code == 200
