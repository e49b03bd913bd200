"""Lines of vCard (RFC 6350, section 3) and iCalendar (RFC 5545, section 3.1). Pure."""

_LONGEST_LINE = 75


def escaped(text: str) -> str:
    """A TEXT value: backslash, comma, semicolon and line breaks escaped, other controls dropped."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = "".join(c for c in lines if c in "\n\t" or (c >= " " and c != "\x7f"))
    # A lone surrogate cannot be written as UTF-8.
    shown = shown.encode("utf-8", "ignore").decode()
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
