"""A multi-gigabyte archive that takes no room on the disk: its films are holes in the file."""

import zipfile
from collections.abc import Mapping
from pathlib import Path


def write_sparse_zip(
    path: Path, files: Mapping[str, str | bytes], films: Mapping[str, int]
) -> Path:
    """The films (name: bytes, stored) come first, so that the files lie beyond 4 GB (ZIP64)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, size in films.items():
            _add_hole(archive, name, size)
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _add_hole(archive: zipfile.ZipFile, name: str, size: int) -> None:
    """What writing ``size`` zero bytes would do, but for its check sum, which nobody reads."""
    file = archive.fp
    assert file
    hole = zipfile.ZipInfo(name)
    hole.file_size = hole.compress_size = size
    hole.CRC = 0
    hole.header_offset = file.tell()
    file.write(hole.FileHeader(zip64=True))
    file.seek(size, 1)
    archive.filelist.append(hole)
    archive.NameToInfo[name] = hole
    archive.start_dir = file.tell()
