"""The pages around a scan: card, plain form, a badge's own address, my badge."""

from datetime import UTC, datetime

import pytest

from firsthand.ties.kinds import KindCount, TieKind
from tests.server.house import House, Person, Wearer, tie
from tests.server.scans.test_recording import meetings


@pytest.fixture
def ana(house: House) -> Person:
    return house.person("Ana Oliveira")


@pytest.fixture
def fenna(house: House, ana: Person) -> Wearer:
    event = house.event(ana)
    house.attendee(event, ana)
    return house.attendee(
        event, "Fenna <b>Wouters</b>", handles=[("x", "@fenna")], company="Harbour Labs"
    )


def test_the_card_says_who_it_is_and_what_the_two_share(
    house: House, ana: Person, fenna: Wearer
) -> None:
    replied = KindCount(TieKind.REPLIED, 14, None, datetime(2026, 3, 2, tzinfo=UTC))
    house.ties(ana, tie("fenna", replied))
    scan = house.scan(ana, fenna, intents=["coffee", "Go sailing"], note="at the door")

    card = ana.client.get(f"/scans/{scan['id']}/card")

    assert card.status_code == 200
    assert "Fenna &lt;b&gt;Wouters&lt;/b&gt;" in card.text
    assert "Harbour Labs" in card.text
    assert "You replied 14 times" in card.text
    assert 'value="coffee" checked' in card.text
    assert "Go sailing" in card.text
    assert "at the door" in card.text
    assert card.headers["cache-control"] == "no-store"


def test_anothers_card_is_not_there(house: House, ana: Person, fenna: Wearer) -> None:
    scan = house.scan(ana, fenna)

    answer = house.person("Mallory").client.get(f"/scans/{scan['id']}/card")

    assert answer.status_code == 404


def test_the_plain_form_keeps_a_typed_code_and_shows_the_card(
    house: House, ana: Person, fenna: Wearer
) -> None:
    answer = ana.client.post("/scans", data={"code": fenna.short_code, "event": "seaside"})

    assert answer.status_code == 200
    assert "Harbour Labs" in answer.text
    assert len(meetings(ana)) == 1


@pytest.mark.parametrize("code", ["", "x" * 9000, "\x00", "ZZZZZZZZ", "💥" * 10_000])
def test_a_bad_code_is_told_in_place(house: House, ana: Person, fenna: Wearer, code: str) -> None:
    answer = ana.client.post("/scans", data={"code": code, "event": "seaside"})

    assert answer.status_code == 400
    assert "Type or paste a code" in answer.text
    assert 'aria-describedby="scan-code-problem" aria-invalid="true"' in answer.text


@pytest.mark.parametrize("code", ["zzzz", "<script>alert(1)</script>", "z" * 300, "", "@fenna"])
def test_what_is_typed_and_names_nobody_is_no_meeting(
    house: House, ana: Person, fenna: Wearer, code: str
) -> None:
    answer = ana.client.post("/scans", data={"code": code, "event": "seaside"})

    assert answer.status_code == 400
    assert "A code has eight letters and figures, such as 7F3C-9KQ2." in answer.text
    assert meetings(ana) == []


@pytest.mark.parametrize(
    "code",
    [
        "https://www.linkedin.com/in/fenna-w",
        "@fenna@harbour.example",
        "fenna@harbour.example",
        "MECARD:N:Wouters,Fenna;;",
    ],
)
def test_what_is_typed_and_names_a_person_is_a_meeting(
    house: House, ana: Person, code: str
) -> None:
    answer = ana.client.post("/scans", data={"code": code})

    assert answer.status_code == 200
    assert len(meetings(ana)) == 1


def test_a_badges_page_records_nothing_and_shows_a_stranger_only_the_event(
    house: House, ana: Person, fenna: Wearer
) -> None:
    for path in (f"/b/{fenna.token}", f"/B/{fenna.token.lower()}"):
        signed_out = house.client().get(path)
        signed_in = ana.client.get(path)

        assert signed_out.status_code == signed_in.status_code == 200
        assert "Recruiters by the Sea" in signed_out.text
        assert "Wouters" not in signed_out.text
        assert "Keep this meeting" in signed_in.text
    assert meetings(ana) == []


@pytest.mark.parametrize("token", ["0" * 26, "nonsense", "%00", "x" * 2000])
def test_unknown_and_malformed_badges_look_the_same(house: House, token: str) -> None:
    answer = house.client().get(f"/b/{token}")

    assert answer.status_code == 404
    assert "This badge is not known here" in answer.text


def test_my_badge_has_my_name_and_code(house: House, ana: Person, fenna: Wearer) -> None:
    page = ana.client.get("/badge")

    assert page.status_code == 200
    assert "Ana Oliveira" in page.text
    assert '<svg class="qr"' in page.text


def test_somebody_at_no_event_is_told_how_to_get_a_badge(house: House) -> None:
    page = house.person().client.get("/badge")

    assert page.status_code == 200
    assert "You have no badge yet" in page.text


def test_the_scanner_opens_for_everybody(house: House, ana: Person) -> None:
    assert house.client().get("/scan").status_code == 200
    page = ana.client.get("/scan")
    assert page.status_code == 200
    assert "camera=(self)" in page.headers["permissions-policy"]


def test_a_meeting_told_by_name_is_kept(house: House, ana: Person) -> None:
    answer = ana.client.post("/meetings", data={"name": "山田太郎", "intents": "coffee"})

    assert answer.status_code == 303
    assert [m["contact"]["name"] for m in meetings(ana)] == ["山田太郎"]


def test_somebody_without_a_badge_is_kept_by_name_with_what_comes_next(
    house: House, ana: Person, fenna: Wearer
) -> None:
    house.attendee(house.event(ana, "supper", "Supper for Six"), ana)
    for path in ("/scan", "/people", "/b/AAAA"):
        assert 'href="/meetings/new"' in ana.client.get(path).text
    form = ana.client.get("/meetings/new")
    assert 'action="/meetings"' in form.text
    assert "Recruiters by the Sea" in form.text

    told = {"name": "Bas Visser", "event": "supper", "intents": "coffee", "note": "By the bar"}
    answer = ana.client.post("/meetings", data=told)

    [kept] = meetings(ana)
    assert answer.headers["location"] == f"/people/{kept['contact']['id']}"
    assert (kept["event"], kept["intents"], kept["note"]) == ("supper", ["coffee"], "By the bar")


def test_without_a_name_the_form_comes_back_as_it_was(
    house: House, ana: Person, fenna: Wearer
) -> None:
    told = {"name": " ", "event": "seaside", "intents": "coffee", "note": "By the bar"}

    answer = ana.client.post("/meetings", data=told)

    assert answer.status_code == 400
    assert "Type their name." in answer.text
    assert "By the bar" in answer.text
    assert 'value="coffee" checked' in answer.text
    assert meetings(ana) == []


def test_scanning_and_what_waits_on_the_phone_are_there_without_an_account(
    house: House, ana: Person
) -> None:
    for path in ("/scan", "/scan/box"):
        signed_out, signed_in = house.client().get(path), ana.client.get(path)
        assert (signed_out.status_code, signed_in.status_code) == (200, 200)
        assert 'data-account=""' in signed_out.text
        assert f'data-account="{ana.id}"' in signed_in.text
