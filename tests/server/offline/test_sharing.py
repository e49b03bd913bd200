"""What another app shares, where no service worker has taken it."""

from urllib.parse import urljoin

import httpx

from tests.server.house import House


def share(house: House, **sent: str | tuple[str, bytes, str]) -> httpx.Response:
    """The page that the browser then shows."""
    client = house.person().client
    # A browser sends a multipart form whether or not there is a file in it.
    fields = {name: (None, text) for name, text in sent.items() if isinstance(text, str)}
    files = {name: file for name, file in sent.items() if not isinstance(file, str)}
    answer = client.post("/share", files={**fields, **files})
    assert answer.status_code == 303
    address = urljoin(house.settings.base_url, answer.headers["location"])
    return client.get(address)


def test_a_profile_is_offered_as_a_meeting(house: House) -> None:
    page = share(house, title="Fenna", text="Look: https://x.com/fenna")
    assert "Have you met @fenna?" in page.text


def test_words_without_a_profile_are_shown_again(house: House) -> None:
    page = share(house, text="Meet Fenna at noon")
    assert "No profile in what was shared" in page.text
    assert "Meet Fenna at noon" in page.text


def test_a_file_is_asked_for_again_and_its_words_stay(house: House) -> None:
    page = share(house, text="my archive", file=("archive.zip", b"PK", "application/zip"))
    assert "The file did not come along" in page.text
    assert 'href="/import"' in page.text
    assert "my archive" in page.text


def test_a_profile_beside_a_file_is_offered_and_the_file_asked_for(house: House) -> None:
    page = share(house, url="https://x.com/fenna", file=("fenna.csv", b"a,b", "text/csv"))
    assert "Have you met @fenna?" in page.text
    assert 'href="/import"' in page.text


def test_a_large_file_is_not_read_but_asked_for(house: House) -> None:
    page = share(house, file=("archive.zip", b"0" * 1_200_000, "application/zip"))
    assert "The file did not come along" in page.text


def test_what_is_no_such_form_is_refused(house: House) -> None:
    client = house.person().client
    answer = client.post("/share", content=b"%%%", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 400
