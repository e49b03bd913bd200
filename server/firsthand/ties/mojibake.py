"""Mends text that was read in the wrong encoding before it was written. Pure.

Facebook and Instagram write each byte of UTF-8 as a character of its own: É is ``\\u00c3\\u0089``.
"""


def mended(text: str) -> str:
    """The text itself unless all of it is the bytes of valid UTF-8, each as a character."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
