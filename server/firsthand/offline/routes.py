"""The shells that open without network, and what other apps share with Firsthand."""

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from firsthand.badges.codes import BadgeToken, read_code
from firsthand.dependencies import Anybody, ThePages, TheSettings
from firsthand.offline.links import LONGEST_SHARED, shared_addresses, shared_profile
from firsthand.pages import see_other
from firsthand.problems import TooLarge
from firsthand.requests import AnyRequest
from firsthand.uploads import receive_files

# Of what comes without the service worker; a larger one is a file, whose words do not matter.
_MOST_READ = 1_000_000


@get("/offline")
async def offline_page(pages: ThePages) -> Response[str]:
    """The same for everybody: phones keep it."""
    return pages.render("offline/start.html", None)


@get("/offline/people")
async def offline_people(pages: ThePages) -> Response[str]:
    """The same for everybody: the phone fills in the names that it has."""
    return pages.render("offline/people.html", None)


@get("/share")
async def shared_link(
    pages: ThePages,
    settings: TheSettings,
    maybe_viewer: Anybody,
    url: FromQuery[str] = "",
    text: FromQuery[str] = "",
    title: FromQuery[str] = "",
    lost: FromQuery[str] = "",
) -> Response[Any]:
    """A badge's address opens its page; a profile is offered as a meeting. Nothing is kept yet."""
    addresses = shared_addresses(url, text, title)
    for address in addresses:
        code = read_code(address, settings.base_url)
        if isinstance(code, BadgeToken):
            return see_other(f"/b/{code.token}")
    address, handle = shared_profile(addresses) or ("", None)
    return pages.render(
        "share/link.html",
        maybe_viewer,
        address=address,
        handle=handle,
        shared=(text or title or url)[:LONGEST_SHARED],
        lost=bool(lost),
        form_id=uuid4(),
        path=f"/share?{urlencode({'url': address})}",
    )


@post("/share", status_code=200, request_max_body_size=None)
async def shared_without_worker(request: AnyRequest) -> Redirect:
    """The service worker answers this; where it does not run, words are taken along from here.

    A file was sent before anybody said so: it is dropped, and the page asks for it again.
    """
    try:
        form = await receive_files(request, Path(tempfile.gettempdir()), _MOST_READ)
    except TooLarge:
        return see_other("/share?lost=file")
    form.discard()
    words = {
        name: values[0][:LONGEST_SHARED]
        for name in ("url", "text", "title")
        if (values := form.fields.get(name)) and values[0]
    }
    lost = {"lost": "file"} if form.files else {}
    return see_other(f"/share?{urlencode({**words, **lost})}")


routes: list[Any] = [offline_page, offline_people, shared_link, shared_without_worker]
