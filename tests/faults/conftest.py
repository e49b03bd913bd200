"""Proofs under faults: seeded, short in ``make test``, long in ``make soak``.

``SEED`` (any text) replays a run, ``MINUTES`` says how long all proofs together may go on. Each
proof goes through rounds, one in a short run; the summary names the seed of its last round, and a
run with that seed begins with that round.
"""

import os
import random
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

from tests.faults.figures import Figures
from tests.postgres import PostgresServer, running_postgres

# Workers of xdist inherit it.
os.environ.setdefault("SEED", str(secrets.randbelow(10**9)))
_PROPERTY = "faults"
_PROOFS = pytest.StashKey[int]()
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


@dataclass(slots=True)
class Proof:
    """One test's rounds and figures; ``note`` is a line of its own for the summary."""

    name: str
    seconds: float
    figures: Figures = field(default_factory=Figures)
    seed: str = ""
    rounds: int = 0
    note: str = ""

    def each_round(self) -> Iterator[random.Random]:
        """At least one round, and further ones until the test's share of the time is used up."""
        end = time.monotonic() + self.seconds
        while not self.rounds or time.monotonic() < end:
            first = os.environ["SEED"]
            self.seed = f"{first}+{self.rounds}" if self.rounds else first
            self.rounds += 1
            yield random.Random(f"{self.seed}/{self.name}")

    def found_all(self, figures: Figures) -> None:
        """Add a round's figures; fails unless everything tried is there, once."""
        self.figures.add(figures)
        assert figures.lost == 0, str(figures)
        assert figures.doubled == 0, str(figures)
        assert figures.tried == figures.acknowledged == figures.found, str(figures)


@pytest.fixture
def proof(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Iterator[Proof]:
    minutes = float(os.environ.get("MINUTES") or 0)
    share = minutes * 60 * _WORKERS / request.config.stash[_PROOFS]
    proof = Proof(request.node.name, share)
    yield proof
    said = {"seed": proof.seed, "rounds": proof.rounds, "note": proof.note}
    record_property(_PROPERTY, {**said, **asdict(proof.figures)})


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[PostgresServer]:
    """A server that survives a crash of the machine, as in production."""
    with running_postgres(durable=True) as server:
        yield server


@pytest.fixture(scope="session")
def quick_postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


# After other plugins have deselected what was not asked for.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    proofs = sum("proof" in getattr(item, "fixturenames", ()) for item in items)
    config.stash[_PROOFS] = max(proofs, 1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report
        for some in terminalreporter.stats.values()
        for report in some
        if getattr(report, "when", "") == "teardown"
    ]
    told: list[tuple[str, dict[str, Any]]] = [
        (each.nodeid, dict(each.user_properties).get(_PROPERTY, {})) for each in reports
    ]
    told = sorted((nodeid, said) for nodeid, said in told if said)
    if not told:
        return
    terminalreporter.section("proofs under faults")
    for nodeid, said in told:
        seed, rounds, note = (said.pop(name) for name in ("seed", "rounds", "note"))
        counted = "1 round" if rounds == 1 else f"{rounds} rounds"
        terminalreporter.line(f"{nodeid.rpartition('::')[2]}, SEED={seed}, {counted}")
        terminalreporter.line(f"    {Figures(**said)}{note and '; '}{note}")
