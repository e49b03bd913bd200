"""What the environment says. One wrong or missing setting is one clear line, never a traceback."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "::1"}
LOG_LEVELS = ("debug", "info", "warning", "error")
_SHORTEST_SECRET = 32
# These may stand in a file instead, named by the setting of the same name and ``_FILE``.
SECRET_SETTINGS = (
    "FIRSTHAND_SECRET_KEY",
    "FIRSTHAND_OLD_SECRET_KEYS",
    "FIRSTHAND_CODE_SECRET",
    "FIRSTHAND_DATABASE_URL",
    "FIRSTHAND_SMTP_URL",
    "FIRSTHAND_METRICS_TOKEN",
    "FIRSTHAND_GITHUB_CLIENT",
    "FIRSTHAND_GOOGLE_CLIENT",
    "FIRSTHAND_LINKEDIN_CLIENT",
    "FIRSTHAND_OIDC_CLIENT",
)
# Printable and without blanks, since it stands in a line of its own.
_CONTACT = re.compile(r"(mailto:[!-~]+@[!-~]+|https://[!-~]+|tel:[0-9+().-]+)")
_LONGEST_NAME = 40


class SettingsProblem(Exception):  # noqa: N818 (it says what it is; "Error" adds nothing)
    """A setting is missing or wrong; the message names it and says what is expected."""


@dataclass(frozen=True, slots=True)
class Client:
    """What a provider of sign-ins knows this server by."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class OpenIdIssuer:
    """An OpenID Connect provider of the operator's own choice; ``name`` is what the button says."""

    issuer: str
    name: str
    client: Client


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set from outside, already checked.

    ``max_upload`` is in bytes. ``code_secret`` keys the hashes of foreign badges' codes: unlike
    ``secret_key`` it must never change, or those badges would no longer be recognised.
    ``old_secret_keys`` were the secret key before: what they signed is still taken, nothing new is
    made with them.
    ``push_hosts``: origins of push services beside those of the browsers' makers. ``demo`` is never
    read from the environment: only ``firsthand demo`` sets it.
    ``github``, ``google``, ``linkedin`` and ``openid`` sign in elsewhere where they are set.
    """

    database_url: str
    base_url: str
    secret_key: str
    code_secret: str = ""
    old_secret_keys: tuple[str, ...] = ()
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
    security_contact: str = ""
    hsts_subdomains: bool = True
    github: Client | None = None
    google: Client | None = None
    linkedin: Client | None = None
    mastodon_sign_in: bool = False
    openid: OpenIdIssuer | None = None
    demo: bool = False

    @property
    def secure(self) -> bool:
        """Whether the address is https; only then cookies can carry ``Secure`` and ``__Host-``."""
        return self.base_url.startswith("https:")

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """Every key whose signature is taken, the one that new ones are made with first."""
        return (self.secret_key, *self.old_secret_keys)

    @property
    def session_cookie(self) -> str:
        return "__Host-firsthand" if self.secure else "firsthand"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a server. Raises SettingsProblem."""
    environ = _with_files(environ)
    return Settings(
        database_url=_database_url(environ),
        base_url=_base_url(environ),
        secret_key=_secret_key(environ),
        code_secret=_code_secret(environ),
        old_secret_keys=_old_secret_keys(environ),
        smtp_url=_smtp_url(environ),
        mail_from=environ.get("FIRSTHAND_MAIL_FROM", "Firsthand <firsthand@localhost>"),
        host=environ.get("FIRSTHAND_HOST", "127.0.0.1"),
        port=_number(environ, "FIRSTHAND_PORT", 8000, 65_535),
        workers=_number(environ, "FIRSTHAND_WORKERS", 1, 64),
        max_upload=_number(environ, "FIRSTHAND_MAX_UPLOAD", 2_000_000_000, 10**13),
        metrics_token=environ.get("FIRSTHAND_METRICS_TOKEN", "").strip() or None,
        log_level=_log_level(environ),
        push_hosts=environ.get("FIRSTHAND_PUSH_HOSTS", "").strip(),
        security_contact=_security_contact(environ),
        hsts_subdomains=_on_or_off(environ, "FIRSTHAND_HSTS_SUBDOMAINS"),
        service_worker=_on_or_off(environ, "FIRSTHAND_SERVICE_WORKER"),
        github=_client(environ, "FIRSTHAND_GITHUB_CLIENT"),
        google=_client(environ, "FIRSTHAND_GOOGLE_CLIENT"),
        linkedin=_client(environ, "FIRSTHAND_LINKEDIN_CLIENT"),
        mastodon_sign_in=_on_or_off(environ, "FIRSTHAND_MASTODON_SIGN_IN", otherwise="off"),
        openid=_openid(environ),
    )


def read_database_url(environ: Mapping[str, str] = os.environ) -> str:
    """The one setting that commands beside the server need. Raises SettingsProblem."""
    return _database_url(_with_files(environ))


