"""Uploads end on the disk in private folders, within their limit, or nowhere."""

import asyncio
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, Response, post

from firsthand.problems import Refused
from firsthand.requests import AnyRequest
from firsthand.upload_folders import safe_name
from firsthand.uploads import ReceivedForm, receive_files, size_words

LIMIT = 3_000_000
BOUNDARY = "frontier"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


class Desk:
    """Takes uploads into a folder and remembers what came, or why it was refused."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.form: ReceivedForm | None = None
        self.refusal: Refused | None = None

        @post("/", status_code=200, request_max_body_size=None)
        async def take(request: AnyRequest) -> Response[str]:
            try:
                self.form = await receive_files(request, folder, LIMIT, "Send less.")
            except Refused as refusal:
                self.refusal = refusal
                return Response(refusal.detail, status_code=refusal.status)
            return Response("")

        self.app = Litestar([take], openapi_config=None, logging_config=None)

    def send(self, **what: Any) -> int:
        async def ask() -> int:
            # httpx and Litestar each describe a message of ASGI with types of their own.
            transport = httpx.ASGITransport(cast(Any, self.app))
            async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
                return (await client.post("/", **what)).status_code

        return asyncio.run(ask())

    def left(self) -> list[Path]:
        return list(self.folder.iterdir())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    if desk.form:
        desk.form.discard()
    assert desk.left() == []


def part(content: bytes, name: str = "a.js", field: str = "file") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"'
    return head.encode() + b"\r\n\r\n" + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def test_files_and_fields_arrive_as_they_were_sent(desk: Desk) -> None:
    long = bytes(range(256)) * 9_000
    files = [("file", ("tweets.js", long)), ("file", ("following.js", b"two\r\n--"))]

    assert desk.send(files=files, data={"note": "für dich", "tag": ["a", "b"]}) == 200

    assert desk.form is not None
    assert desk.form.fields == {"note": ["für dich"], "tag": ["a", "b"]}
    assert [(name, path.read_bytes()) for name, path in desk.form.files] == [
        ("tweets.js", long),
        ("following.js", b"two\r\n--"),
    ]


def test_only_this_account_of_the_machine_can_look_at_an_upload(desk: Desk) -> None:
    desk.send(files={"file": ("a.js", b"x")})

    assert desk.form is not None
    assert stat.S_IMODE(desk.form.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x", "/etc/passwd", "..", "C:\\x.js", "-rf", "a\\0b"]
)
def test_a_sent_name_never_leads_out_of_the_folder(desk: Desk, name: str) -> None:
    assert desk.send(content=part(b"x", name) + END, headers=HEADERS) == 200

    assert desk.form is not None
    (_, path) = desk.form.files[0]
    assert path.parent.parent == desk.form.folder
    assert path.read_bytes() == b"x"


def test_two_files_of_one_name_are_both_kept(desk: Desk) -> None:
    desk.send(files=[("file", ("a.js", b"one")), ("file", ("a.js", b"two"))])

    assert desk.form is not None
    assert [path.read_bytes() for _, path in desk.form.files] == [b"one", b"two"]


def test_a_file_field_that_nothing_was_chosen_for_is_no_file(desk: Desk) -> None:
    assert desk.send(content=part(b"", "") + END, headers=HEADERS) == 200

    assert desk.form is not None
    assert desk.form.files == []


def test_an_announced_upload_of_5_gb_is_refused_before_a_byte_is_read(desk: Desk) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("nothing of it should be read")
        yield b""

    headers = {**HEADERS, "Content-Length": "5000000000"}
    assert desk.send(content=never(), headers=headers) == 413
    assert desk.refusal is not None
    assert desk.refusal.detail == "At most 3 MB can be sent at once. Send less."


def test_an_upload_without_a_length_stops_at_the_limit(desk: Desk) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield part(b"")[:-2]
        while sent < 100 * LIMIT:
            sent += 65_536
            yield bytes(65_536)

    assert desk.send(content=endless(), headers=HEADERS) == 413
    assert sent <= LIMIT + 4 * 65_536


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no parts at all",
        part(b"cut off in the middle"),
        part(b"x")[:40],
        f"--{BOUNDARY}\r\nContent-Disposition: nonsense\r\n\r\nx\r\n".encode() + END,
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n'.encode()
        + b"\xff\xfe\r\n"
        + END,
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + "x" * 70_000
        ).encode()
        + b"\r\n"
        + END,
        b"".join(part(b"x") for _ in range(1_100)) + END,
    ],
    ids=["empty", "text", "cut", "head", "disposition", "encoding", "long text", "many parts"],
)
def test_what_is_no_form_is_refused_and_nothing_stays(desk: Desk, body: bytes) -> None:
    assert desk.send(content=body, headers=HEADERS) == 400


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "multipart/form-data", "multipart/form-data; boundary=", "application/json"],
)
def test_another_kind_of_content_is_refused(desk: Desk, kind: str) -> None:
    assert desk.send(content=part(b"x") + END, headers={"Content-Type": kind}) == 400


def test_an_upload_that_breaks_off_leaves_nothing(desk: Desk) -> None:
    messages = [
        {"type": "http.request", "body": part(bytes(2_000_000))[:-2], "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def ask() -> None:
        waiting = iter(messages)

        async def receive() -> Any:
            return next(waiting)

        async def send(_: Any) -> None:
            pass

        scope: Any = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "http_version": "1.1",
            "headers": [(b"content-type", HEADERS["Content-Type"].encode())],
        }
        await desk.app(scope, receive, send)

    asyncio.run(ask())

    assert desk.refusal is not None
    assert desk.refusal.detail == "The upload broke off. Send it again."


@given(st.text())
def test_a_safe_name_is_short_plain_and_never_hidden(name: str) -> None:
    safe = safe_name(name)

    assert safe.isascii()
    assert 0 < len(safe) <= 80
    assert not safe.startswith((".", "-"))
    assert not {"/", "\\", "\0"} & set(safe)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("tweets-part1.js", "tweets-part1.js"),
        ("twitter-2026-03-04-abc.zip", "twitter-2026-03-04-abc.zip"),
        ("tweets (1).js", "tweets-1.js"),
        ("архив.zip", "file.zip"),
        (".js", "file.js"),
        ("x", "x"),
    ],
)
def test_a_safe_name_keeps_what_tells_one_file_from_another(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_sizes_are_said_in_words() -> None:
    sizes = [2_000_000_000, 1_500_000_000, 750_000_000, 3_000, 12]

    assert [size_words(size) for size in sizes] == ["2 GB", "1.5 GB", "750 MB", "3 kB", "12 bytes"]
