"""The members of a zip, each checked before anything of it is inflated. Pure.

A zip that tries to trick its reader is refused as a whole: paths that lead out of it, links,
overlapping entries (one piece of data counted many times), bombs.
"""

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from firsthand.ties.kinds import UnreadableExport

CHUNK = 256 * 1024
MOST_ENTRIES = 200_000
_LONGEST_DIRECTORY = 32 * 2**20
_MOST_INFLATED = 8 * 2**30
# Deflate reaches 1030; real lists stay below 60. Small files may be what they like.
_HIGHEST_RATIO = 250
_RATIO_FLOOR = 32 * 2**20
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)


def zip_members(path: Path, stack: ExitStack) -> Iterator[tuple[PurePosixPath, int, "Inflater"]]:
    """Path, inflated size and content of each file; the zip stays open until ``stack`` closes.

    Raises UnreadableExport.
    """
    try:
        file = stack.enter_context(path.open("rb"))
        _check_directory_size(file, path.name)
        archive = stack.enter_context(zipfile.ZipFile(file))
    except _BROKEN:
        raise UnreadableExport(
            f"{path.name} is cut off or damaged: its list of contents cannot be read. "
            "Download it again."
        ) from None
    infos = archive.infolist()
    if len(infos) > MOST_ENTRIES:
        raise UnreadableExport(_too_much(path.name))
    _check_overlap(infos, path.name)
    budget = _Budget(path.name, _MOST_INFLATED)
    seen = set()
    for info in infos:
        inside = _checked_member(info, path.name)
        if info.filename.endswith("/") or not inside.name:
            continue
        if inside in seen and inside.suffix.lower() == ".js":
            raise UnreadableExport(f"{path.name} holds {inside} twice.")
        seen.add(inside)
        yield inside, info.file_size, Inflater(archive, info, budget)


def _too_much(name: str) -> str:
    return f"{name} holds more files than an export can have."


def _check_directory_size(file: BinaryIO, name: str) -> None:
    """Before zipfile reads the whole directory into memory: is it of a believable size?

    Source: .ZIP File Format Specification 6.3.10, sections 4.3.14 to 4.3.16.
    """
    end = file.seek(0, os.SEEK_END)
    start = max(0, end - 22 - 65_535 - 20)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + 22 > len(tail):
        raise zipfile.BadZipFile("no end of central directory")
    entries, length = struct.unpack_from("<HI", tail, at + 10)
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator.startswith(b"PK\6\7"):
        file.seek(struct.unpack_from("<Q", locator, 8)[0])
        record = file.read(56)
        if record.startswith(b"PK\6\6"):
            entries, length = struct.unpack_from("<QQ", record, 32)
    if entries > MOST_ENTRIES or length > _LONGEST_DIRECTORY:
        raise UnreadableExport(_too_much(name))
    file.seek(0)


def _check_overlap(infos: Sequence[zipfile.ZipInfo], name: str) -> None:
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise UnreadableExport(f"{name} is no honest zip: its entries overlap.")
        # 30 bytes are fixed, the name follows in whatever encoding: at least one byte a letter.
        end = info.header_offset + 30 + len(info.orig_filename) + info.compress_size


def checked_path(inside: str, name: str) -> PurePosixPath:
    """A path within the archive of this name. Raises UnreadableExport where it leads out of it."""
    text = inside.replace("\\", "/")
    path = PurePosixPath(text)
    if text.startswith("/") or text[1:2] == ":" or ".." in path.parts:
        raise UnreadableExport(f"{name} is no export: it holds a path that leads out of it.")
    return path


def _checked_member(info: zipfile.ZipInfo, name: str) -> PurePosixPath:
    path = checked_path(info.filename, name)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UnreadableExport(f"{name} is no export: it holds a link.")
    return path


@dataclass
class _Budget:
    """What may still be inflated from one zip."""

    name: str
    left: int


@dataclass(frozen=True)
class Inflater:
    """Call it for the content, in chunks; raises UnreadableExport where it is damaged."""

    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    budget: _Budget

    def __call__(self) -> Iterator[bytes]:
        info, container = self.info, self.budget.name
        name = PurePosixPath(info.filename.replace("\\", "/")).name
        if info.flag_bits & 1:
            raise UnreadableExport(f"{container} is encrypted. Import it without a password.")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise UnreadableExport(f"{name} in {container} is packed in a way nobody uses.")
        most = max(_RATIO_FLOOR, info.compress_size * _HIGHEST_RATIO)
        try:
            with self.archive.open(info) as file:
                while chunk := file.read(CHUNK):
                    most -= len(chunk)
                    self.budget.left -= len(chunk)
                    if min(most, self.budget.left) < 0:
                        raise UnreadableExport(
                            f"{name} in {container} grows far beyond what an export can hold."
                        )
                    yield chunk
        except _BROKEN:
            raise UnreadableExport(
                f"{name} in {container} is damaged. Download the export again."
            ) from None
