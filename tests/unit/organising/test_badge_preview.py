"""The example badge says as much of a name as the printed one."""

import pytest

from firsthand.badges.geometry import LAYOUTS
from firsthand.badges.text_fit import ELLIPSIS
from firsthand.organising.badge_preview import preview

LONG = "María de los Ángeles Fernández-Cuesta y Rodríguez de Santillana"


def shown(layout: str, name: str) -> list[str]:
    return [line.text for line in preview(LAYOUTS[layout], name=name, role="").name]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_long_name_is_shown_whole(layout: str) -> None:
    whole = "".join(shown(layout, LONG)).replace("-", "").replace(" ", "")
    assert whole == LONG.replace("-", "").replace(" ", "")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_can_never_be_shown_whole_ends_with_a_sign(layout: str) -> None:
    assert shown(layout, " y ".join([LONG] * 3))[-1].endswith(ELLIPSIS)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_line_stays_in_its_box(layout: str) -> None:
    lines = preview(LAYOUTS[layout], name=LONG, role="").name
    box = LAYOUTS[layout].attendee
    top = LAYOUTS[layout].badge.height - box.top
    assert all(top <= line.y - line.size * 0.85 for line in lines)
    assert all(line.y <= top + box.height for line in lines)
