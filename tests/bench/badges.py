"""Prints 10,000 badges in a child process: seconds and peak memory, for two layouts.

python tests/bench/badges.py [COUNT]
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from firsthand.badges.codes import badge_address, new_short_code, new_token

FIRST_NAMES = ("Ana", "María", "Björn", "Елена", "Nguyễn", "Ελένη", "山田", "محمد", "Oluwaseun")


def input_lines(count: int) -> bytes:
    badges = (
        {
            "name": f"{FIRST_NAMES[index % len(FIRST_NAMES)]} Example{index}",
            "headline": f"Engineer of things number {index % 977}",
            "company": f"Company {index % 313}",
            "address": badge_address("https://meet.example.org", new_token()),
            "short_code": new_short_code(),
        }
        for index in range(count)
    )
    event = {"event": {"name": "Open Systems Summit", "dates": "23-25 November 2026"}}
    return b"\n".join(map(msgspec.json.encode, (event, *badges)))


def peak_megabytes() -> float:
    """The largest resident size that any child has had so far."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    lines = input_lines(count)
    # The lighter layout first: the peak is that of all children together.
    for layout in ("90x55-a4", "a6"):
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "badges.pdf"
            command = [sys.executable, "-m", "firsthand.badges.pdf"]
            start = time.perf_counter()
            subprocess.run(
                [*command, "--layout", layout, "--output", str(output)],
                input=lines,
                stdout=subprocess.DEVNULL,
                check=True,
            )
            seconds = time.perf_counter() - start
            size = output.stat().st_size / 1e6
        print(
            f"{layout}: {count} badges in {seconds:.1f} s, peak {peak_megabytes():.0f} MB,"
            f" file {size:.1f} MB"
        )


if __name__ == "__main__":
    main()
