"""What every answer tells the browser about what it may load and where it may send."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from firsthand.settings import Settings

Headers = tuple[tuple[bytes, bytes], ...]

# Trusted Types: text becomes HTML only by the policies of web/js/early.js.
_POLICY = (
    "default-src 'none'; script-src 'self'{wasm}; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types default"
)
POLICY = _POLICY.format(wasm="")
# Only the scanner's decoder is WebAssembly; it runs in a worker, which obeys the policy of its own
# script's answer, so no page needs it.
DECODER_POLICY = _POLICY.format(wasm=" 'wasm-unsafe-eval'")
_DECODER_SCRIPT = "/static/decode."
# A style, a font, a script of a page: whatever it does, it does by the page's policy. Opened by
# itself it is nothing, and a page loads ten of them.
_FILE_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_FILES = "/static/"
_OF_PAGES_ONLY = {b"permissions-policy", b"cross-origin-opener-policy", b"x-frame-options"}
_SCANNER_PAGES = ("/scan", "/scans")
_OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    # Whoever may keep an answer says so; all others may hold what is private.
    "Cache-Control": "no-store",
}
_PERMISSIONS = "camera=({camera}), microphone=(), geolocation=(), payment=(), usb=()"
_TWO_YEARS = 2 * 365 * 24 * 60 * 60


def _headers(settings: Settings, *, policy: str = POLICY, camera: str = "") -> Headers:
    headers = {
        "Content-Security-Policy": policy,
        "Permissions-Policy": _PERMISSIONS.format(camera=camera),
        **_OTHERS,
    }
    if settings.secure:
        below = "; includeSubDomains" if settings.hsts_subdomains else ""
        headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}{below}"
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


class SecurityHeaders:
    """Adds them where an answer has not said otherwise. Stands before everything else that answers,
    refusals and failures too.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._usual = _headers(settings)
        self._scanner = _headers(settings, camera="self")
        self._decoder = _headers(settings, policy=DECODER_POLICY)
        self._file = tuple(
            each
            for each in _headers(settings, policy=_FILE_POLICY)
            if each[0] not in _OF_PAGES_ONLY
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        ours = self._for_path(scope["path"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                missing = [header for header in ours if header[0] not in said]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _for_path(self, path: str) -> Headers:
        if path in _SCANNER_PAGES:
            return self._scanner
        if path.startswith(_FILES):
            return self._decoder if path.startswith(_DECODER_SCRIPT) else self._file
        return self._usual
