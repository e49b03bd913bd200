"""``/.well-known/security.txt``: whom to tell of a weakness. Format: RFC 9116."""

from datetime import datetime, timedelta

from litestar import Response, get
from litestar.enums import MediaType

from firsthand.db import now
from firsthand.dependencies import TheSettings
from firsthand.problems import NotFound

# The RFC recommends less than a year; whoever reads it reads today's.
_HOLDS_FOR = timedelta(days=180)


@get("/.well-known/security.txt", include_in_schema=False)
async def security_txt(settings: TheSettings) -> Response[str]:
    """Who runs this server says whom to write to; nobody is made up. Raises NotFound."""
    if not settings.security_contact:
        raise NotFound("Whoever runs this server has named nobody to write to.")
    text = contact_text(settings.security_contact, settings.base_url, now())
    return Response(text, media_type=MediaType.TEXT, headers={"Cache-Control": "max-age=86400"})


def contact_text(contact: str, base_url: str, moment: datetime) -> str:
    """``contact`` is a URI: mailto:, https: or tel:."""
    expires = (moment + _HOLDS_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires}",
        "Preferred-Languages: en",
        f"Canonical: {base_url}/.well-known/security.txt",
    )
    return "".join(f"{line}\n" for line in lines)
