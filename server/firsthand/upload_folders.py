"""Where uploads lie, and under which names."""

import re
import tempfile
from pathlib import Path

# Of every upload's folder, whatever becomes of it.
UPLOAD_PREFIX = "firsthand-upload-"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def uploads_folder() -> Path:
    """Where all of them go: ``TMPDIR``, else the machine's own folder for such things."""
    return Path(tempfile.gettempdir())


def safe_name(name: str) -> str:
    """What is harmless of a sent file name: its last part, in ASCII letters, with its ending."""
    last = _UNSAFE.sub("-", re.split(r"[/\\]", name)[-1])
    stem, dot, ending = last.rpartition(".") if "." in last else (last, "", "")
    return f"{stem.strip('.-')[:60] or 'file'}{dot}{ending.strip('.-')[:10]}".rstrip(".-")
