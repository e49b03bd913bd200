"""A plain form's fields, read without trusting them."""

from datetime import date
from uuid import UUID

from litestar.exceptions import ClientException

from firsthand.accounts.addresses import read_line, read_name
from firsthand.problems import Invalid
from firsthand.requests import AnyRequest

_LARGEST_NUMBER = 2**53


class Form:
    """What was sent: every field may be there once, several times, or not at all."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    def __contains__(self, name: object) -> bool:
        """Whether the field was sent at all, be it empty."""
        return name in self._fields

    def text(self, name: str) -> str:
        """The first value as sent, empty where there is none."""
        return self.texts(name)[0] if self.texts(name) else ""

    def texts(self, name: str) -> list[str]:
        return self._fields.get(name, [])

    def checked(self, name: str) -> bool:
        return self.text(name) in {"yes", "on", "true", "1"}

    def line(self, name: str) -> str:
        """One cleaned line. Raises Invalid when it is too long."""
        return read_line(self.text(name), name)

    def name(self, name: str) -> str:
        """A cleaned name, or empty where none was sent. Raises Invalid."""
        return read_name(self.text(name), name) if self.text(name).strip() else ""

    def number(self, name: str) -> int:
        """A whole number from 0, 0 where none was sent. Raises Invalid."""
        text = self.text(name).strip()
        if not text:
            return 0
        if not (text.isascii() and text.isdigit()) or len(text) > 16 or int(text) > _LARGEST_NUMBER:
            raise Invalid("A number is expected.", {name: "A number is expected."})
        return int(text)

    def day(self, name: str) -> date:
        """A day as a date field sends it. Raises Invalid."""
        try:
            return date.fromisoformat(self.text(name).strip())
        except ValueError:
            raise Invalid("Choose a day.", {name: "Choose a day."}) from None

    def uuid(self, name: str) -> UUID | None:
        """An id, None where none was sent. Raises Invalid."""
        text = self.text(name).strip()
        return _uuid(name, text) if text else None

    def uuids(self, name: str) -> list[UUID]:
        return [_uuid(name, text.strip()) for text in self.texts(name) if text.strip()]

    def local_path(self, name: str, otherwise: str) -> str:
        """An address on this site to go on to; never another site's."""
        return local_path(self.text(name), otherwise)


async def read_form(request: AnyRequest) -> Form:
    """The urlencoded or multipart text fields of the request. Raises Invalid."""
    try:
        data = await request.form()
    except (ClientException, UnicodeError, ValueError):
        raise Invalid("This form could not be read. Send it again.") from None
    fields: dict[str, list[str]] = {}
    for name, value in data.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return Form(fields)


def local_path(path: str, otherwise: str) -> str:
    """``path`` if it is one of this site's own, else ``otherwise``.

    ``//elsewhere`` and ``/\\elsewhere`` are other sites to a browser.
    """
    is_local = path.startswith("/") and path[1:2] not in {"/", "\\"} and len(path) <= 1000
    return path if is_local and path.isprintable() else otherwise


def _uuid(name: str, text: str) -> UUID:
    try:
        if len(text) > 40:
            raise ValueError
        return UUID(text)
    except ValueError:
        raise Invalid("This is no id.", {name: "This is no id."}) from None
