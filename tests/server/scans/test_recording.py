"""A scan becomes a meeting: once, on the right day, for the right person."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from firsthand.accounts.blocking import block
from firsthand.contacts.models import Contact, ContactCode
from firsthand.followups.models import FollowUp
from firsthand.meetings.models import Meeting
from firsthand.scans.models import Scan
from tests.server.house import BASE_URL, House, Person, tie
from tests.statements import statements

AT = "2026-11-23T10:42:07+01:00"


def upload(who: Person, scans: Sequence[dict[str, Any] | None]) -> list[dict[str, Any]]:
    answer = who.client.post("/api/v1/scans", json={"device": "phone", "scans": list(scans)})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def sent(code: str, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "code": code, "scanned_at": AT, "sequence": 1, **more}


def meetings(who: Person, **query: Any) -> list[dict[str, Any]]:
    answer = who.client.get("/api/v1/meetings", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def count(house: House, model: Any) -> int:
    return house.db.read_now(lambda s: s.scalar(select(func.count()).select_from(model)) or 0)


def test_a_scan_makes_one_meeting_with_the_name_the_list_gives(house: House) -> None:
    ana = house.person()
    event = house.event(ana, starts=date(2026, 11, 23))
    fenna = house.attendee(event, "Fenna Wouters", company="Harbour Labs")

    result = house.scan(ana, fenna, scanned_at=AT, intents=["coffee"], note="saw the harbour")

    assert result["outcome"] == "recorded"
    [meeting] = meetings(ana)
    assert meeting["id"] == result["meeting"]
    assert meeting["contact"] == {"id": result["contact"], "name": "Fenna Wouters"}
    assert meeting["event"] == "seaside"
    assert meeting["day"] == "2026-11-23"
    assert meeting["intents"] == ["coffee"]
    assert meeting["note"] == "saw the harbour"
    assert meeting["confirmed"] is False


def test_a_replayed_scan_returns_the_same_meeting(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana))
    scan = sent(fenna.code)

    first = upload(ana, [scan])[0]
    again = upload(ana, [scan, scan])

    assert first["outcome"] == "recorded"
    assert [r["outcome"] for r in again] == ["duplicate", "duplicate"]
    assert {r["meeting"] for r in again} == {first["meeting"]}
    assert {r["contact"] for r in again} == {first["contact"]}
    assert count(house, Scan) == count(house, Meeting) == 1


def test_the_same_scan_twice_in_one_upload_is_recorded_once(house: House) -> None:
    ana = house.person()
    scan = sent(house.attendee(house.event(ana)).code)

    results = upload(ana, [scan, scan])

    assert [r["outcome"] for r in results] == ["recorded", "duplicate"]
    assert results[0]["meeting"] == results[1]["meeting"]


def test_a_scan_id_is_compared_by_value(house: House) -> None:
    ana = house.person()
    scan = sent(house.attendee(house.event(ana)).code)

    upload(ana, [scan])
    written = [scan["id"].upper(), f"{{{scan['id']}}}", scan["id"].replace("-", "")]
    results = upload(ana, [{**scan, "id": each} for each in written])

    assert [r["outcome"] for r in results] == ["duplicate"] * 3
    assert [r["id"] for r in results] == written


def test_a_second_scan_on_the_same_day_joins_the_meeting(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana))

    first = house.scan(ana, fenna, intents=["coffee"], note="at the door")
    second = house.scan(ana, fenna, intents=["call", "coffee"], note="at lunch")

    assert first["meeting"] == second["meeting"]
    [meeting] = meetings(ana)
    assert meeting["intents"] == ["coffee", "call"]
    assert meeting["note"] == "at the door\nat lunch"
    assert count(house, FollowUp) == 2


def test_a_later_day_is_meeting_again(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana, starts=date(2026, 11, 20), ends=date(2026, 11, 22)))

    first = house.scan(ana, fenna, scanned_at="2026-11-20T10:00:00+01:00")
    second = house.scan(ana, fenna, scanned_at="2026-11-21T10:00:00+01:00")

    assert first["meeting"] != second["meeting"]
    assert first["contact"] == second["contact"]
    stage = house.db.read_now(lambda s: s.scalar(select(Contact.stage)))
    assert stage == "met-again"


def test_two_in_the_morning_is_still_the_day_before(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana, starts=date(2026, 11, 20), ends=date(2026, 11, 22)))

    house.scan(ana, fenna, scanned_at="2026-11-21T02:30:00+01:00")
    house.scan(ana, fenna, scanned_at="2026-11-20T22:30:00+01:00")

    assert [m["day"] for m in meetings(ana)] == ["2026-11-20"]


@pytest.mark.parametrize(
    "clock", ["2006-01-01T00:00:00Z", "2049-01-01T00:00:00Z", "1970-01-01T00:00:05Z"]
)
def test_a_clock_wrong_by_years_counts_as_now(house: House, clock: str) -> None:
    ana = house.person()
    today = datetime.now(UTC).date()
    fenna = house.attendee(house.event(ana, starts=today, ends=today, timezone="UTC"))

    result = house.scan(ana, fenna, scanned_at=clock)

    assert result["outcome"] == "recorded"
    [meeting] = meetings(ana)
    met_at = datetime.fromisoformat(meeting["met_at"])
    assert abs(met_at - datetime.now(UTC)) < timedelta(minutes=1)
    kept = house.db.read_now(lambda s: s.scalar(select(Scan.scanned_at)))
    assert kept == datetime.fromisoformat(clock)


def test_a_late_upload_keeps_its_day(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana, starts=date(2025, 3, 1), ends=date(2025, 3, 2)))

    house.scan(ana, fenna, scanned_at="2025-03-02T12:00:00+01:00")

    assert meetings(ana)[0]["day"] == "2025-03-02"


def test_mutual_scans_confirm_each_other(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    event = house.event(ana)
    anas, bens = house.attendee(event, ana), house.attendee(event, ben)

    house.scan(ana, bens)
    assert meetings(ana)[0]["confirmed"] is False
    house.scan(ben, anas)

    assert [m["confirmed"] for m in meetings(ana)] == [True]
    assert [m["confirmed"] for m in meetings(ben)] == [True]
    assert meetings(ana)[0]["contact"]["name"] == "Ben"


def test_ones_own_badge_is_answered_kindly(house: House) -> None:
    ana = house.person()
    own = house.attendee(house.event(ana), ana)

    result = house.scan(ana, own)

    assert result["outcome"] == "invalid"
    assert "own badge" in result["problem"]
    assert count(house, Meeting) == 0


def test_bad_scans_stop_none_of_the_others(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana))
    good = sent(fenna.code)

    results = upload(
        ana,
        [
            {"id": 7},
            None,
            sent(f"{BASE_URL}/b/0000000000000000000000000A"),
            sent(f"{BASE_URL}/b/nonsense"),
            sent(fenna.code, event="no-such-event"),
            sent(fenna.code, scanned_at="yesterday"),
            sent(fenna.code, intents=["x" * 1000]),
            sent(""),
            good,
        ],
    )

    assert [r["outcome"] for r in results] == ["invalid"] * 8 + ["recorded"]
    assert [results[0]["id"], results[1]["id"]] == [7, None]
    assert all(r["problem"] for r in results[:8])
    assert count(house, Meeting) == 1


def test_a_refused_scan_is_judged_again_when_it_comes_again(house: House) -> None:
    ana = house.person()
    event = house.event(ana)
    scan = sent("7F3C9KQ2", event="seaside")

    assert upload(ana, [scan])[0]["outcome"] == "invalid"
    wearer = house.attendee(event)
    again = upload(ana, [{**scan, "code": wearer.short_code}])[0]

    assert again["outcome"] == "recorded"


def test_a_refused_scan_is_judged_again_when_it_comes_again_in_the_same_upload(
    house: House,
) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana))
    wrong = sent(f"{BASE_URL}/b/nonsense")
    mended = {**wrong, "code": fenna.code}

    results = upload(ana, [wrong, mended, wrong])

    assert [r["outcome"] for r in results] == ["invalid", "recorded", "duplicate"]
    assert results[1]["meeting"] == results[2]["meeting"]


def test_five_hundred_refused_scans_of_one_id_cost_a_few_rounds(house: House) -> None:
    ana = house.person()
    wrong = sent(f"{BASE_URL}/b/nonsense")
    with statements() as asked:
        results = upload(ana, [wrong] * 500)
    assert {r["outcome"] for r in results} == {"invalid"}
    assert all(r["problem"] for r in results)
    assert len(asked) < 60


def test_half_an_emoji_as_javascript_writes_it_stops_nothing(house: House) -> None:
    ana = house.person()
    scan = sent(house.attendee(house.event(ana)).code, note="good \ud83d")
    body = json.dumps({"device": "phone", "scans": [scan]})
    assert "\\ud83d" in body

    answer = ana.client.post(
        "/api/v1/scans", content=body, headers={"Content-Type": "application/json"}
    )

    assert [r["outcome"] for r in answer.json()["results"]] == ["recorded"]
    assert meetings(ana)[0]["note"] == "good ?"


def test_a_short_code_is_found_however_it_is_typed(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana))
    typed = f" {fenna.short_code[:4].lower()}-{fenna.short_code[4:]} "

    result = upload(ana, [sent(typed, event="seaside")])[0]

    assert result["outcome"] == "recorded"


def test_after_thirty_missed_short_codes_even_a_right_one_waits(house: House) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana))

    missed = upload(ana, [sent(f"ZZZZZZ{i:02d}", event="seaside") for i in range(30)])
    right = upload(ana, [sent(fenna.short_code, event="seaside")])[0]
    badge = upload(ana, [sent(fenna.code)])[0]

    assert {r["outcome"] for r in missed} == {"invalid"}
    assert right["outcome"] == "invalid"
    assert "Too many" in right["problem"]
    assert badge["outcome"] == "recorded"


def test_a_foreign_code_is_the_same_unknown_person_again(house: House) -> None:
    ana = house.person()

    first = upload(ana, [sent("kfndgffgyw4tdgcacx6bb3bgemq69cxj")])[0]
    again = upload(ana, [sent("kfndgffgyw4tdgcacx6bb3bgemq69cxj")])[0]

    assert first["contact"] == again["contact"]
    assert meetings(ana)[0]["contact"]["name"].startswith("Unknown, badge ")
    kept = house.db.read_now(lambda s: s.scalars(select(ContactCode.code_hash)).all())
    assert len(kept) == 1
    assert "kfndgffgyw4tdgcacx6bb3bgemq69cxj" not in kept[0]


def test_blocked_people_are_unknown_to_each_other(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    event = house.event(ana)
    anas, bens = house.attendee(event, ana), house.attendee(event, ben)
    house.db.write_now(block, ben.id, ana.id)

    for who, wearer in ((ana, bens), (ben, anas)):
        result = house.scan(who, wearer)
        assert result["outcome"] == "invalid"
        assert "not known" in result["problem"]


def test_an_unlisted_attendee_shows_a_name_to_who_scans_the_badge_and_no_handles(
    house: House,
) -> None:
    ana = house.person()
    fenna = house.attendee(house.event(ana), listed=False, handles=[("x", "@fenna")])
    house.ties(ana, tie("fenna"))

    house.scan(ana, fenna)

    [card] = ana.client.get("/api/v1/contacts").json()["items"]
    assert card["name"] == "Fenna Wouters"
    assert card["handles"] == []


def test_uploads_of_many_people_at_once_give_each_their_meetings(house: House) -> None:
    organiser = house.person("Olga")
    event = house.event(organiser)
    people = [house.person(f"Person {i}") for i in range(6)]
    badges = [house.attendee(event, person) for person in people]

    def meet_all(person: Person) -> list[dict[str, Any]]:
        others = [b for p, b in zip(people, badges, strict=True) if p is not person]
        return upload(person, [sent(badge.code) for badge in others])

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(meet_all, people))

    assert all(r["outcome"] == "recorded" for answer in results for r in answer)
    assert count(house, Meeting) == 30
    assert all(m["confirmed"] for m in meetings(people[0]))


def test_the_same_scan_uploaded_by_many_threads_is_recorded_once(house: House) -> None:
    ana = house.person()
    scan = sent(house.attendee(house.event(ana)).code, intents=["coffee"])

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: upload(ana, [scan])[0], range(8)))

    assert sorted(r["outcome"] for r in results) == ["duplicate"] * 7 + ["recorded"]
    assert count(house, Scan) == count(house, Meeting) == count(house, FollowUp) == 1


def test_more_than_five_hundred_scans_are_refused_as_a_whole(house: House) -> None:
    ana = house.person()

    answer = ana.client.post("/api/v1/scans", json={"scans": [sent("x")] * 501})

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert count(house, Scan) == 0


def test_signed_out_uploads_are_401_and_never_a_redirect(house: House) -> None:
    answer = house.client().post("/api/v1/scans", json={"scans": []})

    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_scan_from_another_site_is_refused(house: House) -> None:
    ana = house.person()

    answer = ana.client.post(
        "/api/v1/scans", json={"scans": []}, headers={"Origin": "https://evil.example"}
    )

    assert answer.status_code == 403


def test_a_queue_is_taken_only_in_the_session_of_the_account_it_names(house: House) -> None:
    ana, ben = house.person(), house.person("Ben Carter")
    fenna = house.attendee(house.event(ana), "Fenna Wouters")
    body = {"device": "phone", "scans": [sent(fenna.code)]}

    def upload_for(owner: str) -> tuple[int, str]:
        answer = ben.client.post("/api/v1/scans", json=body, headers={"Firsthand-Account": owner})
        return answer.status_code, answer.headers["content-type"]

    assert upload_for(str(ana.id)) == (409, "application/problem+json")
    assert upload_for("nobody") == (409, "application/problem+json")
    assert count(house, Scan) == 0
    assert upload_for(str(ben.id))[0] == 200
    assert count(house, Scan) == 1
