import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
LOCKS = [
    "deploy/build-requirements.txt",
    "deploy/requirements.txt",
    "tests/requirements.txt",
    "web/package-lock.json",
]


def build(source: Path, kind: str, into: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(into)],
        cwd=source,
        check=True,
        capture_output=True,
        timeout=60,
    )
    (made,) = into.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(CHECKOUT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Made from the unpacked sdist, as a package index's users would make it."""
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(unpacked, filter="data")
    (source,) = unpacked.iterdir()
    with zipfile.ZipFile(build(source, "wheel", tmp_path_factory.mktemp("wheel"))) as archive:
        yield archive


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_the_wheel_holds_every_template(wheel: zipfile.ZipFile) -> None:
    folder = CHECKOUT / "templates"
    files = (path for path in folder.rglob("*") if path.is_file())
    templates = {path.relative_to(folder).as_posix() for path in files}
    prefix = "firsthand/templates/"
    assert templates
    assert templates == {
        name.removeprefix(prefix) for name in wheel.namelist() if name.startswith(prefix)
    }


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_the_wheel_holds_the_built_browser_part(wheel: zipfile.ZipFile) -> None:
    names = json.loads(wheel.read("firsthand/web/manifest.json"))
    assert {"app.css", "app.js", "htmx.js", "zxing_reader.wasm"} <= names.keys()
    packed = set(wheel.namelist())
    assert {f"firsthand/web/{name}" for name in names.values()} <= packed


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_the_wheel_holds_nothing_twice_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert {name.split("/")[0] for name in names} == {"firsthand", "firsthand-0.1.0.dist-info"}
    assert [name for name in names if "node_modules" in name or name.endswith(".pyc")] == []
    sources = [name for name in names if name.endswith("firsthand/app.py")]
    assert sources == ["firsthand/app.py"]


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_the_wheel_runs_from_its_own_files(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)  # noqa: S202 (made by the line above from our own files)
    look = (
        "from firsthand.assets import Assets, templates_folder as t;"
        "print(t(), next(iter(Assets.load().files.values())).path.parent, sep='\\n')"
    )
    # In isolated mode nothing but the wheel and the standard library can answer.
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {look}"
    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], check=True, capture_output=True, text=True
    )
    package = tmp_path / "firsthand"
    assert found.stdout.split() == [str(package / "templates"), str(package / "web")]


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_an_unbuilt_browser_part_stops_the_build_with_what_to_do(
    sdist: Path, tmp_path: Path
) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    shutil.rmtree(source / "web")
    for kind in ("sdist", "wheel"):
        with pytest.raises(subprocess.CalledProcessError) as failed:
            build(source, kind, tmp_path / kind)
        assert b"The browser part is not built: run make install" in failed.value.stderr


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_registry_and_no_path(lock: str) -> None:
    text = (CHECKOUT / lock).read_text()
    # npm notes whom to pay for a package; that is no place to fetch it from.
    text = re.sub(r'"funding": (\{[^}]*\}|\[[^\]]*\]|"[^"]*")', "", text)
    assert re.findall(r'\S*(?:://|"resolved"|file:|--index|--find-links|@ )\S*', text) == []


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock.endswith(".txt")])
def test_every_locked_package_has_one_version_and_its_checksums(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z])", (CHECKOUT / lock).read_text())
    assert [entry for entry in entries if not re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==", entry)] == []
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_tests_run_with_the_versions_that_are_deployed() -> None:
    deployed, tested = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (CHECKOUT / lock).read_text(), re.MULTILINE))
        for lock in ("deploy/requirements.txt", "tests/requirements.txt")
    )
    assert deployed.items() <= tested.items()


def test_every_npm_package_is_locked_with_its_checksum() -> None:
    packages = json.loads((CHECKOUT / "web/package-lock.json").read_text())["packages"]
    assert [name for name, lock in packages.items() if name and "integrity" not in lock] == []


def test_the_browser_part_asks_for_exact_versions() -> None:
    asked = json.loads((CHECKOUT / "web/package.json").read_text())
    versions = {**asked["dependencies"], **asked["devDependencies"]}
    assert [v for v in versions.values() if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []
