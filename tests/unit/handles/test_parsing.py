# ruff: noqa: RUF001 (look-alike letters are what is tested here)
import time

import pytest

from firsthand.handles.networks import Network
from firsthand.handles.parsing import (
    HandleProblem,
    display_name,
    handle_key,
    parse_handle,
    profile_url,
)

X, LINKEDIN, FACEBOOK = Network.X, Network.LINKEDIN, Network.FACEBOOK
MASTODON, BLUESKY, GITHUB = Network.MASTODON, Network.BLUESKY, Network.GITHUB
INSTAGRAM, THREADS, WEBSITE = Network.INSTAGRAM, Network.THREADS, Network.WEBSITE
DID = "did:plc:z72i7hdynmk6r22z27h6tvur"


@pytest.mark.parametrize(
    ("pasted", "network", "name"),
    [
        ("x.com/ana", X, "ana"),
        ("https://x.com/ana/", X, "ana"),
        ("HTTPS://X.COM/Ana", X, "Ana"),
        ("twitter.com/Ana?lang=de", X, "Ana"),
        ("mobile.twitter.com/ana/status/1", X, "ana"),
        ("http://www.twitter.com/@ana#top", X, "ana"),
        ("//x.com/ana", X, "ana"),
        ("https://x.com./ana", X, "ana"),
        ("https://www.linkedin.com/in/ana/?trk=x", LINKEDIN, "ana"),
        ("de.linkedin.com/in/ana", LINKEDIN, "ana"),
        ("linkedin.com/in/ana%C3%A9", LINKEDIN, "anaé"),
        ("linkedin.com/in/anae\u0301", LINKEDIN, "anaé"),
        ("https://www.linkedin.com/in/ana-lima-4a1?fromQR=1", LINKEDIN, "ana-lima-4a1"),
        ("https://www.linkedin.com/comm/in/ana?mid=1", LINKEDIN, "ana"),
        ("https://www.linkedin.com/in/ana/details/skills/", LINKEDIN, "ana"),
        ("in/ana", LINKEDIN, "ana"),
        ("/in/ana/", LINKEDIN, "ana"),
        ("https://www.linkedin.com/in/%E5%B1%B1%E7%94%B0", LINKEDIN, "山田"),
        ("ana@mastodon.social", MASTODON, "ana@mastodon.social"),
        ("@ana@mastodon.social", MASTODON, "ana@mastodon.social"),
        ("@Ana@Mastodon.Social", MASTODON, "Ana@mastodon.social"),
        ("acct:ana@mastodon.social", MASTODON, "ana@mastodon.social"),
        ("https://mastodon.social/@ana", MASTODON, "ana@mastodon.social"),
        ("https://mastodon.social/@ana/1123", MASTODON, "ana@mastodon.social"),
        ("https://mastodon.social/users/ana", MASTODON, "ana@mastodon.social"),
        ("mastodon.social/@ana", MASTODON, "ana@mastodon.social"),
        ("https://mastodon.social/@ana@hachyderm.io", MASTODON, "ana@hachyderm.io"),
        ("@ana@münchen.social", MASTODON, "ana@xn--mnchen-3ya.social"),
        ("https://MÜNCHEN.social/@ana", MASTODON, "ana@xn--mnchen-3ya.social"),
        ("@ana@threads.net", THREADS, "ana"),
        ("ana.bsky.social", BLUESKY, "ana.bsky.social"),
        ("@Ana.bsky.social", BLUESKY, "ana.bsky.social"),
        ("https://ana.bsky.social", BLUESKY, "ana.bsky.social"),
        ("https://bsky.app/profile/ana.bsky.social", BLUESKY, "ana.bsky.social"),
        ("https://bsky.app/profile/ana.dev/post/3k", BLUESKY, "ana.dev"),
        (f"https://bsky.app/profile/{DID}", BLUESKY, DID),
        (DID, BLUESKY, DID),
        (f"at://{DID}/app.bsky.feed.post/3k", BLUESKY, DID),
        ("https://github.com/ana", GITHUB, "ana"),
        ("github.com/Ana-Lima?tab=repositories", GITHUB, "Ana-Lima"),
        ("https://github.com/ana/firsthand", GITHUB, "ana"),
        ("https://www.instagram.com/ana.lima_/", INSTAGRAM, "ana.lima_"),
        ("instagram.com/_u/ana", INSTAGRAM, "ana"),
        ("https://www.threads.net/@ana", THREADS, "ana"),
        ("https://www.threads.com/@ana/post/C1", THREADS, "ana"),
        ("https://www.facebook.com/ana.lima", FACEBOOK, "ana.lima"),
        ("pt-br.facebook.com/ana.lima/photos", FACEBOOK, "ana.lima"),
        ("facebook.com/profile.php?id=123&sk=about", FACEBOOK, "123"),
        ("https://m.facebook.com/people/Ana-Lima/1000123/", FACEBOOK, "1000123"),
        ("m.me/ana.lima", FACEBOOK, "ana.lima"),
        ("ana.dev", WEBSITE, "ana.dev"),
        ("https://Ana.dev/", WEBSITE, "ana.dev"),
        ("http://www.ana.dev/about/?utm=1#me", WEBSITE, "www.ana.dev/about"),
        ("https://ana.lima", WEBSITE, "ana.lima"),
        ("https://ana.dev/über%20mich", WEBSITE, None),
        ("https://ana.dev/%C3%BCber", WEBSITE, "ana.dev/%C3%BCber"),
        ("https://www.youtube.com/@ana", WEBSITE, "www.youtube.com/%40ana"),
        ("https://ana.medium.com/", WEBSITE, "ana.medium.com"),
        ("https://linkedln.com/in/ana", WEBSITE, "linkedln.com/in/ana"),
    ],
)
def test_an_address_needs_no_network_beside_it(
    pasted: str, network: Network, name: str | None
) -> None:
    if name is None:
        with pytest.raises(HandleProblem):
            parse_handle(pasted)
        return
    found = parse_handle(pasted)
    assert (found.network, found.name) == (network, name)


