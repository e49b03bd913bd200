"""The web app manifest, with the icons' hashed addresses."""

from typing import Any

import msgspec
from litestar import Response, get

from firsthand.assets import Assets

# Exports come as zip, or as a loose part of one: .js, .json, .csv, .vcf.
_SHARED_FILES = [
    *("application/zip", "application/x-zip-compressed", ".zip", "application/json", ".json"),
    *("text/csv", ".csv", "text/vcard", "text/x-vcard", ".vcf", "text/javascript", ".js"),
]


def manifest_route(assets: Assets) -> Any:
    """``/manifest.webmanifest``, the same for everybody. Format: W3C Web Application Manifest."""
    icon = _icon(assets, "icon-192.png", 192, "any")
    body = msgspec.json.encode(
        {
            "name": "Firsthand",
            "short_name": "Firsthand",
            "description": "Make connections online, build relationships offline.",
            "id": "/",
            "start_url": "/",
            "scope": "/",
            "lang": "en",
            "categories": ["business", "social", "productivity"],
            "display": "standalone",
            "display_override": ["standalone", "minimal-ui", "browser"],
            "background_color": "#fbf9f3",
            "theme_color": "#fbf9f3",
            "icons": [
                icon,
                _icon(assets, "icon-512.png", 512, "any"),
                _icon(assets, "icon-maskable.png", 512, "maskable"),
            ],
            "shortcuts": [
                {"name": "Scan a badge", "short_name": "Scan", "url": "/scan", "icons": [icon]},
                {"name": "My badge", "url": "/badge", "icons": [icon]},
            ],
            # An archive or a profile's link, from another app's share sheet; the service worker
            # answers it (web/sw.js), and nothing is kept before the person says so.
            "share_target": {
                "action": "/share",
                "method": "POST",
                "enctype": "multipart/form-data",
                "params": {
                    "title": "title",
                    "text": "text",
                    "url": "url",
                    "files": [{"name": "file", "accept": _SHARED_FILES}],
                },
            },
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
