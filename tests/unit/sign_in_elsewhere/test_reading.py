"""What providers and people send is read without trusting any of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import RSAKey

from firsthand.handles.networks import Network
from firsthand.problems import Invalid
from firsthand.settings import Client
from firsthand.sign_in_elsewhere.asking import NotSignedInThere, decode
from firsthand.sign_in_elsewhere.code_flow import Token, Way
from firsthand.sign_in_elsewhere.identity import handle_on, shown_name, verified_email
from firsthand.sign_in_elsewhere.mastodon import read_server
from firsthand.sign_in_elsewhere.openid import read_id_token
from firsthand.sign_in_elsewhere.providers import Kind, Provider

PROVIDER = Provider("openid", "Harbour", Kind.OPENID, "https://login.example", "openid")
KEY = RSAKey.generate_key(2048)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def way(state: str = "state") -> Way:
    return Way(PROVIDER, Client("id", "secret"), "https://x/back", state, "key")


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("mastodon.social", "mastodon.social"),
        (" Mastodon.Social ", "mastodon.social"),
        ("https://mastodon.social", "mastodon.social"),
        ("https://mastodon.social/", "mastodon.social"),
        ("https://mastodon.social/@ana", "mastodon.social"),
        ("@ana@mastodon.social", "mastodon.social"),
        ("ana@mastodon.social", "mastodon.social"),
        ("m\u00fcnchen.social", "xn--mnchen-3ya.social"),
    ],
)
def test_a_server_is_named_in_many_ways(typed: str, host: str) -> None:
    assert read_server(typed) == host


@given(st.text() | st.from_regex(r"https?://[^ ]{1,40}(@[a-z.]{1,20})?"))
def test_whatever_is_typed_a_server_is_a_plain_public_name(typed: str) -> None:
    try:
        host = read_server(typed)
    except Invalid:
        return
    assert host.isascii()
    assert "." in host
    assert not set(host) & set("/:@?#[]% \\")
    assert not host.rpartition(".")[2].isdigit()


@given(st.text(), st.text())
def test_a_name_there_is_a_handle_there_or_none(user: str, more: str) -> None:
    """Never one at another server, nor on another network."""
    for name in (user, f"https://other.example/@{user}?{more}", f"{user}@other.example/{more}"):
        handle = handle_on(Network.MASTODON, f"{name}@social.example")
        assert handle is None or handle.name.endswith("@social.example")


@given(JSON, JSON)
def test_an_address_counts_only_where_it_is_said_to_be_verified(text: Any, verified: Any) -> None:
    assert verified_email(text, verified) == "" or verified in (True, "true")


def test_some_providers_write_the_truth_as_a_word() -> None:
    assert verified_email("Ana@Example.org", "true") == "ana@example.org"
    for no in (False, None, "false", 1, "True", [True]):
        assert verified_email("ana@example.org", no) == ""


@given(JSON)
def test_a_name_for_showing_is_one_short_line(said: Any) -> None:
    name = shown_name(said)
    assert len(name) <= 120
    assert "\n" not in name


@given(st.text())
def test_no_text_passes_for_an_id_token(text: str) -> None:
    keys = [KEY.as_dict(private=False)]
    with pytest.raises(NotSignedInThere):
        read_id_token(way(), Token("a", text), keys, ["RS256"])


@given(st.lists(st.dictionaries(st.sampled_from(["kty", "n", "e", "use", "alg", "kid"]), JSON)))
def test_no_keys_make_a_token_pass_or_break_the_reading(keys: list[dict[str, Any]]) -> None:
    with pytest.raises(NotSignedInThere):
        read_id_token(way(), Token("a", "e30.e30.e30"), keys, ["RS256"])


@given(st.binary())
def test_an_answer_that_is_no_json_of_this_shape_is_none(body: bytes) -> None:
    assert decode(body, Token) is None


def test_an_answer_that_is_nested_without_end_is_none() -> None:
    assert decode(b"[" * 500_000, Token) is None


def test_the_secrets_of_a_way_cannot_be_told_from_its_state() -> None:
    one, same, other = way(), way(), way("another")
    assert (one.verifier, one.nonce) == (same.verifier, same.nonce)
    assert len({one.verifier, one.nonce, other.verifier, other.nonce}) == 4
    assert all(43 <= len(text) <= 128 for text in (one.verifier, one.nonce))
