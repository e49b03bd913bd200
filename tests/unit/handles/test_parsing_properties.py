import re
import string
from urllib.parse import urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from firsthand.handles.networks import Network
from firsthand.handles.parsing import (
    HandleProblem,
    ParsedHandle,
    display_name,
    handle_key,
    parse_handle,
    profile_url,
)

# Most random texts are no handle at all: more of them, so that the rest is many too.
often = settings(max_examples=400, deadline=None)


def words(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from(text.split())


hints = st.none() | st.sampled_from(Network)
hosts = words(
    "x.com twitter.com www.linkedin.com facebook.com bsky.app github.com instagram.com threads.net "
    "mastodon.social ana.dev ana.bsky.social münchen.social gmail.com medium.com"
)
names = st.text(st.sampled_from(string.ascii_letters + string.digits + "_.-"), min_size=1)
pieces = st.lists(
    hosts
    | names
    | words(
        "@ / . : ? # % %2e %40 in profile users web comm people profile.php?id=1 https:// http:// "
        "did:plc: mailto: acct: at:// . .. é \uff20 \u200b \u202e \x00 ) ß İ ﬁ %EF%BC%A0 _u"
    )
    | st.text(max_size=4),
    max_size=8,
).map("".join)
paths = st.lists(names | st.sampled_from(["in", "profile", "users", "@ana", "é", ".."]), max_size=3)
addresses = st.builds(
    lambda scheme, host, path, end: f"{scheme}{host}/{'/'.join(path)}{end}",
    st.sampled_from(["", "https://", "http://", "//"]),
    hosts,
    paths,
    st.sampled_from(["", "/", "?a=b", "#c", ".", ")?", "./"]),
)
anything = st.characters(codec=None)  # lone surrogates too
pastes = st.text(anything) | pieces | addresses | names

GRAMMARS = {
    Network.X: r"[A-Za-z0-9_]{1,15}",
    Network.LINKEDIN: r"[^\s/?#%@.:]{1,100}",
    Network.FACEBOOK: r"[A-Za-z0-9.]{1,50}",
    Network.MASTODON: r"[A-Za-z0-9_.-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+",
    Network.BLUESKY: r"[a-z0-9-]+(\.[a-z0-9-]+)+|did:(plc|web):[a-z0-9.-]+",
    Network.GITHUB: r"[A-Za-z0-9_-]{1,48}",
    Network.INSTAGRAM: r"[A-Za-z0-9_.]{1,30}",
    Network.THREADS: r"[A-Za-z0-9_.]{1,30}",
    Network.WEBSITE: r"[a-z0-9-]+(\.[a-z0-9-]+)+(/[A-Za-z0-9%._~-]+)*",
}


def parsed(text: str, hint: Network | None) -> ParsedHandle | None:
    try:
        return parse_handle(text, hint)
    except HandleProblem:
        return None


@often
@given(pastes, hints)
def test_any_text_is_a_name_in_its_networks_grammar_or_a_problem(
    text: str, hint: Network | None
) -> None:
    found = parsed(text, hint)
    if found is None:
        return
    assert re.fullmatch(GRAMMARS[found.network], found.name)


@often
@given(pastes, hints)
def test_the_address_of_a_handle_reads_as_the_same_handle(text: str, hint: Network | None) -> None:
    found = parsed(text, hint)
    if found is None:
        return
    address = profile_url(found.network, found.name)
    assert parse_handle(address) == found
    assert parse_handle(address.upper()[:8] + address[8:]) == found


@often
@given(pastes, hints, st.sampled_from(["", " ", "\t", "\u200b", '"', "<", "\ufeff"]))
def test_what_stands_around_a_handle_changes_nothing(
    text: str, hint: Network | None, around: str
) -> None:
    found = parsed(text, hint)
    if found is None:
        return
    assert parse_handle(f"{around}{text}{around}", hint) == found


@often
@given(names, st.sampled_from(sorted(set(Network) - {Network.WEBSITE})))
def test_case_space_and_at_sign_do_not_change_the_key(text: str, network: Network) -> None:
    found = parsed(text, network)
    if found is None:
        return
    for spelling in (text.upper(), text.lower(), f" @{text} "):
        assert parse_handle(spelling, network).key == found.key


@given(st.text(anything), st.sampled_from(Network))
def test_every_name_has_a_key_an_https_address_and_a_way_to_be_shown(
    name: str, network: Network
) -> None:
    key = handle_key(network, name)
    assert handle_key(network, key) == key
    assert handle_key(network, f" {name} ") == key
    assert profile_url(network, name).startswith("https://")
    assert isinstance(display_name(network, name), str)


@given(
    st.text(anything), st.sampled_from(sorted(set(Network) - {Network.WEBSITE, Network.MASTODON}))
)
def test_no_name_leads_away_from_its_networks_own_site(name: str, network: Network) -> None:
    ours = urlsplit(profile_url(network, "ana")).netloc
    assert urlsplit(profile_url(network, name)).netloc == ours


@given(
    words("linkedin.com x.com twitter.com github.com instagram.com bsky.app"),
    st.from_regex(r"[a-z0-9-]{1,10}(\.[a-z]{2,8}){1,2}", fullmatch=True),
    st.sampled_from([".", "-", "@", ":", "\\", "%2e", "\u200b.", "。"]),
    hints,
)
def test_a_host_that_only_begins_like_a_networks_is_never_that_network(
    real: str, other: str, joint: str, hint: Network | None
) -> None:
    found = parsed(f"https://{real}{joint}{other}/in/ana", hint)
    assert found is None or found.network is Network.WEBSITE
