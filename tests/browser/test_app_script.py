"""What app.js adds to every page, in a real Chromium, on pages made for the purpose."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import OpenPhone

BUILT = Path(
    os.environ.get("FIRSTHAND_BUILT", Path(__file__).resolve().parents[2] / "web" / "built")
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FORM_ERROR = '<form id="form"><input name="name" aria-invalid="true" aria-label="Name"></form>'

OpenPage = Callable[[str], AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield browser
    browser.close()


@dataclass
class Site:
    """One page at /, the scripts that it loads, and a few answers of each kind."""

    body: str = ""
    address: str = ""
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, str, bytes]:
        manifest = BUILT / "manifest.json"
        names = json.loads(manifest.read_text()) if manifest.exists() else {}
        if path == "/":
            return 200, "text/html", self.body.encode()
        if path.endswith(".js"):
            name = path.strip("/")
            return 200, "text/javascript", (BUILT / names.get(name, name)).read_bytes()
        if path == "/fragment":
            told = b'<div data-reason="Tick somebody first."><p>Please check.</p></div>'
            return 400, "text/html", told
        if path == "/broken":
            return 409, "application/problem+json", b'{"detail": "That event is over."}'
        return 422 if path == "/form" else 200, "text/html", FORM_ERROR.encode()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if path == "/gone":
                return
            if path not in ("/", "/favicon.ico") and not path.endswith(".js"):
                site.requests.append((self.command, path, self.headers["X-Requested-With"]))
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            status, kind, content = site.answer(path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    site.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_page(chromium: Browser, site: Site) -> OpenPage:
    @contextmanager
    def opened(body: str) -> Iterator[Page]:
        site.body = f"""<!doctype html><html lang="en-GB"><link rel="icon" href="data:,">
            <body>{body}<script src="/htmx.js"></script>
            <script type="module" src="/app.js"></script>"""
        context = chromium.new_context(
            timezone_id="Europe/Amsterdam", locale="en-GB", permissions=["clipboard-write"]
        )
        page = context.new_page()
        page.goto(site.address)
        yield page
        context.close()

    return opened


def test_a_scripted_request_says_that_it_is_one(open_page: OpenPage, site: Site) -> None:
    with open_page('<button hx-put="/kept">Keep</button>') as page:
        with page.expect_response("**/kept"):
            page.get_by_role("button", name="Keep").click()
        assert site.requests == [("PUT", "/kept", "firsthand")]


def test_a_forms_mistakes_come_back_in_its_place_with_the_focus_on_them(
    open_page: OpenPage,
) -> None:
    form = '<form id="form" hx-post="/form" hx-swap="outerHTML"><button>Save</button></form>'
    with open_page(form) as page:
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Name")).to_be_focused()
        expect(page.locator("#toasts")).to_have_count(0)


def test_a_failed_request_says_why(open_page: OpenPage) -> None:
    with open_page(
        '<button hx-put="/broken">Refused</button><button hx-put="/gone">Lost</button>'
        '<button hx-put="/fragment">Unticked</button>'
    ) as page:
        page.get_by_role("button", name="Unticked").click()
        expect(page.get_by_role("status")).to_have_text("Tick somebody first.")
        page.get_by_role("button", name="Refused").click()
        expect(page.get_by_role("status")).to_contain_text("That event is over.")
        page.get_by_role("button", name="Lost").click()
        expect(page.get_by_role("status")).to_contain_text("No network")


@pytest.mark.parametrize(
    "asking",
    [
        '<form method="post" action="/deleted" data-confirm="Delete it?"><button>Delete</button>',
        '<form hx-post="/deleted"><button data-confirm="Delete it?">Delete</button></form>',
        '<button hx-delete="/deleted" hx-confirm="Delete it?">Delete</button>',
    ],
)
def test_nothing_is_sent_until_the_question_is_answered(
    open_page: OpenPage, site: Site, asking: str
) -> None:
    with open_page(asking) as page:
        page.get_by_role("button", name="Delete").click()
        expect(page.get_by_role("dialog", name="Delete it?")).to_be_visible()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert site.requests == []
        page.get_by_role("button", name="Delete").click()
        # It says what will be done, as the button that asked for it.
        page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        expect(page.locator("[name=name]")).to_be_visible()
    assert [path for _, path, _ in site.requests] == ["/deleted"]


def test_a_time_is_shown_in_the_readers_zone_and_a_wrong_one_as_it_was(open_page: OpenPage) -> None:
    with open_page(
        '<time datetime="2026-11-23T09:42:00Z" data-local="time">09:42 UTC</time>'
        '<time datetime="soon" data-local="time">soon</time>'
    ) as page:
        expect(page.locator("time").first).to_have_text("10:42")
        expect(page.locator("time").last).to_have_text("soon")


def test_copying_tells_for_a_moment_that_it_worked(open_page: OpenPage) -> None:
    with open_page('<button data-copy="7F3C-9Q2K">Copy code</button>') as page:
        page.get_by_role("button").click()
        expect(page.get_by_role("button")).to_have_text("Copied")
        expect(page.get_by_role("button")).to_have_text("Copy code")


def test_a_filter_sends_itself(open_page: OpenPage) -> None:
    with open_page(
        '<form data-auto-submit action="/list"><select name="network" aria-label="Network">'
        "<option>all</option><option>x</option></select></form>"
    ) as page:
        page.get_by_label("Network").select_option("x")
        expect(page).to_have_url(re.compile("network=x"))


@pytest.mark.parametrize("moment", ["pageswap", "pagereveal"])
def test_an_animation_between_pages_that_is_cut_short_is_no_error(
    open_phone: OpenPhone, moment: str
) -> None:
    with open_phone() as page:
        page.add_init_script(
            f"""addEventListener("{moment}", ({{ viewTransition }}) => {{
              if (!viewTransition) return;
              sessionStorage.setItem("cut", "yes");
              viewTransition.skipTransition();
            }});"""
        )
        page.goto("/scan/box")
        page.get_by_role("link", name="Scan a badge").click()
        page.wait_for_url("**/scan")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("sessionStorage.getItem('cut')") == "yes"
