"""Who may not read an address book, and what cannot be read by it: told, never a crash."""

import base64

import pytest

from firsthand.accounts.tokens import revoke_token, tokens_of
from tests.server.carddav.conftest import BOOK, Phone, asks, meet, password_for, phone_of
from tests.server.house import House, Person

BOMB = """<?xml version="1.0"?>
<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">{}]>
<propfind xmlns="DAV:"><prop><displayname>&x9;</displayname></prop></propfind>""".format(
    "".join(f'<!ENTITY x{n} "{("&a;" if n == 0 else f"&x{n - 1};") * 10}">' for n in range(10))
)
OUTSIDE = (
    '<!DOCTYPE p [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    '<propfind xmlns="DAV:"><prop><a>&f;</a></prop></propfind>'
)


def status(phone: Phone, authorization: str | None) -> int:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = phone.client.request("PROPFIND", BOOK, headers={"Depth": "0", **headers})
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Basic ")
    assert "set-cookie" not in answer.headers
    return answer.status_code


def basic(words: bytes) -> str:
    return f"Basic {base64.b64encode(words).decode()}"


def test_only_the_right_address_with_its_password_enters(
    house: House, ana: Person, phone: Phone
) -> None:
    bela = house.person("Bela Lima")
    right = f"{ana.email}:{phone.password}".encode()
    assert status(phone, basic(right)) == 207
    assert status(phone, basic(f"{ana.email.upper()}:{phone.password}".encode())) == 207
    wrong = [
        None,
        "",
        "Basic",
        "Basic !!!",
        f"Bearer {phone.password}",
        basic(right + b"x"),
        basic(f"{bela.email}:{phone.password}".encode()),
        basic(f"{ana.email}:".encode()),
        basic(ana.email.encode()),
        basic(b"\xff\xfe:\xff"),
        basic(f"{ana.email}:fh_\0".encode()),
        basic(f"{ana.email}:fh_{'x' * 5000}".encode()),
        basic(b":"),
    ]
    assert [status(phone, each) for each in wrong] == [401] * len(wrong)


def test_a_session_opens_no_address_book(house: House, ana: Person) -> None:
    assert ana.client.request("PROPFIND", BOOK, headers={"Depth": "0"}).status_code == 401
    session = ana.client.cookies[house.settings.session_cookie]
    assert status(phone_of(house, ana), basic(f"{ana.email}:{session}".encode())) == 401


def test_a_revoked_password_opens_nothing_from_then_on(
    house: House, ana: Person, phone: Phone
) -> None:
    assert phone.ask("OPTIONS").status_code == 200
    newest, *_ = house.db.read_now(tokens_of, ana.id)
    revoked = ana.client.post(f"/me/tokens/{newest.number}", data={"_method": "DELETE"})
    assert revoked.status_code == 303
    assert phone.ask("OPTIONS").status_code == 401


def test_a_password_revoked_elsewhere_opens_nothing_once_it_is_forgotten(
    house: House, ana: Person, phone: Phone
) -> None:
    newest, *_ = house.db.read_now(tokens_of, ana.id)
    house.db.write_now(revoke_token, ana.id, newest.number)
    house.app.state.viewers.forget_everybody()
    assert phone.ask("OPTIONS").status_code == 401


def test_a_token_that_was_made_for_something_else_is_not_allowed(house: House, ana: Person) -> None:
    for_the_api = Phone(house.client(), ana.email, ana.token)
    answer = for_the_api.ask("PROPFIND", BOOK, Depth="0")
    assert answer.status_code == 403
    assert "need-privileges" in answer.text


def test_the_password_opens_the_address_book_and_nothing_else(
    house: House, ana: Person, phone: Phone
) -> None:
    for bearer in (f"Bearer {phone.password}", basic(f"{ana.email}:{phone.password}".encode())):
        sent = {"Authorization": bearer}
        stranger = house.client()
        for path in ("/api/v1/me", "/api/v1/contacts", "/api/v1/me/export"):
            assert stranger.get(path, headers=sent).status_code == 401
        assert stranger.get("/people", headers=sent).status_code == 303
        assert stranger.post("/me/address-books", headers=sent).status_code in {303, 401}
        assert stranger.get(f"/feeds/{phone.password}/contacts.vcf").status_code == 404
    stranger = house.client()
    stranger.cookies.set(house.settings.session_cookie, phone.password)
    assert stranger.get("/api/v1/me").status_code == 401


