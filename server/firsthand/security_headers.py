"""What every answer tells the browser about what it may load and where it may send."""

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


def _headers(policy: str, camera: str, *, secure: bool) -> dict[bytes, bytes]:
    headers = {
        "Content-Security-Policy": policy,
        "Permissions-Policy": _PERMISSIONS.format(camera=camera),
        **_OTHERS,
    }
    if secure:
        headers["Strict-Transport-Security"] = "max-age=63072000"
    return {name.lower().encode(): value.encode() for name, value in headers.items()}


class SecurityHeaders:
    """Adds them where a route has not said otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._made: dict[tuple[str, str, bool], dict[bytes, bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        policy = DECODER_POLICY if scope["path"].startswith(_DECODER_SCRIPT) else POLICY
        camera = "self" if scope["path"] in _SCANNER_PAGES else ""
        key = (policy, camera, scope["app"].state.settings.secure)
        ours = self._made.get(key)
        if ours is None:
            ours = self._made[key] = _headers(policy, camera, secure=key[2])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                missing = [header for header in ours.items() if header[0] not in said]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self.app(scope, receive, send_with_headers)
