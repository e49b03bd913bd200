"""Pages and fragments: Jinja2 into responses that nobody else may keep."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import MediaType, Response
from litestar.response import Redirect

from firsthand import rings
from firsthand.accounts.signing_in import Viewer
from firsthand.followups.due import due_words
from firsthand.followups.intents import intent_label
from firsthand.handles.networks import Network
from firsthand.handles.parsing import display_name, profile_url
from firsthand.sign_in_elsewhere.providers import Provider

# Private pages are never kept by anybody; a fragment and its page differ by one header.
_PRIVATE = {"Cache-Control": "no-store", "Vary": "HX-Request"}
# htmx swaps a refused form into the place of what it sent; see the boosted forms' hx-select.
IN_PLACE = {"HX-Reswap": "outerHTML show:none"}


class Pages:
    """The templates of one application; ``asset`` turns a file's name into its hashed address.

    ``elsewhere``: the providers of sign-ins by key.
    """

    def __init__(
        self,
        folder: Path,
        asset: Callable[[str], str],
        elsewhere: Mapping[str, Provider],
        *,
        demo: bool,
    ) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            auto_reload=demo,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            asset=asset,
            demo=demo,
            elsewhere=elsewhere,
            rings=rings,
            face_url=lambda mark: f"/faces/{mark}" if mark else None,
            due_words=due_words,
            intent_label=intent_label,
            profile_url=lambda network, name: profile_url(Network(network), name),
            handle_name=lambda network, name: display_name(Network(network), name),
            network_label=lambda network: Network(network).label,
        )
        self._environment.filters.update(day=day, moment=moment, month=month)

    def render(
        self,
        template: str,
        viewer: Viewer | None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response[str]:
        """A whole page, or a fragment where the template's name starts with ``_``."""
        return Response(
            self.text(template, viewer=viewer, status=status, **context),
            status_code=status,
            media_type=MediaType.HTML,
            headers={**_PRIVATE, **(headers or {})},
        )

    def fragment(self, text: str) -> Response[str]:
        """Fragments that were rendered by ``text``, for htmx."""
        return Response(text, media_type=MediaType.HTML, headers=dict(_PRIVATE))

    def text(self, template: str, **context: Any) -> str:
        defaults = {"here": None, "event": None, "notice": None}
        return self._environment.get_template(template).render({**defaults, **context})


def see_other(path: str) -> Redirect:
    """After a plain form: show the outcome under its own address."""
    return Redirect(path, status_code=303, headers=dict(_PRIVATE))


def day(value: date | datetime) -> str:
    """``22 February 2026``."""
    return f"{value.day} {value:%B %Y}"


def month(value: date | datetime) -> str:
    """``February 2026``."""
    return f"{value:%B %Y}"


def moment(value: datetime) -> str:
    """``22 February 2026, 10:42`` in the value's own zone."""
    return f"{value.day} {value:%B %Y, %H:%M}"
