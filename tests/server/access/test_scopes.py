"""What a script's token opens: what its scopes say, of its account's own, and nothing else."""

import re

import pytest

from firsthand.accounts.signing_in import SCOPES
from firsthand.accounts.tokens import add_token
from tests.server.access.case import Case, ask
from tests.server.access.damage import ORGANISED, damage, every_row
from tests.server.access.matrix import ENDS, MATRIX, About

# Who runs an event is who asks here, though the path is nobody's in particular.
_ORGANISES = {
    ("/organise", "GET"),
    ("/organise", "POST"),
    ("/organise/new", "GET"),
    ("/api/v1/events", "GET"),
    ("/api/v1/events", "POST"),
}
# The ways to sign in, which a token could use to become more than it is; and what asks for more
# than one scope.
_IN_PERSON = re.compile(
    r"\w+ (/sign-in/again|/me/(passkeys|recovery-codes|address-books|feeds))"
    r"|(POST|PUT|DELETE) /me/identities"
)
# Then others' cards of the account change, as they should.
_LEAVES = {("/me", "DELETE"), ("/api/v1/me", "DELETE")}
_SIGNED_IN = {About.ASKER, About.OWNER, About.ATTENDEES, About.STAFF, About.ORGANISER}


def needed(path: str, method: str, about: About) -> str:
    if about in {About.STAFF, About.ORGANISER} or (path, method) in _ORGANISES:
        return "organise"
    return "read" if method == "GET" else "write"


def _ends_last(cell: tuple[str, str]) -> int:
    return ENDS.index(cell) + 1 if cell in ENDS else 0


def asked_with(case: Case, role: str, secret: str, scope: str) -> list[str]:
    """Where a token with this scope gets further than it goes, or not as far."""
    bearer = {"Authorization": f"Bearer {secret}"}
    cells = {(path, method): about for path, of in MATRIX.items() for method, about in of.items()}
    wrong = []
    for path, method in sorted(cells, key=_ends_last):
        about = cells[path, method]
        is_open = needed(path, method, about) == scope and not _IN_PERSON.match(f"{method} {path}")
        if about not in _SIGNED_IN or (is_open and (path, method) in _LEAVES):
            continue
        status = ask(case, role, path, method, bearer).status_code
        if status == 401 or (status == 403) == is_open:
            wrong.append(f"{method} {path}: {status}, needs {needed(path, method, about)}")
    return wrong


@pytest.mark.parametrize("role", ["owner", "organiser"])
@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_a_token_opens_what_its_scope_says_and_nothing_else(
    case: Case, role: str, scope: str
) -> None:
    case.people["owner"] = case.owner
    asker = case.people[role]
    secret = case.house.db.write_now(add_token, asker.id, [scope], "script")
    before = every_row(case.house)
    wrong = asked_with(case, role, secret, scope)
    after = every_row(case.house)
    if scope == "read":
        # That everything was taken along is noted.
        wrong += damage(before, after, None, {"account_act"})
    else:
        wrong += damage(before, after, asker.id, ORGANISED if scope == "organise" else ())
    assert not wrong, "\n".join(wrong)
