from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.badges.geometry import (
    DEFAULT_LAYOUT,
    LAYOUTS,
    POINTS_PER_MM,
    QUIET_MODULES,
    Box,
    Layout,
    qr_module,
)

# A badge address of a usual host is a QR code of version 3 (29 modules); version 4 has 33.
MODULES = 29
layouts = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
boxes = st.builds(Box, *[st.floats(-500, 500)] * 2, *[st.floats(0.1, 500)] * 2)


def millimetres(points: float) -> float:
    return points / POINTS_PER_MM


@pytest.mark.parametrize(
    ("name", "page", "badge", "per_page"),
    [
        ("a6", (105, 148), (105, 148), 1),
        ("4x3in", (101.6, 76.2), (101.6, 76.2), 1),
        ("90x55-a4", (210, 297), (90, 55), 10),
    ],
)
def test_the_layouts_have_the_sizes_of_their_names(
    name: str, page: tuple[float, float], badge: tuple[float, float], per_page: int
) -> None:
    layout = LAYOUTS[name]
    for box, size in ((layout.page, page), (layout.badge, badge)):
        assert (millimetres(box.width), millimetres(box.height)) == pytest.approx(size)
    assert layout.badges_per_page == len(list(layout.places())) == per_page


def test_the_default_layout_is_a6() -> None:
    assert LAYOUTS[DEFAULT_LAYOUT].name == "a6"


@layouts
def test_every_badge_lies_on_the_page_and_none_on_another(layout: Layout) -> None:
    places = list(layout.places())
    assert all(layout.page.contains(place) for place in places)
    assert not any(one.overlaps(other) for one, other in combinations(places, 2))


@layouts
def test_every_part_lies_on_the_badge_and_none_on_another(layout: Layout) -> None:
    parts = layout.parts()
    assert all(layout.badge.contains(part) for part in parts.values())
    for (one, box), (other, another) in combinations(parts.items(), 2):
        assert not box.overlaps(another), f"{one} overlaps {other}"


@layouts
def test_text_keeps_three_millimetres_from_the_cut(layout: Layout) -> None:
    for name, part in layout.parts().items():
        margin = min(
            part.x, part.y, layout.badge.width - part.right, layout.badge.height - part.top
        )
        assert name == "qr" or millimetres(margin) >= 3


@pytest.mark.parametrize(("name", "least"), [("a6", 30), ("4x3in", 22), ("90x55-a4", 22)])
def test_the_qr_code_is_large_enough_to_be_read_at_arms_length(name: str, least: float) -> None:
    side = qr_module(LAYOUTS[name].qr, MODULES) * MODULES
    assert millimetres(side) >= least


@layouts
def test_the_qr_codes_quiet_zone_is_in_its_box(layout: Layout) -> None:
    assert qr_module(layout.qr, MODULES) * (MODULES + 2 * QUIET_MODULES) <= layout.qr.width + 0.001


@given(st.integers(0, 100_000), st.sampled_from(list(LAYOUTS.values())))
def test_pages_suffice_and_none_is_empty(badges: int, layout: Layout) -> None:
    pages = layout.pages(badges)
    assert (pages - 1) * layout.badges_per_page < badges <= pages * layout.badges_per_page or (
        pages == badges == 0
    )


@given(boxes, boxes)
def test_overlapping_is_mutual_and_a_box_within_overlaps(one: Box, other: Box) -> None:
    assert one.overlaps(other) == other.overlaps(one)
    if one.contains(other) and min(other.width, other.height) > 0.01:
        assert one.overlaps(other)
