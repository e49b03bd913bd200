"""An OpenID Connect provider of somebody else's making, as a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from firsthand.settings import Client, OpenIdIssuer
from tests.live import free_port

_SECONDS = 30
USER = {"sub": "harbour-7", "email": "ana@harbour.example", "email_verified": True}


@dataclass(frozen=True)
class Provider:
    """Knows one client, registered with it, and one user."""

    issuer: str
    client: Client

    @property
    def settings(self) -> OpenIdIssuer:
        return OpenIdIssuer(self.issuer, "Harbour", self.client)

    def agree(self, page: str, action: str = "") -> str:
        """What the user's browser is sent on to from the provider's page."""
        answer = httpx.post(page, data={"sub": USER["sub"], "action": action})
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])


@contextmanager
def running_provider(back_to: str) -> Iterator[Provider]:
    """``back_to``: the base URL of the Firsthand that it is for."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--require-registration", "True", "--require-nonce", "True"]
    command += ["--user-claims", json.dumps(USER)]
    issuer = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(process, issuer)
            registered = httpx.post(
                f"{issuer}/oauth2/clients",
                json={"redirect_uris": [f"{back_to}/sign-in/with/openid/back"]},
            ).json()
            yield Provider(issuer, Client(registered["client_id"], registered["client_secret"]))
        finally:
            process.terminate()
            process.wait(_SECONDS)


def _wait(process: subprocess.Popen[bytes], issuer: str) -> None:
    """Raises TimeoutError, or RuntimeError if it has ended instead."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the provider has ended with {process.returncode}")
        try:
            if httpx.get(f"{issuer}/.well-known/openid-configuration").status_code == 200:
                return
        except httpx.TransportError:
            # Nothing listens yet: there is no event to wait for but trying again.
            time.sleep(0.05)
    raise TimeoutError(f"{urlsplit(issuer).netloc} did not become ready")
