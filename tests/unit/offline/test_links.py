import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.handles.networks import Network
from firsthand.offline.links import LONGEST_SHARED, shared_addresses, shared_profile


@pytest.mark.parametrize(
    ("texts", "address", "name"),
    [
        (("https://x.com/fenna", "", ""), "https://x.com/fenna", "fenna"),
        (("", "Look (https://x.com/fenna).", ""), "https://x.com/fenna", "fenna"),
        (("https://example.org/news", "https://x.com/fenna"), "https://x.com/fenna", "fenna"),
    ],
)
def test_a_profile_is_found_in_whatever_an_app_shares(
    texts: tuple[str, ...], address: str, name: str
) -> None:
    found = shared_profile(shared_addresses(*texts))
    assert found
    assert found[0] == address
    assert (found[1].network, found[1].name) == (Network.X, name)


@pytest.mark.parametrize("text", ["", "no link", "https://example.org/news", "javascript:alert(1)"])
def test_what_is_no_profile_is_none(text: str) -> None:
    assert shared_profile(shared_addresses(text)) is None


@given(st.text(max_size=LONGEST_SHARED + 50))
def test_anything_can_be_shared(text: str) -> None:
    shared_profile(shared_addresses(text))
