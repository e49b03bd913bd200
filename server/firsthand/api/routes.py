"""The JSON API: thin, over the same verbs as the pages."""

from litestar import Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from firsthand import __version__
from firsthand.api import contacts, events, follow_ups, imports, me, meetings, scans, unmet

MODULES = (contacts, events, follow_ups, imports, me, meetings, scans, unmet)


def api_router() -> Router:
    return Router("/api/v1", route_handlers=[r for module in MODULES for r in module.routes])


def openapi_config() -> OpenAPIConfig:
    """OpenAPI 3.1 at /api/openapi.json; no viewer, which would come from elsewhere."""
    return OpenAPIConfig(
        title="Firsthand",
        version=__version__,
        path="/api",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
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
