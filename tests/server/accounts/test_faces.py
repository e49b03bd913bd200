"""The picture that somebody uploads of themselves: small, bare, and for whom they show it to."""

import base64
import io
import json
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import update

from firsthand.accounts.acts import AccountAct
from firsthand.accounts.faces import DRAWING, FACES_AN_HOUR, count_face
from firsthand.db import now
from firsthand.taking_out import export_everything
from tests.server.house import House, Person, Wearer


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 480), **more: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (200, 60, 20)).save(file, kind, **more)
    return file.getvalue()


def located() -> bytes:
    """A photograph that tells where it was taken, upright only by its own word."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 29.0)
    file = io.BytesIO()
    shown = Image.new("RGB", (400, 200), "red")
    shown.paste("blue", (0, 0, 200, 200))
    shown.save(file, "JPEG", exif=exif, comment=b"only for me")
    return file.getvalue()


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A few bytes that say that they are very many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("a", "x" * 80_000_000, zip=True)
    return picture(pnginfo=told)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect/></svg>'


@dataclass
class Pair:
    house: House
    ana: Person
    met: Person
    browser: Person
    anas: Wearer

    def send(self, body: bytes, name: str = "me.png") -> int:
        answer = self.ana.client.post("/me/face", files={"face": (name, body)})
        self.said = answer.text
        return answer.status_code

    def address(self) -> str:
        mark = self.house.db.read_now(export_everything, self.ana.id)["account"][0]["face"]
        return f"/faces/{mark}"

    def show(self, circle: str) -> None:
        answer = self.ana.client.patch("/api/v1/me", json={"circles": {"face": circle}})
        assert answer.status_code == 200

    said: str = ""


@pytest.fixture
def pair(house: House) -> Pair:
    ana, met, browser = house.person("Ana"), house.person("Met"), house.person("Browser")
    event = house.event(house.person("Olga"), timezone="UTC")
    anas = house.attendee(event, ana)
    house.attendee(event, met)
    house.attendee(event, browser)
    house.scan(met, anas)
    return Pair(house, ana, met, browser, anas)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_small_square(pair: Pair, kind: str) -> None:
    assert pair.send(picture(kind)) == 303
    answer = pair.ana.client.get(pair.address())
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    with Image.open(io.BytesIO(answer.content)) as small:
        assert (small.format, small.size) == ("JPEG", (256, 256))


def test_nothing_but_the_pixels_goes_over_and_these_are_upright(pair: Pair) -> None:
    pair.send(located() + b"PK\x03\x04<script>alert(1)</script>")
    kept = pair.ana.client.get(pair.address()).content
    for word in (b"Secret Camera", b"only for me", b"Exif", b"<script>"):
        assert word not in kept
    with Image.open(io.BytesIO(kept)) as small:
        assert not small.getexif()
        top, bottom = small.getpixel((128, 20)), small.getpixel((128, 236))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[2] > 200 > 60 > top[0]
    assert bottom[0] > 200 > 60 > bottom[2]


@pytest.mark.parametrize(
    "sent",
    [
        b"", b"no picture", SVG, bomb(), bomb(2**31 - 1, 1), text_bomb(), picture("GIF"),
        picture("PNG")[:200], picture("JPEG")[:300], picture("WEBP")[:60], bomb(4000, 4000),
    ],
    ids=[
        "empty", "text", "svg", "bomb", "long bomb", "text bomb", "gif", "cut png", "cut jpeg",
        "cut webp", "lying png",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_with_a_reason_and_changes_nothing(
    pair: Pair, sent: bytes
) -> None:
    pair.send(picture())
    before = pair.address()
    assert pair.send(sent) == 400
    assert "This picture" in pair.said
    assert pair.address() == before


def test_one_that_is_too_large_is_refused(pair: Pair) -> None:
    assert pair.send(b"\0" * 8_300_000) == 413
    assert "at most 8 MB" in pair.said
    assert pair.ana.client.post("/me/face", data={}).status_code == 400


@pytest.mark.parametrize(
    ("circle", "by_met", "by_browser"),
    [("nobody", 404, 404), ("met", 200, 404), ("browsing", 200, 200)],
)
def test_only_its_circle_sees_it(pair: Pair, circle: str, by_met: int, by_browser: int) -> None:
    pair.send(picture())
    pair.show(circle)
    address = pair.address()
    assert pair.met.client.get(address).status_code == by_met
    assert pair.browser.client.get(address).status_code == by_browser
    assert pair.house.client().get(address).status_code == 303
    shown = {200: True, 404: False}
    contact = pair.met.client.get("/api/v1/contacts").json()["items"][0]["id"]
    for path in ("/people", f"/people/{contact}"):
        assert (address in pair.met.client.get(path).text) is shown[by_met]
    assert (address in pair.browser.client.get("/events/seaside/attendees").text) is shown[
        by_browser
    ]


def test_it_is_for_the_people_i_meet_until_i_say_otherwise(pair: Pair) -> None:
    pair.send(picture())
    assert pair.met.client.get(pair.address()).status_code == 200
    assert pair.browser.client.get(pair.address()).status_code == 404


def test_who_is_not_listed_shows_it_to_no_browser(pair: Pair) -> None:
    pair.send(picture())
    pair.show("browsing")
    pair.ana.client.put("/me/events/seaside/listing", data={"listed": "no"})
    assert pair.browser.client.get(pair.address()).status_code == 404


def test_who_is_blocked_sees_it_no_more(pair: Pair) -> None:
    pair.send(picture())
    pair.show("browsing")
    meeting = pair.met.client.get("/api/v1/meetings").json()["items"][0]["id"]
    pair.ana.client.put(f"/claims/{pair.met.id}/{meeting}/block")
    assert pair.met.client.get(pair.address()).status_code == 404


def test_another_picture_has_another_address_and_a_removed_one_has_none(pair: Pair) -> None:
    pair.send(picture())
    first = pair.address()
    pair.send(picture("JPEG"))
    second = pair.address()
    assert first != second
    assert pair.met.client.get(first).status_code == 404
    assert pair.ana.client.delete("/me/face").status_code == 303
    assert pair.met.client.get(second).status_code == 404
    assert "/faces/" not in pair.met.client.get("/people").text


def test_the_picture_stands_wherever_the_person_is_told_of_and_goes_with_consent(
    pair: Pair,
) -> None:
    pair.send(picture())
    card = pair.met.client.get("/api/v1/contacts").json()["items"][0]["id"]
    pair.met.client.post(f"/people/{card}/follow-ups", data={"intent": "coffee"})
    pages = ("/people", f"/people/{card}", "/follow-ups", "/events/seaside/recap")
    for page in pages:
        assert pair.address() in pair.met.client.get(page).text, page
    pair.show("nobody")
    for page in pages:
        assert "/faces/" not in pair.met.client.get(page).text, page


def test_a_browser_that_has_it_is_still_asked_whether_it_may(pair: Pair) -> None:
    pair.send(picture())
    address = pair.address()
    mark = pair.met.client.get(address).headers["etag"]
    again = pair.met.client.get(address, headers={"If-None-Match": mark})
    assert again.status_code == 304
    pair.show("nobody")
    assert pair.met.client.get(address, headers={"If-None-Match": mark}).status_code == 404


def test_it_is_in_the_export_and_goes_with_the_account(pair: Pair) -> None:
    pair.send(picture())
    address = pair.address()
    kept = pair.ana.client.get(address).content
    told = json.loads(pair.ana.client.get("/api/v1/me/export").text)
    assert base64.b64decode(told["face"][0]["picture"]) == kept
    pair.ana.client.request("DELETE", "/api/v1/me")
    assert pair.met.client.get(address).status_code == 404


def test_an_account_sends_only_so_many_pictures_an_hour(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")

    def send(person: Person, body: bytes) -> httpx.Response:
        return person.client.post("/me/face", files={"face": ("me.png", body)})

    for _ in range(FACES_AN_HOUR):
        house.db.write_now(count_face, ana.id)
    refused = send(ana, picture())
    assert refused.status_code == 429
    assert "Try again later" in refused.text
    assert send(ben, picture()).status_code == 303
    earlier = update(AccountAct).values(at=now() - timedelta(hours=1))
    house.db.write_now(lambda session: session.execute(earlier))
    assert send(ana, b"no picture").status_code == 400
    assert send(ana, picture()).status_code == 303


def test_pictures_that_wait_keep_no_other_work_waiting(house: House) -> None:
    """The outbox and much else run in the loop's own threads."""
    ana = house.person("Ana")
    go_on = threading.Event()
    # As slow as it gets: both of the threads that draw are taken.
    busy = [DRAWING.submit(go_on.wait) for _ in range(2)]
    # More than the loop has threads.
    count = FACES_AN_HOUR - 1
    with ThreadPoolExecutor(count) as phones:
        sent = [
            phones.submit(ana.client.post, "/me/face", files={"face": ("me.png", picture())})
            for _ in range(count)
        ]
        try:
            # What it is told needs one of them.
            nothing = {"note": (None, "no picture")}
            assert ana.client.post("/me/face", files=nothing).status_code == 400
            assert not any(each.done() for each in sent)
        finally:
            go_on.set()
        assert {each.result().status_code for each in sent} == {303}
    assert all(each.result() for each in busy)
