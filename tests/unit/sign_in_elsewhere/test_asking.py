"""A provider is asked one thing, and answers in JSON, or it is said what was wrong."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from firsthand.proofs.guarded_fetch import Fetcher
from firsthand.sign_in_elsewhere.asking import ProviderAway, ProviderSlow, get_json, post_form
from tests.https_sites import Sites, https_sites
from tests.providers import answer_json, form_of

HOST = "login.example"
URL = f"https://{HOST}/who/am/i"
Said = dict[str, Any]


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    with https_sites(tmp_path, HOST) as sites:
        yield sites


@pytest.fixture
def fetcher(sites: Sites) -> Fetcher:
    return Fetcher(
        lambda address: address == "127.0.0.1", sites.resolve, sites.port, sites.trust, seconds=2
    )


def answering(status: int) -> Callable[[BaseHTTPRequestHandler], None]:
    """With what it was asked."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        names = ("Accept", "Authorization", "Content-Type")
        said: Said = {name: handler.headers[name] for name in names}
        said |= {"method": handler.command, "form": form_of(handler)}
        answer_json(handler, said, status)

    return answer


def hang(handler: BaseHTTPRequestHandler) -> None:
    handler.rfile.read(1_000_000)


def test_nobody_is_named_to_a_provider_unless_it_is_asked_about_them(
    sites: Sites, fetcher: Fetcher
) -> None:
    sites.put(URL, answering(200))
    asked: Said = {
        "method": "GET", "Accept": "application/json", "Content-Type": None, "form": {},
    }  # fmt: skip
    assert get_json(fetcher, URL, Said) == {**asked, "Authorization": None}
    told = get_json(fetcher, URL, Said, "of-ana")
    assert told == {**asked, "Authorization": "Bearer of-ana"}


def test_a_form_is_sent_as_one(sites: Sites, fetcher: Fetcher) -> None:
    sites.put(URL, answering(200))
    assert post_form(fetcher, URL, {"code": "a b"}, Said) == {
        "method": "POST",
        "form": {"code": "a b"},
        "Accept": "application/json",
        "Authorization": None,
        "Content-Type": "application/x-www-form-urlencoded",
    }


@pytest.mark.parametrize("status", [200, 201])
def test_what_was_found_or_made_is_an_answer(sites: Sites, fetcher: Fetcher, status: int) -> None:
    sites.put(URL, answering(status))
    assert post_form(fetcher, URL, {"a": "b"}, Said)["method"] == "POST"


@pytest.mark.parametrize("status", [202, 302, 401, 500])
def test_any_other_answer_is_told_by_its_number_and_its_server(
    sites: Sites, fetcher: Fetcher, status: int
) -> None:
    sites.put(URL, answering(status))
    with pytest.raises(ProviderAway, match=rf"^login\.example answers {status}\.$"):
        get_json(fetcher, URL, Said)


def test_what_cannot_be_read_is_said_to_be_its_servers(sites: Sites, fetcher: Fetcher) -> None:
    sites.put(URL, "<html>")
    with pytest.raises(ProviderAway, match=r"^The answer of login\.example cannot be read\.$"):
        get_json(fetcher, URL, Said)


def test_what_hangs_is_slow_and_what_refuses_is_away(sites: Sites, fetcher: Fetcher) -> None:
    sites.put(URL, lambda handler: handler.connection.close())
    with pytest.raises(ProviderAway):
        get_json(fetcher, URL, Said)
    sites.put(URL, hang)
    quick = Fetcher(
        lambda address: address == "127.0.0.1", sites.resolve, sites.port, sites.trust, seconds=0.3
    )
    with pytest.raises(ProviderSlow):
        get_json(quick, URL, Said)