def test_a_token_without_reading_makes_no_password(house: House, ana: Person) -> None:
    made = ana.client.post("/me/tokens", data={"scope": "write"})
    token = made.text.partition('value="fh_')[2].partition('"')[0]
    sent = {"Authorization": f"Bearer fh_{token}"}
    assert house.client().post("/me/address-books", headers=sent).status_code == 403


def test_the_password_is_told_once(house: House, ana: Person) -> None:
    password = password_for(ana, "Ana's phone")
    page = ana.client.get("/me").text
    assert "Ana&#39;s phone" in page
    assert "Address book: read only" in page
    assert password not in page
    refused = ana.client.post("/me/address-books", data={"book_name": "x" * 61})
    assert refused.status_code == 400
    assert 'id="book_name-error"' in refused.text


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        OUTSIDE,
        "<!DOCTYPE html><propfind xmlns='DAV:'/>",
        "no xml",
        "<propfind",
        "<propfind xmlns='DAV:'><prop>",
        "<html/>",
        "<a>" * 10_000,
        "<a>" * 40 + "</a>" * 40,
        b"\xff\xfe\0",
        b"<?xml version='1.0' encoding='utf-7'?><propfind xmlns='DAV:'/>",
        b"<?xml version='1.0' encoding='nonsense'?><propfind xmlns='DAV:'/>",
        b"<?xml version='1.0' encoding='rot13'?><propfind xmlns='DAV:'/>",
        "<propfind xmlns='DAV:'>&nothing;</propfind>",
        "<x:propfind/>",
        b"<propfind xmlns='DAV:'>\0</propfind>",
    ],
)
def test_what_cannot_be_read_is_refused(phone: Phone, body: str | bytes) -> None:
    for method in ("PROPFIND", "REPORT"):
        answer = phone.ask(method, BOOK, body, Depth="0")
        assert answer.status_code in {400, 403}, (method, answer.text)
        assert "root:" not in answer.text


@pytest.mark.parametrize("method", ["PROPFIND", "REPORT", "GET", "OPTIONS"])
def test_a_body_of_a_megabyte_is_too_large(phone: Phone, method: str) -> None:
    assert phone.ask(method, BOOK, b" " * 1_000_000, Depth="0").status_code == 413


def test_a_body_that_does_not_say_its_length_is_no_larger_for_it(phone: Phone) -> None:
    sent = {"Depth": "0", "Authorization": basic(f"{phone.user}:{phone.password}".encode())}
    pieces = (b" " * 100_000 for _ in range(10))
    answer = phone.client.request("PROPFIND", BOOK, content=pieces, headers=sent)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/carddavs",
        "/carddav/x",
        "/carddav/books/other/",
        "/carddav/books/firsthand/x.vcf",
        "/carddav/books/firsthand/../../me/x",
        "/carddav/books/firsthand/%00.vcf",
        "/carddav/books/firsthand/00000000-0000-4000-8000-000000000000",
        "/carddav/books/firsthand/00000000-0000-4000-8000-000000000000.vcf",
        "/carddav/books/firsthand/{00000000-0000-4000-8000-000000000000}.vcf",
        "/carddav/" + "x/" * 1000,
    ],
)
@pytest.mark.parametrize("method", ["GET", "PROPFIND"])
def test_what_is_not_there_is_not_found(phone: Phone, path: str, method: str) -> None:
    assert phone.ask(method, path, Depth="0").status_code == 404


def test_a_page_of_another_site_reads_nothing(house: House, ana: Person, phone: Phone) -> None:
    meet(house, ana, ["Fenna"])
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = ana.client.request("PROPFIND", BOOK, content=asks("D:getetag"), headers=elsewhere)
    assert answer.status_code == 403