@pytest.mark.parametrize("hint", list(Network))
@pytest.mark.parametrize(
    ("pasted", "network"),
    [
        ("x.com/ana", X),
        ("linkedin.com/in/ana", LINKEDIN),
        ("https://mastodon.social/@ana", MASTODON),
        ("@ana@mastodon.social", MASTODON),
        ("ana.bsky.social", BLUESKY),
        ("github.com/ana", GITHUB),
    ],
)
def test_an_address_wins_over_the_network_chosen_beside_it(
    pasted: str, network: Network, hint: Network
) -> None:
    assert parse_handle(pasted, hint).network is network


@pytest.mark.parametrize(
    ("pasted", "network", "name"),
    [
        ("ana", X, "ana"),
        ("@ana", X, "ana"),
        ("@ ana ", X, "ana"),
        ("＠ａｎａ", X, "ana"),
        ("\ufeff\u200b@ana\u200e", X, "ana"),
        ("\u202e@ana\u202c", X, "ana"),
        ("\x00@ana\x00\r\n", X, "ana"),
        ("<@ana>", X, "ana"),
        ("“@ana”,", X, "ana"),
        ("(@ana).", X, "ana"),
        ("<https://x.com/ana>", X, "ana"),
        ("@https://x.com/ana", X, "ana"),
        ("ana-lima", LINKEDIN, "ana-lima"),
        ("ana%C3%A9", LINKEDIN, "anaé"),
        ("ana.lima", INSTAGRAM, "ana.lima"),
        ("@ana", GITHUB, "ana"),
        ("ana_acme", GITHUB, "ana_acme"),
        ("ana.lima", FACEBOOK, "ana.lima"),
        ("100001", FACEBOOK, "100001"),
        ("@ana", THREADS, "ana"),
        ("@ana", BLUESKY, "ana.bsky.social"),
        ("@ana.dev", BLUESKY, "ana.dev"),
        ("https://ana.dev", BLUESKY, "ana.dev"),
        ("ana@company.example", MASTODON, "ana@company.example"),
        ("mailto:ana@mastodon.social", MASTODON, "ana@mastodon.social"),
        ("ana.lima", WEBSITE, "ana.lima"),
    ],
)
def test_a_bare_name_belongs_to_the_network_chosen_beside_it(
    pasted: str, network: Network, name: str
) -> None:
    found = parse_handle(pasted, network)
    assert (found.network, found.name) == (network, name)


@pytest.mark.parametrize("pasted", ["ana", "@ana", "@ana.dev", " ana_lima "])
def test_a_bare_name_alone_is_not_guessed(pasted: str) -> None:
    with pytest.raises(HandleProblem, match="Which network"):
        parse_handle(pasted)


