"""The API's description: OpenAPI 3.1 at /api/openapi.json, without any viewer from elsewhere."""

from typing import Any

from litestar.connection import Request
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from firsthand import __version__

_PROBLEM = {
    "type": "object",
    "description": "Problem details of RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "a sentence for a person"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
        "errors": {},
    },
}
_REFUSALS = {
    "400": "Something in the request is malformed or not allowed",
    "401": "Without valid credentials",
    "403": "The token's scopes do not reach this far",
    "404": "Not there, or not yours",
    "409": "It contradicts what is there already",
    "413": "Too large",
    "429": "Too many tries",
    "503": "The database is busy or away; nothing was kept",
}


class WithProblems(JsonRenderPlugin):
    """Says of every call that its refusals are problem details, as ``errors.py`` makes them."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, with_problems(openapi_schema))


def with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in schema["paths"].values():
        for operation in path.values():
            for status, description in _REFUSALS.items():
                operation["responses"][status] = {"description": description, "content": content}
    return schema


def openapi_config() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Firsthand",
        version=__version__,
        path="/api",
        render_plugins=[WithProblems(path="/openapi.json")],
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer"),
                "session": SecurityScheme(
                    type="apiKey", name="firsthand", security_scheme_in="cookie"
                ),
            }
        ),
        security=[{"token": []}, {"session": []}],
    )
