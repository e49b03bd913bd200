"""What matters to the owner orders the list; a chip narrows it to a kind."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.events.models import Event
from firsthand.handles.networks import Network
from firsthand.ties.importing import undo_import
from firsthand.ties.kinds import KindCount, TieKind
from firsthand.ties.models import Match, RankingChoice, Tie
from tests.server.house import House, Person, tie

PATH = "/api/v1/events/seaside/unmet"


def said(kind: TieKind, year: int = 2024, count: int = 3) -> KindCount:
    moment = datetime(year, 5, 1, tzinfo=UTC)
    return KindCount(kind, count, moment, moment)


class Ranked:
    """Mira has written to Ben, talked with Cem, and Dia follows her."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.mira: Person = house.person("Mira Andersen")
        self.event: Event = house.event(self.mira)
        house.attendee(self.event, self.mira)
        for name in ("Ben", "Cem", "Dia"):
            house.attendee(self.event, name, handles=[("x", f"@{name}123")])
        self.brought = house.ties(
            self.mira,
            tie("ben123", said(TieKind.MESSAGED, count=30)),
            tie("cem123", said(TieKind.REPLIED), said(TieKind.MENTIONED)),
            tie("dia123", KindCount(TieKind.FOLLOWED_BY, 1)),
        )

    def names(self, **query: str) -> list[str]:
        answer = self.mira.client.get(f"{PATH}?{urlencode(query)}")
        assert answer.status_code == 200, answer.text
        return [item["name"] for item in answer.json()["items"]]

    def tune(self, **levels: Any) -> Any:
        form = {"_method": "PUT", "next": "/events/seaside/unmet?kind=replied", **levels}
        return self.mira.client.post("/me/ranking", data=form)


@pytest.fixture
def ranked(house: House) -> Ranked:
    return Ranked(house)


def test_what_matters_more_comes_first_at_once_and_as_usual_again(ranked: Ranked) -> None:
    assert ranked.names() == ["Ben", "Cem", "Dia"]
    answer = ranked.tune(followed_by="more", conversations="less", recent="less")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/events/seaside/unmet?kind=replied"
    assert ranked.names() == ["Ben", "Dia", "Cem"]
    page = ranked.mira.client.get("/events/seaside/unmet").text
    assert "Conversations less, People who follow me more, How recent less" in page
    ranked.tune(followed_by="more", as_usual="yes")
    assert ranked.names() == ["Ben", "Cem", "Dia"]
    assert ranked.house.db.read_now(lambda s: s.scalars(select(RankingChoice)).all()) == []


def test_a_tuning_is_the_owners_alone(ranked: Ranked) -> None:
    ana = ranked.house.person("Ana Oliveira")
    ranked.house.attendee(ranked.event, ana)
    ranked.house.ties(
        ana, tie("ben123", said(TieKind.MESSAGED)), tie("dia123", KindCount(TieKind.FOLLOWED_BY, 1))
    )
    ranked.tune(followed_by="more", conversations="less", recent="less")
    theirs = [item["name"] for item in ana.client.get(PATH).json()["items"]]
    assert theirs == ["Ben", "Dia"]


def test_ties_brought_later_are_weighed_as_chosen(ranked: Ranked) -> None:
    ranked.tune(connected="more", recent="less")
    ranked.house.attendee(ranked.event, "Eva", handles=[("linkedin", "linkedin.com/in/eva123")])
    ranked.house.ties(ranked.mira, tie("eva123", said(TieKind.CONNECTED), network=Network.LINKEDIN))
    assert ranked.names()[0] == "Eva"


def test_a_level_that_is_none_is_refused_and_changes_nothing(ranked: Ranked) -> None:
    assert ranked.tune(messages="most").status_code == 400
    assert ranked.tune(next="https://elsewhere.example/").headers["location"] == "/"
    assert ranked.names() == ["Ben", "Cem", "Dia"]


def test_a_tuning_is_taken_along_and_signed_out_nothing_is_kept(ranked: Ranked) -> None:
    ranked.tune(messages="more")
    export = ranked.mira.client.get("/api/v1/me/export").json()
    assert [row["messages"] for row in export["ranking_choice"]] == [1]
    refused = ranked.house.client().post("/me/ranking", data={"_method": "PUT"})
    assert refused.status_code in {303, 401, 403}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("conversations", ["Cem"]),
        ("replied", ["Cem"]),
        ("messaged", ["Ben"]),
        ("followed_by", ["Dia"]),
        ("follows", []),
        ("", ["Ben", "Cem", "Dia"]),
    ],
)
def test_a_kind_narrows_the_list(ranked: Ranked, kind: str, names: list[str]) -> None:
    assert ranked.names(kind=kind) == names
    assert ranked.names(kind=kind, network="x") == names
    assert ranked.names(kind=kind, network="linkedin") == []
    assert ranked.names(kind=kind, q="cem") == [name for name in names if name == "Cem"]


def test_a_kind_is_gone_with_the_import_that_said_it(ranked: Ranked) -> None:
    more = ranked.house.ties(ranked.mira, tie("ben123", said(TieKind.LIKED)))
    assert ranked.names(kind="liked") == ["Ben"]
    ranked.house.db.write_now(undo_import, ranked.mira.id, more)
    ranked.house.settle()
    assert ranked.names(kind="liked") == []
    assert ranked.names(kind="messaged") == ["Ben"]


def test_a_match_keeps_the_kinds_of_its_tie(ranked: Ranked) -> None:
    def kinds(session: Session) -> list[Any]:
        both = select(Tie.kinds, Match.kinds).join(
            Match, (Match.owner_id == Tie.owner_id) & (Match.tie_id == Tie.id)
        )
        return [tuple(row) for row in session.execute(both.order_by(Tie.kinds))]

    assert ranked.house.db.read_now(kinds) == [(2, 2), (24, 24), (32, 32)]


def test_the_page_keeps_search_network_and_kind_together(ranked: Ranked) -> None:
    page = ranked.mira.client.get("/events/seaside/unmet?q=e&network=x&kind=conversations").text
    assert "Cem" in page
    assert "Ben" not in page
    assert 'href="/events/seaside/unmet?q=e&amp;network=x&amp;kind=messaged"' in page
    assert 'href="/events/seaside/unmet?q=e&amp;network=x" aria-current="true"' in page
    assert ranked.mira.client.get("/events/seaside/unmet?kind=winked").status_code == 400
