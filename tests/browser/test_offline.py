"""The app without network: a real service worker in a real Chromium, before a real server."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect
from sqlalchemy.orm import Session

from firsthand.attendees.models import Attendee
from firsthand.migrations import upgrade
from tests.browser.browsing import CHROMIUM, PHONE
from tests.browser.fake_camera import badge_frame, chromium_arguments, write_video
from tests.browser.network import Network, network_before
from tests.browser.test_queue import meetings
from tests.live import SECRET_KEY, free_port, running_server
from tests.server.house import House, Person, tie

MOST_PRECACHED = 200_000
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("offline")]

# Reads what the phone keeps, as {cache: {path: seen}}.
KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    kept[name] = (await cache.keys()).map((request) => new URL(request.url).pathname);
  }
  return kept;
}"""
AGE = """async (ms) => {
  for (const name of await caches.keys()) {
    if (!name.startsWith("firsthand-private-")) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const copy = await cache.match(request);
      const headers = new Headers(copy.headers);
      headers.set("Firsthand-Seen", new Date(Date.now() - ms).toISOString());
      await cache.put(request, new Response(await copy.text(), { headers }));
    }
  }
}"""
HOUR_MS = 3_600_000


@dataclass
class Scene:
    house: House
    network: Network
    ana: Person
    ben: Person
    fenna_code: str
    kim_code: str


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Ana and Ben at an event with Fenna, who is listed, and Kim, who is not."""
    port = free_port()
    url = f"sqlite:///{tmp_path}/firsthand.db"
    upgrade(url)
    with network_before(port) as network:
        base_url = f"http://127.0.0.1:{network.port}"
        house = House(url, base_url=base_url, secret_key=SECRET_KEY)
        ana = house.person("Ana Oliveira", email="ana@example.org")
        ben = house.person("Ben Carter", email="ben@example.org")
        event = house.event(ana)
        for person in (ana, ben):
            house.attendee(event, person)
        on_x = [("x", "@fenna")]
        fenna = house.attendee(event, "Fenna Wouters", company="Harbour Labs", handles=on_x)
        house.ties(ana, tie("fenna"))
        kim = house.attendee(event, "Kim Hidden", listed=False)
        house.scan(ana, house.attendee(event, "Kerry Calloway"), intents=["coffee"])
        with running_server(url, port, FIRSTHAND_BASE_URL=base_url):
            yield Scene(house, network, ana, ben, fenna.code, kim.code)
        house.close()


OpenApp = Callable[..., AbstractContextManager[Page]]


@pytest.fixture
def open_app(playwright: Playwright, scene: Scene) -> OpenApp:
    """``with open_app(person, camera=video) as page``: the app, its worker settled."""

    @contextmanager
    def opened(person: Person | None, camera: Path | None = None) -> Iterator[Page]:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=chromium_arguments(camera)
        )
        context = browser.new_context(
            viewport=PHONE,
            base_url=scene.house.settings.base_url,
            # Chromium tells the page as an error that a redirect cut its animation short.
            reduced_motion="reduce",
        )
        sign_in(context, scene.house, person)
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto("/")
        settle(page, bool(person))
        yield page
        browser.close()
        assert problems == []

    return opened


def sign_in(context: BrowserContext, house: House, person: Person | None) -> None:
    context.clear_cookies()
    if person:
        name = house.settings.session_cookie
        value = person.client.cookies.get(name) or ""
        context.add_cookies([{"name": name, "value": value, "url": house.settings.base_url}])


def kept(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.evaluate(KEPT)
    return found


def private(page: Page) -> dict[str, list[str]]:
    return {name: paths for name, paths in kept(page).items() if "private" in name}


def until(page: Page, holds: Callable[[], bool], what: str) -> None:
    """Strict CSP forbids ``wait_for_function``; nothing tells a page what its worker has kept."""
    for _ in range(80):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{what}: {kept(page)}")


def settle(page: Page, signed_in: bool = True) -> None:
    def is_whole() -> bool:
        found = kept(page)
        static = [path for name, paths in found.items() if "static" in name for path in paths]
        copies = [path for paths in private(page).values() for path in paths]
        decoder = any(path.endswith(".wasm") for path in static)
        wanted = {"/badge", "/follow-ups", "/scan", "/api/v1/me/offline"} if signed_in else set()
        return decoder and set(copies) == wanted

    until(page, is_whole, "the worker has not kept what it should")


def loaded_later(page: Page, script: str) -> set[str]:
    """What a script imports only when it needs it: addresses."""
    text = page.evaluate("(path) => fetch(path).then((answer) => answer.text())", script)
    return {f"/static/{name}" for name in re.findall(r'import\("\./([^"]+)"\)', text)}


def test_the_app_can_be_installed(open_app: OpenApp, scene: Scene) -> None:
    with open_app(scene.ana) as page:
        session = page.context.new_cdp_session(page)
        manifest = session.send("Page.getAppManifest")
        assert manifest["errors"] == []
        problems = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # Every context of a test is a private window.
        assert [each["errorId"] for each in problems] == ["in-incognito"]
        found = json.loads(manifest["data"])
        assert {icon["purpose"] for icon in found["icons"]} == {"any", "maskable"}
        assert [each["url"] for each in found["shortcuts"]] == ["/scan", "/badge"]
        assert found["share_target"]["action"] == "/share"


def test_what_is_kept_at_installing_is_small_and_the_decoder_comes_after(
    open_app: OpenApp, scene: Scene
) -> None:
    with open_app(None) as page:
        sizes: dict[str, int] = page.evaluate(
            """async () => {
              const sizes = {};
              for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const request of await cache.keys()) {
                  const body = await (await cache.match(request)).blob();
                  sizes[new URL(request.url).pathname] = body.size;
                }
              }
              return sizes;
            }"""
        )
        after = {
            path for path in sizes if re.search(r"/(decode|zxing_reader|foreign-card)\.", path)
        }
        # The plain reader is loaded where WebAssembly is refused, which may be without network.
        after |= loaded_later(page, next(path for path in after if "/decode." in path))
    assert len(after) == 4
    assert after <= sizes.keys()
    total = sum(size for path, size in sizes.items() if path not in after)
    assert total <= MOST_PRECACHED, sizes
    print(f"kept at installing: {total} bytes unpacked")


def test_a_tap_is_not_undone_by_a_network_that_comes_back_or_does_not(
    open_app: OpenApp, scene: Scene
) -> None:
    with open_app(scene.ana) as page:
        scene.network.state = "down"
        page.goto("/people")
        page.evaluate(
            """() => {
              document.querySelector('a[href="/follow-ups"]').click();
              dispatchEvent(new Event("online"));
            }"""
        )
        page.wait_for_url("**/follow-ups")
        expect(page.locator(".as-last-seen")).to_be_visible()

        page.goto("/people")
        page.context.set_offline(True)
        page.evaluate("window.stays = true")
        page.evaluate("dispatchEvent(new Event('online'))")
        page.evaluate("new Promise((done) => requestIdleCallback(done))")
        assert page.evaluate("window.stays")
        page.context.set_offline(False)


def test_every_page_is_useful_without_network(open_app: OpenApp, scene: Scene) -> None:
    with open_app(scene.ana) as page:
        scene.network.state = "down"

        page.goto("/people")
        expect(page.get_by_role("heading", level=1)).to_have_text("No network just now")
        expect(page.get_by_role("link", name="Scan a badge")).to_be_visible()
        for name in ("My badge", "Everybody here", "Follow-ups"):
            expect(page.get_by_role("link", name=name)).to_be_visible()

        page.goto("/badge")
        expect(page.get_by_role("heading", name="Ana Oliveira")).to_be_visible()
        expect(page.locator("svg.qr")).to_be_visible()
        expect(page.locator(".badge-code")).to_be_visible()
        expect(page.locator(".as-last-seen")).to_contain_text(re.compile(r"As last seen \d"))

        page.goto("/follow-ups")
        expect(page.locator("bdi").get_by_text("Kerry Calloway").first).to_be_visible()
        expect(page.locator(".as-last-seen")).to_be_visible()

        page.goto("/events/seaside/attendees")
        expect(page.get_by_text("Fenna Wouters")).to_be_visible()
        expect(page.get_by_text("Kim Hidden")).to_have_count(0)
        page.get_by_label("Find somebody").fill("harbour")
        expect(page.locator("#offline-list li")).to_have_count(1)


def test_the_first_scan_works_without_network(
    open_app: OpenApp, scene: Scene, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "badge.y4m", [(badge_frame(scene.fenna_code), 1)])
    with open_app(scene.ana, video) as page:
        scene.network.state = "down"
        page.goto("/scan")
        expect(page.locator("#scan-state")).to_contain_text("On this phone", timeout=20_000)


def type_code(page: Page, code: str) -> Locator:
    page.get_by_label("Type or paste a code").fill(code)
    page.keyboard.press("Enter")
    return page.locator("#scan-card")


def test_the_card_names_without_network_who_agreed_to_be_listed(
    open_app: OpenApp, scene: Scene
) -> None:
    with open_app(scene.ana) as page:
        scene.network.state = "down"
        page.goto("/scan")
        card = type_code(page, scene.fenna_code)
        expect(card.get_by_role("heading", name="Fenna Wouters")).to_be_visible()
        expect(card.get_by_text("Harbour Labs")).to_be_visible()
        expect(card.get_by_text("You follow them on X")).to_be_visible()
        expect(card.locator("svg text:visible")).to_have_text("FW")
        expect(page.locator("#scan-state")).to_contain_text("On this phone — will be sent")
        expect(page.locator("#scan-box-list")).to_contain_text("Fenna Wouters")

        card = type_code(page, scene.kim_code)
        expect(card.get_by_role("heading", name="Badge read")).to_be_visible()
        expect(page.locator("#scan-state")).to_contain_text("On this phone — will be sent")
        expect(page.get_by_text("Kim Hidden")).to_have_count(0)
        scene.network.state = "up"
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(card.get_by_role("heading", name="Kim Hidden")).to_be_visible()


def test_the_worker_sends_what_waits_after_the_last_page_is_closed(
    open_app: OpenApp, scene: Scene
) -> None:
    with open_app(scene.ana) as page:
        page.goto("/scan")
        scene.network.state = "down"
        type_code(page, scene.fenna_code)
        expect(page.locator("#scan-state")).to_contain_text("On this phone — will be sent")
        elsewhere = page.context.new_page()
        page.close()
        before = len(meetings(scene.ana))
        scene.network.state = "up"
        browser_syncs(elsewhere, scene.house.settings.base_url)
        until(elsewhere, lambda: len(meetings(scene.ana)) == before + 1, "a scan of no page")
        # And it has understood the answer.
        elsewhere.goto("/scan/box")
        expect(elsewhere.locator("#box-count")).to_have_text("1 safe")
    assert len(meetings(scene.ana)) == before + 1


def test_a_page_that_has_lost_the_mark_of_what_waits_sends_it_all_the_same(
    open_app: OpenApp, scene: Scene
) -> None:
    with open_app(scene.ana) as page:
        page.goto("/scan")
        scene.network.state = "down"
        type_code(page, scene.fenna_code)
        expect(page.locator("#scan-state")).to_contain_text("On this phone — will be sent")
        page.goto("/offline")
        page.evaluate("localStorage.clear()")
        before = len(meetings(scene.ana))
        scene.network.state = "up"
        page.goto("/follow-ups")
        until(page, lambda: len(meetings(scene.ana)) == before + 1, "what waited")


def browser_syncs(page: Page, origin: str) -> None:
    """What Chromium does once there is network again, maybe hours later."""
    session = page.context.new_cdp_session(page)
    found: list[dict[str, object]] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"])
    )
    session.send("ServiceWorker.enable")
    for _ in range(50):
        if found:
            break
        page.wait_for_timeout(100)
    sync = {"origin": origin, "registrationId": found[-1]["registrationId"], "tag": "scans"}
    session.send("ServiceWorker.dispatchSyncEvent", {**sync, "lastChance": False})


def test_a_page_that_hangs_becomes_the_copy_after_three_seconds(
    open_app: OpenApp, scene: Scene
) -> None:
    with open_app(scene.ana) as page:
        scene.network.state = "hangs"
        page.goto("/badge", wait_until="commit")
        expect(page.locator(".as-last-seen")).to_contain_text(
            "The network does not answer.", timeout=5_000
        )


def test_signing_out_takes_the_copies_away(open_app: OpenApp, scene: Scene) -> None:
    with open_app(scene.ana) as page:
        page.goto("/me")
        page.get_by_role("button", name=re.compile("^Sign out")).first.click()
        page.wait_for_url("**/")
        until(page, lambda: private(page) == {}, "copies of before")
        scene.network.state = "down"
        page.goto("/badge")
        expect(page.get_by_text("Ana Oliveira")).to_have_count(0)
        expect(page.get_by_role("heading", level=1)).to_have_text("No network just now")


def test_another_account_never_sees_the_copies_of_the_first(
    open_app: OpenApp, scene: Scene
) -> None:
    with open_app(scene.ana) as page:
        sign_in(page.context, scene.house, scene.ben)
        page.goto("/me")
        settle(page)
        assert list(private(page)) == [f"firsthand-private-{scene.ben.id.hex}"]
        scene.network.state = "down"
        page.goto("/badge")
        expect(page.get_by_role("heading", name="Ben Carter")).to_be_visible()
        page.goto("/follow-ups")
        expect(page.get_by_text("Kerry Calloway")).to_have_count(0)


@pytest.mark.parametrize(("hours", "is_there"), [(71, True), (73, False)])
def test_copies_last_for_72_hours(
    open_app: OpenApp, scene: Scene, hours: int, is_there: bool
) -> None:
    with open_app(scene.ana) as page:
        scene.network.state = "down"
        page.goto("/offline")
        page.evaluate(AGE, hours * HOUR_MS)
        page.goto("/badge")
        expect(page.get_by_role("heading", name="Ana Oliveira")).to_have_count(int(is_there))
        page.goto("/offline/people")
        expect(page.get_by_text("Fenna Wouters")).to_have_count(int(is_there))
        assert any(paths for paths in private(page).values()) is is_there


def test_who_is_no_longer_listed_is_gone_at_the_next_contact(
    open_app: OpenApp, scene: Scene
) -> None:
    def unlist(session: Session) -> None:
        session.query(Attendee).filter_by(name="Fenna Wouters").update({"listed": False})

    with open_app(scene.ana) as page:
        scene.house.db.write_now(unlist)
        page.goto("/people")
        read = "async () => (await (await caches.match('/api/v1/me/offline')).text())"
        until(page, lambda: "Fenna" not in page.evaluate(read), "the old list")


def test_a_name_that_was_taken_back_is_gone_from_the_follow_ups_at_the_next_contact(
    open_app: OpenApp, scene: Scene
) -> None:
    def rename(session: Session) -> None:
        session.query(Attendee).filter_by(name="Kerry Calloway").update({"name": "K"})

    read = "async () => (await (await caches.match('/follow-ups')).text())"
    with open_app(scene.ana) as page:
        assert "Kerry" in page.evaluate(read)
        scene.house.db.write_now(rename)
        page.goto("/people")
        until(page, lambda: "Kerry" not in page.evaluate(read), "the old name")


def test_an_update_leaves_the_open_scanner_alone(open_app: OpenApp, scene: Scene) -> None:
    """Afterwards the server knows the old version's files no more; the open page still does."""
    address = scene.house.settings.base_url
    old = httpx.get(f"{address}/sw.js").content
    version = re.search(rb'"([0-9a-f]{8})"', old)
    assert version
    with open_app(scene.ana) as page:
        page.goto("/scan")
        page.evaluate("window.isTheSamePage = true")
        scene.network.instead["/sw.js"] = old.replace(version[0], b'"ffffffff"')
        page.evaluate("navigator.serviceWorker.ready.then((ready) => ready.update())")
        until(page, lambda: "firsthand-static-ffffffff" in kept(page), "the new version")
        states = "navigator.serviceWorker.ready.then((r) => [!!r.waiting, !!r.active])"
        until(page, lambda: page.evaluate(states) == [True, True], "the new version waits")
        static = {path for paths in kept(page).values() for path in paths if "/static/" in path}
        scene.network.gone = static
        assert page.evaluate("window.isTheSamePage") is True
        worker = page.locator(".scanner").get_attribute("data-worker")
        assert worker
        # Not from the browser's own cache, which keeps hashed files forever.
        status = "(path) => fetch(path, { cache: 'no-store' }).then((answer) => answer.status)"
        assert page.evaluate(status, worker) == 200
        assert f"firsthand-static-{version[1].decode()}" in kept(page)


