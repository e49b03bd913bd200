"""What the environment says. One wrong or missing setting is one clear line, never a traceback."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "::1"}
LOG_LEVELS = ("debug", "info", "warning", "error")
_SHORTEST_SECRET = 32


class SettingsProblem(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """A setting is missing or wrong; the message names it and says what is expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set from outside, already checked.

    ``max_upload`` is in bytes. ``code_secret`` keys the hashes of foreign badges' codes: unlike
    ``secret_key`` it must never change, or those badges would no longer be recognised.
    ``push_hosts``: origins of push services beside those of the browsers' makers. ``demo`` is never
    read from the environment: only ``firsthand demo`` sets it.
    """

    database_url: str
    base_url: str
    secret_key: str
    code_secret: str = ""
    smtp_url: str | None = None
    mail_from: str = "Firsthand <firsthand@localhost>"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    max_upload: int = 2_000_000_000
    metrics_token: str | None = None
    log_level: str = "info"
    service_worker: bool = True
    push_hosts: str = ""
    demo: bool = False

    @property
    def secure(self) -> bool:
        """Whether the address is https; only then cookies can carry ``Secure`` and ``__Host-``."""
        return self.base_url.startswith("https:")

    @property
    def session_cookie(self) -> str:
        return "__Host-firsthand" if self.secure else "firsthand"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a server. Raises SettingsProblem."""
    return Settings(
        database_url=_database_url(environ),
        base_url=_base_url(environ),
        secret_key=_secret_key(environ),
        code_secret=_code_secret(environ),
        smtp_url=_smtp_url(environ),
        mail_from=environ.get("FIRSTHAND_MAIL_FROM", "Firsthand <firsthand@localhost>"),
        host=environ.get("FIRSTHAND_HOST", "127.0.0.1"),
        port=_number(environ, "FIRSTHAND_PORT", 8000, 65_535),
        workers=_number(environ, "FIRSTHAND_WORKERS", 1, 64),
        max_upload=_number(environ, "FIRSTHAND_MAX_UPLOAD", 2_000_000_000, 10**13),
        metrics_token=environ.get("FIRSTHAND_METRICS_TOKEN") or None,
        log_level=_log_level(environ),
        push_hosts=environ.get("FIRSTHAND_PUSH_HOSTS", "").strip(),
        service_worker=_on_or_off(environ, "FIRSTHAND_SERVICE_WORKER"),
    )


def read_database_url(environ: Mapping[str, str] = os.environ) -> str:
    """The one setting that commands beside the server need. Raises SettingsProblem."""
    return _database_url(environ)


def _required(environ: Mapping[str, str], name: str, example: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsProblem(f"{name} is not set. Set it, for example to {example}")
    return value


def _database_url(environ: Mapping[str, str]) -> str:
    url = _required(environ, "FIRSTHAND_DATABASE_URL", "sqlite:////var/lib/firsthand/firsthand.db")
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return url
    if url.startswith(("postgresql://", "postgresql+psycopg://")):
        return url
    raise SettingsProblem(
        "FIRSTHAND_DATABASE_URL must start with sqlite:/// (and name a file) or postgresql://"
    )


def _base_url(environ: Mapping[str, str]) -> str:
    url = _required(environ, "FIRSTHAND_BASE_URL", "https://firsthand.example").rstrip("/")
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or parts.query or parts.username:
        raise SettingsProblem(
            "FIRSTHAND_BASE_URL must be an address such as https://firsthand.example"
        )
    if parts.scheme == "http" and host not in LOOPBACK_HOSTS:
        raise SettingsProblem(
            "FIRSTHAND_BASE_URL may be plain http on this machine only (localhost); "
            "everywhere else it must be https"
        )
    return url


def _secret_key(environ: Mapping[str, str]) -> str:
    key = _required(environ, "FIRSTHAND_SECRET_KEY", "the output of: openssl rand -hex 32")
    if len(key) < _SHORTEST_SECRET:
        raise SettingsProblem(
            f"FIRSTHAND_SECRET_KEY must have at least {_SHORTEST_SECRET} characters; "
            "openssl rand -hex 32 makes a good one"
        )
    return key


def _code_secret(environ: Mapping[str, str]) -> str:
    """``FIRSTHAND_CODE_SECRET``; without it the secret key serves, and must then never change."""
    return environ.get("FIRSTHAND_CODE_SECRET", "").strip() or _secret_key(environ)


def _smtp_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get("FIRSTHAND_SMTP_URL", "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname:
        raise SettingsProblem(
            "FIRSTHAND_SMTP_URL must look like smtp://host:25, smtp+starttls://user:password@host "
            "or smtps://user:password@host"
        )
    return url


def _log_level(environ: Mapping[str, str]) -> str:
    level = environ.get("FIRSTHAND_LOG_LEVEL", "").strip().lower() or "info"
    if level not in LOG_LEVELS:
        raise SettingsProblem(f"FIRSTHAND_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}")
    return level


def _on_or_off(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "").strip().lower() or "on"
    if value not in {"on", "off"}:
        raise SettingsProblem(f"{name} must be on or off")
    return value == "on"


def _number(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise SettingsProblem(f"{name} must be a whole number from 1 to {most}")
    return int(text)
