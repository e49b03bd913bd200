"""A browser's words about itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.accounts.browsers import browser_words

SAFARI = "Mozilla/5.0 ({}) AppleWebKit/605.1.15 (KHTML, like Gecko) {} Safari/604.1"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            SAFARI.format("iPhone; CPU iPhone OS 19_0 like Mac OS X", "Version/19"),
            "Safari on iPhone",
        ),
        (SAFARI.format("Linux; Android 16; Pixel 9", "Chrome/156"), "Chrome on Android"),
        (SAFARI.format("Windows NT 10.0; Win64; x64", "Chrome/156 Edg/156"), "Edge on Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
            "Firefox on Linux",
        ),
        ("curl/8.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_told_as_its_owner_calls_it(user_agent: str, words: str) -> None:
    assert browser_words(user_agent) == words


@given(st.text())
def test_any_text_gives_some_words(user_agent: str) -> None:
    assert browser_words(user_agent)
