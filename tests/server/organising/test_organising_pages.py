"""From nothing to printed badges in the browser, and who may not."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.accounts.tokens import make_api_token
from firsthand.attendees.models import Attendee
from firsthand.db import now
from firsthand.events.models import Event, EventRole
from tests.server.house import House, Person, tie

LIST = (
    b"Full name;E-mail;Twitter;Notes\nAna Oliveira;ana@example.org;@ana;x\nBo;b@example.org;a b;\n"
)


@pytest.fixture
def organiser(house: House) -> Person:
    return house.person("Mira Andersen")


@pytest.fixture
def event(house: House, organiser: Person) -> Event:
    return house.event(organiser)


def upload(organiser: Person, body: bytes, slug: str = "seaside") -> str:
    """The preview's address."""
    files = {"file": ("list.csv", body)}
    answer = organiser.client.post(f"/organise/{slug}/lists", files=files)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def submit(organiser: Person, preview: str, **more: str) -> Any:
    """Press the import button of the preview as it is shown."""
    page = organiser.client.get(preview).text
    form = page[page.rindex("<form") :]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]))
    fields.pop("everybody-agreed")
    return organiser.client.post(f"{urlsplit(preview).path}/import", data={**fields, **more})


def names(house: House) -> set[str]:
    return house.db.read_now(lambda session: set(session.scalars(select(Attendee.name))))


def test_an_organiser_gets_from_nothing_to_badges(house: House, organiser: Person) -> None:
    client = organiser.client
    assert "You run no event yet" in client.get("/organise").text
    made = client.post(
        "/organise",
        data={
            "name": "Recruiters by the Sea",
            "starts": "2026-11-23",
            "ends": "2026-11-25",
            "timezone": "Europe/Paris",
            "slug": "",
        },
    )
    assert made.headers["location"] == "/organise/recruiters-by-the-sea"
    preview = upload(organiser, LIST, "recruiters-by-the-sea")
    shown = client.get(preview).text
    assert "Add 2 people" in shown
    assert "row 3, Twitter" in shown
    assert names(house) == set()
    done = submit(organiser, preview, **{"everybody-agreed": "yes"})
    assert done.headers["location"] == preview
    assert "Everybody has a badge now" in client.get(preview).text
    assert names(house) == {"Ana Oliveira", "Bo"}
    assert "Print 2 badges" in client.get("/organise/recruiters-by-the-sea/badges").text
    pdf = client.get("/organise/recruiters-by-the-sea/badges.pdf?layout=a6")
    assert pdf.content[:5] == b"%PDF-"


def test_a_column_can_be_corrected_in_the_preview(
    house: House, organiser: Person, event: Event
) -> None:
    preview = upload(organiser, b"who,what\nAna,Harbour Labs\n")
    assert "No column holds the names" in organiser.client.get(preview).text
    submit(organiser, f"{preview}?column-0=name&column-1=company")
    attendee = house.db.read_now(lambda session: session.scalars(select(Attendee)).one())
    assert (attendee.name, attendee.company) == ("Ana", "Harbour Labs")


def shown_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


def test_the_preview_says_what_the_import_will_do(
    house: House, organiser: Person, event: Event
) -> None:
    submit(
        organiser,
        upload(
            organiser,
            b"name,email,company\nAna,a@example.org,Quay\nBo,b@example.org,Port\nDi,d@example.org,\n",
        ),
    )
    preview = upload(
        organiser,
        b"name,email,company\nAna,a@example.org,Harbour\nDi,d@example.org,\n"
        b"Cy,c@example.org,\nCy,c@example.org,\nBo,other@example.org,\n,nobody@example.org,\n",
    )
    shown = shown_of(organiser.client.get(preview).text)
    assert re.search(r"to add 2 to update 1 unchanged 1 left out 2", shown)
    assert "Add : Cy , Bo" in shown
    assert "Update : Ana" in shown
    assert "row 5 : It stands on the list twice." in shown
    assert "row 6 : Bo stands on the list already" in shown
    assert "row 7 : There is no name in it." in shown
    assert "Add 2 people and update 1" in shown
    assert names(house) == {"Ana", "Bo", "Di"}
    companies = house.db.read_now(lambda session: set(session.scalars(select(Attendee.company))))
    assert companies == {"Quay", "Port", ""}
    submit(organiser, preview)
    report = shown_of(organiser.client.get(preview).text)
    assert "added 2 updated 1 unchanged 1 left out 2" in report


def test_the_preview_of_the_same_list_says_that_nothing_changes(
    organiser: Person, event: Event
) -> None:
    for body in (b"name,email,x\nAna,a@example.org,@ana\n",) * 2:
        preview = upload(organiser, body)
        shown = shown_of(organiser.client.get(preview).text)
        submit(organiser, preview)
    assert "to add 0 to update 0 unchanged 1" in shown
    assert "Nothing changes" in shown


def test_the_preview_counts_anew_once_a_column_is_corrected(
    organiser: Person, event: Event
) -> None:
    submit(organiser, upload(organiser, b"name,email\nAna,a@example.org\n"))
    preview = upload(organiser, b"name,contact\nAna,other@example.org\n")
    assert "unchanged 1" in shown_of(organiser.client.get(preview).text)
    corrected = organiser.client.get(f"{preview}?column-0=name&column-1=email").text
    assert "Add 1 person" in shown_of(corrected)


def test_pressing_import_twice_imports_once(house: House, organiser: Person, event: Event) -> None:
    preview = upload(organiser, b"name\nAna\n")
    form = {"_method": "PUT", "columns": "1", "column-0": "name"}
    for _ in range(2):
        answer = organiser.client.post(f"{preview}/import", data=form)
        assert answer.headers["location"] == preview
    assert names(house) == {"Ana"}


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"%PDF-1.4", b"\0" * 100])
def test_a_file_that_is_no_list_is_told_in_place(
    organiser: Person, event: Event, body: bytes
) -> None:
    answer = organiser.client.post("/organise/seaside/lists", files={"file": ("f.csv", body)})
    assert answer.status_code == 400
    assert 'id="file-error"' in answer.text


def test_a_list_of_another_event_is_not_found(
    house: House, organiser: Person, event: Event
) -> None:
    preview = upload(organiser, b"name\nAna\n")
    house.event(organiser, "other")
    assert organiser.client.get(preview.replace("seaside", "other")).status_code == 404


@pytest.mark.parametrize("name", ["🦊 Pat", "محمد الأحمد", "<script>alert(1)</script>", "A\0na"])
def test_somebody_added_by_hand_stands_in_the_table(
    organiser: Person, event: Event, name: str
) -> None:
    answer = organiser.client.post("/organise/seaside/attendees", data={"name": name})
    assert answer.status_code == 303
    page = organiser.client.get("/organise/seaside/attendees").text
    assert "<script>alert" not in page
    assert page.count('<th scope="row">') == 1


def test_what_is_wrong_with_somebody_added_by_hand_is_told_beside_the_field(
    house: House, organiser: Person, event: Event
) -> None:
    typed = {"name": "a" * 1_000, "email": "nobody", "company": "Harbour"}
    answer = organiser.client.post("/organise/seaside/attendees", data=typed)
    assert answer.status_code == 400
    assert 'id="name-error"' in answer.text
    assert 'value="Harbour"' in answer.text
    assert names(house) == set()


def test_somebody_added_by_hand_never_becomes_a_namesake(
    house: House, organiser: Person, event: Event
) -> None:
    submit(organiser, upload(organiser, b"name,email\nAna,ana@example.org\n"))
    path = "/organise/seaside/attendees"
    typed = {"name": "Ana", "email": "other@example.org"}
    answer = organiser.client.post(path, data=typed, follow_redirects=True)
    assert "Somebody of this name was on the list already." in answer.text
    assert answer.text.count('<th scope="row">') == 2
    # Which of the two is meant, nobody knows.
    refused = organiser.client.post(path, data={"name": "Ana"})
    assert refused.status_code == 400
    assert 'id="name-error"' in refused.text


def test_the_table_is_searched_and_paged(house: House, organiser: Person, event: Event) -> None:
    rows = "".join(f"Person {n:03},p{n}@example.org\n" for n in range(60))
    submit(organiser, upload(organiser, f"name,email\n{rows}".encode()))
    page = organiser.client.get("/organise/seaside/attendees").text
    assert page.count('<th scope="row">') == 50
    further = re.search(r'href="([^"]+)" rel="next"', page)
    assert further
    rest = organiser.client.get(further[1].replace("&amp;", "&")).text
    assert rest.count('<th scope="row">') == 10
    found = organiser.client.get("/organise/seaside/attendees?q=P7@EXAMPLE").text
    assert "Person 007" in found
    assert found.count('<th scope="row">') == 1


