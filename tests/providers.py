"""Providers of sign-ins on this machine: real https, real redirects, and every lie a test wants."""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from time import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.https_sites import Sites


@dataclass
class CodeFlow:
    """The OAuth 2 half of a provider: gives a code at its page, and a token for the code.

    It insists on what a good provider insists on. ``iss``: what it adds to its answer; ``error``:
    what it answers instead of a code; ``token``: what stands in for its token endpoint.
    """

    sites: Sites
    host: str
    authorise: str
    token_path: str
    client: tuple[str, str]
    with_pkce: bool = True
    iss: str | None = None
    error: str = ""
    token: Callable[[BaseHTTPRequestHandler], None] | None = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    def open(self) -> None:
        self.sites.put(f"https://{self.host}{self.authorise}", self._page)
        self.sites.put(f"https://{self.host}{self.token_path}", self._token)

    def answer(self, question: dict[str, str]) -> dict[str, Any]:
        """What stands beside the access token."""
        return {}

    def _page(self, handler: BaseHTTPRequestHandler) -> None:
        question = dict(parse_qsl(urlsplit(handler.path).query))
        assert question["response_type"] == "code"
        assert question["client_id"] == self.client[0]
        assert question.get("code_challenge_method") == ("S256" if self.with_pkce else None)
        back = {"state": question["state"]}
        if self.error:
            back["error"] = self.error
        else:
            back["code"] = secrets.token_urlsafe(8)
            self.asked[back["code"]] = question
        if self.iss is not None:
            back["iss"] = self.iss
        handler.send_response(302)
        handler.send_header("Location", f"{question['redirect_uri']}?{urlencode(back)}")
        handler.end_headers()

    def _token(self, handler: BaseHTTPRequestHandler) -> None:
        if self.token is not None:
            self.token(handler)
            return
        form = form_of(handler)
        question = self.asked.pop(form.get("code", ""), None)
        if question is None or not self._fits(form, question):
            answer_json(handler, {"error": "invalid_grant"}, 400)
            return
        access = secrets.token_urlsafe(8)
        self.tokens[access] = question
        answer_json(
            handler,
            {"access_token": access, "token_type": "Bearer", **self.answer(question)},
        )

    def _fits(self, form: dict[str, str], question: dict[str, str]) -> bool:
        proof = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest())
        return (
            (form["client_id"], form["client_secret"]) == self.client
            and form["redirect_uri"] == question["redirect_uri"]
            and (not self.with_pkce or proof.rstrip(b"=").decode() == question["code_challenge"])
        )

    def for_who_has_a_token(self, path: str, said: Callable[[], Any], host: str = "") -> None:
        def page(handler: BaseHTTPRequestHandler) -> None:
            known = (handler.headers["Authorization"] or "").removeprefix("Bearer ") in self.tokens
            answer_json(handler, said() if known else {"error": "no"}, 200 if known else 401)

        self.sites.put(f"https://{host or self.host}{path}", page)


@dataclass
class GitHub(CodeFlow):
    """``emails`` as the API lists them."""

    login: str = "ana-there"
    number: int = 583231
    emails: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def at(cls, sites: Sites, client: tuple[str, str]) -> "GitHub":
        github = cls(
            sites,
            "github.com",
            "/login/oauth/authorize",
            "/login/oauth/access_token",
            client,
            emails=[{"email": "ana@example.org", "primary": True, "verified": True}],
        )
        github.open()
        who, api = {"id": 0, "login": ""}, "api.github.com"
        github.for_who_has_a_token(
            "/user", lambda: {**who, "id": github.number, "login": github.login}, api
        )
        github.for_who_has_a_token("/user/emails", lambda: github.emails, api)
        return github


