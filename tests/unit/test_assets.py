import gzip
import json
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from firsthand.assets import Assets, AssetsMissing, templates_folder
from firsthand.static_files import static_routes

CSS = b"body { color: black }"
NAMES = {"app.css": "app.0a1b2c3d.css", "bricolage.woff2": "bricolage.4e5f6a7b.woff2"}


def build(folder: Path) -> Path:
    (folder / "root").mkdir(parents=True)
    (folder / "app.0a1b2c3d.css").write_bytes(CSS)
    (folder / "app.0a1b2c3d.css.gz").write_bytes(gzip.compress(CSS, mtime=0))
    (folder / "app.0a1b2c3d.css.br").write_bytes(b"stands for brotli")
    (folder / "bricolage.4e5f6a7b.woff2").write_bytes(b"wOF2")
    (folder / "root" / "sw.js").write_bytes(b"self.skipWaiting()")
    (folder / "manifest.json").write_text(json.dumps(NAMES))
    (folder.parent / "secret.css").write_text("not to be served")
    return folder


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    package, checkout = tmp_path / "checkout/server/firsthand", tmp_path / "checkout"
    package.mkdir(parents=True)
    (checkout / "templates").mkdir()
    build(checkout / "web" / "built")
    return package, checkout


@pytest.fixture
def client(places: tuple[Path, Path]) -> TestClient[Litestar]:
    return TestClient(
        Litestar([static_routes(Assets.load(places))], openapi_config=None, logging_config=None)
    )


def test_a_logical_name_becomes_the_address_of_the_hashed_file(places: tuple[Path, Path]) -> None:
    assert Assets.load(places).url("app.css") == "/static/app.0a1b2c3d.css"


def test_an_unknown_logical_name_says_what_to_do(places: tuple[Path, Path]) -> None:
    with pytest.raises(AssetsMissing, match=r"has no other\.css: run make install"):
        Assets.load(places).url("other.css")


def test_an_editable_install_finds_both_parts_in_the_checkout(places: tuple[Path, Path]) -> None:
    checkout = places[1]
    assert templates_folder(places) == checkout / "templates"
    assert Assets.load(places).files["app.0a1b2c3d.css"].path.is_relative_to(checkout / "web")


def test_an_installed_wheel_finds_both_parts_in_the_package(places: tuple[Path, Path]) -> None:
    package = places[0]
    (package / "templates").mkdir()
    build(package / "web")
    assert templates_folder(places) == package / "templates"
    assert Assets.load(places).files["app.0a1b2c3d.css"].path.is_relative_to(package / "web")


def test_a_missing_build_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match=r"^The browser part is not built: run make install$"):
        Assets.load((tmp_path, tmp_path))


@pytest.mark.parametrize("damage", ["truncated", "file gone", "unknown kind"])
def test_an_incomplete_build_is_one_clear_line(places: tuple[Path, Path], damage: str) -> None:
    built = places[1] / "web" / "built"
    if damage == "truncated":
        (built / "manifest.json").write_text('{"app.css": ')
    elif damage == "file gone":
        (built / "app.0a1b2c3d.css").unlink()
    else:
        (built / "manifest.json").write_text('{"x": "manifest.json.bak"}')
        (built / "manifest.json.bak").touch()
    with pytest.raises(AssetsMissing, match=r"^The browser part is incomplete: run make install$"):
        Assets.load(places)


def test_missing_templates_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match=r"^The templates are missing"):
        templates_folder((tmp_path, tmp_path))


def test_a_hashed_file_may_be_kept_forever(client: TestClient[Litestar]) -> None:
    answer = client.get("/static/bricolage.4e5f6a7b.woff2")
    assert answer.content == b"wOF2"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "font/woff2"
    assert "Vary" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("BR", "br"),
        ("identity", None),
        ("gzip;q=nonsense", None),
        ("", None),
    ],
)
def test_the_best_accepted_coding_is_sent(
    client: TestClient[Litestar], accepted: str, coding: str | None
) -> None:
    with client.stream(
        "GET", "/static/app.0a1b2c3d.css", headers={"Accept-Encoding": accepted}
    ) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert (
        raw == {"br": b"stands for brotli", "gzip": gzip.compress(CSS, mtime=0), None: CSS}[coding]
    )


def test_what_the_browser_has_is_not_sent_again(client: TestClient[Litestar]) -> None:
    headers = {"Accept-Encoding": "gzip"}
    tag = client.get("/static/app.0a1b2c3d.css", headers=headers).headers["ETag"]
    for known in (tag, f'"other", W/{tag}'):
        again = client.get("/static/app.0a1b2c3d.css", headers={**headers, "If-None-Match": known})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == tag
        assert "immutable" in again.headers["Cache-Control"]


def test_each_coding_has_a_tag_of_its_own(client: TestClient[Litestar]) -> None:
    tags = {
        client.get("/static/app.0a1b2c3d.css", headers={"Accept-Encoding": coding}).headers["ETag"]
        for coding in ("gzip", "identity")
    }
    assert len(tags) == 2


@pytest.mark.parametrize(
    "name",
    [
        "app.css",
        "manifest.json",
        "app.0a1b2c3d.css.gz",
        "..%2Fsecret.css",
        "../secret.css",
        "%2e%2e/secret.css",
        "..%5Csecret.css",
        "root/sw.js",
        "app.0a1b2c3d.css%00",
        "%2Fetc%2Fpasswd",
    ],
)
def test_only_published_names_are_answered(client: TestClient[Litestar], name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_the_service_worker_is_asked_for_again_at_each_visit(client: TestClient[Litestar]) -> None:
    answer = client.get("/sw.js")
    assert answer.content == b"self.skipWaiting()"
    assert answer.headers["Cache-Control"] == "no-cache"
    tag = answer.headers["ETag"]
    assert client.get("/sw.js", headers={"If-None-Match": tag}).status_code == 304
