"""What two people share online, as the card says it: sentences, and links that lead there."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

from firsthand.contacts.card_handles import CardHandle
from firsthand.contacts.card_ties import CardTie
from firsthand.handles.exchanges import exchanges_url
from firsthand.handles.networks import Network
from firsthand.scans.shared_online import SharedOnline, shared_online
from firsthand.ties.kinds import KindCount, TieKind

TODAY = date(2026, 11, 23)
REPLIED = KindCount(
    TieKind.REPLIED, 14, datetime(2019, 5, 1, tzinfo=UTC), datetime(2024, 2, 3, tzinfo=UTC)
)
FENNA = CardHandle("x", "fenna", False)


def only(
    *ties: CardTie, shown: tuple[CardHandle, ...] = (FENNA,), own: str = "mira"
) -> SharedOnline:
    (found,) = shared_online(ties, shown, {"x": own} if own else {}, TODAY)
    return found


def test_sentences_have_dates_and_lead_to_the_networks_own_search() -> None:
    found = only(CardTie("x", "Fenna", [REPLIED, KindCount(TieKind.FOLLOWS, 1)]))
    assert found.lines == ["You replied 14 times, last on 3 Feb 2024", "You follow them on X"]
    assert found.name == "fenna"
    assert found.exchanges
    address = urlsplit(found.exchanges)
    assert (address.netloc, address.path) == ("x.com", "/search")
    assert parse_qs(address.query)["q"] == ["(from:mira to:fenna) OR (from:fenna to:mira)"]


def test_the_strongest_network_comes_first_and_each_stands_once() -> None:
    ties = [
        CardTie("github", "fenna", [REPLIED]),
        CardTie("x", "fenna", [KindCount(TieKind.FOLLOWS, 1)]),
        CardTie("x", "fenna_old", [KindCount(TieKind.FOLLOWED_BY, 1)]),
    ]
    found = shared_online(ties, [FENNA], {}, TODAY)
    assert [(on.network, on.name, on.exchanges) for on in found] == [
        ("github", None, None),
        ("x", "fenna", None),
    ]
    assert found[1].lines == ["You follow each other on X"]


def test_a_handle_that_they_do_not_show_is_not_linked_to() -> None:
    found = only(CardTie("x", "fenna", [REPLIED]), shown=())
    assert (found.name, found.exchanges) == (None, None)


def test_a_renamed_handle_is_the_one_that_they_show_there() -> None:
    assert only(CardTie("x", "fenna_old", [REPLIED])).name == "fenna"
    two = (FENNA, CardHandle("x", "wouters", False))
    assert only(CardTie("x", "fenna_old", [REPLIED]), shown=two).name is None
    assert only(CardTie("x", "WOUTERS", [REPLIED]), shown=two).name == "wouters"


def test_messages_and_follows_have_no_search_of_their_own() -> None:
    assert only(CardTie("x", "fenna", [KindCount(TieKind.MESSAGED, 3)])).exchanges is None
    assert only(CardTie("x", "fenna", [REPLIED]), own="").exchanges is None


def test_only_networks_with_such_a_search_have_one() -> None:
    found = {network for network in Network if exchanges_url(network, "ana", "ben")}
    assert found == {Network.X, Network.GITHUB}


def test_a_hostile_name_stays_within_the_search() -> None:
    for network in (Network.X, Network.GITHUB):
        address = urlsplit(exchanges_url(network, "a&f=top#", 'b"><script>') or "")
        assert not address.fragment
        assert "<" not in address.geturl()
        assert '"' not in address.geturl()
        assert len(parse_qs(address.query)) == 2
