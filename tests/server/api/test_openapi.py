"""The API describes itself completely, and fails as it says."""

from typing import Any

import pytest

from tests.server.house import House

CALLS = {
    "/api/v1/scans": {"post"},
    "/api/v1/scans/{scan_id}": {"patch"},
    "/api/v1/scans/{scan_id}/retraction": {"put", "delete"},
    "/api/v1/events/{slug}/unmet": {"get"},
    "/api/v1/events/{slug}/attendees": {"get", "post"},
    "/api/v1/events/{slug}/badges.pdf": {"get"},
    "/api/v1/events/{slug}/statistics": {"get"},
    "/api/v1/events": {"get", "post"},
    "/api/v1/meetings": {"get", "post"},
    "/api/v1/meetings/{meeting_id}": {"patch"},
    "/api/v1/contacts": {"get"},
    "/api/v1/contacts/{contact_id}": {"get"},
    "/api/v1/contacts/{contact_id}/touchpoints": {"post"},
    "/api/v1/contacts.vcf": {"get"},
    "/api/v1/contacts.csv": {"get"},
    "/api/v1/follow-ups.ics": {"get"},
    "/api/v1/follow-ups": {"get"},
    "/api/v1/follow-ups/{follow_up_id}/completion": {"put", "delete"},
    "/api/v1/follow-ups/{follow_up_id}/snooze": {"put"},
    "/api/v1/imports": {"post"},
    "/api/v1/imports/{import_id}": {"get"},
    "/api/v1/me": {"get", "patch", "delete"},
    "/api/v1/me/export": {"get"},
    "/api/v1/me/offline": {"get"},
}


@pytest.fixture
def description(house: House) -> dict[str, Any]:
    answer = house.client().get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_every_call_of_the_interface_is_described(description: dict[str, Any]) -> None:
    described = {path: set(operations) for path, operations in description["paths"].items()}

    assert description["openapi"].startswith("3.1")
    assert {path: described.get(path) for path in CALLS} == CALLS


def test_every_call_has_a_summary_and_says_how_it_refuses(description: dict[str, Any]) -> None:
    for operations in description["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
            assert "application/problem+json" in operation["responses"]["401"]["content"]


@pytest.mark.parametrize("path", sorted(CALLS))
def test_signed_out_every_call_is_a_problem_and_never_a_redirect(house: House, path: str) -> None:
    client = house.client()
    filled = path.replace("{slug}", "seaside")
    for name in ("scan_id", "meeting_id", "contact_id", "follow_up_id", "import_id"):
        filled = filled.replace(f"{{{name}}}", "0196e5c4-7b1a-7c3e-9d54-2f6a1b7c8d9e")

    for method in CALLS[path]:
        answer = client.request(method.upper(), filled, json={} if method != "get" else None)
        assert answer.status_code == 401, (method, answer.text)
        assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/contacts/not-an-id"])
def test_what_is_not_there_is_a_problem_too(house: House, path: str) -> None:
    answer = house.person().client.get(path)

    assert answer.status_code in {400, 404}
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == answer.status_code