def test_an_update_in_the_middle_of_scanning_loses_nothing(open_app: OpenApp, scene: Scene) -> None:
    """Scans wait under the old version, more come while the new one waits; that one sends them."""
    address = scene.house.settings.base_url
    old = httpx.get(f"{address}/sw.js").content
    version = re.search(rb'"([0-9a-f]{8})"', old)
    assert version
    with open_app(scene.ana) as page:
        page.goto("/scan")
        before = len(meetings(scene.ana))
        scene.network.gone = {"/api/v1/scans"}
        type_code(page, scene.fenna_code)
        expect(page.locator("#scan-state")).to_contain_text("On this phone — will be sent")
        scene.network.instead["/sw.js"] = old.replace(version[0], b'"ffffffff"')
        page.evaluate("navigator.serviceWorker.ready.then((ready) => ready.update())")
        waits = "navigator.serviceWorker.ready.then((ready) => Boolean(ready.waiting))"
        until(page, lambda: bool(page.evaluate(waits)), "the new version waits")
        type_code(page, scene.kim_code)
        expect(page.locator("#scan-box-count")).to_have_text("2 on this phone, not safe yet")
        # Once no page is open the new version takes over.
        let_the_new_version_take_over(page)
        page.goto("/scan/box")
        assert page.evaluate(waits) is False
        expect(page.locator("#box-count")).to_have_text("2 on this phone, not safe yet")
        scene.network.gone.clear()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator("#box-count")).to_have_text("2 safe")
    assert len(meetings(scene.ana)) == before + 2


