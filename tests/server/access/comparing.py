"""Whether two sets of answers say the same."""

import re

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(
    r"\d{4}-?\d\d-?\d\d[T ]\d\d:?\d\d(:?\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?|\d\d:\d\d(?= UTC)"
)

# What is derived from an owner's id, or from a secret.
_DERIVED = re.compile(
    r'(?<=data-hint-key=")[0-9a-f]{32}|(?:/sessions/|token-|tokens/)[0-9a-f]{12}|/feeds/[^/]+|REV:\w+'
    r'|(?<="token":")[0-9A-Z]{26}","short_code":"[0-9A-Z]{8}'
)


class Plain:
    """The same names for what is named anew in each world: ids in the order in which they come."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        text = _UUID.sub(self._name, _DERIVED.sub("DERIVED", text))
        return _MOMENT.sub("MOMENT", text)

    def _name(self, found: re.Match[str]) -> str:
        return self._names.setdefault(found[0], f"id-{len(self._names)}")


def differences(one: dict[str, str], other: dict[str, str]) -> list[str]:
    assert list(one) == list(other)
    found = []
    for path, text in one.items():
        if text == other[path]:
            continue
        place = next(
            (
                at
                for at, pair in enumerate(zip(text, other[path], strict=False))
                if len(set(pair)) > 1
            ),
            min(len(text), len(other[path])),
        )
        around = slice(max(place - 80, 0), place + 120)
        found.append(f"{path}\n  {text[around]!r}\n  {other[path][around]!r}")
    return found
