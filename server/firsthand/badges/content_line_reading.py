"""Lines of vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), read leniently. Pure; never raises."""

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Character sets that real cards declare, as a browser's TextDecoder decodes them (Encoding
# Standard): Latin-1 is read as Windows-1252. Others are read as UTF-8.
_CHARSETS = {
    "utf-8": "utf-8",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso-8859-2": "iso-8859-2",
    "iso-8859-15": "iso-8859-15",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "koi8-r": "koi8-r",
    "shift_jis": "cp932",
    "euc-jp": "euc-jp",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "euc-kr": "cp949",
}
_ENCODINGS = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})
_BREAK = re.compile(r"\r\n|\r|\n")
_PARAMETER = re.compile(r';((?:"[^"]*"|[^";])*)')


@dataclass(frozen=True, slots=True)
class ContentLine:
    """``name`` and the parameters' names stand in upper case, a bare parameter of 2.1 as TYPE.

    ``value`` is decoded from quoted-printable and still escaped.
    """

    name: str
    value: str
    group: str = ""
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def types(self) -> frozenset[str]:
        """Its TYPEs in upper case, PREF among them however that is written."""
        named = {
            part.upper()
            for key, value in self.parameters
            if key == "TYPE"
            for part in value.split(",")
        }
        return frozenset(named | {key for key, _ in self.parameters if key == "PREF"})

    def parameter(self, name: str) -> str:
        """The first of this name, or empty."""
        return next((value for key, value in self.parameters if key == name), "")


def content_lines(text: str) -> Iterator[ContentLine]:
    """The lines that are ``name:value``; anything else is passed over."""
    lines = iter(_BREAK.split(re.sub(r"(?:\r\n|\r|\n)[ \t]", "", text)))
    for line in lines:
        head, colon, value = _halves(line)
        if not colon:
            continue
        name, parameters = _head(head)
        if ("ENCODING", "QUOTED-PRINTABLE") in parameters:
            # A soft break of 2.1: the next line goes on without a blank before it.
            while value.endswith("="):
                value = value[:-1] + next(lines, "")
            charset = next((each for key, each in parameters if key == "CHARSET"), "")
            value = _unquoted(value, charset)
        group, _, bare = name.rpartition(".")
        yield ContentLine(bare.upper(), value, group, parameters)


def unescaped(value: str) -> str:
    """A TEXT value in plain words; an escaped line break becomes one."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def components(value: str, separator: str = ";") -> list[str]:
    """The parts of a structured value, each unescaped and without blanks around it."""
    parts = re.findall(rf"((?:\\.|[^\\{separator}]|\\$)*)(?:{separator}|$)", value, re.DOTALL)
    # The expression finds the empty end once more.
    return [unescaped(part).strip() for part in parts[: _count(value, separator)]]


def _count(value: str, separator: str) -> int:
    return re.sub(r"\\.", "", value, flags=re.DOTALL).count(separator) + 1


def _halves(line: str) -> tuple[str, str, str]:
    """Before and after the first colon that stands in no quotes."""
    if '"' not in line:
        return line.partition(":")
    quoted = False
    for at, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return line[:at], ":", line[at + 1 :]
    return line.partition(":")


def _head(head: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    name, _, _ = head.partition(";")
    parameters = []
    for part in _PARAMETER.findall(head[len(name) :]):
        key, equals, value = part.partition("=")
        key, value = key.strip().upper(), value.strip().replace('"', "")
        if not equals:
            key, value = ("ENCODING" if key in _ENCODINGS else "TYPE"), key
        if key == "ENCODING":
            value = value.upper()
        parameters.append((key, value))
    return name.strip(), tuple(parameters)


def _unquoted(value: str, charset: str) -> str:
    raw = quopri.decodestring(value.encode("utf-8", "replace"))
    codec = _CHARSETS.get(charset.lower(), "utf-8")
    return raw.decode(codec, "replace")