def let_the_new_version_take_over(page: Page) -> None:
    """Leaves the app for as long as it takes."""
    states: dict[str, str] = {}
    session = page.context.new_cdp_session(page)
    session.on(
        "ServiceWorker.workerVersionUpdated",
        lambda told: states.update(
            {each["versionId"]: each["status"] for each in told["versions"]}
        ),
    )
    page.goto("about:blank")
    session.send("ServiceWorker.enable")
    for _ in range(80):
        if states and states[max(states, key=int)] == "activated":
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the new version does not take over: {states}")


def test_an_archive_that_is_shared_waits_in_the_import_form(
    open_app: OpenApp, scene: Scene
) -> None:
    with open_app(scene.ana) as page:
        share(page, {"file": "archive.zip"})
        page.wait_for_url("**/import")
        chosen = "() => [...document.querySelector('input[type=file]').files].map((f) => f.name)"
        until(page, lambda: page.evaluate(chosen) == ["archive.zip"], "the shared file")


def test_a_profile_that_is_shared_is_offered_as_a_meeting(open_app: OpenApp, scene: Scene) -> None:
    with open_app(scene.ana) as page:
        share(page, {"text": "Look: https://x.com/fenna"})
        page.wait_for_url("**/share?*")
        expect(page.get_by_role("heading", level=1)).to_have_text("Have you met @fenna?")
        page.get_by_role("button", name="Yes, keep this meeting").click()
        expect(page.locator("#scan-state")).to_have_text("Safe")


