"""Where the templates and the built browser part are: in the package, or in the checkout."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

Places = tuple[Path, Path]

_HERE = Path(__file__).resolve().parent
# The package's own folder, which has both in an installed wheel, then the checkout's, which has
# both where the install is editable (the package's folder is then server/firsthand, without them).
PLACES: Places = (_HERE, _HERE.parent.parent)

# Set here and not by ``mimetypes``, whose answers differ from machine to machine.
MEDIA_TYPES = {
    ".css": "text/css",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
# By preference: Brotli is a fifth smaller.
ENCODINGS = {"br": ".br", "gzip": ".gz"}


class AssetsMissing(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """A part of the installation is not there; the message says how to make it."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file to serve as it is. ``tag`` names its content; ``encoded`` maps a content coding to
    its compressed twin.
    """

    path: Path
    media_type: str
    tag: str
    encoded: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Assets:
    """The built browser part: ``names`` maps a logical name to the file's, ``app.css`` to
    ``app.<hash>.css``; ``files`` are by that hashed name, ``root_files`` (``sw.js``) by their own.
    """

    names: dict[str, str]
    files: dict[str, StaticFile]
    root_files: dict[str, StaticFile]

    @classmethod
    def load(cls, places: Places = PLACES) -> "Assets":
        """What ``web/build.mjs`` made. Raises AssetsMissing."""
        package, checkout = places
        built = _first(package / "web", checkout / "web" / "built", needed="manifest.json")
        if built is None:
            raise AssetsMissing("The browser part is not built: run make install")
        try:
            names: dict[str, str] = json.loads((built / "manifest.json").read_text("utf-8"))
            files = {name: _static_file(built / name) for name in names.values()}
            root_files = {path.name: _static_file(path) for path in _uncompressed(built / "root")}
        except (OSError, ValueError, KeyError) as problem:
            raise AssetsMissing("The browser part is incomplete: run make install") from problem
        return cls(names, files, root_files)

    def url(self, name: str) -> str:
        """``app.css`` -> ``/static/app.<hash>.css``. Raises AssetsMissing."""
        if name not in self.names:
            raise AssetsMissing(f"The browser part has no {name}: run make install")
        return f"/static/{self.names[name]}"

    def find(self, hashed_name: str) -> StaticFile | None:
        """The file of this very name. All are listed at the start, so no name leads elsewhere."""
        return self.files.get(hashed_name)


def templates_folder(places: Places = PLACES) -> Path:
    """Where the templates are. Raises AssetsMissing."""
    package, checkout = places
    folder = _first(package / "templates", checkout / "templates")
    if folder is None:
        raise AssetsMissing("The templates are missing: install Firsthand again")
    return folder


def _first(*folders: Path, needed: str = ".") -> Path | None:
    return next((folder for folder in folders if (folder / needed).exists()), None)


def _uncompressed(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*")) if path.suffix in MEDIA_TYPES]


def _static_file(path: Path) -> StaticFile:
    tag = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    twins = {coding: path.with_name(path.name + ending) for coding, ending in ENCODINGS.items()}
    encoded = {coding: twin for coding, twin in twins.items() if twin.is_file()}
    return StaticFile(path, MEDIA_TYPES[path.suffix], tag, encoded)
