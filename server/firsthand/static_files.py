"""Serves the built browser part. A proxy may do it instead: the names never change meaning."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from firsthand.assets import ENCODINGS, Assets, StaticFile

# A hashed name is another file as soon as its content differs.
_FOREVER = "public, max-age=31536000, immutable"
# A browser must ask at each visit whether its service worker is still the newest.
_ASK_FIRST = "no-cache"


def static_routes(assets: Assets, *, service_worker: bool = True) -> Router:
    """``/static/<hashed name>``, and each file of the site's root under its own name.

    Without ``service_worker``, ``/sw.js`` is the one that takes itself and every other away.
    """

    @get("/static/{name:str}", include_in_schema=False, sync_to_thread=True)
    def hashed_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
        found = assets.find(name)
        if found is None:
            raise NotFoundException
        return _answer(request, found, _FOREVER)

    # One handler a file: Litestar wraps a synchronous one again for each of several paths.
    at_root = [
        _root_file(name, "sw-off.js" if name == "sw.js" and not service_worker else name, assets)
        for name in assets.root_files
    ]
    return Router("/", route_handlers=[hashed_file, *at_root])


def _root_file(name: str, content: str, assets: Assets) -> Any:
    @get(f"/{name}", include_in_schema=False, sync_to_thread=True)
    def root_file(request: Request[Any, Any, Any]) -> Response[bytes]:
        return _answer(request, assets.root_files[content], _ASK_FIRST)

    return root_file


def _answer(
    request: Request[Any, Any, Any], file: StaticFile, cache_control: str
) -> Response[bytes]:
    coding = _coding(request.headers.get("Accept-Encoding", ""), file)
    etag = f'"{file.tag}-{coding}"'
    headers = {"Cache-Control": cache_control, "ETag": etag}
    if file.encoded:
        headers["Vary"] = "Accept-Encoding"
    if etag in _tags(request.headers.get("If-None-Match", "")):
        return Response(
            b"", status_code=HTTPStatus.NOT_MODIFIED, media_type=file.media_type, headers=headers
        )
    if coding in file.encoded:
        headers["Content-Encoding"] = coding
    content = file.encoded.get(coding, file.path).read_bytes()
    return Response(content, media_type=file.media_type, headers=headers)


def _coding(accepted: str, file: StaticFile) -> str:
    """The best content coding that both sides know, or ``identity`` (RFC 9110, 12.5.3)."""
    weights = dict(_weights(accepted))
    for coding in ENCODINGS:
        if coding in file.encoded and weights.get(coding, weights.get("*", 0)) > 0:
            return coding
    return "identity"


def _weights(accepted: str) -> Iterator[tuple[str, float]]:
    for part in accepted.split(","):
        coding, _, weight = part.partition(";")
        try:
            yield coding.strip().lower(), float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            yield coding.strip().lower(), 0.0


def _tags(if_none_match: str) -> set[str]:
    # A proxy that compresses again makes a tag weak; for a GET the comparison is weak anyway.
    return {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
