"""``/api/export-schema.json``: what stands in the document that one takes along."""

import functools
from typing import Any

from litestar import get

from firsthand.export_shape import SCHEMA_PATH, export_schema


@get(SCHEMA_PATH, media_type="application/schema+json", include_in_schema=False)
async def get_export_schema() -> dict[str, Any]:
    return _schema()


@functools.cache
def _schema() -> dict[str, Any]:
    """Made when it is asked for first: the models stay as they are."""
    return export_schema()
