"""A list out of a request: by a form, or as JSON, in the end always as the bytes of a CSV."""

import csv
import io
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from firsthand.handles.networks import Network
from firsthand.organising.list_columns import ListField
from firsthand.organising.list_file import MOST_COLUMNS
from firsthand.organising.list_reading import LARGEST_LIST, MOST_ROWS
from firsthand.organising.lists import check_size
from firsthand.problems import Invalid, TooLarge
from firsthand.requests import AnyRequest

# The list and what a form puts around it.
LARGEST_UPLOAD = LARGEST_LIST + 500_000
_MEANINGS = [field.value for field in ListField] + [network.value for network in Network]
Cells = Mapping[str, Any]


class AttendeesUpload(msgspec.Struct):
    """A list as JSON; each attendee is validated by itself."""

    attendees: list[dict[str, Any]]
    listed: str | None = None


async def uploaded_list(request: AnyRequest) -> tuple[bytes, dict[str, str]]:
    """The form's ``file`` and its text fields. Raises Invalid, TooLarge."""
    try:
        form = await request.form()
    except RequestEntityTooLarge:
        most = LARGEST_LIST // 1_000_000
        message = f"This is larger than {most} MB. Split the list, and import part by part."
        raise TooLarge(message, {"file": message}) from None
    except (ClientException, ValueError, LookupError):
        raise Invalid("This form could not be read. Send it again.") from None
    if len(form.getall("file", [])) > 1:
        raise Invalid("Send one file at a time.", {"file": "Send one file at a time."})
    file = form.get("file")
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    if isinstance(file, UploadFile):
        body = await file.read()
        await file.close()
    elif isinstance(file, str):
        body = file.encode(errors="replace")
    else:
        raise Invalid("Choose a file.", {"file": "Choose a file."})
    check_size(body)
    return body, fields


def list_of_json(body: bytes) -> tuple[bytes, dict[int, str], str | None]:
    """A JSON list as a CSV, what its columns are, and ``listed``. Raises Invalid."""
    try:
        upload = msgspec.json.decode(body, type=AttendeesUpload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Invalid(f"This is no list of attendees: {problem}") from None
    if len(upload.attendees) > MOST_ROWS:
        raise Invalid(f"A list has at most {MOST_ROWS:,} attendees.")
    for number, attendee in enumerate(upload.attendees):
        # A missing one is told with the row's number, as in a file.
        if not isinstance(attendee.get("name", ""), str | None):
            raise Invalid(f"attendees[{number}].name is a text.")
    rows = [_cells(number, attendee) for number, attendee in enumerate(upload.attendees)]
    # Somebody may have several handles on one network: each has a column of its own.
    keys = sorted({key for row in rows for key in row})[:MOST_COLUMNS]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([meaning for meaning, _ in keys] or ["name"])
    writer.writerows([row.get(key, "") for key in keys] or [""] for row in rows)
    chosen = {index: meaning for index, (meaning, _) in enumerate(keys)} or {0: "name"}
    return text.getvalue().encode(errors="replace"), chosen, upload.listed


def _cells(number: int, attendee: Cells) -> dict[tuple[str, int], str]:
    given = {name.strip().lower(): value for name, value in attendee.items()}
    cells = {(name, 0): _text(given[name]) for name in _MEANINGS if given.get(name) is not None}
    for place, (network, name) in enumerate(_handles(number, given.get("handles")), start=1):
        cells[network, place] = _text(name)
    return cells


def _handles(number: int, handles: Any) -> list[tuple[str, Any]]:
    """Network and name of each, by a list of objects or one object. Raises Invalid."""
    if handles is None:
        return []
    pairs = handles.items() if isinstance(handles, Mapping) else map(_pair, _listed(handles))
    read = [(str(network).strip().lower(), name) for network, name in pairs]
    if len(read) > MOST_COLUMNS or any(network not in set(Network) for network, _ in read):
        raise Invalid(
            f"attendees[{number}].handles is a list of objects with network and name, or an object "
            f"of names by network. The networks are {', '.join(Network)}."
        )
    return read


def _listed(handles: Any) -> list[Any]:
    return handles if isinstance(handles, list) else [None]


def _pair(handle: Any) -> tuple[Any, Any]:
    return (handle.get("network"), handle.get("name")) if isinstance(handle, Mapping) else ("", "")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value)
    # An object where a text belongs: longer than any field, so that each refuses it.
    return "\ufffd" * 500
