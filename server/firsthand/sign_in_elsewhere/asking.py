"""Asks a provider: one request, a JSON answer, and what it means when there is none."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from firsthand.problems import Refused
from firsthand.proofs.guarded_fetch import Answered, Fetcher, NotFetched

_AGENT = "Firsthand (signs in somebody who asked for it)"
Shape = TypeVar("Shape")


class ProviderAway(Refused):
    """The provider cannot be reached, or says what nobody can use."""

    status = 502
    title = "Signing in there did not work"


class ProviderSlow(Refused):
    """The provider takes longer than somebody waits."""

    status = 504
    title = "Signing in there did not work"


class NotSignedInThere(Refused):
    """The provider, or the person there, did not agree; or the answer is not one to this browser's
    question.
    """

    status = 400
    title = "Signing in there did not work"


def get_json(fetcher: Fetcher, url: str, shape: type[Shape], token: str = "") -> Shape:
    """``token``: the person's own access. Raises ProviderAway, ProviderSlow."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return _read(url, send(fetcher, "GET", url, headers), shape)


def post_form(fetcher: Fetcher, url: str, form: Mapping[str, str], shape: type[Shape]) -> Shape:
    """Raises ProviderAway, ProviderSlow."""
    return _read(url, send(fetcher, "POST", url, {}, urlencode(form)), shape)


def send(
    fetcher: Fetcher, method: str, url: str, headers: Mapping[str, str], form: str = ""
) -> Answered:
    """Raises ProviderAway, ProviderSlow."""
    ours = {"Accept": "application/json", "User-Agent": _AGENT}
    if form:
        ours["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        return fetcher.send(method, url, {**ours, **headers}, form.encode())
    except NotFetched as failure:
        if failure.slow:
            raise ProviderSlow(str(failure)) from None
        raise ProviderAway(str(failure)) from None


def decode(body: bytes, shape: type[Shape]) -> Shape | None:
    """None for what has another shape."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _read(url: str, answered: Answered, shape: type[Shape]) -> Shape:
    host = url.split("/")[2]
    if answered.status not in {200, 201}:
        raise ProviderAway(f"{host} answers {answered.status}.")
    found = decode(answered.body, shape)
    if found is None:
        raise ProviderAway(f"The answer of {host} cannot be read.")
    return found
