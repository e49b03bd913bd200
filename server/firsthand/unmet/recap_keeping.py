"""A recap as a file to keep: out of the database's answer into the child process that draws."""

import subprocess
import sys
import threading
from typing import Literal

import msgspec

from firsthand.unmet.recap_sheet import RecapSheet

Kind = Literal["png", "pdf"]
_SECONDS = 60
# Each takes a processor for itself: more at a time would make the scans wait.
_drawing = threading.BoundedSemaphore(2)


def kept_recap(sheet: RecapSheet, kind: Kind) -> bytes:
    """The file. Raises RuntimeError or subprocess.TimeoutExpired if the child fails."""
    command = [sys.executable, "-m", "firsthand.unmet.recap_print", "--as", kind]
    with _drawing:
        done = subprocess.run(  # noqa: S603  # nosec B603  # our own module, one of two words as its argument
            command, input=msgspec.json.encode(sheet), capture_output=True, timeout=_SECONDS
        )
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").strip())
    return done.stdout
