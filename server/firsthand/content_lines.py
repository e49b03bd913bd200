"""Lines of vCard (RFC 6350, section 3) and iCalendar (RFC 5545, section 3.1). Pure.

Read are those of vCard 2.1, 3.0 and 4.0 alike, as programs really write them.
"""

import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

_LONGEST_LINE = 75
# No value that is text comes near this; a picture's is left out as a whole.
_LONGEST_VALUE = 100_000
_LONGEST_HEAD = 2_000
_QUOTED = "QUOTED-PRINTABLE"
_ENCODINGS = frozenset({_QUOTED, "BASE64", "B"})
# Of all that Python can decode only these: some others take long, or warn of what they read.
_CHARSET = re.compile(
    r"utf-?8|(?:us-)?ascii|iso-8859-[0-9]{1,2}|(?:windows-|cp)125[0-9]|koi8-[ru]"
    r"|shift_jis|euc-(?:jp|kr)|gb2312|gbk|gb18030|big5",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r';([^;=:"]*)(?:=((?:"[^"]*"|[^";:])*))?')
_NAME = re.compile(r"\s*(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
# Some readers end a line at Unicode's own breaks, too.
_LINE_BREAK = re.compile("\r\n?|[\x85\u2028\u2029]")
# Controls, lone surrogates (which UTF-8 cannot write) and the two that XML cannot hold.
_DROPPED = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PART = re.compile(r"((?:[^\\;]|\\.)*)(?:;|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One property: its name in upper case without its group, and its value as it stands.

    ``parameters`` have their names in upper case; the bare words of vCard 2.1 (``TEL;CELL:``) are
    values of TYPE, too.
    """

    name: str
    value: str
    parameters: dict[str, list[str]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The value with its escapes resolved."""
        return unescaped(self.value)

    @property
    def parts(self) -> list[str]:
        """A structured value (N, ORG): what stands between its semicolons, escapes resolved."""
        return [unescaped(part) for part in _PART.findall(self.value)]

    @property
    def types(self) -> set[str]:
        """In lower case."""
        return {each.lower() for each in self.parameters.get("TYPE", ())}


def read_content_lines(
    chunks: Iterable[bytes], is_wanted: Callable[[str], bool]
) -> Iterator[ContentLine]:
    """The properties whose name is wanted, in any mixture of versions and encodings; never raises.

    Folded lines and soft breaks of quoted-printable are joined; what is no property is left out.
    """
    head: _Head | None = None
    value = b""
    soft = False
    for line in _lines(_as_utf8(chunks)):
        if soft or (line.startswith((b" ", b"\t")) and not line.isspace()):
            more = line if soft else line[1:]
            soft = soft and more.endswith(b"=")
            if head and len(value) < _LONGEST_VALUE:
                value += more[:-1] if soft else more
            continue
        if head:
            yield head.line(value)
        head, value = _head(line)
        if head:
            soft = head.encoding == _QUOTED and value.endswith(b"=")
            value = value[:-1] if soft else value
            head = head if is_wanted(head.name) else None
    if head:
        yield head.line(value)


def unescaped(text: str) -> str:
    """``\\n`` is a line break; any other character after a backslash stands for itself."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def escaped(text: str) -> str:
    """A TEXT value: backslash, comma, semicolon and line breaks escaped, other controls dropped."""
    shown = _DROPPED.sub("", _LINE_BREAK.sub("\n", text))
    for special in "\\,;":
        shown = shown.replace(special, f"\\{special}")
    return shown.replace("\n", "\\n")


def uri(text: str) -> str:
    """A URI value, which is not escaped: whatever could end the line is percent-encoded."""
    raw = text.encode("utf-8", "ignore")
    return "".join(chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in raw)


def written(lines: list[str]) -> str:
    """The lines folded at 75 octets, never inside a character, each with its CRLF."""
    return "".join(_folded(line) for line in lines)


def _folded(line: str) -> str:
    if len(line.encode()) <= _LONGEST_LINE:
        return f"{line}\r\n"
    parts = [""]
    used = 0
    for character in line:
        size = len(character.encode())
        if used + size > _LONGEST_LINE:
            # The blank that marks a continuation is one of its octets.
            parts.append("")
            used = 1
        parts[-1] += character
        used += size
    return "\r\n ".join(parts) + "\r\n"


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Without their line breaks; what is too long is cut off."""
    left = b""
    for chunk in chunks:
        data = left + chunk
        whole = data.splitlines()
        # The break of the last line may be cut in two.
        left = b""
        if whole and not data.endswith(b"\n"):
            left = whole.pop() + data[-1:] if data.endswith(b"\r") else whole.pop()
        yield from whole
        if len(left) > _LONGEST_VALUE and not left.endswith(b"\r"):
            left = left[:_LONGEST_VALUE]
    yield left.rstrip(b"\r")


def _as_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Whole files in UTF-16 (Apple's older ones) become UTF-8; NUL bytes and a BOM are dropped."""
    rest = iter(chunks)
    start = b""
    while len(start) < len(codecs.BOM_UTF8) and (chunk := next(rest, b"")):
        start += chunk
    is_wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16")("replace") if is_wide else None
    for chunk in chain((start.removeprefix(codecs.BOM_UTF8),), rest):
        text = decoder.decode(chunk).encode("utf-8", "replace") if decoder else chunk
        yield text.replace(b"\0", b"")


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands before the value; ``encoding`` as vCard 2.1 names it, empty for none."""

    name: str
    parameters: dict[str, list[str]]
    encoding: str

    def line(self, value: bytes) -> ContentLine:
        return ContentLine(self.name, self._decoded(value), self.parameters)

    def _decoded(self, value: bytes) -> str:
        if self.encoding == _QUOTED:
            value = quopri.decodestring(value)
        elif self.encoding:
            try:
                value = base64.b64decode(b"".join(value.split()))
            except binascii.Error:
                value = b""
        said = self.parameters.get("CHARSET", ())
        for charset in (*filter(_CHARSET.fullmatch, said), "utf-8", "cp1252"):
            try:
                return value.decode(charset)
            except (LookupError, UnicodeError):
                continue
        return value.decode("latin-1")


def _head(line: bytes) -> tuple[_Head | None, bytes]:
    """The name with its parameters, and the value; (None, b"") for what is no property."""
    # Parameters are short; a value in another encoding must not hinder reading them.
    text = line[:_LONGEST_HEAD].decode("latin-1")
    name = _NAME.match(text)
    if name is None:
        return None, b""
    at = name.end()
    parameters: dict[str, list[str]] = {}
    while found := _PARAMETER.match(text, at):
        at = found.end()
        word, values = found[1].strip(), found[2]
        if values is None:
            parameters.setdefault("TYPE", []).append(word)
        else:
            listed = [each.strip() for each in values.replace('"', "").split(",")]
            parameters.setdefault(word.upper(), []).extend(listed)
    if text[at : at + 1] != ":":
        return None, b""
    return _Head(name[1].upper(), parameters, _encoding_of(parameters)), line[at + 1 :]


def _encoding_of(parameters: dict[str, list[str]]) -> str:
    said = (*parameters.get("ENCODING", ()), *parameters.get("TYPE", ())) if parameters else ()
    return next((each.upper() for each in said if each.upper() in _ENCODINGS), "")
