"""The files of an upload: zips, tars and loose files, read only in part and in chunks. Pure."""

import codecs
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from firsthand.ties.kinds import UnreadableExport
from firsthand.ties.tar_files import is_tar, tar_members
from firsthand.ties.zip_files import CHUNK, MOST_ENTRIES, zip_members

__all__ = ["CHUNK", "Entry", "open_upload"]

# What a folder is searched for.
_ENDS = (".js", ".zip", ".csv", ".json", ".vcf", ".html", ".car", ".tar", ".gz", ".tgz")


@dataclass(frozen=True)
class Entry:
    """One file of an upload; ``path`` as the zip has it, with slashes, or the loose file's path.

    ``container`` is the zip's or tar's name, or None for a loose file; ``size`` is inflated.
    """

    path: PurePosixPath
    container: str | None
    size: int
    _open: Callable[[], Iterator[bytes]]

    @property
    def name(self) -> str:
        return self.path.name

    def chunks(self) -> Iterator[bytes]:
        """Its bytes, inflated and in pieces. Raises UnreadableExport where they are damaged."""
        return self._open()

    def text(self) -> Iterator[bytes]:
        """Its bytes as long as they are UTF-8 without NUL bytes; else raises UnreadableExport."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        first = True
        try:
            for chunk in self.chunks():
                if first and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    raise UnreadableExport(
                        f"{self.name} was saved as UTF-16. Import the file as the network gave it."
                    )
                first = False
                if b"\0" in chunk:
                    raise UnreadableExport(
                        f"{self.name} holds NUL bytes. Import the file as the network gave it."
                    )
                decoder.decode(chunk)
                yield chunk
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            raise UnreadableExport(
                f"{self.name} is not in UTF-8. Import the file as the network gave it, "
                "not one that another program has saved."
            ) from None

    def small_text(self, most: int) -> bytes:
        """The whole of it. Raises UnreadableExport if it is longer than ``most`` bytes."""
        parts: list[bytes] = []
        length = 0
        for chunk in self.text():
            parts.append(chunk)
            length += len(chunk)
            if length > most:
                raise UnreadableExport(f"{self.name} is far longer than such a file can be.")
        return b"".join(parts)


def open_upload(paths: Sequence[Path], stack: ExitStack) -> list[Entry]:
    """The files in these zips, files and folders; raises UnreadableExport.

    What macOS adds (``__MACOSX``, ``._*``, ``.DS_Store``), folders and everything under a
    ``*_media`` folder is left out. The archives stay open until ``stack`` is closed.
    """
    entries: list[Entry] = []
    for path in paths:
        try:
            if path.exists() and not (path.is_dir() or path.is_file()):
                raise UnreadableExport(f"{path.name} is no file.")
            files = sorted(_files_under(path)) if path.is_dir() else [path]
            for file in files:
                if _is_zip(file):
                    entries += [
                        Entry(inside, file.name, size, inflate)
                        for inside, size, inflate in zip_members(file, stack)
                        if _is_wanted(inside)
                    ]
                elif is_tar(file):
                    entries += [
                        Entry(inside, file.name, size, content)
                        for inside, size, content in tar_members(file, stack, _may_hold_ties)
                    ]
                else:
                    entries.append(_loose_entry(file))
        except OSError as error:
            raise UnreadableExport(
                f"{path.name} cannot be read: {error.strerror or 'unknown error'}."
            ) from None
    return entries


def _files_under(folder: Path) -> Iterator[Path]:
    found = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if _is_wanted(PurePosixPath(name, "-"))]
        for name in names:
            if _is_wanted(PurePosixPath(name)) and name.lower().endswith(_ENDS):
                found += 1
                if found > MOST_ENTRIES:
                    raise UnreadableExport(f"{folder.name} holds too many files.")
                yield Path(parent, name)


def _is_wanted(path: PurePosixPath) -> bool:
    *folders, name = path.parts or ("",)
    return not (
        name.startswith("._")
        or name == ".DS_Store"
        or any(part == "__MACOSX" or part.lower().endswith("_media") for part in folders)
    )


def _may_hold_ties(path: PurePosixPath) -> bool:
    return _is_wanted(path) and path.name.lower().endswith(_ENDS)


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in {b"PK\3\4", b"PK\5\6", b"PK\7\x08"}


def _loose_entry(path: Path) -> Entry:
    def chunks() -> Iterator[bytes]:
        try:
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except OSError as error:
            raise UnreadableExport(
                f"{path.name} cannot be read: {error.strerror or 'unknown error'}."
            ) from None

    return Entry(PurePosixPath(path.as_posix()), None, path.stat().st_size, chunks)
