"""Puts the templates and the built browser part into the wheel, and nothing into an editable
install: there ``firsthand.assets`` finds them in the checkout, never a copy that grows stale.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PARTS = {"templates": "firsthand/templates", "web/built": "firsthand/web"}


class BrowserPart(BuildHookInterface[Any]):
    """Hatchling finds the one hook in this file by itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """``version`` is ``standard`` or ``editable``; both parts have to be there to be packed."""
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "web/built/manifest.json").is_file():
            raise SystemExit("The browser part is not built: run make install")
        if self.target_name == "wheel":
            build_data["force_include"].update(
                {str(root / source): target for source, target in PARTS.items()}
            )
