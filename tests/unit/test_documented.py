"""What the README and the list of routes say is there, and what is there is said."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest
from litestar.routes import ASGIRoute, BaseRoute

from firsthand import cli
from firsthand.app import create_app
from firsthand.settings import Settings

_ROOT = Path(__file__).parents[2]
_README = (_ROOT / "README.md").read_text()
_SETTINGS = (_ROOT / "server/firsthand/settings.py").read_text()
_MAKEFILE = (_ROOT / "Makefile").read_text()
_ROUTES = (_ROOT / "deploy/ROUTES.md").read_text()
# A row of a table: | `/path` | GET, POST | words |
_ROW = re.compile(r"^\| `(/[^`]*)` \| ([A-Z, ]+) \| (.*) \|$", re.MULTILINE)
# Answered by Litestar itself for every path.
_BY_ITSELF = {"OPTIONS", "HEAD"}


def _commands(group: click.Group, said: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{said} {name}")
        else:
            yield f"{said} {name}"


def _targets() -> list[str]:
    lines: list[str] = re.findall(r"^\.PHONY: (.*)$", _MAKEFILE, re.MULTILINE)
    return " ".join(lines).split()


def _documented() -> list[tuple[str, str]]:
    """(path, method) of every row."""
    return [
        (path, method)
        for path, methods, _ in _ROW.findall(_ROUTES)
        for method in methods.split(", ")
    ]


def _methods_of_mount(route: BaseRoute) -> Sequence[str]:
    assert isinstance(route, ASGIRoute)
    methods: Sequence[str] = route.route_handler.opt.get("methods", ())
    return methods


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """(path, method) of everything that the application answers, the demo's aside."""
    file = tmp_path_factory.mktemp("routes") / "never-written.sqlite3"
    settings = Settings(f"sqlite:///{file}", "http://127.0.0.1:8000", "x" * 40)
    return {
        (route.path_format, method)
        for route in create_app(settings).routes
        # A mount answers any method; it says itself which ones it is for.
        for method in route.methods or _methods_of_mount(route)
        if method not in _BY_ITSELF
    }


@pytest.mark.parametrize("command", sorted(_commands(cli.main, "firsthand")))
def test_the_readme_names_every_command(command: str) -> None:
    assert re.search(rf"`{command}[ `]", _README)


@pytest.mark.parametrize("setting", sorted(set(re.findall(r"FIRSTHAND_[A-Z_]+", _SETTINGS))))
def test_the_readme_names_every_setting(setting: str) -> None:
    assert f"`{setting}`" in _README


def test_the_readme_names_no_setting_that_is_gone() -> None:
    assert set(re.findall(r"FIRSTHAND_[A-Z_]+[A-Z]", _README)) <= set(
        re.findall(r"FIRSTHAND_[A-Z_]+[A-Z]", _SETTINGS)
    )


@pytest.mark.parametrize("target", _targets())
def test_the_readme_names_every_make_target(target: str) -> None:
    assert f"`make {target}`" in _README


def test_the_readme_names_no_make_target_that_is_gone() -> None:
    assert set(re.findall(r"`make ([a-z-]+)`", _README)) <= set(_targets())


def test_every_file_that_the_readme_says_something_about_is_there() -> None:
    named = set(re.findall(r"`((?:server|web|templates|tests|deploy)/[^`]*)`", _README))
    # Made by building, so not there in a fresh checkout.
    named.discard("web/built")
    assert named
    assert [name for name in sorted(named) if not (_ROOT / name).exists()] == []


def test_every_route_is_listed(served: set[tuple[str, str]]) -> None:
    assert sorted(served - set(_documented())) == []


def test_no_route_is_listed_that_is_gone(served: set[tuple[str, str]]) -> None:
    not_served_outside_the_demo = {pair for pair in _documented() if pair[0].startswith("/demo")}
    assert sorted(set(_documented()) - served - not_served_outside_the_demo) == []


def test_every_route_is_listed_once_and_in_words() -> None:
    documented = _documented()
    assert sorted(pair for pair in set(documented) if documented.count(pair) > 1) == []
    assert [path for path, _, words in _ROW.findall(_ROUTES) if not words.strip()] == []
