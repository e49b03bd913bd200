"""Which reader looks at a frame, and what the camera remembers, in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, Route, expect

from tests.browser.browsing import CHROMIUM
from tests.browser.fake_camera import badge_frame, chromium_arguments, write_video
from tests.browser.scanner_harness import PAGE_POLICY, Stub, serve
from tests.browser.test_scanner_page import ANA, BUILT

# Debian's Chromium has no detector of its own, so where one is wanted it stands before the worker.
DETECTOR = """self.BarcodeDetector = class {
    static getSupportedFormats = async () => %s;
    async detect({ width, height }) { %s }
};
"""
FOUND = f"""return [{{ rawValue: "{ANA}", cornerPoints: [{{ x: width / 2, y: height / 2 }}] }}]"""


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serve(BUILT, json.loads((BUILT / "manifest.json").read_text())) as stub:
        yield stub


@pytest.fixture(scope="module")
def badge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "ana.y4m"
    return write_video(path, [(badge_frame(ANA), 1)])


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "hall.y4m"
    return write_video(path, [(badge_frame(None), 1)])


@contextmanager
def phone(playwright: Playwright, video: Path | None, cameras: int = 0) -> Iterator[BrowserContext]:
    """A file is the picture of one camera only; without one there are so many of Chromium's own."""
    arguments = chromium_arguments(video)
    if cameras:
        arguments[-1] = f"--use-fake-device-for-media-stream=device-count={cameras}"
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    try:
        yield browser.new_context()
    finally:
        browser.close()


def opened(context: BrowserContext, stub: Stub) -> Page:
    page = context.new_page()
    page.goto(stub.address)
    expect(page.locator(".scanner")).to_have_attribute("data-camera", "live")
    return page


def with_detector(context: BrowserContext, formats: str, detect: str) -> None:
    def answer(route: Route) -> None:
        script = route.fetch()
        route.fulfill(response=script, body=DETECTOR % (formats, detect) + script.text())

    context.route("**/decode.*.js", answer)


def expect_reader(page: Page, name: str) -> None:
    expect(page.locator(".scanner")).to_have_attribute("data-reader", name, timeout=20_000)


def test_without_a_detector_of_the_browsers_own_zxing_reads(
    playwright: Playwright, stub: Stub, badge: Path
) -> None:
    with phone(playwright, badge) as context:
        page = opened(context, stub)
        expect(page.locator("#scan-slot h2")).to_have_text(f"Person {ANA}")
        expect_reader(page, "wasm")


def test_a_policy_that_refuses_webassembly_leaves_it_to_plain_javascript(
    playwright: Playwright, stub: Stub, badge: Path
) -> None:
    stub.worker_policy = PAGE_POLICY
    with phone(playwright, badge) as context:
        page = opened(context, stub)
        expect(page.locator("#scan-slot h2")).to_have_text(f"Person {ANA}")
        expect_reader(page, "plain")


def test_where_the_webassembly_does_not_come_plain_javascript_reads_frames_and_photos(
    playwright: Playwright, stub: Stub, hall: Path, tmp_path: Path
) -> None:
    badge_frame(ANA, degrees=35).save(tmp_path / "badge.png")
    with phone(playwright, hall) as context:
        context.route("**/*.wasm", lambda route: route.abort())
        page = opened(context, stub)
        expect_reader(page, "plain")
        page.get_by_label("Pick a photo").set_input_files(tmp_path / "badge.png")
        expect(page.locator("#scan-slot h2")).to_have_text(f"Person {ANA}")


def test_the_browsers_own_detector_reads_where_it_knows_qr_codes(
    playwright: Playwright, stub: Stub, hall: Path
) -> None:
    with phone(playwright, hall) as context:
        with_detector(context, '["qr_code"]', FOUND)
        page = opened(context, stub)
        expect(page.locator("#scan-slot h2")).to_have_text(f"Person {ANA}")
        expect_reader(page, "native")


@pytest.mark.parametrize(
    ("formats", "detect"),
    [
        pytest.param('["ean_13"]', FOUND, id="it knows no QR codes"),
        pytest.param('["qr_code"]', "throw new Error('no service')", id="its service is missing"),
        pytest.param('["qr_code"]', "return []", id="it sees nothing"),
    ],
)
def test_zxing_reads_what_the_browsers_own_detector_does_not(
    playwright: Playwright, stub: Stub, badge: Path, formats: str, detect: str
) -> None:
    with phone(playwright, badge) as context:
        with_detector(context, formats, detect)
        page = opened(context, stub)
        expect(page.locator("#scan-slot h2")).to_have_text(f"Person {ANA}")
        expect_reader(page, "wasm")


def test_the_chosen_camera_is_opened_again_and_one_that_is_gone_gives_way(
    playwright: Playwright, stub: Stub
) -> None:
    current = (
        "() => document.querySelector('video').srcObject.getTracks()[0].getSettings().deviceId"
    )
    with phone(playwright, None, cameras=2) as context:
        page = opened(context, stub)
        choices = page.locator("#scan-cameras option")
        expect(choices).to_have_count(2)
        values = [choice.get_attribute("value") for choice in choices.all()]
        other = next(value for value in values if value != page.evaluate(current))
        page.locator("#scan-cameras").select_option(other)
        expect(page.locator(f"#scan-cameras option[value='{other}']:checked")).to_have_count(1)
        page.reload()
        expect(page.locator(".scanner")).to_have_attribute("data-camera", "live")
        assert page.evaluate(current) == other
        page.evaluate("() => localStorage.setItem('firsthand.camera', 'sold')")
        page.reload()
        expect(page.locator(".scanner")).to_have_attribute("data-camera", "live")
        assert page.evaluate(current) in values


def test_the_torch_that_was_on_is_on_again_at_the_next_visit(
    playwright: Playwright, stub: Stub, hall: Path
) -> None:
    # The fake camera has no lamp.
    lamp = """
        MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
        MediaStreamTrack.prototype.applyConstraints = async ({ advanced: [wish] }) => {
            if ("torch" in wish) window.lit = wish.torch;
        };"""
    with phone(playwright, hall) as context:
        context.add_init_script(lamp)
        page = opened(context, stub)
        torch = page.locator("#scan-torch")
        expect(torch).to_have_attribute("aria-pressed", "false")
        torch.click()
        expect(torch).to_have_attribute("aria-pressed", "true")
        page.reload()
        expect(torch).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("() => window.lit") is True
        torch.click()
        expect(torch).to_have_attribute("aria-pressed", "false")
        page.reload()
        expect(page.locator(".scanner")).to_have_attribute("data-camera", "live")
        assert page.evaluate("() => window.lit") is None
