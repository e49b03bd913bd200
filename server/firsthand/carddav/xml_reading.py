"""XML as strangers send it, as a tree of elements. Pure; expat does the reading."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

_DEEPEST = 32


class UnreadableXml(ValueError):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """It is not well formed, too deep, or declares a document type."""


@dataclass(slots=True)
class Element:
    """``name`` is ``{namespace}local`` as in Clark's notation, attributes' names likewise."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> Iterator["Element"]:
        """The children of this name."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> "Element | None":
        return next(self.all(name), None)


def read_xml(body: bytes) -> Element:
    """The document's root. Raises UnreadableXml.

    A document type is refused before anything in it counts: without one there are no entities that
    could grow, and nothing outside that could be fetched.
    """
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError) as problem:
        raise UnreadableXml(str(problem)) from None
    if reader.root is None:
        raise UnreadableXml("there is no element")
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []

    def refuse(self, *_: object) -> None:
        raise UnreadableXml("a document type is not accepted")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise UnreadableXml("it is nested too deep")
        element = Element(_clark(name), {_clark(each): value for each, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].text += text


def _clark(name: str) -> str:
    return f"{{{name}" if "}" in name else name
