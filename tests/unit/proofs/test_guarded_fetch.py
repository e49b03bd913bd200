"""A page that a stranger named is fetched, and nothing else."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from firsthand.proofs.guarded_fetch import Fetcher, NotFetched, is_public
from tests.https_sites import Sites, https_sites

ANA = "https://ana.example/"


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    with https_sites(tmp_path, "ana.example", "www.ana.example", "ben.example") as sites:
        yield sites


@pytest.fixture
def fetcher(sites: Sites) -> Fetcher:
    return Fetcher(lambda _: True, sites.resolve, sites.port, sites.trust, seconds=2.0)


def redirect(target: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def test_a_page_comes_with_its_type_and_its_link_headers(sites: Sites, fetcher: Fetcher) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "Text/HTML")
        handler.send_header("Link", '<https://ana.example/me>; rel="me"')
        handler.end_headers()
        handler.wfile.write(b"<p>Hello")

    sites.put(ANA, answer)
    fetched = fetcher.fetch("https://ana.example")
    assert (fetched.body, fetched.content_type) == (b"<p>Hello", "text/html")
    assert fetched.links == ('<https://ana.example/me>; rel="me"',)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.0.8",  # noqa: S104
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:db8::1",
        "::7f00:1", "::ffff:0:7f00:1", "fec0::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111"])
def test_an_address_of_the_public_internet_is_taken(address: str) -> None:
    assert is_public(address)


def test_a_name_that_leads_into_the_own_network_is_not_asked(sites: Sites) -> None:
    fetcher = Fetcher(resolve=sites.resolve, port=sites.port, trust=sites.trust)
    with pytest.raises(NotFetched, match="not on the public internet"):
        fetcher.fetch(ANA)
    assert sites.asked == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(sites: Sites) -> None:
    def resolve(_: str, __: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    with pytest.raises(NotFetched, match="not on the public internet"):
        Fetcher(resolve=resolve, port=sites.port, trust=sites.trust).fetch(ANA)


def test_a_name_that_answers_differently_the_second_time_gains_nothing(sites: Sites) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    sites.put(ANA, "first")
    fetcher = Fetcher(
        lambda address: address == "127.0.0.1", lambda *_: next(answers), sites.port, sites.trust
    )
    assert fetcher.fetch(ANA).body == b"first"
    with pytest.raises(NotFetched, match="not on the public internet"):
        fetcher.fetch(ANA)


def test_a_redirect_is_resolved_and_judged_anew(sites: Sites) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    sites.put(ANA, redirect("/inside"))
    fetcher = Fetcher(
        lambda address: address == "127.0.0.1", lambda *_: next(answers), sites.port, sites.trust
    )
    with pytest.raises(NotFetched, match="not on the public internet"):
        fetcher.fetch(ANA)


def test_a_redirect_on_the_same_host_is_followed(sites: Sites, fetcher: Fetcher) -> None:
    sites.put(ANA, redirect(f"https://www.ana.example:{sites.port}/me"))
    sites.put("https://www.ana.example/me", "found")
    assert fetcher.fetch(ANA).body == b"found"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("https://ben.example/", "sends elsewhere"),
        ("http://ana.example/", "Only https"),
        ("https://127.0.0.1/", "host's name"),
        ("https://ana.example.evil.example/", "sends elsewhere"),
        ("file:///etc/passwd", "Only https"),
        ("https://ana.example:22/", "Only https"),
        ("https://ana@ben.example/", "Only https"),
        ("/", "without an end"),
    ],
)
def test_a_redirect_elsewhere_is_not_followed(
    sites: Sites, fetcher: Fetcher, target: str, why: str
) -> None:
    sites.put(ANA, redirect(target))
    with pytest.raises(NotFetched, match=why):
        fetcher.fetch(ANA)
    assert {host for host, _ in sites.asked} == {"ana.example"}


@pytest.mark.parametrize(
    "url",
    [
        "http://ana.example/", "https://ana.example:8443/", "https://ana:b@ana.example/",
        "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.0.0.1/",
        "https://localhost/", "ftp://ana.example/", "https://ana.example/\r\nHost: x",
        "https://ana.example/ x", "https://[", "", "javascript:alert(1)", "https://än.example/",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_not_asked(
    sites: Sites, fetcher: Fetcher, url: str
) -> None:
    with pytest.raises(NotFetched):
        fetcher.fetch(url)
    assert sites.asked == []


def test_an_endless_page_is_read_to_a_megabyte(sites: Sites, fetcher: Fetcher) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65_536)

    sites.put(ANA, endless)
    assert len(fetcher.fetch(ANA).body) == 1_000_000


@pytest.mark.parametrize("part", ["head", "body", "nothing"])
def test_a_server_that_drips_is_given_up_in_time(sites: Sites, fetcher: Fetcher, part: str) -> None:
    over = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        if part == "body":
            handler.send_response(200)
            handler.end_headers()
        elif part == "head":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        # Each byte is in time for a limit between two of them.
        while part != "nothing" and not over.wait(0.1):
            handler.wfile.write(b"x")
        over.wait()

    sites.put(ANA, drip)
    start = time.monotonic()
    try:
        with pytest.raises(NotFetched, match="takes too long"):
            fetcher.fetch(ANA)
    finally:
        over.set()
    assert time.monotonic() - start < 4


def test_a_certificate_for_somebody_else_is_refused(sites: Sites, fetcher: Fetcher) -> None:
    with pytest.raises(NotFetched, match="certificate of cleo"):
        fetcher.fetch("https://cleo.example/")


@pytest.mark.parametrize(("status", "gone"), [(404, True), (410, True), (500, False), (403, False)])
def test_an_error_is_told_and_whether_the_page_is_gone(
    sites: Sites, fetcher: Fetcher, status: int, gone: bool
) -> None:
    sites.put(ANA, lambda handler: handler.send_error(status))
    with pytest.raises(NotFetched, match=f"answers {status}") as failure:
        fetcher.fetch(ANA)
    assert failure.value.gone is gone


def test_what_speaks_no_http_is_told(sites: Sites, fetcher: Fetcher) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    sites.put(ANA, answer)
    with pytest.raises(NotFetched, match="cannot be reached"):
        fetcher.fetch(ANA)


def told(handler: BaseHTTPRequestHandler) -> None:
    """What was sent, as the answer."""
    body = handler.rfile.read(int(handler.headers["Content-Length"] or 0))
    said = f"{handler.command} {handler.headers['Authorization']} {body.decode()}".encode()
    handler.send_response(418)
    handler.send_header("Content-Length", str(len(said)))
    handler.end_headers()
    handler.wfile.write(said)


def test_what_is_sent_arrives_and_any_status_is_an_answer(sites: Sites, fetcher: Fetcher) -> None:
    sites.put("https://ana.example/token", told)
    answered = fetcher.send("POST", "https://ana.example/token", {"Authorization": "me"}, b"a=b")
    assert (answered.status, answered.body) == (418, b"POST me a=b")


def test_what_is_sent_follows_no_redirect(sites: Sites, fetcher: Fetcher) -> None:
    sites.put("https://ana.example/", redirect("https://ana.example/there"))
    assert fetcher.send("POST", "https://ana.example/", {}, b"secret").status == 302
    assert [path for _, path in sites.asked] == ["/"]


def test_half_of_a_huge_answer_is_none(sites: Sites, fetcher: Fetcher) -> None:
    sites.put("https://ana.example/", b"x" * 1_000_000)
    with pytest.raises(NotFetched, match="far too much"):
        fetcher.send("GET", "https://ana.example/", {})


@pytest.mark.parametrize("url", ["http://ana.example/", "https://127.0.0.1/", "https://localhost/"])
def test_sending_obeys_the_same_rules(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(NotFetched):
        fetcher.send("POST", url, {}, b"x")


def test_only_the_operators_own_server_may_stand_inside(sites: Sites) -> None:
    own = f"https://localhost:{sites.port}"
    inside = Fetcher(lambda _: False, sites.resolve, 443, sites.trust, operators_own=own)
    with pytest.raises(NotFetched, match="not on the public internet"):
        inside.send("GET", "https://ana.example/", {})
    # It is reached; its certificate is for another name.
    with pytest.raises(NotFetched, match="certificate"):
        inside.send("GET", f"{own}/", {})
    for other in (f"{own}.evil.example/", f"{own}0/", f"https://x@localhost:{sites.port}/"):
        with pytest.raises(NotFetched):
            inside.send("GET", other, {})
    assert sites.asked == []