@pytest.mark.parametrize(
    ("pasted", "hint", "says"),
    [
        ("", None, "no name"),
        (" @ ", X, "no name"),
        ("...", X, "no name"),
        ("ana lima", X, "one name at a time"),
        ("@ana, @ben", X, "one name at a time"),
        ("a\x00na", X, "no name has"),
        ("ana\ud800", X, "no name has"),
        ("a" * 16, X, "1 to 15"),
        ("аna", X, "1 to 15"),
        ("\u212aana", X, "1 to 15"),
        ("ana-lima", X, "1 to 15"),
        ("home", X, "not a person"),
        ("https://x.com/home", None, "not a person"),
        ("x.com/search?q=ana", None, "not a person"),
        ("x.com/i/user/12", None, "not a person"),
        ("x.com/intent/user?screen_name=ana", None, "not a person"),
        ("x.com/hashtag/ana", None, "not a person"),
        ("https://x.com/", None, "names no profile"),
        ("https://help.x.com/ana", None, "not a profile"),
        ("linkedin.com/company/acme", None, "company page.*linkedin.com/in/ana"),
        ("linkedin.com/company/acme", WEBSITE, "company page"),
        ("https://www.linkedin.com/in/", None, "no LinkedIn profile"),
        ("https://www.linkedin.com/feed/", None, "no LinkedIn profile"),
        ("linkedin.com/in/a%2F..%2Fb", None, "LinkedIn profile name"),
        ("linkedin.com/in/%2541", None, "LinkedIn profile name"),
        ("linkedin.com/in/%FF", None, "no name has"),
        ("linkedin.com/in/a%E2%80%AEb", None, "no name has"),
        ("lnkd.in/abc", None, "short link"),
        ("github.com/orgs/acme", None, "not a person"),
        ("gist.github.com/ana", None, "not a profile"),
        ("facebook.com/profile.php", None, "no profile's number"),
        ("facebook.com/groups/1", None, "not a person"),
        ("instagram.com/p/Cabc", None, "not a person"),
        ("bsky.app/search", None, "no profile"),
        ("bsky.app/profile/did:plc:short", None, "DID"),
        ("ana", MASTODON, "ana@mastodon.social"),
        ("ana", WEBSITE, "https://ana.dev"),
        ("ana@gmail.com", None, "e-mail"),
        ("ana@gmail.com", MASTODON, "e-mail"),
        ("@ana@yahoo.co.uk", MASTODON, "e-mail"),
        ("ana@mastodon.social", X, "e-mail"),
        ("mailto:ana@company.example", None, "e-mail"),
        ("ana@twitter.com", None, "no Mastodon server"),
        ("@ana@medium.com", None, "no Mastodon server"),
        ("ana.dev", X, "1 to 15"),
        ("https://ana.dev", X, "not on X"),
        ("ana.lima", None, "https://"),
        ("javascript:alert(1)", None, "https://"),
        ("JavaScript://x.com/%0aalert(1)", X, "https://"),
        ("data:text/html,ana", None, "https://"),
        ("ftp://x.com/ana", None, "https://"),
        ("https:x.com/ana", None, "https://"),
        ("https://x.com:8443/ana", None, "port"),
        ("https://x.com:443/ana", None, "port"),
        ("https://ana:secret@x.com/ana", None, "name before its site"),
        ("https://x.com@evil.example/ana", None, "name before its site"),
        ("https://x.com\\@evil.example/ana", None, "backslash"),
        ("https://192.0.2.1/ana", None, "no site"),
        ("https://[2001:db8::1]/ana", None, "port"),
        ("https://2130706433/ana", None, "no site"),
        ("https://localhost/ana", None, "no site"),
        ("https://printer.local/", None, "no site"),
        ("https://" + "a" * 64 + ".dev/", None, "no site"),
        ("https:///ana", None, "no site"),
        ("https://ana.dev/../x", None, r"\.\."),
        ("https://ana.dev/a%00b", None, "no name has"),
        ("https://linkedin.com.evil.example/in/ana", LINKEDIN, "looks like LinkedIn"),
        ("x.com.evil.example/ana", None, "looks like X"),
        ("https://lіnkedin.com/in/ana", None, "no site"),
        ("https://twіtter.com/ana", None, "no site"),
        ("https://ana.dev/" + "ü" * 900, None, "too long"),
        ("x" * 3000, X, "too long"),
    ],
)
def test_what_is_no_handle_is_refused_in_words(
    pasted: str, hint: Network | None, says: str
) -> None:
    with pytest.raises(HandleProblem, match=says):
        parse_handle(pasted, hint)


