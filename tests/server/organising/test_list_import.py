"""An attendee list goes in whole or not at all, and again without harm."""

from datetime import date
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firsthand.attendees.membership import choose_listed
from firsthand.attendees.models import Attendee
from firsthand.badges.models import Badge
from firsthand.events.models import Event
from firsthand.handles.models import Handle
from firsthand.organising.list_file import ListRow
from firsthand.organising.list_import import ImportReport, Listed, import_list
from firsthand.organising.list_reading import MOST_ROWS, read_list
from firsthand.organising.lists import import_read_list
from firsthand.problems import Invalid
from tests.server.house import House, Person, tie


def bring(house: House, event: Event, csv: str, listed: Listed | None = None) -> ImportReport:
    report = house.db.write_now(import_read_list, event.id, read_list(csv.encode()), listed)
    house.settle()
    return report


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.skipped


def attendees(house: House, event: Event) -> dict[str, Attendee]:
    def query(session: Session) -> dict[str, Attendee]:
        rows = session.scalars(select(Attendee).where(Attendee.event_id == event.id))
        return {attendee.name: attendee for attendee in rows}

    return house.db.read_now(query)


def everybody(house: House, event: Event) -> list[Attendee]:
    stmt = select(Attendee).where(Attendee.event_id == event.id).order_by(Attendee.id)
    return house.db.read_now(lambda session: list(session.scalars(stmt)))


def handles(house: House, attendee: Attendee) -> set[tuple[str, str]]:
    def query(session: Session) -> set[tuple[str, str]]:
        stmt = select(Handle.network, Handle.name).where(Handle.attendee_id == attendee.id)
        return {(network, name) for network, name in session.execute(stmt)}

    return house.db.read_now(query)


@pytest.fixture
def organiser(house: House) -> Person:
    return house.person("Mira Andersen")


@pytest.fixture
def event(house: House, organiser: Person) -> Event:
    return house.event(organiser)


def test_everybody_on_the_list_becomes_an_attendee_with_a_badge(house: House, event: Event) -> None:
    report = bring(house, event, "name,email,x\nAna,a@example.org,@ana\nBo,,\n")
    assert counts(report) == (2, 0, 0, 0)
    assert handles(house, attendees(house, event)["Ana"]) == {("x", "ana")}
    badges = house.db.read_now(lambda s: s.scalar(select(func.count()).select_from(Badge)))
    assert badges == 2


def test_importing_the_same_list_again_changes_nothing(house: House, event: Event) -> None:
    csv = "name,email,ticket,x\nAna,a@example.org,T1,@ana\nBo,b@example.org,T2,\n"
    bring(house, event, csv)
    before = {name: a.id for name, a in attendees(house, event).items()}
    assert counts(bring(house, event, csv)) == (0, 0, 2, 0)
    assert {name: a.id for name, a in attendees(house, event).items()} == before


def test_importing_again_updates_by_ticket(house: House, event: Event) -> None:
    bring(house, event, "name,ticket,company\nAna,T1,Harbour\n")
    assert counts(bring(house, event, "name,ticket,company\nAna Oliveira,T1,Port\n")) == (
        0,
        1,
        0,
        0,
    )
    assert attendees(house, event)["Ana Oliveira"].company == "Port"


def test_a_stranger_of_the_same_name_takes_nobodys_place(house: House, event: Event) -> None:
    bring(
        house,
        event,
        "name,email,headline,company,listed,ticket\n"
        "محمد الأحمد,m@example.org,Engineer,Harbour,yes,T-1\n"
        "山田太郎,y@example.org,Writer,Port,yes,\n",
    )
    stranger = house.person("Mo", "mo@example.com")
    report = bring(
        house,
        event,
        "name,email,headline,company,listed\n"
        "محمد الأحمد,mo@example.com,,,no\n山田太郎,yamada@example.com,,,no\n",
    )
    assert counts(report) == (2, 0, 0, 0)
    assert [(p.where, p.skipped) for p in report.problems] == [("row 2", False), ("row 3", False)]
    by_email = {a.email: a for a in everybody(house, event)}
    kept = [
        (a.headline, a.company, a.listed, a.ticket, a.account_id)
        for a in (by_email["m@example.org"], by_email["y@example.org"])
    ]
    assert kept == [
        ("Engineer", "Harbour", True, "T-1", None),
        ("Writer", "Port", True, None, None),
    ]
    # Whoever signs in with the new address has the new place only.
    assert by_email["mo@example.com"].account_id == stranger.id


def test_an_address_is_corrected_by_the_ticket(house: House, event: Event) -> None:
    bring(house, event, "name,email,ticket\nAna,old@example.org,T1\n")
    report = bring(house, event, "name,email,ticket\nAna,new@example.org,T1\n")
    assert (counts(report), report.problems) == ((0, 1, 0, 0), [])
    assert [a.email for a in everybody(house, event)] == ["new@example.org"]


def test_an_address_is_corrected_by_the_order_and_the_name(house: House, event: Event) -> None:
    bring(house, event, "name,email,order code\nAna,old@example.org,O1\nBo,b@example.org,O2\n")
    corrected = "name,email,order code\nAna,new@example.org,O1\nCy,c@example.org,O2\n"
    assert counts(bring(house, event, corrected)) == (1, 1, 0, 0)
    assert {(a.name, a.email, a.ticket) for a in everybody(house, event)} == {
        ("Ana", "new@example.org", "O1"),
        ("Bo", "b@example.org", "O2"),
        ("Cy", "c@example.org", None),
    }
    assert counts(bring(house, event, corrected)) == (0, 0, 2, 0)


def test_a_name_alone_takes_nothing_away_from_somebody(house: House, event: Event) -> None:
    bring(house, event, "name,email,company,x\nAna,a@example.org,Harbour,@ana\n")
    assert counts(bring(house, event, "name,email,company,x\nAna,,,\n")) == (0, 0, 1, 0)
    (ana,) = everybody(house, event)
    assert (ana.email, ana.company, handles(house, ana)) == (
        "a@example.org",
        "Harbour",
        {("x", "ana")},
    )


def test_a_column_that_the_second_list_lacks_stays_as_it_was(house: House, event: Event) -> None:
    bring(house, event, "name,company,x\nAna,Harbour,@ana\n")
    assert counts(bring(house, event, "name\nAna\n")) == (0, 0, 1, 0)
    ana = attendees(house, event)["Ana"]
    assert (ana.company, handles(house, ana)) == ("Harbour", {("x", "ana")})


def test_the_handles_of_an_unclaimed_attendee_are_replaced(house: House, event: Event) -> None:
    bring(house, event, "name,x\nAna,@ana\n")
    assert bring(house, event, "name,x\nAna,@ana_new\n").updated == 1
    assert handles(house, attendees(house, event)["Ana"]) == {("x", "ana_new")}


def test_what_a_person_chose_about_being_listed_is_never_overridden(
    house: House, event: Event
) -> None:
    ana = house.person("Ana", "ana@example.org")
    bring(house, event, "name,email,listed\nAna,ana@example.org,yes\n")
    house.db.write_now(choose_listed, ana.id, event.slug, False)
    bring(house, event, "name,email,listed\nAna,ana@example.org,yes\n", "all")
    assert attendees(house, event)["Ana"].listed is False


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (None, {"Yes": True, "No": False, "Empty": False}),
        ("all", {"Yes": True, "No": False, "Empty": True}),
        ("none", {"Yes": False, "No": False, "Empty": False}),
    ],
)
def test_who_is_listed_follows_the_row_and_what_the_organiser_affirms(
    house: House, event: Event, listed: Listed | None, expected: dict[str, bool]
) -> None:
    bring(house, event, "name,listed\nYes,yes\nNo,no\nEmpty,\n", listed)
    assert {name: a.listed for name, a in attendees(house, event).items()} == expected


def test_an_existing_account_claims_its_row(house: House, event: Event) -> None:
    ana = house.person("Ana", "ana@example.org")
    bring(house, event, "name,email,x\nAna,ANA@example.org,@ana\n")
    assert attendees(house, event)["Ana"].account_id == ana.id


def test_an_e_mail_on_two_rows_claims_nothing(house: House, event: Event) -> None:
    house.person("Buyer", "buyer@example.org")
    bring(house, event, "name,email\nAna,buyer@example.org\nBo,buyer@example.org\n")
    assert {a.account_id for a in attendees(house, event).values()} == {None}


def test_who_joined_by_the_link_is_found_on_the_list(house: House, event: Event) -> None:
    ana = house.person("Ana O.", "ana@example.org")
    ana.client.post(f"/join/{event.join_code}", data={"listed": "yes"})
    assert counts(bring(house, event, "name,email\nAna Oliveira,ana@example.org\n")) == (0, 1, 0, 0)
    (attendee,) = attendees(house, event).values()
    assert (attendee.account_id, attendee.joined, attendee.listed) == (ana.id, False, True)


def test_the_list_is_matched_with_the_ties_of_those_at_the_event(
    house: House, event: Event, organiser: Person
) -> None:
    house.attendee(event, organiser)
    house.ties(organiser, tie("ana"))
    bring(house, event, "name,x,listed\nAna,@ana,yes\nBo,@bo,yes\n")
    page = organiser.client.get(f"/events/{event.slug}/unmet").text
    assert "Ana" in page
    assert ">Bo<" not in page


def test_a_list_with_trouble_leaves_nothing_behind(house: House, event: Event) -> None:
    with pytest.raises(Invalid):
        bring(house, event, "colour\nred\n")
    assert attendees(house, event) == {}


def test_too_many_rows_are_refused(house: House, event: Event) -> None:
    rows = [ListRow(i, f"Person {i}") for i in range(MOST_ROWS + 1)]
    with pytest.raises(Invalid, match="at most"):
        house.db.write_now(import_list, event.id, rows)


def test_another_events_attendees_are_left_alone(
    house: House, event: Event, organiser: Person
) -> None:
    other = house.event(organiser, "other", starts=date(2026, 12, 1))
    bring(house, other, "name,ticket\nAna,T1\n")
    assert counts(bring(house, event, "name,ticket\nAna,T1\n")) == (1, 0, 0, 0)


def api(house: House, who: Person, event: Event, **sent: Any) -> Any:
    return house.client().post(f"/api/v1/events/{event.slug}/attendees", headers=who.bearer, **sent)


def test_the_api_takes_a_csv_and_reports(house: House, event: Event, organiser: Person) -> None:
    answer = api(
        house,
        organiser,
        event,
        files={"file": ("list.csv", b"name,x\nAna,@ana\nBo,not a name\n,@c\n")},
        data={"listed": "all"},
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert {k: body[k] for k in ("added", "updated", "unchanged", "skipped")} == {
        "added": 2,
        "updated": 0,
        "unchanged": 0,
        "skipped": 1,
    }
    assert [p["where"] for p in body["problems"]] == ["row 3, x", "row 4"]
    assert attendees(house, event)["Ana"].listed


def test_the_api_takes_json_with_handles_of_both_shapes(
    house: House, event: Event, organiser: Person
) -> None:
    people = [
        {"name": "Ana", "email": "a@example.org", "x": "@ana", "listed": True},
        {"Name": "Bo", "handles": {"LinkedIn": "in/bo"}},
        {"name": "Cy", "handles": [{"network": "github", "name": "cy"}], "listed": False},
        {"name": None},
        {"name": "D", "email": {"not": "text"}},
    ]
    answer = api(house, organiser, event, json={"attendees": people, "listed": "all"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["added"] == 4
    assert [p["where"] for p in answer.json()["problems"]] == ["row 5, email"]
    found = attendees(house, event)
    assert handles(house, found["Bo"]) == {("linkedin", "bo")}
    assert handles(house, found["Cy"]) == {("github", "cy")}
    assert [found[name].listed for name in ("Ana", "Bo", "Cy")] == [True, True, False]


@pytest.mark.parametrize(
    "sent",
    [
        {"content": b""},
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
        {"json": []},
        {"json": {"attendees": []}},
        {"json": {"attendees": [1]}},
        {"json": {"attendees": [{"name": "Ana"}], "listed": "some"}},
        {"json": {"attendees": [{"name": "Ana", "handles": "@ana"}]}},
        {"json": {"attendees": [{"name": "Ana", "handles": ["x.com/ana"]}]}},
        {"json": {"attendees": [{"name": "Ana", "handles": {"tiktok": "ana"}}]}},
        {"files": [("file", ("a.csv", b"name\nAna\n")), ("file", ("b.csv", b"name\nBo\n"))]},
        {"files": {"file": ("list.csv", b'name,company\nAna,"Har\nBo,x\nCy,y\n')}},
        {"files": {"file": ("list.csv", b"")}},
        {"files": {"other": ("list.csv", b"name\nAna\n")}},
        {"files": {"file": ("list.xlsx", b"PK\x03\x04")}},
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
    ],
)
def test_what_is_no_list_gets_a_clear_refusal(
    house: House, event: Event, organiser: Person, sent: dict[str, Any]
) -> None:
    headers = {**organiser.bearer, **sent.pop("headers", {})}
    answer = house.client().post(f"/api/v1/events/{event.slug}/attendees", headers=headers, **sent)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert attendees(house, event) == {}


def test_a_list_of_five_gigabytes_is_refused_before_it_is_read(
    house: House, event: Event, organiser: Person
) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": "5000000000"}
    for path in (f"/api/v1/events/{event.slug}/attendees", f"/organise/{event.slug}/lists"):
        answer = house.client().post(path, headers={**organiser.bearer, **kind}, content=b"--b")
        assert answer.status_code == 413, answer.text


def test_a_million_rows_are_refused_with_a_message(
    house: House, event: Event, organiser: Person
) -> None:
    body = b"name\n" + b"A\n" * 1_000_000
    answer = api(house, organiser, event, files={"file": ("list.csv", body)})
    assert answer.status_code == 400
    assert "100,000" in answer.json()["detail"]
    assert attendees(house, event) == {}


def test_only_who_runs_the_event_may_import(house: House, event: Event) -> None:
    stranger = house.person("Eve")
    answer = api(house, stranger, event, json={"attendees": [{"name": "Eve"}]})
    assert answer.status_code == 404


def test_the_report_survives_being_kept(house: House) -> None:
    report = ImportReport(1, 2, 3, 4, [])
    assert msgspec.convert(msgspec.to_builtins(report), ImportReport) == report