def _with_files(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The same with the secrets that stand in files. Raises SettingsProblem."""
    named = [name for name in SECRET_SETTINGS if environ.get(f"{name}_FILE", "").strip()]
    for name in named:
        if environ.get(name, "").strip():
            raise SettingsProblem(f"{name} and {name}_FILE are both set. Keep one of them")
    return {**environ, **{name: _in_file(f"{name}_FILE", environ) for name in named}}


def _in_file(name: str, environ: Mapping[str, str]) -> str:
    file = Path(environ[name].strip())
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is no text"
        raise SettingsProblem(f"{name} names {file}, which cannot be read: {why}") from None


def read_code_secret(environ: Mapping[str, str] = os.environ) -> str | None:
    """As the server's, for a command that can often do without; None where it is not set."""
    environ = _with_files(environ)
    names = ("FIRSTHAND_CODE_SECRET", "FIRSTHAND_SECRET_KEY")
    return next((value for name in names if (value := environ.get(name, "").strip())), None)


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
    secret = environ.get("FIRSTHAND_CODE_SECRET", "").strip()
    if not secret and _old_secret_keys(environ):
        raise SettingsProblem(
            "FIRSTHAND_CODE_SECRET is not set, so the first secret key has served in its place. "
            "Set it to that key before you change the secret key, or other systems' badges are no "
            "longer recognised"
        )
    return secret or _secret_key(environ)


def _old_secret_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    keys = environ.get("FIRSTHAND_OLD_SECRET_KEYS", "").split()
    if any(len(key) < _SHORTEST_SECRET for key in keys):
        raise SettingsProblem(
            "FIRSTHAND_OLD_SECRET_KEYS must be earlier secret keys, separated by spaces, each with "
            f"at least {_SHORTEST_SECRET} characters"
        )
    return tuple(keys)


def _smtp_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get("FIRSTHAND_SMTP_URL", "").strip()
    if not url:
        return None
    try:
        parts = urlsplit(url)
        # Looked at here: a port that is none raises only then.
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole or parts.scheme not in {"smtp", "smtps", "smtp+starttls"}:
        raise SettingsProblem(
            "FIRSTHAND_SMTP_URL must look like smtp://host:25, smtp+starttls://user:password@host "
            "or smtps://user:password@host"
        )
    return url


def _security_contact(environ: Mapping[str, str]) -> str:
    contact = environ.get("FIRSTHAND_SECURITY_CONTACT", "").strip()
    if "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    if contact and not _CONTACT.fullmatch(contact):
        raise SettingsProblem(
            "FIRSTHAND_SECURITY_CONTACT must be an e-mail address, or look like "
            "https://example.org/security or tel:+49-30-1234"
        )
    return contact


def _client(environ: Mapping[str, str], name: str) -> Client | None:
    text = environ.get(name, "").strip()
    if not text:
        return None
    client_id, _, secret = text.partition(":")
    if not (client_id and secret and text.isascii() and text.isprintable()) or " " in text:
        raise SettingsProblem(
            f"{name} must be the id and the secret that the provider gave you, with a colon "
            "between them"
        )
    return Client(client_id, secret)


def _openid(environ: Mapping[str, str]) -> OpenIdIssuer | None:
    issuer = environ.get("FIRSTHAND_OIDC_ISSUER", "").strip()
    client = _client(environ, "FIRSTHAND_OIDC_CLIENT")
    name = environ.get("FIRSTHAND_OIDC_NAME", "").strip()
    if not issuer and client is None and not name:
        return None
    if not issuer or client is None:
        raise SettingsProblem("FIRSTHAND_OIDC_ISSUER and FIRSTHAND_OIDC_CLIENT need each other")
    host = _issuer_host(issuer)
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise SettingsProblem(
            f"FIRSTHAND_OIDC_NAME must be a name of at most {_LONGEST_NAME} letters"
        )
    return OpenIdIssuer(issuer, name or host, client)


def _issuer_host(issuer: str) -> str:
    """Raises SettingsProblem for what is no issuer."""
    problem = SettingsProblem(
        "FIRSTHAND_OIDC_ISSUER must be the provider's address as it writes it itself, such as "
        "https://login.example.org"
    )
    try:
        parts = urlsplit(issuer)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise problem from None
    is_plain = issuer.isascii() and issuer.isprintable() and " " not in issuer
    is_guarded = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK_HOSTS)
    has_more = parts.query or parts.fragment or parts.username is not None
    if not (host and is_plain and is_guarded) or has_more:
        raise problem
    return host


def _log_level(environ: Mapping[str, str]) -> str:
    level = environ.get("FIRSTHAND_LOG_LEVEL", "").strip().lower() or "info"
    if level not in LOG_LEVELS:
        raise SettingsProblem(f"FIRSTHAND_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}")
    return level


def _on_or_off(environ: Mapping[str, str], name: str, otherwise: str = "on") -> bool:
    value = environ.get(name, "").strip().lower() or otherwise
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
