"""Whether the time of an answer tells what kind of nothing was found, or who has an account.

Printed, not judged (a test holds that the database is asked the same): the median of each kind, and
how often one of it takes longer than one of the first kind (0.5: they cannot be told apart;
Mann-Whitney).
"""

import random
import ssl
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from pathlib import Path
from statistics import median
from uuid import uuid4

import httpx
from sqlalchemy import update
from sqlalchemy.orm import Session

from firsthand.accounts.blocking import block
from firsthand.badges.models import Badge
from firsthand.db import now
from firsthand.migrations import upgrade
from tests.live import SECRET_KEY, free_port, running_server
from tests.mailbox import Mailbox
from tests.server.house import House

ROUNDS = 400
UNKNOWN = "0" * 25 + "Z"


def longer(one: list[float], other: list[float]) -> float:
    """The chance that one of ``one`` is larger than one of ``other``, ties counted half."""
    ranked = sorted(other)
    won = sum(bisect_left(ranked, each) + bisect_right(ranked, each) for each in one)
    return won / (2 * len(one) * len(other))


def compare(title: str, rounds: int, ask: dict[str, Callable[[], httpx.Response]]) -> None:
    times: dict[str, list[float]] = {kind: [] for kind in ask}
    statuses: dict[str, set[int]] = {kind: set() for kind in ask}
    kinds = list(ask)
    for _ in range(rounds):
        random.shuffle(kinds)
        for kind in kinds:
            start = time.perf_counter()
            answer = ask[kind]()
            times[kind].append((time.perf_counter() - start) * 1000)
            statuses[kind].add(answer.status_code)
    first = next(iter(ask))
    for kind in ask:
        print(
            f"{title:24} {kind:10} median {median(times[kind]):6.2f} ms, ratio "
            f"{median(times[kind]) / median(times[first]):.3f}, longer than {first} "
            f"{longer(times[kind], times[first]):.3f}, status {sorted(statuses[kind])}"
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Mailbox() as mailbox:
        port = free_port()
        url = f"sqlite:///{Path(folder)}/same.db"
        upgrade(url)
        house = House(url, base_url=f"http://127.0.0.1:{port}", secret_key=SECRET_KEY)
        ana, bob = house.person(), house.person("Bob")
        event = house.event(house.person("Olga"))
        house.attendee(event, ana)
        revoked, blocked = house.attendee(event, "Rae"), house.attendee(event, bob)

        def change(session: Session) -> None:
            gone = update(Badge).where(Badge.attendee_id == revoked.id)
            session.execute(gone.values(revoked_at=now()))
            block(session, bob.id, ana.id)

        house.db.write_now(change)
        address = house.settings.base_url
        tokens = {
            "unknown": UNKNOWN,
            "revoked": revoked.token,
            "malformed": "no-token",
            "blocked": blocked.token,
        }
        cookie = ana.client.cookies.get(house.settings.session_cookie) or ""
        with (
            running_server(url, port, FIRSTHAND_SMTP_URL=mailbox.url),
            httpx.Client(base_url=address) as out,
            httpx.Client(
                base_url=address, headers={"Cookie": f"{house.settings.session_cookie}={cookie}"}
            ) as signed_in,
        ):

            def page(client: httpx.Client, token: str) -> Callable[[], httpx.Response]:
                return lambda: client.get(f"/b/{token}")

            def scan(token: str) -> Callable[[], httpx.Response]:
                return scan_code(revoked.code.removesuffix(revoked.token) + token)

            def scan_code(code: str) -> Callable[[], httpx.Response]:
                def upload() -> httpx.Response:
                    one = {"id": str(uuid4()), "code": code, "scanned_at": now().isoformat()}
                    sent = {"device": "phone", "scans": [one]}
                    return signed_in.post("/api/v1/scans", json=sent)

                return upload

            def removal(client: httpx.Client, token: str) -> Callable[[], httpx.Response]:
                return lambda: client.post(f"/b/{token}/removal")

            tls = ssl.create_default_context()

            def ask_for_code(address_of: Callable[[], str]) -> Callable[[], httpx.Response]:
                return lambda: httpx.post(
                    f"{address}/sign-in", data={"email": address_of()}, verify=tls
                )

            signed_out = {kind: each for kind, each in tokens.items() if kind != "blocked"}
            compare("page, signed out", ROUNDS, {k: page(out, t) for k, t in signed_out.items()})
            compare("page, signed in", ROUNDS, {k: page(signed_in, t) for k, t in tokens.items()})
            compare("scan", ROUNDS, {k: scan(t) for k, t in tokens.items()})
            compare("removal", ROUNDS, {k: removal(out, t) for k, t in signed_out.items()})
            compare(
                "removal, signed in", ROUNDS, {k: removal(signed_in, t) for k, t in tokens.items()}
            )
            codes = {
                "unknown": "ZZZZZZZZ",
                "revoked": revoked.short_code,
                "blocked": blocked.short_code,
            }
            # Thirty misses an hour are judged; those after are refused before one is looked up.
            compare("short code", 10, {k: scan_code(code) for k, code in codes.items()})
            # Five of an address are mailed an hour, so each known one is asked for once.
            known = iter([house.person(f"P{number}").email for number in range(100)])
            compare(
                "code for an address",
                100,
                {
                    "unknown": ask_for_code(lambda: f"{uuid4().hex[:10]}@example.org"),
                    "known": ask_for_code(lambda: next(known)),
                },
            )
        house.close()


if __name__ == "__main__":
    main()
