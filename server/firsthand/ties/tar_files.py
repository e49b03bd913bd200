"""The members of a tar or tar.gz, each checked before anything of it is kept. Pure.

A compressed tar can only be read from its start, media and all. So what may be wanted of it is
written to one nameless temporary file on the way, and nothing else is kept.
"""

import gzip
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from firsthand.ties.kinds import UnreadableExport
from firsthand.ties.zip_files import CHUNK, MOST_ENTRIES, checked_path

_GZIP = b"\x1f\x8b"
_USTAR_AT = 257
_MOST_WANTED = 8 * 2**30
_MOST_ALTOGETHER = 64 * 2**30
_BROKEN = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, OSError, ValueError)

Member = tuple[PurePosixPath, int, Callable[[], Iterator[bytes]]]


def is_tar(path: Path) -> bool:
    """By its beginning; any gzip file counts as one."""
    with path.open("rb") as file:
        head = file.read(_USTAR_AT + 5)
    return head.startswith(_GZIP) or head[_USTAR_AT:] == b"ustar"


def tar_members(
    path: Path, stack: ExitStack, is_wanted: Callable[[PurePosixPath], bool]
) -> list[Member]:
    """Path, size and content of each wanted file, until ``stack`` closes.

    Raises UnreadableExport.
    """
    with path.open("rb") as file:
        is_packed = file.read(2) == _GZIP
    try:
        tar = tarfile.open(path, "r|gz" if is_packed else "r:")  # noqa: SIM115 (the stack closes it)
        stack.enter_context(tar)
        kept = _new_file() if is_packed else path.open("rb")
        stack.enter_context(kept)
        return [
            (inside, member.size, _Slice(kept, start, member.size, path.name))
            for inside, member in _checked(tar, path.name)
            if is_wanted(inside)
            for start in [_keep(tar, member, kept) if is_packed else member.offset_data]
        ]
    except _BROKEN:
        raise UnreadableExport(
            f"{path.name} is cut off or damaged, or no archive. Download it again."
        ) from None


def _new_file() -> BinaryIO:
    return cast(BinaryIO, tempfile.TemporaryFile())


def _checked(tar: tarfile.TarFile, name: str) -> Iterator[tuple[PurePosixPath, tarfile.TarInfo]]:
    """The files among the members. Raises UnreadableExport."""
    wanted = 0
    for number, member in enumerate(tar):
        # It remembers all of them otherwise.
        tar.members = []  # type: ignore[attr-defined]  # the way that its documentation names
        if number == MOST_ENTRIES or member.offset > _MOST_ALTOGETHER:
            raise UnreadableExport(f"{name} holds more than an export can have.")
        inside = checked_path(member.name, name)
        if member.issym() or member.islnk():
            raise UnreadableExport(f"{name} is no export: it holds a link.")
        if member.isreg() and not member.issparse() and inside.name:
            wanted += member.size
            if wanted > _MOST_ALTOGETHER:
                raise UnreadableExport(f"{name} holds more than an export can have.")
            yield inside, member


def _keep(tar: tarfile.TarFile, member: tarfile.TarInfo, kept: BinaryIO) -> int:
    """Where it starts in what is kept. Raises UnreadableExport."""
    start = kept.tell()
    file = tar.extractfile(member)
    if file is None or start + member.size > _MOST_WANTED:
        raise UnreadableExport(f"{member.name} is far larger than such a file can be.")
    left = member.size
    while left:
        chunk = file.read(min(CHUNK, left))
        if not chunk:
            raise EOFError
        kept.write(chunk)
        left -= len(chunk)
    return start


@dataclass(frozen=True)
class _Slice:
    """Call it for the content, in chunks; raises UnreadableExport where it is cut off."""

    file: BinaryIO
    start: int
    size: int
    name: str

    def __call__(self) -> Iterator[bytes]:
        at = self.start
        end = self.start + self.size
        while at < end:
            # Others may have read in the same file meanwhile.
            self.file.seek(at)
            chunk = self.file.read(min(CHUNK, end - at))
            if not chunk:
                raise UnreadableExport(f"{self.name} is cut off. Download it again.")
            at += len(chunk)
            yield chunk
