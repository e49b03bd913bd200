"""Every route, asked by everybody who could: nobody sees or changes what is not theirs."""

import re
from collections.abc import Iterator

import httpx
import pytest
from litestar.routes import ASGIRoute

from tests.server.access.case import REPORTED, ROLES, SECRET, Case, ask
from tests.server.access.damage import ORGANISED, damage, every_row
from tests.server.access.matrix import ENDS, MATRIX, About
from tests.server.access.saying import expected
from tests.server.house import House

_REPORTS = "/organise/{slug}/reports"


def served(house: House) -> Iterator[tuple[str, str]]:
    for route in house.app.routes:
        path = re.sub(r":[a-z]+\}", "}", route.path_format)
        if isinstance(route, ASGIRoute):
            methods = set(route.route_handler.opt.get("methods", ())) or {"GET"}
        else:
            methods = set(route.methods)
        for method in methods - {"HEAD", "OPTIONS"}:
            yield path, method


def test_every_route_is_in_the_matrix_and_nothing_else(house: House) -> None:
    said = {(path, method) for path, methods in MATRIX.items() for method in methods}
    assert set(served(house)) == said


def may_see(about: About, role: str) -> bool:
    return role in {
        About.ATTENDEES: {"attendee", "met", "blocked"},
        About.STAFF: {"staff", "organiser"},
        About.ORGANISER: {"organiser"},
    }.get(about, set())


def is_right(about: About, role: str, path: str, method: str, answer: httpx.Response) -> bool:
    status = answer.status_code
    if about in {About.NOBODY, About.LINK}:
        return status in expected(about, path, method)
    if role == "anonymous":
        is_sent_away = status == 303 and answer.headers["location"].startswith("/sign-in")
        return status == 401 or is_sent_away
    if about is About.ASKER:
        return status in expected(about, path, method)
    if may_see(about, role):
        return status < 500 and status not in {401, 403, 404}
    if about is About.ORGANISER and role == "staff":
        return status == 403  # they know of the page, and are told why it is not theirs
    return status == 404


def _ends_last(cell: tuple[str, str, About]) -> int:
    return ENDS.index(cell[:2]) + 1 if cell[:2] in ENDS else 0


@pytest.mark.parametrize("role", ROLES)
def test_nobody_sees_or_changes_what_is_not_theirs(case: Case, role: str) -> None:
    before = every_row(case.house)
    cells = [(path, method, about) for path, of in MATRIX.items() for method, about in of.items()]
    wrong = []
    for path, method, about in sorted(cells, key=_ends_last):
        answer = ask(case, role, path, method)
        if not is_right(about, role, path, method, answer):
            wrong.append(f"{method} {path}: {answer.status_code}, about {about}")
        if SECRET.encode() in answer.content:
            wrong.append(f"{method} {path}: tells what is only the owner's")
        if REPORTED.encode() in answer.content and (role, path) != ("organiser", _REPORTS):
            wrong.append(f"{method} {path}: tells what is only the organiser's to read")
    asker = case.people[role].id if role in case.people else None
    may_change = ORGANISED if role in {"staff", "organiser"} else ()
    wrong += damage(before, every_row(case.house), asker, may_change)
    assert not wrong, "\n".join(wrong)


def test_the_owner_sees_what_is_theirs(case: Case) -> None:
    """Else the cells above would be empty for another reason."""
    case.people["owner"] = case.owner
    about_owner = [path for path, methods in MATRIX.items() if methods.get("GET") is About.OWNER]
    answers = {path: ask(case, "owner", path, "GET").status_code for path in about_owner}
    assert set(answers.values()) == {200}, answers
    read = ask(case, "organiser", _REPORTS, "GET").text
    assert REPORTED in read
