"""One-click sign-in, there only in ``firsthand demo``."""

from typing import Any

routes: list[Any] = []
