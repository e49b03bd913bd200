import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPRITE: list[str] = json.loads((ROOT / "web/icons/sprite.json").read_text())
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def _named() -> set[str]:
    text = "".join(path.read_text() for path in TEMPLATES)
    return set(re.findall(r'\bicon\("([a-z0-9-]+)"', text))


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    assert _named() <= set(SPRITE)


def test_the_sprite_lists_each_icon_once_in_order() -> None:
    assert sorted(set(SPRITE)) == SPRITE


def test_no_template_has_an_inline_style_or_handler() -> None:
    # The content security policy would drop them without a word.
    for path in TEMPLATES:
        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", path.read_text()), path.name
