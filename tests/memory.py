"""Where tests keep their files: in memory, if there is room.

On a disk a test waits for it about a third of its time: each commit is synced, and each database
is a file that comes and goes. What the disk does is looked at by the proofs under faults, which
stand between the database and whatever holds its files.
"""

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 (what is in it gets a folder of its own)
_ENOUGH = 4 * 2**30  # bytes


def memory_folder() -> Path | None:
    """A folder in memory with room for what all tests keep at once, if this machine has one."""
    is_there = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return _MEMORY if is_there and shutil.disk_usage(_MEMORY).free >= _ENOUGH else None
