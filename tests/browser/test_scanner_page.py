"""The scanner page in a real Chromium, with a fake camera and a stub of the server."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, Playwright, expect

from tests.browser.browsing import type_as_a_wedge
from tests.browser.fake_camera import badge_frame, chromium_arguments, write_video
from tests.browser.scanner_harness import ROOT, Stub, serve

ANA = "HTTPS://FIRSTHAND.EXAMPLE/B/0123456789ABCDEFGHJKMNPQRS"
BEN = "HTTPS://FIRSTHAND.EXAMPLE/B/SRQPNMKJHGFEDCBA9876543210"
BUILT = Path(os.environ.get("FIRSTHAND_BUILT", ROOT / "web" / "built"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

OpenPage = Callable[..., AbstractContextManager[Page]]


@pytest.fixture
def stub() -> Iterator[Stub]:
    manifest = BUILT / "manifest.json"
    assets = json.loads(manifest.read_text()) if manifest.exists() else {}
    with serve(BUILT, assets) as stub:
        yield stub


@pytest.fixture
def open_page(playwright: Playwright, stub: Stub) -> OpenPage:
    @contextmanager
    def opened(video: Path | None, *, before: str = "", **context: object) -> Iterator[Page]:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=chromium_arguments(video)
        )
        page = browser.new_context(**context).new_page()  # type: ignore[arg-type]  # passed on
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda entry: problems.append(entry.text) if "Security Policy" in entry.text else None,
        )
        if before:
            page.add_init_script(before)
        page.goto(stub.address)
        try:
            yield page
        finally:
            browser.close()
        assert problems == []

    return opened


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("videos")
    ana, ben, hall = badge_frame(ANA), badge_frame(BEN, 0.2, degrees=20), badge_frame(None)
    return {
        "one": write_video(folder / "one.y4m", [(ana, 1)]),
        "two": write_video(folder / "two.y4m", [(ana, 2), (ben, 2)]),
        "none": write_video(folder / "none.y4m", [(hall, 1)]),
    }


def codes(stub: Stub) -> list[str]:
    return [scan["code"] for scan in stub.scans]


def test_a_badge_held_before_the_camera_is_sent_once(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    with open_page(videos["one"]) as page:
        expect(page.locator("#scan-card")).to_have_attribute("data-state", "safe")
        expect(page.locator("#scan-slot h2")).to_have_text(f"Person {ANA}")
        expect(page.locator("#scan-news")).to_have_text(f"Met Person {ANA}. Kept.")
        page.get_by_role("button", name="Scan next").click()
        expect(page.locator("#scan-card")).to_be_hidden()
        # Long enough for dozens of further frames of the same badge.
        page.evaluate("""() => new Promise((done) => {
            const video = document.querySelector("video");
            let left = 30;
            const frame = () => --left ? video.requestVideoFrameCallback(frame) : done();
            video.requestVideoFrameCallback(frame);
        })""")
        assert codes(stub) == [ANA]
        scan = stub.scans[0]
        assert scan["sequence"] == 1
        assert scan["event"] is None
        assert scan["scanned_at"][-6] in "+-"


def test_the_next_badge_is_taken_with_the_card_up_and_the_camera_never_restarted(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    count = """(() => {
        const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media);
        window.asked = 0;
        media.getUserMedia = (wish) => { window.asked += 1; return ask(wish); };
    })()"""
    with open_page(videos["two"], before=count) as page:
        for name in {ANA, BEN}:
            expect(page.locator("#scan-box-list")).to_contain_text(f"Person {name}")
        assert sorted(codes(stub)) == sorted([ANA, BEN])
        assert page.evaluate("() => window.asked") == 1
        assert [scan["sequence"] for scan in stub.scans] == [1, 2]


def test_a_chip_and_a_note_are_saved_without_a_button(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    with open_page(videos["one"]) as page:
        page.get_by_label("Coffee").check()
        expect(page.locator("#scan-state")).to_have_text("Safe")
        page.get_by_label("Note").fill("Met at the stand")
        with page.expect_response(
            lambda answer: "Met at the stand" in (answer.request.post_data or "")
        ):
            page.get_by_role("button", name="Scan next").click()
        expect(page.locator("#scan-box-count")).to_have_text("1 safe")
    first, last = stub.changes[0], stub.changes[-1]
    assert first[0] == "PATCH"
    assert first[1] == f"/api/v1/scans/{stub.scans[0]['id']}"
    assert (first[2]["intents"], first[2]["note"]) == (["coffee"], "")
    assert (last[2]["intents"], last[2]["note"]) == (["coffee"], "Met at the stand")
    assert last[2]["edited_sequence"] > first[2]["edited_sequence"] > stub.scans[0]["sequence"]


def test_undo_says_undone_and_can_be_taken_back(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    with open_page(videos["one"]) as page:
        expect(page.locator("#scan-state")).to_have_text("Safe")
        page.keyboard.press("u")
        expect(page.locator("#scan-state")).to_have_text("Undone")
        page.get_by_role("button", name="Keep it after all").click()
        expect(page.locator("#scan-state")).to_have_text("Safe")
        page.keyboard.press("Escape")
        expect(page.locator("#scan-card")).to_be_hidden()
    path = f"/api/v1/scans/{stub.scans[0]['id']}/retraction"
    assert [change[:2] for change in stub.changes] == [("PUT", path), ("DELETE", path)]


def test_without_a_network_a_scan_waits_with_its_chip_and_is_sent_when_it_returns(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    with open_page(videos["none"]) as page:
        expect(page.locator(".scanner")).to_have_attribute("data-camera", "live")
        page.context.set_offline(True)
        page.get_by_label("Type or paste a code").fill("7f3c9q2k")
        page.keyboard.press("Enter")
        expect(page.locator("#scan-state")).to_contain_text("On this phone — will be sent")
        page.get_by_label("Coffee").check()
        page.get_by_label("Note").fill("kept")
        assert stub.scans == []
        page.context.set_offline(False)
        expect(page.locator("#scan-slot h2")).to_have_text("Person 7F3C9Q2K")
        expect(page.locator("#scan-state")).to_have_text("Safe")
        expect(page.get_by_label("Coffee")).to_be_checked()
        expect(page.get_by_label("Note")).to_have_value("kept")
        expect(page.get_by_label("Note")).to_be_focused()
    assert codes(stub) == ["7F3C9Q2K"]
    assert stub.changes[-1][2]["intents"] == ["coffee"]
    assert stub.changes[-1][2]["note"] == "kept"


def test_rows_of_scans_made_without_a_network_get_their_names_once_they_are_sent(
    stub: Stub, open_page: OpenPage
) -> None:
    with open_page(None) as page:
        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        for code in ("7F3C9Q2K", "AAAA2222"):
            page.get_by_label("Type or paste a code").fill(code)
            page.keyboard.press("Enter")
            kept = page.locator("#scan-slot [data-kept]")
            expect(kept).to_have_text("The name appears as soon as there is network.")
            page.get_by_role("button", name="Scan next").click()
        rows = page.locator("#scan-box-list [data-who]")
        expect(rows).to_have_text(["Badge read, …2222", "Badge read, …9Q2K"])
        page.context.set_offline(False)
        expect(rows).to_have_text(["Person AAAA2222", "Person 7F3C9Q2K"])
        expect(page.locator("#scan-news")).to_have_text("2 safe")


@pytest.mark.parametrize("offline", [False, True])
def test_what_is_typed_and_names_nobody_is_refused_beside_the_field(
    stub: Stub, open_page: OpenPage, *, offline: bool
) -> None:
    with open_page(None) as page:
        page.wait_for_load_state("networkidle")
        page.context.set_offline(offline)
        field = page.get_by_label("Type or paste a code")
        for typed in ("zzzz", "<script>alert(1)</script>", "x" * 300):
            field.fill(typed)
            page.get_by_role("button", name="Keep", exact=True).click()
            problem = page.locator("#scan-code-problem")
            expect(problem).to_contain_text("A code has eight letters and figures, such as")
            expect(field).to_have_attribute("aria-invalid", "true")
            expect(field).to_have_value(typed)
            expect(field).to_be_focused()
        expect(page.locator("#scan-box")).to_be_hidden()
        field.fill("7f3c9q2k")
        expect(problem).to_be_empty()
        field.press("Enter")
        state = "phone" if offline else "safe"
        expect(page.locator("#scan-card")).to_have_attribute("data-state", state)
    assert codes(stub) == ([] if offline else ["7F3C9Q2K"])


def test_a_wedge_scanner_in_the_field_reads_to_the_letter(stub: Stub, open_page: OpenPage) -> None:
    with open_page(None) as page:
        page.get_by_label("Type or paste a code").focus()
        type_as_a_wedge(page, "TICKET-4711")
        expect(page.locator("#scan-slot h2")).to_have_text("Person TICKET-4711")
    assert codes(stub) == ["TICKET-4711"]


@pytest.mark.parametrize(
    ("code", "name", "kept"),
    [
        ("MECARD:N:Wouters,Fenna;ORG:Harbour Labs;;", "Fenna Wouters", "Read from the code"),
        ("https://www.linkedin.com/in/fenna-w?fromQR=1", "fenna-w", "A profile on LinkedIn"),
        ("abcdefgh23456789abcdefgh23456789", "Unknown badge", "looks like an entry ticket"),
        ("Hello from the harbour", "Unknown badge", "names nobody"),
    ],
)
def test_without_a_network_the_card_says_what_another_systems_code_holds(
    stub: Stub, open_page: OpenPage, code: str, name: str, kept: str
) -> None:
    with open_page(None) as page:
        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        type_as_a_wedge(page, code)
        expect(page.locator("#scan-slot h2")).to_have_text(name)
        expect(page.locator("#scan-slot [data-kept]")).to_contain_text(kept)
        if name == "Fenna Wouters":
            expect(page.locator("#scan-slot [data-about]")).to_have_text("Harbour Labs")
            expect(page.locator("#scan-box-list [data-who]").first).to_have_text(name)


def test_without_a_network_an_unknown_badge_has_the_servers_letters(
    stub: Stub, open_page: OpenPage
) -> None:
    [known, *_] = json.loads((ROOT / "tests" / "code_hints.json").read_text())
    with open_page(None) as page:
        page.locator(".scanner").evaluate("(page, key) => page.dataset.hintKey = key", known["key"])
        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        type_as_a_wedge(page, known["code"])
        expect(page.locator("#scan-slot h2")).to_have_text(f"Unknown, badge {known['hint']}")


def test_a_refused_code_says_why_and_does_not_stop_the_next(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    stub.refused["AAAA1111"] = "This badge was taken back by the organiser."
    with open_page(videos["none"]) as page:
        field = page.get_by_label("Type or paste a code")
        field.fill("AAAA-1111")
        field.press("Enter")
        expect(page.locator("#scan-slot")).to_contain_text("taken back by the organiser")
        expect(page.get_by_role("button", name="Undo")).to_be_hidden()
        expect(field).to_have_value("AAAA1111")
        expect(page.locator("#scan-box-count")).to_have_text("0 safe · 1 not kept")
        field.fill("BBBB-2222")
        field.press("Enter")
        expect(page.locator("#scan-state")).to_have_text("Safe")
    assert codes(stub) == ["AAAA1111", "BBBB2222"]


def test_signed_out_a_scan_waits_and_the_card_offers_to_sign_in(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    stub.signed_out = True
    with open_page(videos["one"]) as page:
        expect(page.get_by_role("link", name="Sign in")).to_be_visible()
        expect(page.locator("#scan-state")).to_contain_text("On this phone")
        stub.signed_out = False
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
        expect(page.locator("#scan-state")).to_have_text("Safe")
    assert codes(stub) == [ANA]


def test_signed_out_the_card_says_that_signing_in_brings_the_name(
    stub: Stub, open_page: OpenPage
) -> None:
    stub.signed_out = True
    with open_page(None) as page:
        page.get_by_label("Type or paste a code").fill("7F3C9Q2K")
        page.keyboard.press("Enter")
        kept = page.locator("#scan-slot [data-kept]")
        expect(kept).to_have_text("The name appears once you have signed in.")
        sign_in = page.get_by_role("link", name="Sign in").bounding_box()
        assert sign_in
        assert 44 <= sign_in["height"] < 60


def test_a_burst_of_a_wedge_scanner_is_a_scan_and_presses_no_button(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    with open_page(videos["none"]) as page:
        expect(page.locator(".scanner")).to_have_attribute("data-camera", "live")
        type_as_a_wedge(page, BEN)
        expect(page.locator("#scan-slot h2")).to_have_text(f"Person {BEN}")
        expect(page.locator("#scan-card")).to_be_focused()
        page.get_by_role("button", name="Scan next").focus()
        type_as_a_wedge(page, ANA)
        expect(page.locator("#scan-slot h2")).to_have_text(f"Person {ANA}")
    assert codes(stub) == [BEN, ANA]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("NotAllowedError", "not allowed"),
        ("NotReadableError", "Another app"),
        ("OddError", "did not start"),
    ],
)
def test_a_camera_that_cannot_be_had_leaves_typing_and_a_photo(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path], tmp_path: Path, error: str, says: str
) -> None:
    refuse = f"""navigator.mediaDevices.getUserMedia =
        () => Promise.reject(new DOMException("", "{error}"))"""
    badge_frame(ANA, degrees=35).save(tmp_path / "badge.jpg")
    badge_frame(None).save(tmp_path / "hall.jpg")
    with open_page(videos["none"], before=refuse) as page:
        expect(page.locator("[data-camera-problem]:visible")).to_contain_text(says)
        expect(page.get_by_label("Type or paste a code")).to_be_visible()
        page.get_by_label("Pick a photo").set_input_files(tmp_path / "hall.jpg")
        expect(page.locator("#scan-photo-problem")).to_contain_text("No code was found")
        page.get_by_label("Pick a photo").set_input_files(tmp_path / "badge.jpg")
        expect(page.locator("#scan-slot h2")).to_have_text(f"Person {ANA}")
        expect(page.locator("#scan-photo-problem")).to_be_empty()
    assert codes(stub) == [ANA]


def test_a_photo_may_show_another_systems_kind_of_code(
    stub: Stub, open_page: OpenPage, tmp_path: Path
) -> None:
    code = zxingcpp.create_barcode("TICKET-4711", zxingcpp.BarcodeFormat.DataMatrix)
    image = Image.fromarray(np.asarray(code.to_image(scale=8)))
    image.save(tmp_path / "ticket.png")
    with open_page(None) as page:
        page.get_by_label("Pick a photo").set_input_files(tmp_path / "ticket.png")
        expect(page.locator("#scan-slot h2")).to_have_text("Person TICKET-4711")


def test_a_file_that_is_no_picture_is_told_so(
    stub: Stub, open_page: OpenPage, tmp_path: Path
) -> None:
    (tmp_path / "badge.jpg").write_bytes(b"not a picture")
    with open_page(None) as page:
        page.get_by_label("Pick a photo").set_input_files(tmp_path / "badge.jpg")
        expect(page.locator("#scan-photo-problem")).to_contain_text("could not be read")


def test_a_badge_that_swings_past_does_not_interrupt_a_note(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    with open_page(videos["two"]) as page:
        note = page.get_by_label("Note")
        # Three seconds of typing: the other badge comes before the camera meanwhile.
        note.press_sequentially("She offered to help with it", delay=110)
        expect(note).to_have_value("She offered to help with it")
        assert len(stub.scans) == 1


def test_a_phone_without_a_camera_says_so(stub: Stub, open_page: OpenPage) -> None:
    with open_page(None) as page:
        expect(page.locator("[data-camera-problem]:visible")).to_contain_text("No camera was found")
        expect(page.get_by_role("button", name="Try the camera again")).to_be_visible()


def test_a_permission_that_is_revoked_while_scanning_leaves_typing_and_a_photo(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    # A browser ends the track; the one of these tests does so for no permission that it is told.
    revoke = """() => {
        navigator.mediaDevices.getUserMedia =
            () => Promise.reject(new DOMException("", "NotAllowedError"));
        const [track] = document.querySelector("video").srcObject.getTracks();
        track.stop();
        track.dispatchEvent(new Event("ended"));
    }"""
    with open_page(videos["none"]) as page:
        expect(page.locator(".scanner")).to_have_attribute("data-camera", "live")
        page.evaluate(revoke)
        expect(page.locator("[data-camera-problem]:visible")).to_contain_text("was taken away")
        page.get_by_role("button", name="Try the camera again").click()
        expect(page.locator("[data-camera-problem]:visible")).to_contain_text("not allowed")
        expect(page.get_by_text("Pick a photo of a code")).to_be_visible()
        page.get_by_label("Type or paste a code").fill("7F3C-9Q2K")
        page.keyboard.press("Enter")
        expect(page.locator("#scan-slot h2")).to_have_text("Person 7F3C9Q2K")
    assert codes(stub) == ["7F3C9Q2K"]


def test_leaving_the_page_stops_the_camera(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    with open_page(videos["none"]) as page:
        expect(page.locator(".scanner")).to_have_attribute("data-camera", "live")
        state = page.evaluate("""() => {
            const [track] = document.querySelector("video").srcObject.getTracks();
            window.dispatchEvent(new PageTransitionEvent("pagehide"));
            return track.readyState;
        }""")
        assert state == "ended"


def test_without_javascript_a_code_is_typed_into_a_plain_form(
    stub: Stub, open_page: OpenPage, videos: dict[str, Path]
) -> None:
    with open_page(videos["none"], java_script_enabled=False) as page:
        form = page.locator("form[action='/scans'][method=post]")
        assert form.locator("[name=id]").input_value() == "from-the-server"
        expect(form.locator("[name=code]")).to_be_visible()
        expect(page.locator("#scan-card")).to_be_hidden()
