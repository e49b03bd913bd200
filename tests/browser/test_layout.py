"""Every page fits its window, says what it is, logs nothing, and works by keyboard and thumb."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser.browsing import DESKTOP, NARROW, PHONE, Visits, launched, served_world
from tests.browser.world import PAGES

THUMB = 44
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("layout")]


@pytest.fixture(scope="module")
def visits(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visits]:
    folder = tmp_path_factory.mktemp("world")
    with served_world(folder) as world, launched(playwright) as browser:
        visits = Visits(browser, world, viewport=PHONE)
        yield visits
        visits.close()


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways(visits: Visits, name: str) -> None:
    page = visits.open(name)
    for viewport in (NARROW, DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        scrolls = page.evaluate("document.documentElement.scrollWidth")
        assert scrolls <= viewport["width"], _too_wide(page)


@pytest.mark.parametrize(
    "name",
    ["here", "unmet", "attendees", "people", "person", "message", "follow-ups", "me", "scan"],
)
def test_text_twice_as_large_leaves_the_screen_nowhere(visits: Visits, name: str) -> None:
    page = visits.open(name)
    page.set_viewport_size(PHONE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    scrolls = page.evaluate("document.documentElement.scrollWidth")
    assert scrolls <= PHONE["width"], _too_wide(page)
    for place in page.locator(".bar li:visible a").all():
        box = place.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]


def test_the_words_of_the_dial_never_lie_on_its_strokes(visits: Visits) -> None:
    page = visits.open("here")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    strokes, words = (page.locator(f".dial {part}").bounding_box() for part in ("svg", "p"))
    assert strokes
    assert words
    assert words["y"] >= strokes["y"] + strokes["height"] - 1


@pytest.mark.parametrize("letter", ["ő", "ỳ", "ơ", "ễ"])
def test_every_letter_of_a_name_is_of_the_display_face(visits: Visits, letter: str) -> None:
    """Else it would stand there heavier or lighter than those beside it."""
    page = visits.open("person")
    # The file of western Europe has no range: it is asked first, whatever the letter.
    loaded = page.evaluate(
        """(letter) => document.fonts.load('650 1em "Bricolage Grotesque Variable"', letter)
            .then((faces) => faces.map(({ status, unicodeRange }) => [status, unicodeRange])
                .filter(([, range]) => !/U\\+0-10FFFF/i.test(range)))""",
        letter,
    )
    assert [status for status, _ in loaded] == ["loaded"]


def _too_wide(page: Page) -> list[str]:
    """The innermost things that reach out of the window."""
    reaching: list[str] = page.evaluate(
        """() => [...document.body.querySelectorAll("*")]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.children.length)
            .slice(0, 5).map(e => e.outerHTML.slice(0, 160))"""
    )
    return reaching


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_heading_and_logs_nothing(visits: Visits, name: str) -> None:
    page = visits.open(name)
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()
    assert visits.problems == []


def test_pages_with_different_jobs_have_different_titles(visits: Visits) -> None:
    jobs = ["here", "unmet", "attendees", "recap", "scan", "badge", "people", "person"]
    jobs += ["follow-ups", "import", "import-report", "me", "event-new", "error", "landing"]
    jobs += ["sign-in", "organise", "organise-new", "organise-event", "organise-list"]
    jobs += ["organise-preview", "organise-attendees", "organise-badges", "organise-numbers"]
    titles = {name: visits.open(name).title() for name in jobs}
    assert len(set(titles.values())) == len(jobs), titles
    assert all(title.endswith(" · Firsthand") for title in titles.values()), titles


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("scan", "input[name=code]"),
        ("unmet", "main li summary"),
        ("follow-ups", "main li button, main article button"),
    ],
)
def test_tab_reaches_the_main_action_and_shows_where_it_is(
    visits: Visits, name: str, action: str
) -> None:
    page = visits.open(name)
    page.wait_for_load_state("networkidle")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("action => document.activeElement.matches(action)", action):
            break
    else:
        pytest.fail(f"sixty tabs did not reach {action}")
    shown = page.evaluate(
        """() => {
          const style = getComputedStyle(document.activeElement);
          const box = document.activeElement.getBoundingClientRect();
          const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
          return {outlined, inside: box.top >= 0 && box.bottom <= innerHeight};
        }"""
    )
    assert shown == {"outlined": True, "inside": True}


@pytest.mark.parametrize("name", PAGES)
def test_what_a_thumb_aims_at_is_large_enough(visits: Visits, name: str) -> None:
    page = visits.open(name)
    small: list[str] = page.evaluate(
        """thumb => [...document.querySelectorAll(
            "nav a, .steps a, button, .button, summary, select, input:not([type=hidden])")]
          .map(target => target.closest("label") ?? target)
          .filter(target => target.checkVisibility({visibilityProperty: true}))
          .map(target => [target, target.getBoundingClientRect()])
          .filter(([, box]) => box.width > 2 && box.height > 2)
          .filter(([, box]) => box.height < thumb - 0.5 || box.width < thumb - 0.5)
          .map(([target, box]) =>
           `${box.width.toFixed()} x ${box.height.toFixed()}: ${target.outerHTML.slice(0, 90)}`)""",
        THUMB,
    )
    assert small == []