def test_a_new_badge_makes_the_old_one_lead_nowhere(
    house: House, organiser: Person, event: Event
) -> None:
    wearer = house.attendee(event, "Ana")
    path = f"/organise/seaside/attendees/{wearer.id}"
    organiser.client.post(f"{path}/badge", data={"_method": "PUT"})
    assert house.scan(organiser, wearer)["outcome"] == "invalid"
    organiser.client.post(f"{path}/badge", data={"_method": "DELETE"})
    assert ">none<" in organiser.client.get("/organise/seaside/attendees").text
    organiser.client.post(path, data={"_method": "DELETE"})
    assert names(house) == set()


def test_staff_may_do_all_but_choose_staff(house: House, organiser: Person, event: Event) -> None:
    helper = house.person("Helper", "helper@example.org")
    assert helper.client.get("/organise/seaside").status_code == 404
    answer = organiser.client.post("/organise/seaside/staff", data={"email": "Helper@example.org"})
    assert "helper@example.org can help" in answer.text
    assert helper.client.get("/organise/seaside").status_code == 200
    refused = helper.client.post("/organise/seaside/staff", data={"email": "eve@example.org"})
    assert refused.status_code == 403
    remove = {"_method": "DELETE"}
    organiser.client.post(f"/organise/seaside/staff/{helper.id}", data=remove)
    assert helper.client.get("/organise/seaside").status_code == 404


def test_only_who_runs_an_event_has_organise_in_the_menu(
    house: House, organiser: Person, event: Event
) -> None:
    house.attendee(event, attendee := house.person("Ana Oliveira"))
    entry = 'href="/organise"'
    assert entry in organiser.client.get("/people").text
    assert entry not in attendee.client.get("/people").text


def test_one_helper_is_removed_and_the_others_stay(
    house: House, organiser: Person, event: Event
) -> None:
    leaving, staying = house.person("Leaving"), house.person("Staying")
    for each in (leaving, staying):
        organiser.client.post("/organise/seaside/staff", data={"email": each.email})
    remove = {"_method": "DELETE"}
    organiser.client.post(f"/organise/seaside/staff/{leaving.id}", data=remove)
    assert leaving.client.get("/organise/seaside").status_code == 404
    assert staying.client.get("/organise/seaside").status_code == 200


def test_an_event_shows_its_own_team_only(house: House, organiser: Person, event: Event) -> None:
    stranger = house.person("Otto")
    house.event(stranger, "inland", "Recruiters Inland")
    page = organiser.client.get("/organise/seaside").text
    assert organiser.email in page
    assert stranger.email not in page


def test_the_organiser_cannot_be_removed(house: House, organiser: Person, event: Event) -> None:
    path = f"/organise/seaside/staff/{organiser.id}"
    assert organiser.client.post(path, data={"_method": "DELETE"}).status_code == 404

    def roles(session: Session) -> int:
        return len(session.scalars(select(EventRole)).all())

    assert house.db.read_now(roles) == 1


@pytest.mark.parametrize(
    "path",
    ["", "/list", "/attendees", "/badges", "/badges.pdf", "/numbers", f"/lists/{'0' * 32}"],
)
def test_the_pages_of_an_event_are_not_there_for_others(
    house: House, event: Event, path: str
) -> None:
    assert house.person("Eve").client.get(f"/organise/seaside{path}").status_code == 404
    assert house.client().get(f"/organise/seaside{path}").status_code == 303


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "a" * 1_000_000},
        {"name": "X", "starts": "2026-02-30", "ends": "soon", "timezone": "Mars/Base"},
        {"name": "X", "starts": "2026-02-03", "ends": "2026-02-01", "timezone": "UTC"},
        {"name": "X", "starts": "2026-02-03", "ends": "2026-02-03", "timezone": "UTC", "slug": "Ä"},
    ],
)
def test_an_event_that_cannot_be_is_told_beside_its_fields(
    organiser: Person, data: dict[str, str]
) -> None:
    answer = organiser.client.post("/organise", data=data)
    assert answer.status_code == 400
    assert "-error" in answer.text


def test_the_badges_name_the_event_and_everybody_once(
    house: House, organiser: Person, event: Event, tmp_path: Any
) -> None:
    house.attendee(event, "Ana Oliveira", headline="Talent lead")
    house.attendee(event, "Bo")
    for layout, pages in (("a6", 2), ("4x3in", 2), ("90x55-a4", 1)):
        answer = house.client().get(
            f"/api/v1/events/seaside/badges.pdf?layout={layout}", headers=organiser.bearer
        )
        assert answer.headers["content-type"] == "application/pdf"
        file = tmp_path / f"{layout}.pdf"
        file.write_bytes(answer.content)
        assert len(PdfReader(file).pages) == pages
        assert answer.headers["firsthand-badges"] == "2"


