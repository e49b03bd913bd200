"""The scanner page with a stub of the scan API, to test the browser's part by itself."""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jinja2

from firsthand import rings

ROOT = Path(__file__).resolve().parents[2]
TYPES = {
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".css": "text/css",
    ".woff2": "font/woff2",
}
LAYOUT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>
{%- block title %}{% endblock %}</title><meta name="viewport" content="width=device-width">
<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>
<link rel="icon" href="data:,"><link rel="stylesheet" href="{{ asset('app.css') }}">
<script src="{{ asset('htmx.js') }}" defer></script>
<script src="{{ asset('app.js') }}" type="module"></script>
{% block head %}{% endblock %}<body data-account="0190a1b2-0000-7000-8000-000000000001">
{% block page %}{% endblock %}"""
# The worker's own answer carries the policy that counts for WebAssembly; the page needs none.
PAGE_POLICY = "default-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self'"
WORKER_POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
CARD = """<article id="scan-{id}" class="card" data-name="{name}"><h2>{name}</h2>
<form class="intents"><input type="hidden" name="edited_sequence" value="0"><fieldset class="chips">
<label class="chip"><input type="checkbox" name="intents" value="coffee">Coffee</label>
<label class="chip"><input type="checkbox" name="intents" value="call">Call</label></fieldset>
<label class="note">Note <textarea name="note"></textarea></label></form></article>"""


@dataclass
class Stub:
    """What the page asked for, and how the stub shall answer."""

    built: Path
    assets: dict[str, str]
    address: str = ""
    scans: list[dict[str, Any]] = field(default_factory=list)
    changes: list[tuple[str, str, Any]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    signed_out: bool = False
    worker_policy: str = WORKER_POLICY

    def page(self) -> str:
        loader = jinja2.ChoiceLoader(
            [
                jinja2.DictLoader({"base.html": LAYOUT}),
                jinja2.FileSystemLoader(ROOT / "templates"),
            ]
        )
        environment = jinja2.Environment(loader=loader, autoescape=True)
        environment.globals["rings"] = rings
        environment.globals["asset"] = lambda name: f"/assets/{self.assets.get(name, name)}"
        return environment.get_template("scan/page.html").render(form_id="from-the-server")

    def record(self, scan: dict[str, Any]) -> dict[str, Any]:
        problem = self.refused.get(scan["code"])
        outcome = "invalid" if problem else "recorded"
        if scan["id"] in {known["id"] for known in self.scans}:
            outcome = "duplicate"
        self.scans.append(scan)
        return {"id": scan["id"], "outcome": outcome, "meeting": None, "contact": None} | {
            "problem": problem
        }

    def card(self, scan_id: str) -> str:
        code = next(scan["code"] for scan in self.scans if scan["id"] == scan_id)
        return CARD.format(id=scan_id, name=html.escape(f"Person {code}"))


def _handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if path == "/scan":
                self.answer(stub.page(), "text/html", policy=PAGE_POLICY)
            elif path.startswith("/assets/"):
                file = stub.built / path.removeprefix("/assets/")
                self.answer(file.read_bytes(), TYPES[file.suffix], policy=stub.worker_policy)
            elif path.startswith("/scans/"):
                self.answer(stub.card(path.split("/")[2]), "text/html")
            else:
                self.answer("", "text/plain", 404)

        def do_POST(self) -> None:
            assert self.headers["X-Requested-With"] == "firsthand"
            body = self.body()
            if stub.signed_out:
                self.answer('{"title": "Sign in"}', "application/problem+json", 401)
                return
            results = [stub.record(scan) for scan in body["scans"]]
            self.answer(json.dumps({"results": results}), "application/json")

        def do_PATCH(self) -> None:
            stub.changes.append((self.command, self.path, self.body()))
            self.answer("{}", "application/json")

        def do_PUT(self) -> None:
            self.do_PATCH()

        def do_DELETE(self) -> None:
            self.do_PATCH()

        def body(self) -> Any:
            length = int(self.headers["Content-Length"] or 0)
            return json.loads(self.rfile.read(length)) if length else None

        def answer(
            self, content: str | bytes, kind: str, status: int = 200, policy: str = ""
        ) -> None:
            data = content.encode() if isinstance(content, str) else content
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def serve(built: Path, assets: dict[str, str]) -> Iterator[Stub]:
    """Serve the scanner on a free port; ``assets`` maps names to file names under ``built``."""
    stub = Stub(built, assets)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stub))
    stub.address = f"http://127.0.0.1:{server.server_port}/scan"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
