"""Known online, not met: who is on the list, who leaves it, and whom it must never name."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block
from firsthand.accounts.models import Circle
from firsthand.events.days import local_day
from firsthand.events.models import Event
from firsthand.handles.models import Handle
from firsthand.handles.networks import Network
from firsthand.scans.editing import reinstate_scan, retract_scan, undo_meeting
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from firsthand.ties.kinds import KindCount, TieKind
from firsthand.unmet.queries import count_known_and_met, count_unmet
from tests.server.house import House, tie

REPLIED = KindCount(
    TieKind.REPLIED, 14, datetime(2024, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
)


class Seaside:
    """Mira attends an event and has ties with people there."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.mira = house.person("Mira Andersen")
        self.event: Event = house.event(self.mira)
        self.badge = house.attendee(self.event, self.mira)

    def listed(self, path: str = "") -> list[str]:
        return [item["name"] for item in self.items(path)]

    def items(self, path: str = "") -> list[dict[str, Any]]:
        answer = self.mira.client.get(f"/api/v1/events/{self.event.slug}/unmet{path}")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def counts(self) -> tuple[int, int]:
        read = self.house.db.read_now
        return (
            read(count_unmet, self.mira.id, self.event.id),
            read(count_known_and_met, self.mira.id, self.event.id),
        )


@pytest.fixture
def seaside(house: House) -> Seaside:
    return Seaside(house)


def test_a_tie_with_a_listed_attendee_shows_with_its_reason(seaside: Seaside) -> None:
    seaside.house.attendee(seaside.event, "Fenna Wouters", handles=[("x", "@fenna")])
    seaside.house.ties(seaside.mira, tie("fenna", REPLIED))
    (item,) = seaside.items()
    assert item["name"] == "Fenna Wouters"
    assert item["handles"] == [{"network": "x", "name": "fenna", "verified": False}]
    assert [(r["kind"], r["count"]) for r in item["reasons"]] == [("replied", 14)]
    assert 0 < item["score"] < 1
    assert set(item) == {
        "attendee", "name", "headline", "company", "handles", "reasons", "score"
    }  # fmt: skip
    assert seaside.counts() == (1, 0)
    page = seaside.mira.client.get("/events/seaside/unmet").text
    assert "You replied 14 times" in page


def test_an_archive_naming_an_unlisted_attendee_shows_and_counts_nothing(seaside: Seaside) -> None:
    seaside.house.attendee(seaside.event, "Hidden", listed=False, handles=[("x", "@hidden")])
    seaside.house.ties(seaside.mira, tie("hidden", REPLIED))
    assert seaside.listed() == []
    assert seaside.counts() == (0, 0)
    assert "Hidden" not in seaside.mira.client.get("/events/seaside").text


@pytest.mark.parametrize("circle", [Circle.NOBODY, Circle.MET])
def test_a_handle_not_shown_to_browsers_matches_nothing(seaside: Seaside, circle: Circle) -> None:
    kerry = seaside.house.person("Kerry Calloway")
    seaside.house.attendee(seaside.event, kerry, handles=[("x", "@kerry"), ("github", "kerryc")])

    def hide(session: Session) -> None:
        session.execute(update(Handle).where(Handle.network == "x").values(circle=circle))

    seaside.house.db.write_now(hide)
    seaside.house.ties(seaside.mira, tie("kerry", REPLIED))
    assert seaside.listed() == []
    assert seaside.counts() == (0, 0)


def test_a_claimed_attendees_organiser_handle_hides_nobody(seaside: Seaside) -> None:
    # The organiser's row stays with the list; the account's own, weaker tie is what shows.
    kerry = seaside.house.person("Kerry Calloway")
    worn = seaside.house.attendee(seaside.event, kerry, handles=[("github", "kerryc")])

    def organisers(session: Session) -> None:
        session.add(
            Handle(attendee_id=worn.id, network="x", name="kerry", key="kerry", stable_id=None)
        )

    seaside.house.db.write_now(organisers)
    seaside.house.ties(seaside.mira, tie("kerry", REPLIED), tie("kerryc", network=Network.GITHUB))
    assert seaside.listed() == ["Kerry Calloway"]


def test_a_scan_takes_somebody_off_at_once_and_undo_brings_them_back(seaside: Seaside) -> None:
    worn = seaside.house.attendee(seaside.event, "Fenna Wouters", handles=[("x", "@fenna")])
    seaside.house.ties(seaside.mira, tie("fenna", REPLIED))
    result = seaside.house.scan(seaside.mira, worn)
    assert seaside.listed() == []
    assert seaside.counts() == (0, 1)
    seaside.house.db.write_now(retract_scan, seaside.mira.id, UUID(result["id"]))
    assert seaside.listed() == ["Fenna Wouters"]
    assert seaside.counts() == (1, 0)
    seaside.house.db.write_now(reinstate_scan, seaside.mira.id, UUID(result["id"]))
    assert seaside.listed() == []


