"""The phone's queue in a real Chromium before a real server: nothing lost, nothing doubled."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Playwright, Request, Route, expect

from tests.browser.conftest import CHROMIUM, PHONE, OpenPhone
from tests.browser.fake_camera import chromium_arguments
from tests.server.house import House, Person

pytestmark = pytest.mark.slow
API = "**/api/v1/**"
COUNT = "#scan-box-count"
# Writes records into the phone's store as if they had been scanned, then says how many stand there.
PUT = """(records) => new Promise((resolve, reject) => {
    const open = indexedDB.open("firsthand");
    open.onupgradeneeded = () => open.result.createObjectStore("scans", { keyPath: "id" })
        .createIndex("order", "order");
    open.onsuccess = () => {
        const transaction = open.result.transaction("scans", "readwrite");
        for (const record of records) transaction.objectStore("scans").put(record);
        transaction.oncomplete = () => {
            localStorage.setItem("firsthand.waiting", "1");
            open.result.close();
            resolve();
        };
        transaction.onerror = () => reject(transaction.error);
    };
})"""
# Chromium reports a cross-page transition that a busy machine cuts short as a page's error.
STILL = {"reduced_motion": "reduce"}
DENIED = "indexedDB.open = () => { throw new DOMException('', 'SecurityError'); };"


def sign_in(context: BrowserContext, house: House, person: Person) -> None:
    name = house.settings.session_cookie
    value = person.client.cookies.get(name) or ""
    context.add_cookies([{"name": name, "value": value, "url": house.settings.base_url}])


def cut(context: BrowserContext) -> None:
    """Pages come (as they do from a service worker), the API does not."""
    context.route(API, lambda route: route.abort())


def mend(context: BrowserContext) -> None:
    context.unroute(API)


def scans_in(request: Request) -> list[dict[str, Any]]:
    body = request.post_data_json
    assert body
    scans: list[dict[str, Any]] = body["scans"]
    return scans


def come_online(page: Page) -> None:
    page.evaluate("window.dispatchEvent(new Event('online'))")


def scan(page: Page, *codes: str) -> None:
    for code in codes:
        field = page.get_by_label("Type or paste a code")
        field.fill(code)
        field.press("Enter")
        expect(page.locator("#scan-card")).to_be_visible()
        expect(field).to_have_value("")


def codes(count: int, prefix: str = "guest") -> list[str]:
    """What somebody may type: an e-mail address each."""
    return [f"{prefix}-{number}@example.org" for number in range(count)]


def meetings(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = person.client.get("/api/v1/meetings", params={"limit": "100", **cursor}).json()
        found += answer["items"]
        if not answer["next"]:
            return found
        cursor = {"cursor": answer["next"]}


def record(owner: Person | None, code: str, order: int, **more: object) -> dict[str, object]:
    """As this version keeps it."""
    scan_id = str(uuid4())
    moment = f"2026-11-23T10:{order // 60 % 60:02}:{order % 60:02}.000+00:00"
    return {
        "version": 2,
        "id": scan_id,
        "order": order,
        "owner": str(owner.id) if owner else None,
        "device": "phone",
        "scan": {"id": scan_id, "code": code, "scanned_at": moment, "event": None},
        "state": "waiting",
        "safeAt": None,
        "problem": "",
        "name": "",
        "meeting": None,
        "contact": None,
        "edit": None,
        "editSent": True,
        "retracted": False,
        "retractionSent": True,
        **more,
    }


def test_scans_notes_and_undo_made_offline_outlive_the_browser_and_arrive_once(
    playwright: Playwright, live: House, tmp_path: Path
) -> None:
    ana = live.person()

    def started() -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=chromium_arguments(None),
            viewport=PHONE,
            base_url=live.settings.base_url,
        )

    context = started()
    sign_in(context, live, ana)
    page = context.new_page()
    page.goto("/scan")
    context.set_offline(True)
    scan(page, *codes(8))
    expect(page.locator("#scan-state")).to_contain_text("On this phone — will be sent")
    page.get_by_label("Coffee").check()
    page.get_by_label("Note").fill("the last of eight")
    page.get_by_role("button", name="Scan next").click()
    page.locator(".scan-box-item").last.click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#scan-state")).to_have_text("Undone")
    expect(page.locator(COUNT)).to_have_text("8 on this phone, not safe yet")
    context.close()

    context = started()
    # The session has expired over night, and the network is another one.
    context.clear_cookies()
    page = context.new_page()
    page.goto("/scan/box")
    expect(page.locator("#box-count")).to_contain_text("8 of another account wait")
    expect(page.get_by_role("link", name="Sign in to send these")).to_be_visible()
    sign_in(context, live, ana)
    page.goto("/people")
    expect(page.locator("#on-phone")).to_be_hidden()
    page.goto("/scan/box")
    expect(page.locator("#box-count")).to_have_text("7 safe")
    context.close()

    found = meetings(ana)
    assert len(found) == 7
    assert [m["note"] for m in found if m["intents"] == ["coffee"]] == ["the last of eight"]


def test_two_open_tabs_do_not_send_a_scan_twice(live: House, open_phone: OpenPhone) -> None:
    ana = live.person()
    with open_phone(ana, **STILL) as one:
        two = one.context.new_page()
        sent: list[str] = []
        # Answered: the worker is told a moment later than the pages that there is network again.
        one.context.on(
            "requestfinished",
            lambda request: (
                sent.extend(each["id"] for each in scans_in(request))
                if request.url.endswith("/api/v1/scans")
                else None
            ),
        )
        for page in (one, two):
            page.goto("/scan")
        one.context.set_offline(True)
        scan(one, *codes(4, "one"))
        scan(two, *codes(4, "two"))
        for page in (one, two):
            expect(page.locator(COUNT)).to_have_text("8 on this phone, not safe yet")
        sent.clear()
        one.context.set_offline(False)
        for page in (one, two):
            expect(page.locator(COUNT)).to_have_text("8 safe")
        assert len(sent) == len(set(sent)) == 8
    assert len(meetings(ana)) == 8


def test_an_expired_session_pauses_the_queue_until_somebody_signs_in(
    live: House, open_phone: OpenPhone
) -> None:
    ana = live.person()
    with open_phone(ana, **STILL) as page:
        page.goto("/scan")
        page.context.clear_cookies()
        scan(page, *codes(1))
        expect(page.locator("#scan-state")).to_have_text("On this phone — sign in to send it")
        link = page.locator("#scan-sign-in")
        # Nobody clicks it once signed in: Background Sync may have sent everything by then.
        link.click()
        expect(page).to_have_url(re.compile(r"/sign-in\?next=/scan$"))
        sign_in(page.context, live, ana)
        page.goto("/scan")
        expect(page.locator(COUNT)).to_have_text("1 safe")
    assert len(meetings(ana)) == 1


def test_another_account_on_the_phone_neither_sends_nor_sees_what_is_not_its_own(
    live: House, open_phone: OpenPhone
) -> None:
    ana, ben = live.person(), live.person("Ben Carter", "ben@example.org")
    with open_phone(ana, **STILL) as page:
        stale = page
        stale.goto("/scan")
        cut(page.context)
        scan(stale, *codes(1))
        sign_in(page.context, live, ben)
        mend(page.context)
        # Ana's page still stands open in one tab, in Ben's session.
        come_online(stale)
        expect(stale.locator("#scan-state")).to_have_text("On this phone — sign in to send it")
        bens = page.context.new_page()
        bens.goto("/scan/box")
        expect(bens.locator("#box-count")).to_contain_text("1 of another account wait")
        expect(bens.locator("#box-list li")).to_have_count(0)
        assert meetings(ben) == meetings(ana) == []
        sign_in(page.context, live, ana)
        bens.goto("/follow-ups")
        expect(stale.locator(COUNT)).to_have_text("1 safe")
    assert (len(meetings(ana)), len(meetings(ben))) == (1, 0)


@pytest.mark.parametrize("answer", ["Yes, keep them", "Not now"])
def test_what_was_scanned_signed_out_is_sent_only_after_a_yes(
    live: House, open_phone: OpenPhone, answer: str
) -> None:
    ana = live.person()
    with open_phone(**STILL) as page:
        page.goto("/scan")
        scan(page, *codes(3))
        expect(page.locator("#scan-state")).to_have_text("On this phone — sign in to send it")
        sign_in(page.context, live, ana)
        page.goto("/")
        expect(page.get_by_role("dialog")).to_contain_text("3 scans wait on this phone.")
        assert meetings(ana) == []
        page.get_by_role("button", name=answer).click()
        if answer == "Not now":
            page.get_by_role("link", name="3 scans on this phone").click()
            expect(page.locator("#box-unowned")).to_contain_text("3 scanned here")
            assert meetings(ana) == []
            page.get_by_role("button", name="Yes, keep them").click()
            expect(page.locator("#box-count")).to_contain_text("3 safe")
        expect(page.locator("#on-phone")).to_be_hidden()
    assert len(meetings(ana)) == 3


def test_a_refused_scan_stays_with_its_reason_and_can_be_mended(
    live: House, open_phone: OpenPhone
) -> None:
    ana = live.person()
    fenna = live.attendee(live.event(ana), "Fenna Wouters")
    with open_phone(ana, **STILL) as page:
        page.goto("/scan")
        scan_refused(page, f"{live.settings.base_url}/b/00000000000000000000000000")
        page.goto("/scan/box")
        entry = page.locator("#box-list li")
        expect(entry.locator("[data-problem]")).not_to_be_empty()
        entry.get_by_role("button", name="Send again").click()
        expect(entry.locator("[data-problem]")).not_to_be_empty()
        with page.expect_download() as saving:
            entry.get_by_role("button", name="Save as a file").click()
        assert '"state": "refused"' in saving.value.path().read_text()
        entry.get_by_label("Code").fill(fenna.code)
        entry.get_by_role("button", name="Send corrected").click()
        expect(page.locator("#box-count")).to_have_text("1 safe")
        expect(page.locator("#on-phone")).to_be_hidden()
    assert [m["contact"]["name"] for m in meetings(ana)] == ["Fenna Wouters"]


def scan_refused(page: Page, code: str) -> None:
    page.get_by_label("Type or paste a code").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator("#scan-card")).to_have_attribute("data-state", "refused")


def test_a_refused_scan_is_removed_only_by_a_person_who_means_it(
    live: House, open_phone: OpenPhone
) -> None:
    with open_phone(live.person(), **STILL) as page:
        page.goto("/scan")
        scan_refused(page, f"{live.settings.base_url}/b/00000000000000000000000000")
        page.goto("/scan/box")
        answers = iter([Dialog.dismiss, Dialog.accept])
        page.on("dialog", lambda dialog: next(answers)(dialog))
        page.get_by_role("button", name="Remove").click()
        expect(page.locator("#box-list li")).to_have_count(1)
        page.get_by_role("button", name="Remove").click()
        expect(page.locator("#box-list li")).to_have_count(0)


def test_the_box_goes_into_a_file_and_into_another_phone_and_twice_is_once(
    live: House, open_phone: OpenPhone, tmp_path: Path
) -> None:
    ana = live.person()
    with open_phone(ana, **STILL) as page:
        page.goto("/scan")
        cut(page.context)
        scan(page, *codes(3))
        page.get_by_role("link", name="On this phone").click()
        expect(page.locator("#box-list li")).to_have_count(3)
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save as a file").first.click()
        saving.value.save_as(tmp_path / "box.json")
    (tmp_path / "odd.json").write_text('{"format": "something else"}')
    with open_phone(ana, **STILL) as page:
        page.goto("/scan/box")
        for _ in range(2):
            page.get_by_label("Read a file back in").set_input_files(tmp_path / "box.json")
            expect(page.locator("#box-news")).to_have_text("3 read from the file.")
            expect(page.locator("#box-count")).to_have_text("3 safe")
            page.reload()
        page.get_by_label("Read a file back in").set_input_files(tmp_path / "odd.json")
        expect(page.locator("#box-news")).to_contain_text("not a file that Firsthand has saved")
    assert len(meetings(ana)) == 3


def test_where_storage_is_denied_the_page_says_so_keeps_the_scan_and_offers_a_file(
    live: House, open_phone: OpenPhone
) -> None:
    ana = live.person()
    with open_phone(ana, **STILL) as page:
        page.add_init_script(DENIED)
        page.goto("/scan")
        cut(page.context)
        scan(page, *codes(1))
        expect(page.locator("#scan-state")).to_contain_text("In this page only")
        expect(page.locator("#scan-storage")).to_contain_text("private window")
        mend(page.context)
        come_online(page)
        expect(page.locator(COUNT)).to_have_text("1 safe")
    assert len(meetings(ana)) == 1


def test_a_store_whose_connection_the_phone_has_killed_is_opened_again(
    live: House, open_phone: OpenPhone
) -> None:
    ana = live.person()
    kill = """(() => {
        const begin = IDBDatabase.prototype.transaction;
        window.kills = 2;
        IDBDatabase.prototype.transaction = function (...wish) {
            if (window.kills-- > 0) throw new DOMException("", "InvalidStateError");
            return begin.apply(this, wish);
        };
    })()"""
    with open_phone(ana, **STILL) as page:
        page.goto("/scan")
        cut(page.context)
        page.evaluate(kill)
        scan(page, *codes(1))
        expect(page.locator("#scan-state")).to_contain_text("On this phone — will be sent")
        assert page.evaluate("window.kills") < 0
        page.reload()
        expect(page.locator(COUNT)).to_have_text("1 on this phone, not safe yet")
        mend(page.context)
        come_online(page)
        expect(page.locator(COUNT)).to_have_text("1 safe")
    assert len(meetings(ana)) == 1


def test_where_storage_is_full_the_scan_stays_in_the_page_and_is_kept_once_there_is_room(
    live: House, open_phone: OpenPhone
) -> None:
    ana = live.person()
    with open_phone(ana, **STILL) as page:
        quota = page.context.new_cdp_session(page)
        origin = {"origin": live.settings.base_url}
        # Before the first use: Chromium remembers for a while how much room there was.
        quota.send("Storage.overrideQuotaForOrigin", {**origin, "quotaSize": 1})
        page.goto("/scan")
        cut(page.context)
        scan(page, *codes(2))
        expect(page.locator("#scan-state")).to_contain_text("In this page only")
        expect(page.locator("#scan-storage")).to_contain_text("storage is full")
        quota.send("Storage.overrideQuotaForOrigin", origin)
        come_online(page)
        expect(page.locator("#scan-storage")).to_be_empty()
        page.reload()
        expect(page.locator(COUNT)).to_have_text("2 on this phone, not safe yet")
        mend(page.context)
        come_online(page)
        expect(page.locator(COUNT)).to_have_text("2 safe")
    assert len(meetings(ana)) == 2


def test_five_hundred_queued_scans_arrive_once_each_and_show_how_far_they_are(
    live: House, open_phone: OpenPhone
) -> None:
    ana = live.person()
    with open_phone(ana, **STILL) as page:
        page.goto("/scan/box")
        cut(page.context)
        page.evaluate(PUT, [record(ana, code, n) for n, code in enumerate(codes(500), 1)])
        page.reload()
        expect(page.locator("#box-count")).to_have_text("500 on this phone, not safe yet")
        page.evaluate("""() => {
            window.told = [];
            const count = document.querySelector("#box-count");
            const watcher = new MutationObserver(() => told.push(count.textContent));
            watcher.observe(count, { childList: true });
        }""")
        posted: list[int] = []
        mend(page.context)

        def count(route: Route) -> None:
            posted.append(len(scans_in(route.request)))
            route.continue_()

        page.context.route("**/api/v1/scans", count)
        come_online(page)
        expect(page.locator("#box-count")).to_have_text("500 safe", timeout=15_000)
        told = page.evaluate("told")
        assert {f"{n} of 500 sent" for n in range(50, 500, 50)} <= set(told)
        assert posted == [50] * 10
        expect(page.locator("#box-progress")).to_be_hidden()
    assert len(meetings(ana)) == 500


def test_broken_newer_and_older_records_hold_nothing_up_and_are_told(
    live: House, open_phone: OpenPhone
) -> None:
    ana = live.person()
    with open_phone(ana, **STILL) as page:
        page.goto("/scan/box")
        older = record(ana, "TICKET-OLD", 2)
        for absent in ("version", "owner", "safeAt"):
            del older[absent]
        newer = record(ana, "TICKET-NEW", 3, version=3, wonder="yes")
        broken = {"id": "odd", "order": 1, "scan": "?"}
        page.evaluate(PUT, [broken, older, newer, record(ana, "TICKET-1", 4)])
        page.reload()
        expect(page.get_by_role("dialog")).to_contain_text(
            "1 scan waits on this phone. Is it yours?"
        )
        page.get_by_role("button", name="Yes, keep it").click()
        expect(page.locator("#box-count")).to_have_text("2 safe")
        expect(page.locator("#box-broken")).to_contain_text("1 cannot be read")
        expect(page.locator("#box-newer")).to_contain_text("1 come from a newer version")
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save these as a file").click()
        saved = saving.value.path().read_text()
        assert re.search('"wonder": "yes"', saved)
        assert re.search('"id": "odd"', saved)
    assert len(meetings(ana)) == 2


def test_signing_out_with_unsent_scans_is_warned_of_and_erases_nothing(
    live: House, open_phone: OpenPhone
) -> None:
    ana = live.person()
    with open_phone(ana, **STILL) as page:
        page.goto("/scan")
        cut(page.context)
        scan(page, *codes(1))
        page.goto("/me")
        expect(page.locator("#on-phone")).to_contain_text("1 scan on this phone")
        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(page.get_by_role("dialog")).to_contain_text("1 scan on this phone is not safe yet")
        page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/")
        page.goto("/scan/box")
        expect(page.locator("#box-count")).to_contain_text("1 of another account wait")
