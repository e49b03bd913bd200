"""The disk of disk.c: built by the machine's C compiler, watched, made to fail, cut off."""

import mmap
import os
import random
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntFlag
from pathlib import Path

_SOURCE = Path(__file__).with_name("disk.c")
_HEAD = struct.Struct("<cIQQ")
_SECTOR = 512
_ACKNOWLEDGED = re.compile(rb'"id":"([0-9a-f-]{36})","outcome":"(?:recorded|duplicate)"')


class Failing(IntFlag):
    NOTHING = 0
    NO_SPACE = 1
    WRITE = 2
    SYNC = 4
    READ = 8


class Disk:
    """Everything below ``folder``, as a process sees it that runs with ``environment``."""

    def __init__(self, folder: Path, aside: Path) -> None:
        """``aside`` is a folder for what this needs itself; ``folder`` is there already."""
        self.folder = folder.resolve()
        self._before = aside / "before"
        self._journal = aside / "journal"
        control = aside / "control"
        control.write_bytes(bytes(16))
        with control.open("r+b") as file:
            self._control = mmap.mmap(file.fileno(), 16)
        self.environment = {
            "LD_PRELOAD": str(_build(aside)),
            "FAULTS_FOLDER": str(self.folder),
            "FAULTS_JOURNAL": str(self._journal),
            "FAULTS_CONTROL": str(control),
        }

    def watch(self) -> None:
        """From here on the journal tells what becomes of the files; nothing of them is unsynced."""
        os.sync()
        shutil.copytree(self.folder, self._before)
        self._journal.write_bytes(b"")

    def fail(self, how: Failing, free: int = 0) -> None:
        """``free`` bytes are left where there is no space."""
        self._control[:] = struct.pack("<qq", how, free)

    def journal(self) -> "list[Entry]":
        return list(_read(self._journal.read_bytes()))

    def after_power_cut(self, entries: "Sequence[Entry]", rng: random.Random, into: Path) -> None:
        """Make ``into`` what a power cut after these entries leaves of the folder.

        What was synced is there. What was written since the file's last sync is there or not,
        sector by sector, as the disk happened to get to it. A file that was made or removed since
        the last sync of its folder is there or not, too.
        """
        files = {
            str(path): _File(bytearray(path.read_bytes()), named=True)
            for path in self._before.rglob("*")
            if path.is_file()
        }
        files = {
            name.replace(str(self._before), str(self.folder), 1): file
            for name, file in files.items()
        }
        for entry in entries:
            _apply(files, entry)
        into.mkdir()
        for name, file in files.items():
            content = file.survivor(rng)
            if content is not None:
                target = into / Path(name).relative_to(self.folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)


@dataclass(frozen=True, slots=True)
class Entry:
    """``kind``: W write, T truncate, S sync, U unlink, A an answer on a socket."""

    kind: str
    name: str
    offset: int
    data: bytes

    def acknowledged(self) -> set[str]:
        """Ids of the scans that this answer calls safe."""
        if self.kind != "A":
            return set()
        return {scan_id.decode() for scan_id in _ACKNOWLEDGED.findall(self.data)}


@dataclass(slots=True)
class _File:
    """``synced`` is what is sure; ``since`` what has happened after, in order."""

    synced: bytearray = field(default_factory=bytearray)
    named: bool = False
    removed: bool = False
    since: list[Entry] = field(default_factory=list)

    def sync(self) -> None:
        for entry in self.since:
            _change(self.synced, entry)
        self.since.clear()

    def survivor(self, rng: random.Random) -> bytes | None:
        if (not self.named or self.removed) and rng.random() < 0.5:
            return None
        content = bytearray(self.synced)
        chance = rng.random()
        for entry in self.since:
            for part in _sectors(entry):
                if rng.random() < chance:
                    _change(content, part)
        return bytes(content)


def _apply(files: dict[str, _File], entry: Entry) -> None:
    if entry.kind == "A":
        return
    if entry.kind == "U":
        if entry.name in files:
            files[entry.name].removed = True
        return
    if entry.kind == "S" and os.path.isdir(entry.name):
        for name, file in list(files.items()):
            if os.path.dirname(name) == entry.name:
                file.named = True
                if file.removed:
                    del files[name]
        return
    file = files.setdefault(entry.name, _File())
    if file.removed:  # made anew under its name
        file = files[entry.name] = _File()
    if entry.kind == "S":
        file.sync()
    else:
        file.since.append(entry)


def _change(content: bytearray, entry: Entry) -> None:
    if entry.kind == "T":
        del content[entry.offset :]
        content.extend(bytes(entry.offset - len(content)))
        return
    if len(content) < entry.offset:
        content.extend(bytes(entry.offset - len(content)))
    content[entry.offset : entry.offset + len(entry.data)] = entry.data


def _sectors(entry: Entry) -> Iterator[Entry]:
    if entry.kind == "T":
        yield entry
    for start in range(0, len(entry.data), _SECTOR):
        part = entry.data[start : start + _SECTOR]
        yield Entry(entry.kind, entry.name, entry.offset + start, part)


def _read(journal: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(journal):
        kind, name_length, offset, length = _HEAD.unpack_from(journal, at)
        at += _HEAD.size
        name = journal[at : at + name_length].decode()
        at += name_length
        yield Entry(kind.decode(), name, offset, journal[at : at + length])
        at += length


def _build(folder: Path) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise RuntimeError("This proof needs a C compiler (Debian: apt-get install gcc libc6-dev).")
    library = folder / "disk.so"
    flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Werror"]
    command: list[str | Path] = [compiler, *flags, "-o", library, _SOURCE]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode:
        raise RuntimeError(f"{_SOURCE.name} was not compiled (libc6-dev?):\n{built.stderr}")
    return library