def test_a_form_of_another_site_is_refused_with_the_worker_too(
    open_app: OpenApp, scene: Scene, tmp_path: Path
) -> None:
    with open_app(scene.ana) as page:
        home = scene.house.settings.base_url
        page.route(
            "http://elsewhere.example/",
            lambda route: route.fulfill(
                content_type="text/html",
                body=f'<form method="post" action="{home}/meetings"><input name="name" value="X">'
                "</form><button>send</button>",
            ),
        )
        page.goto("http://elsewhere.example/")
        with page.expect_navigation() as arrived:
            page.evaluate("document.forms[0].submit()")
        assert arrived.value
        assert arrived.value.status == 403


def test_the_kill_switch_takes_the_worker_and_its_copies_away(
    open_app: OpenApp, scene: Scene
) -> None:
    address = scene.house.settings.base_url
    with open_app(scene.ana) as page:
        page.evaluate("localStorage.setItem('firsthand.sequence', '7')")
        scene.network.instead["/sw.js"] = httpx.get(f"{address}/sw-off.js").content
        page.goto("/me")
        gone = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"
        until(page, lambda: page.evaluate(gone) == 0, "the worker is still there")
        assert kept(page) == {}
        assert page.evaluate("localStorage.getItem('firsthand.sequence')") == "7"


def share(page: Page, fields: dict[str, str]) -> None:
    """What the phone's share sheet does: a multipart form to the share target."""
    page.evaluate(
        """(fields) => {
          const form = document.createElement("form");
          Object.assign(form, { method: "post", action: "/share", enctype: "multipart/form-data" });
          for (const [name, value] of Object.entries(fields)) {
            const input = document.createElement("input");
            input.name = name;
            if (name === "file") {
              const carried = new DataTransfer();
              carried.items.add(new File(["PK"], value, { type: "application/zip" }));
              input.type = "file";
              input.files = carried.files;
            } else {
              input.value = value;
            }
            form.append(input);
          }
          document.body.append(form);
          form.submit();
        }""",
        fields,
    )
