"""The list of people not met on a phone: one tap narrows it, what matters orders it."""

from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from firsthand.ties.kinds import KindCount, TieKind
from tests.browser.conftest import OpenPhone
from tests.server.house import House, Person, tie


def known(live: House) -> Person:
    """Ana has written to Ben, follows Dia, and talked with Cem."""
    ana = live.person("Ana Oliveira")
    event = live.event(ana)
    live.attendee(event, ana)
    for name in ("Ben", "Cem", "Dia"):
        live.attendee(event, f"{name} Known", handles=[("x", f"@{name}123")])
    at = datetime(2019, 5, 1, tzinfo=UTC)
    live.ties(
        ana,
        tie("ben123", KindCount(TieKind.MESSAGED, 30, at, at)),
        tie("cem123", KindCount(TieKind.REPLIED, 3, at, at)),
        tie("dia123", KindCount(TieKind.FOLLOWS, 1)),
    )
    return ana


def expect_names(page: Page, *names: str) -> None:
    """Once the list stands there, in this order."""
    expect(page.locator("#unmet .name bdi")).to_have_text([f"{name} Known" for name in names])


def test_one_tap_shows_the_conversations_and_one_more_everybody(
    live: House, open_phone: OpenPhone
) -> None:
    with open_phone(known(live)) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/events/seaside/unmet?network=x")
        expect_names(page, "Ben", "Cem", "Dia")
        chips = page.get_by_role("navigation", name="How you know them")
        chips.get_by_role("link", name="Conversations").click()
        expect(page).to_have_url("/events/seaside/unmet?network=x&kind=conversations")
        expect_names(page, "Cem")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        current = chips.locator("[aria-current]")
        box = current.bounding_box()
        assert box
        assert box["height"] >= 48
        current.click()
        expect(page).to_have_url("/events/seaside/unmet?network=x")
        expect_names(page, "Ben", "Cem", "Dia")


def test_the_chip_at_the_far_end_is_reached_by_keyboard_and_comes_into_sight(
    live: House, open_phone: OpenPhone
) -> None:
    with open_phone(known(live)) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/events/seaside/unmet")
        page.get_by_label("Network").focus()
        for _ in range(7):
            page.keyboard.press("Tab")
        last = page.get_by_role("link", name="Liked")
        expect(last).to_be_focused()
        expect(last).to_be_in_viewport(ratio=1)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nobody fits")).to_be_visible()
        expect(page.get_by_role("link", name="Liked")).to_be_in_viewport(ratio=1)


def test_what_matters_is_chosen_by_keyboard_and_the_list_changes(
    live: House, open_phone: OpenPhone
) -> None:
    with open_phone(known(live)) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/events/seaside/unmet")
        page.locator(".tuning summary").focus()
        page.keyboard.press("Enter")
        follows = page.get_by_role("group", name="People I follow")
        follows.get_by_label("As usual").focus()
        page.keyboard.press("ArrowRight")
        expect(follows.get_by_label("More")).to_be_checked()
        messages = page.get_by_role("group", name="Messages")
        messages.get_by_label("As usual").focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        summary = page.locator(".tuning summary")
        expect(summary).to_contain_text("Messages less, People I follow more")
        expect_names(page, "Dia", "Cem", "Ben")
        summary.click()
        page.get_by_role("button", name="All as usual again").click()
        expect(summary).to_contain_text("as usual")
        expect_names(page, "Ben", "Cem", "Dia")


def test_what_matters_works_without_javascript(live: House, open_phone: OpenPhone) -> None:
    with open_phone(known(live), java_script_enabled=False) as page:
        page.goto("/events/seaside/unmet")
        page.locator(".tuning summary").click()
        page.get_by_role("group", name="People I follow").get_by_text("More").click()
        page.get_by_role("button", name="Order the list").click()
        expect(page.locator(".tuning summary")).to_contain_text("People I follow more")


def test_the_whole_head_of_a_row_opens_it_and_so_does_an_address_that_names_it(
    live: House, open_phone: OpenPhone
) -> None:
    with open_phone(known(live)) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/events/seaside/unmet")
        ben = page.locator("#unmet > li", has_text="Ben Known")
        for part in (".ring", ".name", ".reason"):
            ben.locator(part).first.click()
            expect(ben.get_by_role("button", name="We met", exact=True)).to_be_visible()
            ben.locator("summary").press("Enter")
            expect(ben.get_by_role("button", name="We met", exact=True)).to_be_hidden()
        page.goto("/events/seaside")
        page.get_by_role("link", name="Cem Known").click()
        cem = page.locator("#unmet > li", has_text="Cem Known")
        expect(cem.get_by_role("button", name="We met", exact=True)).to_be_visible()


def test_the_list_narrows_while_one_types(live: House, open_phone: OpenPhone) -> None:
    with open_phone(known(live)) as page:
        page.goto("/events/seaside/unmet?network=x")
        field = page.get_by_role("searchbox")
        field.press_sequentially("cem")
        expect_names(page, "Cem")
        expect(field).to_be_focused()
        expect(field).to_have_value("cem")
        expect(page).to_have_url("/events/seaside/unmet?q=cem&network=x")
        expect(page.locator("#found-words")).to_have_text("1 found")
        field.fill("")
        expect_names(page, "Ben", "Cem", "Dia")
        page.goto("/people")
        page.get_by_role("searchbox").press_sequentially("nobody")
        expect(page.get_by_text("Nobody fits")).to_be_visible()
        expect(page.locator("#found-words")).to_have_text("0 found")


def test_those_ticked_are_met_already_by_one_button_that_comes_with_the_first_tick(
    live: House, open_phone: OpenPhone
) -> None:
    with open_phone(known(live)) as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto("/events/seaside/unmet")
        bar = page.get_by_role("form", name="With those ticked")
        expect(bar).to_be_hidden()
        for name in ("Ben", "Cem"):
            page.get_by_label(f"Tick: {name} Known").check()
        expect(bar.get_by_text("2 chosen:")).to_be_in_viewport()
        bar.get_by_role("button", name="We have met already").click()
        expect(page.get_by_text("Noted: you have met Cem Known already.")).to_be_visible()
        expect(bar).to_be_hidden()
        expect_names(page, "Dia")


def test_without_javascript_the_form_for_those_ticked_stands_at_the_end(
    live: House, open_phone: OpenPhone
) -> None:
    with open_phone(known(live), java_script_enabled=False) as page:
        page.goto("/events/seaside/unmet")
        bar = page.get_by_role("form", name="With those ticked")
        expect(bar).to_have_text("With those ticked: We have met already")
        bar.get_by_role("button").click()
        expect(page.get_by_text("Tick somebody first.")).to_be_visible()
