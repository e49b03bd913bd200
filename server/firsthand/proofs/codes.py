"""The code of a proof page: what a profile's text can hold where it can hold no link."""

import re
import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = 16  # 80 random bits: nobody comes upon one by chance
_CODE = re.compile(rf"FH-[{_ALPHABET}]{{{_LETTERS}}}")


def new_code() -> str:
    """``FH-`` and 16 letters of Crockford's base 32."""
    return "FH-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))


def is_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None