@pytest.mark.parametrize(
    "host",
    [
        "linkedin.com.evil.example",
        "evil-linkedin.com",
        "linkedin.com-in.example",
        "xlinkedin.com",
        "lіnkedin.com",
        "ӏіпкеԁіп.com",
        "linkedin.co",
        "linkedin.com.",
        "wwwlinkedin.com",
        "x.com.evil.example",
        "х.com",
        "xn--80a.com",
        "githubcom.example",
        "github.com.example",
        "bsky.app.example",
        "bsky.social.example",
        "threads.net.example",
    ],
)
def test_a_look_alike_host_never_gives_that_network(host: str) -> None:
    for path in ("in/ana", "ana", "profile/ana.bsky.social"):
        for hint in (None, *Network):
            try:
                found = parse_handle(f"https://{host}/{path}", hint)
            except HandleProblem:
                continue
            assert found.network is WEBSITE or host == "linkedin.com."


@pytest.mark.parametrize(
    ("network", "one", "other"),
    [
        (X, "Ana", " @ana "),
        (LINKEDIN, "Ana-É", "ana-e\u0301"),
        (FACEBOOK, "Ana.Lima", "analima"),
        (MASTODON, "Ana@Mastodon.Social", "@ana@mastodon.social"),
        (MASTODON, "ana@MÜNCHEN.social", "ana@xn--mnchen-3ya.social"),
        (BLUESKY, "Ana.BSKY.social", "ana.bsky.social"),
        (GITHUB, "Ana-Lima", "ana-lima"),
        (INSTAGRAM, "Ana.Lima", "ana.lima"),
        (WEBSITE, "www.Ana.dev", "ana.dev"),
    ],
)
def test_two_spellings_of_one_name_have_one_key(network: Network, one: str, other: str) -> None:
    assert handle_key(network, one) == handle_key(network, other)


@pytest.mark.parametrize(
    ("network", "one", "other"),
    [
        (INSTAGRAM, "ana.lima", "analima"),
        (X, "ana_lima", "analima"),
        (MASTODON, "ana@mastodon.social", "ana@hachyderm.io"),
        (WEBSITE, "ana.dev/Ana", "ana.dev/ana"),
    ],
)
def test_two_names_have_two_keys(network: Network, one: str, other: str) -> None:
    assert handle_key(network, one) != handle_key(network, other)


@pytest.mark.parametrize(
    ("network", "name", "url", "shown"),
    [
        (X, "ana", "https://x.com/ana", "@ana"),
        (LINKEDIN, "anaé", "https://www.linkedin.com/in/ana%C3%A9", "in/anaé"),
        (FACEBOOK, "ana.lima", "https://www.facebook.com/ana.lima", "ana.lima"),
        (FACEBOOK, "12", "https://www.facebook.com/profile.php?id=12", "12"),
        (MASTODON, "ana@a.social", "https://a.social/@ana", "ana@a.social"),
        (
            MASTODON,
            "ana@xn--mnchen-3ya.social",
            "https://xn--mnchen-3ya.social/@ana",
            "ana@münchen.social",
        ),
        (MASTODON, "ana@xn--80ak6aa92e.com", "https://xn--80ak6aa92e.com/@ana", None),
        (BLUESKY, "ana.dev", "https://bsky.app/profile/ana.dev", "@ana.dev"),
        (BLUESKY, DID, f"https://bsky.app/profile/{DID}", DID),
        (GITHUB, "ana", "https://github.com/ana", "@ana"),
        (INSTAGRAM, "ana", "https://www.instagram.com/ana", "@ana"),
        (THREADS, "ana", "https://www.threads.net/@ana", "@ana"),
        (WEBSITE, "ana.dev/a%20b", "https://ana.dev/a%20b", "ana.dev/a%20b"),
        (X, "a/../b?c#d", "https://x.com/a%2F..%2Fb%3Fc%23d", "@a/../b?c#d"),
    ],
)
def test_a_handle_has_an_address_and_a_way_to_show_it(
    network: Network, name: str, url: str, shown: str | None
) -> None:
    assert profile_url(network, name) == url
    assert display_name(network, name) == (shown or name)


@pytest.mark.parametrize("unit", ["a", "@", " ", "a.", "%41", "/", "\u202e", "ü", "https://x.com/"])
def test_a_megabyte_is_answered_at_once(unit: str) -> None:
    started = time.perf_counter()
    for hint in (None, *Network):
        with pytest.raises(HandleProblem):
            parse_handle(unit * (1_000_000 // len(unit)), hint)
    assert time.perf_counter() - started < 0.5
