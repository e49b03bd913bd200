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

MODULES = (contacts, events, follow_ups, imports, me, meetings, offline, scans, unmet, uploads)


def api_router() -> Router:
    return Router("/api/v1", route_handlers=[r for module in MODULES for r in module.routes])