@dataclass
class Mastodon(CodeFlow):
    """``registered``: how often somebody introduced a program."""

    username: str = "ana"
    number: str = "109"
    registered: int = 0
    knows: bool = True

    @classmethod
    def at(cls, sites: Sites, host: str) -> "Mastodon":
        mastodon = cls(sites, host, "/oauth/authorize", "/oauth/token", ("", ""))
        mastodon.open()
        sites.put(f"https://{host}/api/v1/apps", mastodon._apps)
        mastodon.for_who_has_a_token(
            "/api/v1/accounts/verify_credentials",
            lambda: {"id": mastodon.number, "username": mastodon.username, "acct": "who cares"},
        )
        return mastodon

    def _apps(self, handler: BaseHTTPRequestHandler) -> None:
        form = form_of(handler)
        assert form["scopes"] == "read:accounts"
        self.registered += 1
        self.client = (f"app-{self.registered}", secrets.token_urlsafe(8))
        answer_json(handler, {"client_id": self.client[0], "client_secret": self.client[1]})

    def _token(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["Content-Length"] or 0)
        body = handler.rfile.read(length)
        form = dict(parse_qsl(body.decode()))
        if form.get("grant_type") == "client_credentials":
            is_known = self.knows and (form["client_id"], form["client_secret"]) == self.client
            answer_json(handler, {"access_token": "app"}, 200 if is_known else 401)
            return
        handler.form = form  # type: ignore[attr-defined]  # where form_of looks first
        super()._token(handler)


@dataclass
class OpenId(CodeFlow):
    """``claims`` change what its ID token says, ``header`` how it is signed, ``key`` by whom."""

    claims: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    header: dict[str, str] = field(default_factory=dict)
    published: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    sign: Callable[[dict[str, str], dict[str, Any]], str] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    echoes_nonce: bool = True
    issuer: str = ""

    @classmethod
    def at(cls, sites: Sites, issuer: str, client: tuple[str, str], **more: Any) -> "OpenId":
        host = urlsplit(issuer).netloc
        openid = cls(sites, host, "/authorize", "/token", client, issuer=issuer, **more)
        openid.open()
        path = urlsplit(issuer).path
        base = f"https://{host}"

        def document(handler: BaseHTTPRequestHandler) -> None:
            said = {
                "issuer": issuer,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "jwks_uri": f"{base}/jwks",
                "userinfo_endpoint": f"{base}/userinfo",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
            answer_json(handler, {**said, **openid.metadata})

        def jwks(handler: BaseHTTPRequestHandler) -> None:
            answer_json(handler, {"keys": [{"kty": "?"}, openid.published.as_dict(private=False)]})

        sites.put(f"{base}{path}/.well-known/openid-configuration", document)
        sites.put(f"{base}/jwks", jwks)
        return openid

    def answer(self, question: dict[str, str]) -> dict[str, Any]:
        moment = int(time())
        claims = {
            "iss": self.issuer,
            "sub": "ana-1",
            "aud": self.client[0],
            "exp": moment + 300,
            "iat": moment,
            "email": "ana@example.org",
            "email_verified": True,
        }
        if self.echoes_nonce and "nonce" in question:
            claims["nonce"] = question["nonce"]
        claims |= self.claims
        for name in self.without:
            claims.pop(name, None)
        header = {"alg": "RS256", "kid": self.published.kid or "", **self.header}
        if self.sign:
            return {"id_token": self.sign(header, claims)}
        return {"id_token": jwt.encode(header, claims, self.published)}


def form_of(handler: BaseHTTPRequestHandler) -> dict[str, str]:
    read: dict[str, str] | None = getattr(handler, "form", None)
    if read is not None:
        return read
    body = handler.rfile.read(int(handler.headers["Content-Length"] or 0))
    return dict(parse_qsl(body.decode()))


def answer_json(handler: BaseHTTPRequestHandler, said: Any, status: int = 200) -> None:
    body = json.dumps(said).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def visit(sites: Sites, url: str) -> str:
    """What a browser is sent on to from this page of a provider."""
    parts = urlsplit(url)
    with httpx.Client(verify=sites.trust) as browser:
        answer = browser.get(
            f"https://127.0.0.1:{sites.port}{parts.path}?{parts.query}",
            headers={"Host": parts.netloc},
        )
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]
