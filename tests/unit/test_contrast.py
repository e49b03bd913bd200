"""The colours of web/css/tokens.css, held to the contrast that the product promises."""

import math
import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "web" / "css" / "tokens.css"
GROUNDS = ("paper", "sheet", "wash", "cool-wash", "warm-wash", "danger-wash")
INKS = ("ink", "quiet", "cool-ink", "warm-ink", "danger-ink")
STROKES = ("edge", "cool", "turning", "warm", "danger")
SCHEMES = ("light", "dark")

Colour = tuple[float, float, float]
_DECLARED = re.compile(r"--([a-z-]+): light-dark\(oklch\(([^)]+)\), oklch\(([^)]+)\)\);")


def linear_srgb(colour: Colour) -> Colour:
    """Linear-light sRGB of an OKLCH colour (https://bottosson.github.io/posts/oklab/)."""
    lightness, chroma, hue = colour
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (min(1.0, max(0.0, part)) for part in linear_srgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _palettes() -> dict[str, dict[str, Colour]]:
    """Palette name to colours; "more" is what prefers-contrast lays over the usual one."""
    usual, _, rest = TOKENS.read_text().partition("@media (prefers-contrast: more)")
    more = rest.partition("@media")[0]
    palettes: dict[str, dict[str, Colour]] = {}
    for place, scheme in enumerate(SCHEMES):
        palettes[scheme] = {found[0]: _colour(found[1 + place]) for found in _declared(usual)}
        over = {found[0]: _colour(found[1 + place]) for found in _declared(more)}
        palettes[f"{scheme}, more contrast"] = palettes[scheme] | over
    return palettes


def _declared(css: str) -> list[tuple[str, str, str]]:
    return [(found[1], found[2], found[3]) for found in _DECLARED.finditer(css)]


def _colour(text: str) -> Colour:
    lightness, chroma, hue = (float(part) for part in text.split())
    return lightness, chroma, hue


PALETTES = _palettes()
each_palette = pytest.mark.parametrize("palette", PALETTES)
each_ground = pytest.mark.parametrize("ground", GROUNDS)


def test_black_on_white_has_the_contrast_that_wcag_gives_it() -> None:
    assert contrast((0, 0, 0), (1, 0, 0)) == pytest.approx(21, abs=0.01)


@each_palette
def test_every_colour_is_declared_for_the_scheme(palette: str) -> None:
    assert set(GROUNDS + INKS + STROKES) <= PALETTES[palette].keys()


@each_palette
@each_ground
@pytest.mark.parametrize("ink", INKS)
def test_text_has_seven_to_one_on_every_ground(palette: str, ground: str, ink: str) -> None:
    colours = PALETTES[palette]
    assert contrast(colours[ink], colours[ground]) >= 7


@each_palette
@each_ground
@pytest.mark.parametrize("stroke", STROKES)
def test_rings_and_edges_have_three_to_one_on_every_ground(
    palette: str, ground: str, stroke: str
) -> None:
    colours = PALETTES[palette]
    assert contrast(colours[stroke], colours[ground]) >= 3


@each_palette
def test_the_main_button_can_be_read(palette: str) -> None:
    assert contrast(PALETTES[palette]["ink"], PALETTES[palette]["paper"]) >= 7


@each_palette
def test_every_screen_can_show_the_colours(palette: str) -> None:
    for name, colour in PALETTES[palette].items():
        for part in linear_srgb(colour):
            assert -0.004 <= part <= 1.004, f"--{name} lies outside sRGB"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_more_contrast_is_never_less(scheme: str) -> None:
    usual, more = PALETTES[scheme], PALETTES[f"{scheme}, more contrast"]
    for name in INKS + STROKES:
        before = contrast(usual[name], usual["paper"])
        assert contrast(more[name], more["paper"]) >= before - 0.01
