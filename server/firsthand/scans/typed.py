"""What a person may type in place of a scan. Pure.

A scanner reads to the letter, so any code that it reads is kept. Fingers slip: what is typed must
mean somebody, or each slip would be a person met.
"""

from firsthand.badges.codes import ForeignCode, read_code
from firsthand.badges.foreign_codes import OpaqueCode, read_foreign_code

NAMES_NOBODY = (
    "A code has eight letters and figures, such as 7F3C-9KQ2. Read it again from the badge."
)


def means_somebody(text: str, base_url: str) -> bool:
    """A short code, a badge's address, or what names a person: a profile, a mail address, a card.

    Whether there is such a badge is another question.
    """
    if not isinstance(read_code(text, base_url), ForeignCode):
        return True
    return not isinstance(read_foreign_code(text), OpaqueCode)
