"""Prints how a made-up X archive is read in a child process: seconds, peak memory, tweets a second.

python tests/bench/x_archive.py [--tweets 1000000] [--keep FILE.zip]

Beside it, in the same run, the bare work: inflating the same files and decoding their elements one
by one with msgspec into plain objects. That child is told where each element ends (it is made with
the archive), so nothing in it looks for ends.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.archives import make_archive  # noqa: E402  (also when it is run as a script)

_LONGEST_LINE = 10_000
_BARE = r"""
import sys, zipfile
from array import array
from msgspec.json import Decoder
decode = Decoder().decode
archive = zipfile.ZipFile(sys.argv[1])
ends = array("Q", open(sys.argv[2], "rb").read())
at = elements = 0
for info in archive.infolist():
    count = ends[at]
    at += 1
    with archive.open(info) as file:
        data, before = b"", 0
        for index in range(at, at + 2 * count, 2):
            start, end = ends[index], ends[index + 1]
            while before + len(data) < end:
                keep = min(max(0, start - before), len(data))
                data = data[keep:] + file.read(262144)
                before += keep
            decode(data[start - before:end - before])
            elements += 1
        while file.read(262144):
            pass
    at += 2 * count
print(elements)
"""

_ENDS = r"""
import sys, zipfile
from array import array
found = array("Q")
archive = zipfile.ZipFile(sys.argv[1])
for info in archive.infolist():
    mark = len(found)
    found.append(0)
    with archive.open(info) as file:
        at = 0
        for line in file:
            # Only an element begins and ends in the third column: so it was printed.
            if line == b"  {\n":
                start = at + 2
            elif line in (b"  },\n", b"  }\n") and "manifest" not in info.filename:
                found += array("Q", (start, at + 3))
                found[mark] += 1
            at += len(line)
open(sys.argv[2], "wb").write(found.tobytes())
"""


def run(command: list[str]) -> tuple[float, float, bytes]:
    """Processor seconds, peak megabytes and the last line of a child process.

    Neither child waits for anything; unlike the clock, this does not count the neighbours' work.
    """
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, stdout=output)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = usage.ru_utime + usage.ru_stime
        if child.returncode:
            raise SystemExit(f"{command[:4]} ended with {child.returncode}")
        # A child is charged with what its parent holds when it is made, so nothing of it is held.
        output.seek(max(0, output.tell() - _LONGEST_LINE))
        return seconds, usage.ru_maxrss / 1024, output.read().splitlines()[-1]


def report(archive: Path, what: str, people: int, known_ends: bytes = b"") -> None:
    """Prints how this export is read: of so many ``what``.

    ``known_ends`` is for what is not printed an element a line: as _ENDS would have found them.
    """
    with tempfile.TemporaryDirectory() as folder:
        ends = Path(folder, "ends")
        if known_ends:
            ends.write_bytes(known_ends)
        else:
            subprocess.run([sys.executable, "-c", _ENDS, archive, ends], check=True)
        bare = run([sys.executable, "-c", _BARE, str(archive), str(ends)])
    compare(archive, what, people, bare)


def compare(archive: Path, what: str, people: int, bare_run: tuple[float, float, bytes]) -> None:
    """Prints the parser's figures beside those of the bare work."""
    bare, bare_peak, elements = bare_run
    seconds, peak, summary = run([sys.executable, "-m", "firsthand.ties.reading", str(archive)])
    print(f"{archive.stat().st_size / 2**20:.0f} MB zip, {int(elements):,} elements")
    print(f"inflate and decode alone: {bare:.1f} s, peak {bare_peak:.0f} MB")
    print(f"the parser: {seconds:.1f} s ({people / seconds:,.0f} {what}/s)")
    print(f"{seconds / bare:.2f} times the bare work (at most 4)")
    print(f"peak {peak:.0f} MB (at most 200)")
    print(summary.decode())


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--tweets", type=int, default=1_000_000)
    arguments.add_argument("--keep", type=Path)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = chosen.keep or Path(folder, "x.zip")
        if not archive.exists():
            make_archive(archive, tweets=chosen.tweets)
        report(archive, "tweets", chosen.tweets)


if __name__ == "__main__":
    main()
