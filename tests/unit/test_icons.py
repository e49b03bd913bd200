import json
import re
from pathlib import Path

from firsthand.followups.messages import WAY_ICONS

ROOT = Path(__file__).parents[2]
SPRITE: list[str] = json.loads((ROOT / "web/icons/sprite.json").read_text())
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def _named() -> set[str]:
    text = "".join(path.read_text() for path in TEMPLATES)
    return set(re.findall(r'\bicon\("([a-z0-9-]+)"', text))


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    assert _named() <= set(SPRITE)


def test_every_icon_that_is_chosen_elsewhere_is_in_the_sprite() -> None:
    """By a dictionary, or given to a macro by its name."""
    text = "".join(path.read_text() for path in TEMPLATES)
    chosen = set(WAY_ICONS.values())
    for pairs in re.findall(r"(?:INTENT_ICONS = |\bicon\(){([^}]+)}", text):
        chosen |= set(re.findall(r':\s*"([a-z0-9-]+)"', pairs))
    chosen |= set(re.findall(r'\bicon\([^"){]*"([a-z0-9-]+)"(?: if|\))', text))
    chosen |= set(re.findall(r'symbol="([a-z0-9-]+)"', text))
    for items in re.findall(r"for kind, words, symbol in \((.+?)\) %}", text):
        chosen |= set(re.findall(r'"([a-z0-9-]+)"\)', items))
    chosen |= set(re.findall(r'\{\{ item\(.*"([a-z0-9-]+)", "\w', text))
    assert {"message-square", "coffee", "triangle-alert", "tag", "star", "map-pin"} <= chosen
    assert chosen <= set(SPRITE), chosen - set(SPRITE)


def test_the_sprite_lists_each_icon_once_in_order() -> None:
    assert sorted(set(SPRITE)) == SPRITE


def test_no_template_has_an_inline_style_or_handler() -> None:
    # The content security policy would drop them without a word.
    for path in TEMPLATES:
        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", path.read_text()), path.name
