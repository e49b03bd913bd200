"""Whether the server lives, whether it is ready for work, and its figures."""

import hmac

from litestar import MediaType, Response, get

from firsthand.db import ping
from firsthand.dependencies import Db, TheSettings
from firsthand.problems import NotFound
from firsthand.requests import AnyRequest


@get("/health/live", media_type=MediaType.TEXT, include_in_schema=False)
async def live() -> str:
    return "live"


@get("/health/ready", media_type=MediaType.TEXT, include_in_schema=False)
async def ready(db: Db) -> Response[str]:
    try:
        await db.read(ping)
    except Exception:
        # Whatever keeps the database away: the balancer must send nobody here.
        return Response("the database is away", status_code=503)
    return Response("ready")


@get("/metrics", media_type=MediaType.TEXT, include_in_schema=False)
async def metrics(request: AnyRequest, db: Db, settings: TheSettings) -> str:
    """Prometheus text, only for who knows the metrics token (not public by default)."""
    asked = request.headers.get("authorization", "")
    expected = f"Bearer {settings.metrics_token}"
    if not settings.metrics_token or not hmac.compare_digest(asked.encode(), expected.encode()):
        raise NotFound
    return "".join(
        f"# TYPE firsthand_{name} counter\nfirsthand_{name} {value}\n"
        for name, value in db.figures().items()
    )


health_routes = [live, ready, metrics]
