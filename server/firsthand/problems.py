"""What a verb or query says when it cannot do what was asked.

The pages show ``detail`` in place, the JSON API sends it as RFC 9457 problem details.
"""

from collections.abc import Mapping


class Refused(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """The request cannot be done; nothing was changed.

    ``detail`` is a sentence for a person, ``fields`` maps a form field to what is wrong with it.
    """

    status = 400
    title = "That did not work"

    def __init__(self, detail: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = dict(fields or {})


class Invalid(Refused):
    """A value is malformed or not allowed."""

    status = 400
    title = "Please check what you entered"


class NotFound(Refused):
    """It is not there, or not the viewer's: the two are never told apart."""

    status = 404
    title = "Not found"

    def __init__(self, detail: str = "There is nothing here, or it is not yours.") -> None:
        super().__init__(detail)


class NotSignedIn(Refused):
    """Only somebody who is signed in may ask this."""

    status = 401
    title = "Please sign in"

    def __init__(self, detail: str = "Sign in to see this.") -> None:
        super().__init__(detail)


class NotAllowed(Refused):
    """Signed in, but with a token whose scopes do not reach this far, or from another site."""

    status = 403
    title = "Not allowed"


class NotFresh(Refused):
    """Signed in too long ago for what is dangerous."""

    status = 403
    title = "Please confirm that it is you"

    def __init__(self) -> None:
        super().__init__(
            "This needs a sign-in of the last 15 minutes. Confirm that it is you at "
            "/sign-in/again, then ask once more."
        )


class Conflict(Refused):
    """It contradicts what is there already."""

    status = 409
    title = "That is there already"


class AnotherAccount(Refused):
    """The request says whose it is, and the session is somebody else's. Nothing was changed."""

    status = 409
    title = "Signed in as somebody else"

    def __init__(self) -> None:
        super().__init__("This belongs to another account. Sign in with that one to send it.")


class TooMany(Refused):
    """Too many tries in a short time."""

    status = 429
    title = "Too many tries"


class TooLarge(Refused):
    """More bytes than are accepted."""

    status = 413
    title = "Too large"
