"""The JSON API: thin, over the same verbs as the pages."""

from litestar import Router

from firsthand.api import (
    contacts,
    events,
    follow_ups,
    imports,
    me,
    meetings,
    offline,
    scans,
    unmet,
    uploads,
)
from firsthand.requests import only_signed_in

MODULES = (contacts, events, follow_ups, imports, me, meetings, offline, scans, unmet, uploads)


def api_router() -> Router:
    return Router(
        "/api/v1",
        route_handlers=[route for module in MODULES for route in module.routes],
        guards=[only_signed_in],
    )
