"""What a server process loads: the application as the environment says."""

import gc

from firsthand.app import Firsthand, create_app
from firsthand.settings import Settings, read_settings


def create() -> Firsthand:
    """The production application."""
    app = create_app(read_settings())
    # What is there now stays: looking through it again and again for garbage would hold up answers.
    gc.collect()
    gc.freeze()
    return app


def create_demo() -> Firsthand:
    """The demo: one-click sign-in, mail on the console; ``firsthand demo`` sets the rest."""
    settings = read_settings()
    values = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    return create_app(Settings(**{**values, "demo": True, "smtp_url": None}))
