"""The server does what its OpenAPI says, whatever is sent: no failure of its own, no other shape.

Requests are made up by schemathesis from the description itself; part of them name what is really
there. ``make fuzz`` runs it again with fresh examples.
"""

import os
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, CheckFunction, load_all_checks

from firsthand.api.openapi import with_problems
from firsthand.app import create_app
from firsthand.settings import Settings
from tests.live import free_port, running_server
from tests.server.house import House, Person, tie

load_all_checks()


@schemathesis.serializer("application/offset+octet-stream")
def _piece(_: Any, value: Any) -> bytes:
    """The next bytes of an upload, as they are."""
    return value if isinstance(value, bytes) else str(value).encode()


_EXAMPLES = int(os.environ.get("FUZZ_API_EXAMPLES", "12"))
# Whoever deletes their account can ask nothing more: somebody with nothing to lose.
_ENDS_THE_ACCOUNT = ("delete", "/api/v1/me")
# What is registered may be a class too; these are functions.
_CHECKS = cast(
    list[CheckFunction],
    CHECKS.get_by_names(
        [
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
            "negative_data_rejection",
            "missing_required_header",
        ]
    ),
)


def _described() -> dict[str, Any]:
    app = create_app(Settings("sqlite:////nowhere.db", "http://127.0.0.1:8000", "x" * 40))
    return with_problems(app.openapi_schema.to_schema())


API = schemathesis.openapi.from_dict(_described())


@dataclass(slots=True)
class Served:
    """A server with an owner of everything; ``real`` is what is there, by a path's parameter."""

    address: str
    owner: dict[str, str]
    leaving: dict[str, str]
    real: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("described") / "firsthand.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        url = f"sqlite:///{file}"
    else:
        server = request.getfixturevalue("postgres")
        url = server.create_database(request.getfixturevalue("postgres_template"))
    port = free_port()
    house = House(url, base_url=f"http://127.0.0.1:{port}")
    owner, leaving = house.person("Ana Oliveira"), house.person("Somebody Else")
    real = _fill(house, owner)
    house.close()
    with running_server(url, port):
        yield Served(house.settings.base_url, owner.bearer, leaving.bearer, real)


def _fill(house: House, owner: Person) -> dict[str, str]:
    event = house.event(owner)
    house.attendee(event, owner)
    wearer = house.attendee(event, handles=[("x", "fenna")])
    house.attendee(event, "Kerry Calloway", handles=[("x", "kerry")])
    import_id = house.ties(owner, tie("fenna"), tie("kerry"))
    scan = {"id": "0198e0de-3c5c-7d42-8b1c-8f7c2b3f6a01", "intents": ["coffee"]}
    kept = house.scan(owner, wearer, **scan)
    upload = owner.client.post(
        "/api/v1/imports/uploads", json={"files": [{"name": "archive.zip", "size": 9}]}
    )
    return {
        "slug": "seaside",
        "contact_id": kept["contact"],
        "meeting_id": kept["meeting"],
        "scan_id": scan["id"],
        "follow_up_id": owner.client.get("/api/v1/follow-ups").json()["items"][0]["id"],
        "import_id": str(import_id),
        "upload_id": upload.json()["id"],
    }


@API.parametrize()
@settings(
    max_examples=_EXAMPLES,
    deadline=None,
    suppress_health_check=[
        # The same server for all of a module's examples is what is wanted.
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)
def test_the_api_answers_as_it_is_described(case: schemathesis.Case[Any], served: Served) -> None:
    checks = _CHECKS
    if zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode()) % 2:
        case.path_parameters = {
            name: served.real.get(name, value) for name, value in case.path_parameters.items()
        }
        # What was wrong with the request may have been the path.
        checks = [check for check in checks if check.__name__ != "negative_data_rejection"]
    ends = (case.method.lower(), case.path) == _ENDS_THE_ACCOUNT
    answer = case.call(base_url=served.address, headers=served.leaving if ends else served.owner)
    case.validate_response(answer, checks=checks)
