"""An archive on its way: how far it is, and a way to stop it."""

from pathlib import Path

import pytest

from tests.archives import account, assignment, listed, write_zip
from tests.browser.conftest import OpenPhone
from tests.server.house import House

pytestmark = pytest.mark.slow
LARGE = 150_000_000
# Clicks as soon as the page hears that a part is sent: a person is not quick enough on one machine.
CANCEL_AT_ONCE = """() => document.addEventListener("htmx:xhr:progress", () => {
    const shown = document.querySelector("[data-uploading]");
    document.body.dataset.seen = `${shown.hidden} ${shown.querySelector("progress").value}`;
    document.querySelector("[data-cancel-upload]").click();
}, { once: true })"""


def test_an_upload_says_how_far_it_is_and_can_be_cancelled(
    live: House, open_phone: OpenPhone, tmp_path: Path
) -> None:
    archive = write_zip(
        tmp_path / "archive.zip",
        {
            "data/account.js": assignment("account", [account()]),
            "data/following.js": assignment("following", [listed("following", "71")]),
        },
    )
    large = tmp_path / "large.zip"
    with large.open("wb") as out:
        out.truncate(LARGE)
    with open_phone(live.person("Ana Oliveira")) as page:
        page.goto("/import")
        page.locator("input[type=file]").set_input_files(large)
        page.evaluate(CANCEL_AT_ONCE)
        page.get_by_role("button", name="Bring it").click()
        page.locator("body[data-seen]").wait_for()
        hidden, value = page.evaluate("document.body.dataset.seen").split()
        assert hidden == "false"
        assert 0 < float(value) < 100
        page.locator("[data-uploading]").wait_for(state="hidden")
        page.locator("input[type=file]").set_input_files(archive)
        page.get_by_role("button", name="Bring it").click()
        page.wait_for_url("**/import/*-*")
        page.get_by_text("Undo this import").wait_for()
        page.goto("/import")
        # The one that was cancelled was never brought.
        assert page.locator("section .rows li").count() == 1