def test_a_meeting_without_a_scan_takes_somebody_off(seaside: Seaside) -> None:
    worn = seaside.house.attendee(seaside.event, "Fenna Wouters", handles=[("x", "@fenna")])
    seaside.house.ties(seaside.mira, tie("fenna", REPLIED))
    where = f"/events/seaside/unmet/{worn.id}/meeting"
    answer = seaside.mira.client.put(
        where, data={"intents": "coffee"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "Undo" in answer.text
    assert f"attendee-{worn.id}" in answer.text
    assert seaside.listed() == []
    promised = seaside.mira.client.get("/api/v1/follow-ups").json()["items"]
    assert [item["intent"] for item in promised] == ["coffee"]


def test_those_known_before_leave_the_list_in_bulk(seaside: Seaside) -> None:
    names = ["fenna", "kerry", "pat"]
    worn = [
        seaside.house.attendee(seaside.event, name.title(), handles=[("x", name)]) for name in names
    ]
    seaside.house.ties(seaside.mira, *(tie(name, REPLIED) for name in names))
    answer = seaside.mira.client.post(
        "/events/seaside/unmet/known-before",
        data={"_method": "PUT", "attendee": [str(worn[0].id), str(worn[2].id)]},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert seaside.listed() == ["Kerry"]
    assert seaside.counts() == (1, 2)


def test_nobody_ticked_is_told_kindly(seaside: Seaside) -> None:
    answer = seaside.mira.client.put("/events/seaside/unmet/known-before", data={"attendee": ""})
    assert answer.status_code == 400


def test_being_scanned_takes_nobody_off_until_i_confirm(seaside: Seaside) -> None:
    kerry = seaside.house.person("Kerry Calloway")
    seaside.house.attendee(seaside.event, kerry, handles=[("x", "@kerry")])
    seaside.house.ties(seaside.mira, tie("kerry", REPLIED))
    sent = seaside.house.scan(kerry, seaside.badge)
    assert sent["outcome"] == "recorded", sent
    assert seaside.listed() == ["Kerry Calloway"]
    page = seaside.mira.client.get("/events/seaside").text
    assert "says you met" in page
    claim = f"/claims/{kerry.id}/{sent['meeting']}"
    answer = seaside.mira.client.post(
        f"{claim}/confirmation",
        data={"_method": "PUT", "next": "/events/seaside"},
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/events/seaside"
    assert seaside.listed() == []
    assert "says you met" not in seaside.mira.client.get("/events/seaside").text


HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("verb", ["confirmation", "dismissal"])
def test_an_answer_says_whom_it_was_about_and_is_undone_in_its_place(
    seaside: Seaside, verb: str
) -> None:
    kerry = seaside.house.person("Kerry Calloway")
    seaside.house.attendee(seaside.event, kerry)
    sent = seaside.house.scan(kerry, seaside.badge)
    claim = f"/claims/{kerry.id}/{sent['meeting']}/{verb}"
    answer = seaside.mira.client.put(claim, data={"event": "seaside"}, headers=HTMX)
    said = {"confirmation": "You met", "dismissal": "Noted: you have not met"}[verb]
    assert f"{said} <bdi>Kerry Calloway</bdi>." in answer.text
    assert "says you met" not in seaside.mira.client.get("/events/seaside").text
    if verb == "confirmation":
        card = re.search(r'href="(/people/[^"]+)"', answer.text)
        assert card
        assert "Kerry Calloway" in seaside.mira.client.get(card[1]).text
    fields = dict(re.findall(r'name="(event|meeting)" value="([^"]+)"', answer.text))
    undone = seaside.mira.client.request("DELETE", claim, data=fields, headers=HTMX)
    assert f'id="claim-{sent["meeting"]}"' in undone.text
    assert "says you met" in seaside.mira.client.get("/events/seaside").text
    assert seaside.mira.client.get("/api/v1/meetings").json()["items"] == []


def test_a_plain_yes_goes_on_at_the_new_card(seaside: Seaside) -> None:
    kerry = seaside.house.person("Kerry Calloway")
    seaside.house.attendee(seaside.event, kerry)
    sent = seaside.house.scan(kerry, seaside.badge)
    claim = f"/claims/{kerry.id}/{sent['meeting']}/confirmation"
    answer = seaside.mira.client.post(claim, data={"_method": "PUT"})
    page = seaside.mira.client.get(answer.headers["location"]).text
    assert "Kerry Calloway" in page
    assert "We did not meet" in page


@pytest.mark.parametrize("verb", ["dismissal", "block"])
def test_a_claim_can_be_dismissed_or_its_claimant_blocked(seaside: Seaside, verb: str) -> None:
    kerry = seaside.house.person("Kerry Calloway")
    seaside.house.attendee(seaside.event, kerry, handles=[("x", "@kerry")])
    seaside.house.ties(seaside.mira, tie("kerry", REPLIED))
    sent = seaside.house.scan(kerry, seaside.badge)
    seaside.mira.client.put(f"/claims/{kerry.id}/{sent['meeting']}/{verb}")
    assert "says you met" not in seaside.mira.client.get("/events/seaside").text
    assert seaside.listed() == (["Kerry Calloway"] if verb == "dismissal" else [])


def test_somebody_elses_claim_is_not_found(seaside: Seaside) -> None:
    stranger = seaside.house.person("Pat")
    assert stranger.client.put(f"/claims/{stranger.id}/{stranger.id}/block").status_code == 404


def test_the_dismissed_stay_away_until_that_is_undone(seaside: Seaside) -> None:
    worn = seaside.house.attendee(seaside.event, "Fenna Wouters", handles=[("x", "@fenna")])
    seaside.house.ties(seaside.mira, tie("fenna", REPLIED))
    where = f"/events/seaside/unmet/{worn.id}/dismissal"
    seaside.mira.client.put(where)
    assert seaside.listed() == []
    seaside.mira.client.delete(where)
    assert seaside.listed() == ["Fenna Wouters"]


@pytest.mark.parametrize("by_me", [True, False])
def test_the_blocked_never_show_whoever_blocked(seaside: Seaside, by_me: bool) -> None:
    kerry = seaside.house.person("Kerry Calloway")
    seaside.house.attendee(seaside.event, kerry, handles=[("x", "@kerry")])
    seaside.house.ties(seaside.mira, tie("kerry", REPLIED))
    pair = (seaside.mira.id, kerry.id) if by_me else (kerry.id, seaside.mira.id)
    seaside.house.db.write_now(block, *pair)
    assert seaside.listed() == []
    assert seaside.counts() == (0, 0)


def test_met_at_another_event_by_account_counts_as_met(seaside: Seaside) -> None:
    kerry = seaside.house.person("Kerry Calloway")
    before = seaside.house.event(seaside.mira, slug="before")
    seaside.house.attendee(before, seaside.mira)
    there = seaside.house.attendee(before, kerry)
    seaside.house.db.write_now(keep_meeting, seaside.mira.id, MeetingDraft(attendee=there.id))
    seaside.house.attendee(seaside.event, kerry, handles=[("x", "@kerry")])
    seaside.house.ties(seaside.mira, tie("kerry", REPLIED))
    assert seaside.listed() == []
    assert seaside.counts() == (0, 1)


def test_met_at_another_event_by_the_same_tie_counts_as_met(seaside: Seaside) -> None:
    before = seaside.house.event(seaside.mira, slug="before")
    seaside.house.attendee(before, seaside.mira)
    there = seaside.house.attendee(before, "K. Calloway", handles=[("x", "kerry")])
    seaside.house.ties(seaside.mira, tie("kerry", REPLIED))
    meeting = seaside.house.db.write_now(
        keep_meeting, seaside.mira.id, MeetingDraft(attendee=there.id)
    )
    seaside.house.attendee(seaside.event, "Kerry Calloway", handles=[("x", "kerry")])
    assert seaside.listed() == []
    seaside.house.db.write_now(undo_meeting, seaside.mira.id, meeting)
    assert seaside.listed() == ["Kerry Calloway"]


def test_it_is_only_for_those_who_attend(seaside: Seaside) -> None:
    stranger = seaside.house.person("Pat")
    for path in ("", "/unmet", "/recap"):
        assert stranger.client.get(f"/events/seaside{path}").status_code == 404
    assert stranger.client.get("/api/v1/events/seaside/unmet").status_code == 404


def test_following_is_never_told_to_the_one_followed(seaside: Seaside) -> None:
    kerry = seaside.house.person("Kerry Calloway")
    seaside.house.attendee(seaside.event, kerry, handles=[("x", "@kerry")])
    seaside.house.ties(seaside.mira, tie("kerry", REPLIED))
    # Mira is the organiser as well: until Kerry chooses, the page says whose list it is.
    kerry.client.put("/me/events/seaside/listing", data={"listed": "yes"})
    assert kerry.client.get("/api/v1/events/seaside/unmet").json()["items"] == []
    assert "Mira" not in kerry.client.get("/events/seaside").text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=WOUT", ["Fenna Wouters"]),
        ("?q=harbour", ["Fenna Wouters"]),
        ("?q=@fenna_w", ["Fenna Wouters"]),
        ("?q=100%25", []),
        ("?network=github", ["Kerry"]),
        ("?kind=replied", ["Fenna Wouters"]),
        ("?network=x&kind=follows", []),
    ],
)
def test_search_and_filters_narrow_it(seaside: Seaside, query: str, names: list[str]) -> None:
    seaside.house.attendee(
        seaside.event, "Fenna Wouters", handles=[("x", "@fenna_w")], company="Harbour Labs"
    )
    seaside.house.attendee(seaside.event, "Kerry", handles=[("github", "kerry")])
    seaside.house.ties(seaside.mira, tie("fenna_w", REPLIED), tie("kerry", network=Network.GITHUB))
    assert seaside.listed(query) == names


@pytest.mark.parametrize(
    "query",
    ["?limit=0", "?limit=101", "?limit=x", "?network=myspace", "?kind=poked", "?cursor=AAAA"],
)
def test_a_bad_parameter_is_a_problem(seaside: Seaside, query: str) -> None:
    answer = seaside.mira.client.get(f"/api/v1/events/seaside/unmet{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_nul_bytes_do_not_break_a_page(seaside: Seaside) -> None:
    assert seaside.mira.client.get("/events/sea%00side").status_code in {200, 404}
    assert seaside.mira.client.get("/events/seaside/unmet?q=%00%25").status_code == 200


def test_a_cursor_is_good_only_for_its_owner_and_query(seaside: Seaside) -> None:
    for number in range(3):
        seaside.house.attendee(seaside.event, f"P{number}", handles=[("x", f"p{number}")])
    seaside.house.ties(seaside.mira, *(tie(f"p{number}", REPLIED) for number in range(3)))
    path = "/api/v1/events/seaside/unmet?limit=2"
    first = seaside.mira.client.get(path).json()
    cursor = first["next"]
    second = seaside.mira.client.get(f"{path}&cursor={cursor}").json()
    assert len(first["items"]) == 2
    assert len(second["items"]) == 1
    assert second["next"] is None
    assert seaside.mira.client.get(f"{path}&q=p&cursor={cursor}").status_code == 400
    other = seaside.house.person("Pat")
    seaside.house.attendee(seaside.event, other)
    assert other.client.get(f"{path}&cursor={cursor}").status_code == 400


def test_saying_that_one_is_here_is_kept_for_today(seaside: Seaside) -> None:
    assert "I am here" in seaside.mira.client.get("/events/seaside").text
    seaside.mira.client.put("/events/seaside/arrival")
    assert "I am here" not in seaside.mira.client.get("/events/seaside").text


def test_the_recap_says_how_it_went(seaside: Seaside) -> None:
    worn = seaside.house.attendee(seaside.event, "Fenna Wouters", handles=[("x", "@fenna")])
    seaside.house.attendee(seaside.event, "Kerry", handles=[("x", "@kerry")])
    stranger = seaside.house.attendee(seaside.event, "Pat")
    seaside.house.ties(seaside.mira, tie("fenna", REPLIED), tie("kerry", REPLIED))
    for met in (worn, stranger):
        seaside.house.db.write_now(keep_meeting, seaside.mira.id, MeetingDraft(attendee=met.id))
    page = " ".join(seaside.mira.client.get("/events/seaside/recap").text.split())
    assert '2 people</em> online. You met <strong class="warm">1 of them</strong>' in page
    assert '<strong class="warm">1 more</strong>' in page
    assert "<svg" in page


@pytest.mark.parametrize("days", [-3, 0, 5])
def test_the_page_stands_before_during_and_after_the_event(house: House, days: int) -> None:
    mira = house.person("Mira")
    day = local_day(datetime.now(UTC), ZoneInfo("Europe/Paris")) + timedelta(days=days)
    event = house.event(mira, starts=day)
    house.attendee(event, mira)
    page = mira.client.get("/events/seaside").text
    assert "Import your X archive" in page
    assert ("I am here" in page) == (days == 0)


def test_whom_one_knows_twice_is_listed_once_by_the_stronger_tie(seaside: Seaside) -> None:
    """Whichever of the two was brought first."""
    seaside.house.attendee(
        seaside.event, "Fenna Wouters", handles=[("x", "fenna"), ("github", "fenna-codes")]
    )
    seaside.house.ties(seaside.mira, tie("fenna"))
    seaside.house.ties(seaside.mira, tie("fenna-codes", REPLIED, network=Network.GITHUB))
    (item,) = seaside.items()
    assert item["reasons"][0]["network"] == "github"
