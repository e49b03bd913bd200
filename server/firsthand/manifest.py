"""The web app manifest, with the icons' hashed addresses."""

from typing import Any

import msgspec
from litestar import Response, get

from firsthand.assets import Assets


def manifest_route(assets: Assets) -> Any:
    """``/manifest.webmanifest``, the same for everybody. Format: W3C Web Application Manifest."""
    body = msgspec.json.encode(
        {
            "name": "Firsthand",
            "short_name": "Firsthand",
            "description": "Make connections online, build relationships offline.",
            "id": "/",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#fbf9f3",
            "theme_color": "#fbf9f3",
            "icons": [
                _icon(assets, "icon-192.png", 192, "any"),
                _icon(assets, "icon-512.png", 512, "any"),
                _icon(assets, "icon-maskable.png", 512, "maskable"),
            ],
            "shortcuts": [
                {"name": "Scan a badge", "url": "/scan"},
                {"name": "My badge", "url": "/badge"},
            ],
        }
    )

    @get("/manifest.webmanifest", media_type="application/manifest+json", include_in_schema=False)
    async def manifest() -> Response[bytes]:
        return Response(body, headers={"Cache-Control": "max-age=3600"})

    return manifest


def _icon(assets: Assets, name: str, side: int, purpose: str) -> dict[str, str]:
    return {
        "src": assets.url(name),
        "sizes": f"{side}x{side}",
        "type": "image/png",
        "purpose": purpose,
    }
