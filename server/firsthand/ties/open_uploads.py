"""Uploads that come in pieces: what has come waits on the disk, so that a cut costs little.

Each has a folder of its own among all uploads, named by its owner and by its id, which nobody can
guess. How much has come is the length of its files: there is no other state to get out of step.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec

from firsthand.db import new_id
from firsthand.problems import Conflict, NotFound
from firsthand.upload_folders import UPLOAD_PREFIX, safe_name

MOST_OPEN = 3
KEPT_SECONDS = 24 * 60 * 60
_PLAN = "upload.json"


class AnnouncedFile(msgspec.Struct, frozen=True):
    """One file of an upload, before anything of it has come; ``size`` in bytes."""

    name: str
    size: int


class _Plan(msgspec.Struct, frozen=True):
    mark: str
    files: Sequence[AnnouncedFile]


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """Its files' bytes come one file after the other; ``mark`` tells its sender that it is this."""

    owner_id: UUID
    id: UUID
    folder: Path
    mark: str
    files: Sequence[AnnouncedFile]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def paths(self) -> list[Path]:
        return [
            self.folder / str(number) / safe_name(file.name)
            for number, file in enumerate(self.files)
        ]

    def offset(self) -> int:
        """How many bytes have come. Raises NotFound if it is gone meanwhile."""
        try:
            return sum(path.stat().st_size for path in self.paths)
        except FileNotFoundError:
            raise NotFound from None


def begin_upload(
    uploads: Path, owner_id: UUID, files: Sequence[AnnouncedFile], mark: str
) -> OpenUpload:
    """A new one, or the one with the same mark and files that this owner has begun before.

    Of more than ``MOST_OPEN``, the one that has waited longest is given up.
    """
    known = sorted(_of_owner(uploads, owner_id), key=_last_heard, reverse=True)
    for upload in known:
        if mark and upload.mark == mark and list(upload.files) == list(files):
            return upload
    for upload in known[MOST_OPEN - 1 :]:
        discard_upload(upload)
    upload_id = new_id()
    folder = uploads / _folder_name(owner_id, upload_id)
    folder.mkdir(mode=0o700)
    upload = OpenUpload(owner_id, upload_id, folder, mark, files)
    for path in upload.paths:
        path.parent.mkdir(mode=0o700)
        path.touch(mode=0o600)
    # Last: without it the folder is no upload yet.
    (folder / _PLAN).write_bytes(msgspec.json.encode(_Plan(mark, files)))
    return upload


def find_upload(uploads: Path, owner_id: UUID, upload_id: UUID) -> OpenUpload:
    """Raises NotFound."""
    upload = _read(uploads / _folder_name(owner_id, upload_id), owner_id, upload_id)
    if upload is None:
        raise NotFound
    return upload


def append_piece(upload: OpenUpload, offset: int, piece: bytes) -> int:
    """Where the next piece starts. Raises NotFound, Conflict if ``piece`` is not the next one.

    Held for one piece only: a request whose connection has died without a word holds nobody up.
    """
    with _alone(upload):
        if offset != upload.offset():
            raise Conflict("This is not the next piece of the upload. Ask how much has come.")
        rest = memoryview(piece)
        for file, path in zip(upload.files, upload.paths, strict=True):
            room = file.size - path.stat().st_size
            if rest and room:
                with path.open("ab") as out:
                    out.write(rest[:room])
                rest = rest[room:]
        os.utime(upload.folder)
    return offset + len(piece) - len(rest)


def claim_upload(upload: OpenUpload) -> tuple[Path, list[Path]] | None:
    """The folder and the files of a whole upload, for its import; None if they were taken already.

    From here on it is no open upload any more, and whoever has it deletes the folder.
    """
    claimed = upload.folder.with_name(f"{UPLOAD_PREFIX}{upload.id.hex}")
    try:
        upload.folder.rename(claimed)
    except FileNotFoundError:
        return None
    return claimed, [claimed / path.relative_to(upload.folder) for path in upload.paths]


def discard_upload(upload: OpenUpload) -> None:
    shutil.rmtree(upload.folder, ignore_errors=True)


def discard_uploads_of(uploads: Path, owner_id: UUID) -> None:
    """All that this owner has begun."""
    for upload in _of_owner(uploads, owner_id):
        discard_upload(upload)


def sweep_uploads(uploads: Path) -> None:
    """Delete what nobody has gone on with for a day, also of servers that have died."""
    oldest = time.time() - KEPT_SECONDS
    for folder in uploads.glob(f"{UPLOAD_PREFIX}*"):
        try:
            found = folder.lstat()
        except FileNotFoundError:
            continue
        if found.st_uid == os.getuid() and found.st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _folder_name(owner_id: UUID, upload_id: UUID) -> str:
    return f"{UPLOAD_PREFIX}{owner_id.hex}-{upload_id.hex}"


def _of_owner(uploads: Path, owner_id: UUID) -> Iterator[OpenUpload]:
    for folder in list(uploads.glob(f"{UPLOAD_PREFIX}{owner_id.hex}-*")):
        try:
            upload_id = UUID(hex=folder.name.rpartition("-")[2])
        except ValueError:
            continue
        if upload := _read(folder, owner_id, upload_id):
            yield upload


def _read(folder: Path, owner_id: UUID, upload_id: UUID) -> OpenUpload | None:
    try:
        # In a folder that all users share, somebody else could have made it.
        if folder.lstat().st_uid != os.getuid():
            return None
        plan = msgspec.json.decode((folder / _PLAN).read_bytes(), type=_Plan)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None
    return OpenUpload(owner_id, upload_id, folder, plan.mark, plan.files)


def _last_heard(upload: OpenUpload) -> float:
    try:
        return upload.folder.stat().st_mtime
    except FileNotFoundError:
        return 0


@contextmanager
def _alone(upload: OpenUpload) -> Iterator[None]:
    """Nobody else writes to it, in this process or another. Raises NotFound."""
    try:
        file = (upload.folder / _PLAN).open("rb")
    except FileNotFoundError:
        raise NotFound from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
