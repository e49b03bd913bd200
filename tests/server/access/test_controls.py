"""A NUL in any text that somebody sends: PostgreSQL holds none, and SQLite all.

Whatever is kept is cleaned before it reaches a statement, so that both answer alike, and nothing
that was sent beside it is lost.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.server.access.case import Case
from tests.server.access.matrix import FORMS, JSON, MATRIX
from tests.statements import each_statement

SAID = "Har\0bour"
DATED = {"starts": "2030-01-01", "ends": "2030-01-02", "timezone": "Europe/Paris"}
# Of every form that keeps some, and beside them what it needs.
TEXTS: dict[tuple[str, str], dict[str, Any]] = {
    ("/welcome", "POST"): {"name": SAID},
    ("/events", "POST"): {"name": SAID, **DATED},
    ("/organise", "POST"): {"name": SAID, **DATED},
    ("/organise/{slug}/attendees", "POST"): {
        "name": SAID, "email": "", "headline": SAID, "company": SAID, "ticket": SAID,
    },
    ("/people/{contact_id}", "PATCH"): {
        "name": SAID, "headline": SAID, "company": SAID, "phone": "+49 30\0 1", "note": SAID,
    },
    ("/people/{contact_id}/touchpoints", "POST"): {"note": SAID},
    ("/people/{contact_id}/follow-ups", "POST"): {"own_intent": SAID, "text": SAID},
    ("/people/{contact_id}/meetings/{meeting_id}", "PATCH"): {"intents": SAID, "note": SAID},
    ("/people/{contact_id}/report", "POST"): {"words": SAID},
    ("/attendees/{attendee_id}/report", "POST"): {"words": SAID},
    ("/events/{slug}/unmet/{attendee_id}/meeting", "PUT"): {"intents": SAID, "note": SAID},
    ("/introductions", "POST"): {"why": SAID, "called_0": SAID, "called_1": SAID},
    ("/follow-ups/{follow_up_id}", "PATCH"): {"text": SAID},
    ("/follow-ups/intents", "PUT"): {"intent": SAID, "days": "3"},
    ("/scans", "POST"): {"code": "https://x.com/harbour", "intents": SAID, "note": SAID},
    ("/scans/{scan_id}", "PATCH"): {"intents": SAID, "note": SAID, "edited_sequence": "9"},
    ("/meetings", "POST"): {"contact": "", "name": SAID, "intents": SAID, "note": SAID},
    ("/me", "PATCH"): {"name": SAID, "headline": SAID, "company": SAID, "phone": "+49 30\0 1"},
    ("/me/tokens", "POST"): {"token_name": SAID, "scope": "read"},
    ("/me/feeds", "POST"): {"feed_name": SAID},
    ("/me/address-books", "POST"): {"book_name": SAID},
    ("/api/v1/scans/{scan_id}", "PATCH"): {"note": SAID, "intents": [SAID]},
    ("/api/v1/meetings/{meeting_id}", "PATCH"): {"note": SAID, "intents": [SAID]},
    ("/api/v1/meetings", "POST"): {
        "contact": None, "name": SAID, "note": SAID, "intents": [SAID],
    },
    ("/api/v1/contacts/{contact_id}/touchpoints", "POST"): {"note": SAID},
    ("/api/v1/scans", "POST"): {
        "device": SAID,
        "scans": [
            {
                "id": str(uuid4()), "code": f"a ticket {SAID}", "note": SAID, "intents": [SAID],
                "scanned_at": datetime.now(UTC).isoformat(),
            }
        ],
    },
    ("/api/v1/events", "POST"): {"name": SAID, "slug": "harbour", **DATED},
    ("/api/v1/events/{slug}/attendees", "POST"): {
        "attendees": [{"name": SAID, "headline": SAID, "company": SAID, "ticket": SAID}],
    },
    ("/api/v1/me", "PATCH"): {"name": SAID, "headline": SAID, "company": SAID},
    ("/api/v1/imports/uploads", "POST"): {
        "files": [{"name": "archive.zip", "size": 9}], "mark": SAID,
    },
}  # fmt: skip
_TAKEN = {200, 201, 202, 204, 303}


@pytest.mark.parametrize(("path", "method"), TEXTS)
def test_a_nul_in_a_text_is_dropped_before_the_database(case: Case, path: str, method: str) -> None:
    def filled(value: Any) -> Any:
        return value.format(**case.ids) if isinstance(value, str) else value

    beside = FORMS.get((path, method)) or JSON.get((path, method)) or {}
    said = {name: filled(value) for name, value in beside.items()} | TEXTS[path, method]
    about = str(MATRIX[path][method])
    client = case.client("organiser") if about == "staff" else case.owner.client
    body: dict[str, Any] = {"json" if path.startswith("/api/") else "data": said}
    written: list[str] = []

    def hear(statement: str, given: object) -> None:
        if _has_nul(given):
            written.append(statement)

    with each_statement(hear):
        answer = client.request(method, path.format(**case.ids), **body)
    assert written == []
    assert answer.status_code in _TAKEN, answer.text


def _has_nul(given: object) -> bool:
    match given:
        case str():
            return "\0" in given or "\\u0000" in given
        case dict():
            return any(_has_nul(value) for value in given.values())
        case list() | tuple():
            return any(_has_nul(value) for value in given)
    return False