def test_letters_that_no_font_has_are_told(house: House, organiser: Person, event: Event) -> None:
    house.attendee(event, "Pat \U00013000")
    answer = organiser.client.get("/organise/seaside/badges.pdf")
    assert "U+13000 (1)" in answer.headers["firsthand-unprintable"]


@pytest.mark.parametrize("layout", ["a7", "../a6", "a6\0", "a" * 10_000])
def test_an_unknown_layout_is_refused(organiser: Person, event: Event, layout: str) -> None:
    answer = organiser.client.get("/organise/seaside/badges.pdf", params={"layout": layout})
    assert answer.status_code == 400


def test_an_event_without_attendees_has_no_badges_to_print(organiser: Person, event: Event) -> None:
    assert organiser.client.get("/organise/seaside/badges.pdf").status_code == 400


def statistics(house: House, organiser: Person) -> dict[str, Any]:
    answer = house.client().get("/api/v1/events/seaside/statistics", headers=organiser.bearer)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


class Crowd:
    """People who took part, each with a handle, and who knows whom online."""

    def __init__(self, house: House, event: Event, size: int) -> None:
        self.house, self.event = house, event
        self.people = [house.person(f"Person {n}") for n in range(size)]
        self.wearers = [
            house.attendee(event, person, handles=[("x", f"@person{n}")])
            for n, person in enumerate(self.people)
        ]
        self.choose(self.people)

    def choose(self, people: Sequence[Person]) -> None:
        """As if each had chosen here who sees them."""
        theirs = Attendee.account_id.in_([person.id for person in people])
        chose = update(Attendee).where(theirs).values(chose_listed_at=now())
        self.house.db.write_now(lambda session: session.execute(chose) and None)

    def know(self, pairs: int) -> None:
        """Each knows the next in the round, then each the one after that."""
        size = len(self.people)
        for n, person in enumerate(self.people):
            steps = range(1, 2 + (pairs - n - 1) // size) if n < pairs else ()
            self.house.ties(person, *(tie(f"person{(n + step) % size}") for step in steps))


def test_small_counts_are_suppressed(house: House, organiser: Person, event: Event) -> None:
    ana = house.person("Ana")
    house.attendee(event, ana)
    # Only who has done something here themselves is told as claimed.
    ana.client.put("/me/events/seaside/listing", data={"listed": "yes"})
    other = house.attendee(event, "Bo")
    before = statistics(house, organiser)
    house.scan(ana, other, event="seaside")
    found = statistics(house, organiser)
    assert (found["attendees"], found["badges"]) == (2, 2)
    pairs = ("pairs_met", "known_online_and_met", "pairs_known_online")
    assert [found[name] for name in ("claimed", *pairs)] == [None] * 4
    assert found["meetings_by_day"] == []
    assert {name: found[name] for name in pairs} == {name: before[name] for name in pairs}
    page = organiser.client.get("/organise/seaside/numbers").text
    assert "too few to tell" in page
    assert "Bo" not in re.sub(r"<[^>]+>", " ", page).split()


def test_statistics_count_pairs_and_online_ties_that_became_meetings(
    house: House, organiser: Person, event: Event
) -> None:
    crowd = Crowd(house, event, 12)
    hidden = house.attendee(event, "Hidden", listed=False, handles=[("x", "hidden")])
    first = crowd.people[0]
    house.ties(first, tie("hidden"))
    crowd.know(11)
    for person, wearer in zip(crowd.people[:9], crowd.wearers[1:], strict=False):
        house.scan(person, wearer, event="seaside")
    for wearer in (hidden, crowd.wearers[5]):
        house.scan(first, wearer, event="seaside")
    house.scan(crowd.people[1], crowd.wearers[0], event="seaside")
    found = statistics(house, organiser)
    assert found["pairs_known_online"] == 11
    assert found["known_online_and_met"] == 9
    assert found["pairs_met"] == 11
    assert [day["pairs"] for day in found["meetings_by_day"]] == [11]


def test_a_day_with_too_few_is_not_told(house: House, organiser: Person) -> None:
    today = datetime.now(UTC)
    yesterday = today - timedelta(days=1)
    event = house.event(organiser, starts=yesterday.date(), ends=today.date(), timezone="UTC")
    crowd = Crowd(house, event, 12)
    for wearer in crowd.wearers[1:]:
        house.scan(crowd.people[0], wearer, event="seaside")
    assert [day["pairs"] for day in statistics(house, organiser)["meetings_by_day"]] == [11]
    at = yesterday.isoformat()
    house.scan(crowd.people[1], crowd.wearers[2], event="seaside", scanned_at=at)
    # Twelve in all and eleven today would tell of one yesterday.
    assert statistics(house, organiser)["meetings_by_day"] == []
    for one, other in zip(crowd.people[3:7], crowd.wearers[8:], strict=False):
        house.scan(one, other, event="seaside", scanned_at=at)
    found = statistics(house, organiser)
    assert found["pairs_met"] == 16
    assert [day["pairs"] for day in found["meetings_by_day"]] == [5, 11]
    page = shown_of(organiser.client.get("/organise/seaside/numbers").text)
    assert "A pair who met on several days counts on each of them" in page


def test_four_accounts_of_ones_own_read_off_no_tie_of_others(
    house: House, organiser: Person, event: Event
) -> None:
    Crowd(house, event, 4).know(5)
    knows, known = house.person("Victim"), house.person("Second")
    house.attendee(event, knows)
    house.attendee(event, known, handles=[("x", "@second")])
    before = statistics(house, organiser)
    house.ties(knows, tie("second"))
    assert statistics(house, organiser) == before


def test_of_whom_an_organiser_only_lists_no_tie_counts_until_they_take_part(
    house: House, organiser: Person, event: Event
) -> None:
    crowd = Crowd(house, event, 12)
    crowd.know(12)
    knows = house.person("Victim")
    house.attendee(event, knows)
    house.ties(knows, tie("person3"))
    assert statistics(house, organiser)["pairs_known_online"] == 12
    house.scan(knows, crowd.wearers[0], event="seaside")
    assert statistics(house, organiser)["pairs_known_online"] == 13


def test_the_organiser_knows_and_meets_nobody_in_the_events_numbers(
    house: House, organiser: Person, event: Event
) -> None:
    crowd = Crowd(house, event, 9)
    house.attendee(event, organiser, handles=[("x", "@organiser")])
    crowd.choose([organiser])
    crowd.know(8)
    house.ties(organiser, *(tie(f"person{n}") for n in range(9)))
    for wearer in crowd.wearers:
        house.scan(organiser, wearer, event="seaside")
    found = statistics(house, organiser)
    assert (found["pairs_known_online"], found["pairs_met"]) == (None, None)


@pytest.mark.parametrize("slug", ["nowhere", "a%00b", "%F0%9F%A6%8A", "a" * 2_000])
def test_an_event_that_is_not_there_is_not_found(organiser: Person, slug: str) -> None:
    assert organiser.client.get(f"/organise/{slug}").status_code == 404
    assert organiser.client.get(f"/events/{slug}/attendees").status_code == 404


def test_a_token_without_the_scope_may_not_organise(house: House, event: Event) -> None:
    person = house.person("Reader", "reader@example.org")
    token = house.db.write_now(make_api_token, person.email, ["read", "write"])
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("/api/v1/events", "/api/v1/events/seaside/statistics", "/organise"):
        assert house.client().get(path, headers=headers).status_code == 403


def test_an_event_made_by_the_api_is_in_the_list(house: House, organiser: Person) -> None:
    sent = {"name": "Sea", "starts": "2026-11-23", "ends": "2026-11-24", "timezone": "UTC"}
    client = house.client()
    made = client.post("/api/v1/events", headers=organiser.bearer, json={**sent, "slug": "sea"})
    assert made.status_code == 201, made.text
    assert made.json()["slug"] == "sea"
    again = client.post("/api/v1/events", headers=organiser.bearer, json={**sent, "slug": "sea"})
    assert again.status_code == 409
    wrong = client.post("/api/v1/events", headers=organiser.bearer, json={**sent, "ends": "x"})
    assert wrong.status_code == 400
    assert "ends" in wrong.json()["fields"]
    listed = client.get("/api/v1/events", headers=organiser.bearer).json()
    assert [item["slug"] for item in listed["items"]] == ["sea"]
    assert listed["next"] is None


def test_events_are_shown_with_their_days(house: House, organiser: Person) -> None:
    house.event(organiser, starts=date(2026, 11, 30), ends=date(2026, 12, 2))
    page = organiser.client.get("/organise").text
    assert "30 November to 2 December 2026" in page
