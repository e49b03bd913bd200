"""What every answer tells the browser about what it may load and where it may send."""

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'self'; script-src 'self'{wasm}; style-src 'self'; img-src 'self' data: blob:; "
    "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
POLICY = _POLICY.format(wasm="")
# Only the scanner's decoder is WebAssembly; it runs in a worker, which obeys the policy of its own
# script's answer, so no page needs it.
DECODER_POLICY = _POLICY.format(wasm=" 'wasm-unsafe-eval'")
_DECODER_SCRIPT = "/static/decode."
_SCANNER_PAGES = ("/scan", "/scans")
_OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_PERMISSIONS = "camera=({camera}), microphone=(), geolocation=(), interest-cohort=()"


class SecurityHeaders:
    """Adds them where a route has not said otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        policy = DECODER_POLICY if scope["path"].startswith(_DECODER_SCRIPT) else POLICY
        camera = "self" if scope["path"] in _SCANNER_PAGES else ""
        secure = scope["app"].state.settings.secure

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                headers.setdefault("Content-Security-Policy", policy)
                headers.setdefault("Permissions-Policy", _PERMISSIONS.format(camera=camera))
                if secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=63072000")
                for name, value in _OTHERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
