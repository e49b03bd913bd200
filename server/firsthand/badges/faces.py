"""The faces of a badge: variable fonts from packages, all under the SIL Open Font License.

Each is pinned to the weights that a badge needs. Bricolage Grotesque, the product's own face, sets
Latin; Noto Sans sets the rest of Latin, Greek and Cyrillic, and its sisters Arabic, Hebrew,
Chinese, Japanese and Korean. Scripts that need more shaping than joining and reordering (Indic
ones, Thai) have no face here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib.resources import files

import uharfbuzz  # type: ignore[import-untyped]  # publishes no types


class Style(StrEnum):
    """The two voices of a badge."""

    STRONG = "strong"
    PLAIN = "plain"


_AXES = {
    Style.STRONG: {"wght": 700.0, "opsz": 40.0},
    Style.PLAIN: {"wght": 450.0, "opsz": 14.0},
}


@dataclass(frozen=True)
class Face:
    """A font file in an installed package."""

    name: str
    package: str
    file: str
    large: bool = False

    @cached_property
    def source(self) -> uharfbuzz.Face:
        data = files(self.package).joinpath(self.file).read_bytes()
        return uharfbuzz.Face(uharfbuzz.Blob(data))

    @cached_property
    def characters(self) -> frozenset[str]:
        """The characters that the face can draw."""
        return frozenset(map(chr, self.source.unicodes))

    def pinned(self, style: Style, characters: Iterable[str]) -> bytes:
        """A static TrueType font in the style; a large face only with the characters."""
        wanted = uharfbuzz.SubsetInput()
        chosen = self.characters.intersection(characters) if self.large else self.characters
        wanted.unicode_set.update({ord(character) for character in chosen} | {ord(" ")})
        for axis in self.source.axis_infos:
            value = _AXES[style].get(axis.tag, 100.0)
            value = min(axis.max_value, max(axis.min_value, value))
            wanted.pin_axis_location(self.source, axis.tag, value)
        return bytes(uharfbuzz.subset(self.source, wanted).blob.data)


def _noto(name: str, pack: str, axes: str = "wght", *, large: bool = False) -> Face:
    path = f"fonts/ofl/{name.lower()}/{name}[{axes}].ttf"
    return Face(name, f"justmytype_intl_{pack}", path, large)


_JAPANESE = _noto("NotoSansJP", "cjk", large=True)
_KOREAN = _noto("NotoSansKR", "cjk", large=True)
_CHINESE = (_noto("NotoSansSC", "cjk", large=True), _noto("NotoSansTC", "cjk", large=True))
ALPHABETIC = (
    Face(
        "BricolageGrotesque",
        "fontpkg_bricolage_grotesque",
        "files/BricolageGrotesque[opsz,wdth,wght].ttf",
    ),
    Face("NotoSans", "fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"),
    _noto("NotoSansArabic", "rtl", "wdth,wght"),
    _noto("NotoSansHebrew", "rtl", "wdth,wght"),
)


def east_asian(text: str) -> tuple[Face, ...]:
    """The faces for a text in Chinese, Japanese or Korean, the likeliest first.

    Kana speak for Japanese and Hangul for Korean; a text in Han characters alone is set in the
    first face that has them all, so that one name is never set in two.
    """
    beyond = {character for character in text if character >= "\u2e80"}
    if not beyond:
        return ()
    faces = (_JAPANESE, *_CHINESE, _KOREAN)
    if any("\u1100" <= c <= "\u11ff" or "\uac00" <= c <= "\ud7a3" for c in beyond):
        faces = (_KOREAN, _JAPANESE, *_CHINESE)
    # One after the other: each of these faces takes ten megabytes or more once it is looked at.
    for face in faces:
        if face.characters.issuperset(beyond):
            return (face,)
    return tuple(sorted(faces, key=lambda face: len(beyond - face.characters)))
