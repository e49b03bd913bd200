"""Who may read an address book: the account's e-mail with a password made for it (RFC 7617)."""

import base64
import binascii

from firsthand.accounts.addresses import read_email
from firsthand.accounts.signing_in import Viewer
from firsthand.accounts.tokens import ADDRESS_BOOK, TOKEN_PREFIX
from firsthand.accounts.viewers import Viewers
from firsthand.problems import Invalid, NotAllowed, NotSignedIn


async def enter(viewers: Viewers, authorization: str | None) -> Viewer:
    """Raises NotSignedIn, or NotAllowed for a token that was made for something else."""
    email, password = _credentials(authorization or "")
    viewer = await viewers.with_secret(password) if password.startswith(TOKEN_PREFIX) else None
    if viewer is None or viewer.email != email:
        raise NotSignedIn
    if ADDRESS_BOOK not in viewer.scopes:
        raise NotAllowed("This token opens no address book.")
    return viewer


def _credentials(authorization: str) -> tuple[str, str]:
    """The e-mail and the password; empty where they cannot be read."""
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(coded.strip(), validate=True).decode().partition(":")
        return read_email(user), password
    except (binascii.Error, UnicodeDecodeError, Invalid):
        return "", ""
