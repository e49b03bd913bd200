"""Pages of this part of the domain."""

from typing import Any

routes: list[Any] = []
