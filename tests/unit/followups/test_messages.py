"""Where two people talk, and the first words."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.followups.intents import DAYS_UNTIL_DUE
from firsthand.followups.messages import TalkedOn, first_line, ways_to_reach
from firsthand.handles.networks import Network

TODAY = date(2026, 11, 23)
LONG_AGO, LATELY = datetime(2019, 5, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)


def test_where_they_talked_last_comes_first_and_what_was_never_used_last() -> None:
    ways = ways_to_reach(
        [("bluesky", "ana.bsky.social"), ("x", "ana"), ("linkedin", "ana-lima")],
        "ana@example.org",
        "+351 900 000 000",
        [
            TalkedOn(Network.X, "ana", "12", LONG_AGO),
            TalkedOn(Network.LINKEDIN, "ana-lima", None, LATELY),
        ],
    )
    assert [way.name for way in ways] == [
        "linkedin", "x", "email", "sms", "whatsapp", "signal", "call", "bluesky",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("handle", "own", "address"),
    [
        (("linkedin", "ana-lima"), {}, "https://www.linkedin.com/in/ana-lima"),
        (("bluesky", "ana.bsky.social"), {}, "https://bsky.app/profile/ana.bsky.social"),
        (("instagram", "ana.lima"), {}, "https://ig.me/m/ana.lima"),
        (("facebook", "ana.lima"), {}, "https://m.me/ana.lima"),
        (("facebook", "1234"), {}, "https://www.facebook.com/profile.php?id=1234"),
        (("mastodon", "ana@fosstodon.org"), {}, "https://fosstodon.org/@ana"),
        (
            ("mastodon", "ana@fosstodon.org"),
            {"mastodon": "me@chaos.social"},
            "https://chaos.social/share?text=%40ana%40fosstodon.org%20",
        ),
        (("x", "ana"), {}, "https://x.com/ana"),
    ],
)
def test_each_network_opens_where_one_can_write(
    handle: tuple[str, str], own: dict[str, str], address: str
) -> None:
    assert ways_to_reach([handle], "", "", own=own)[0].address == address


def test_x_opens_the_conversation_where_the_archive_told_the_number() -> None:
    (way,) = ways_to_reach([("x", "Ana")], "", "", [TalkedOn(Network.X, "ana", "4711", LATELY)])
    asked = parse_qs(urlsplit(way.address_with("Hello & more")).query)
    assert asked == {"recipient_id": ["4711"], "text": ["Hello & more"]}


def test_a_name_that_the_other_does_not_show_is_never_opened() -> None:
    talked = [TalkedOn(Network.X, "ana_old", "4711", LATELY)]
    assert ways_to_reach([], "", "", talked) == []
    (way,) = ways_to_reach([("x", "ana")], "", "", talked)
    assert "4711" not in way.address
    assert way.last_at is None


def test_places_without_a_mailbox_are_left_out() -> None:
    assert ways_to_reach([("github", "ana"), ("website", "ana.example")], "", "") == []


@pytest.mark.parametrize(
    ("phone", "names"),
    [
        ("+351 900-000-000", ["sms", "whatsapp", "signal", "call"]),
        ("00351 900 000 000", ["sms", "whatsapp", "signal", "call"]),
        ("0171 234567", ["sms", "call"]),
        ("12", []),
        ("ask me", []),
    ],
)
def test_chats_need_the_whole_number(phone: str, names: list[str]) -> None:
    assert [way.name for way in ways_to_reach([], "", phone)] == names


@given(
    st.text(max_size=60), st.text(max_size=40), st.text(max_size=80), st.sampled_from(list(Network))
)
def test_nothing_that_somebody_calls_themselves_leads_elsewhere(
    name: str, phone: str, words: str, network: Network
) -> None:
    try:
        f"{name}{words}".encode()
    except UnicodeEncodeError:
        return
    for way in ways_to_reach([(network.value, name)], name, phone, own={"mastodon": "me@a.social"}):
        address = way.address_with(words)
        assert address.isascii()
        assert not any(each in address for each in " \"'<>\r\n\t")
        assert urlsplit(address).scheme in {"https", "mailto", "sms", "tel"}
        if way.takes_words:
            assert unquote(address).endswith(words)


def test_the_first_line_recalls_where_they_met_and_what_comes_next() -> None:
    line = first_line(
        "Dr. Ana Lima",
        event_name="Recruiters by the Sea",
        met_on=date(2026, 7, 14),
        today=TODAY,
        intent="send",
    )
    assert line == (
        "Hello Ana, it was good to meet you at Recruiters by the Sea on 14 July. "
        "Here is what I promised to send."
    )
    assert first_line("山田太郎", event_name=None, met_on=TODAY, today=TODAY) == (
        "Hello 山田太郎, it was good to meet you today."
    )
    assert "we know each other online" in first_line("", event_name="A", met_on=None, today=TODAY)


@given(
    st.text(max_size=80),
    st.none() | st.dates(),
    st.dates(),
    st.sampled_from([*DAYS_UNTIL_DUE, "", "my own"]),
)
def test_the_first_line_is_a_sentence_whatever_is_known(
    name: str, met_on: date | None, today: date, intent: str
) -> None:
    line = first_line(name, event_name=None, met_on=met_on, today=today, intent=intent)
    assert line.startswith("Hello")
    assert line.endswith((".", "?"))
    assert "  " not in line
