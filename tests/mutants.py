"""Do the tests notice? One small change at a time to what decides who may see and do what.

``python tests/mutants.py [MINUTES] [SEED]``: changes places of the modules below, in an order that
the seed decides, and runs the tests of each module against the change, until the time is over; says
which changes no test has noticed. The changed module is never written: the tests' own process
compiles it so when it imports it (``tests/mutating.py``).
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.mutating import CHANGE, places  # noqa: E402  # the checkout is on the path only now

_MATRIX = "tests/server/access/test_matrix.py"
_SIGN_IN = ("tests/server/accounts/test_sign_in.py", "tests/server/accounts/test_sessions.py")
_SEEING = (
    "tests/server/accounts/test_preview.py",
    "tests/server/accounts/test_blocking.py",
    "tests/server/accounts/test_revoking.py",
    "tests/server/contacts",
    "tests/server/attendees",
    "tests/server/scans",
    "tests/server/unmet",
    "tests/server/accounts/test_me.py",
)
# What decides, with the tests that know it.
MODULES: dict[str, tuple[str, ...]] = {
    "accounts/viewers.py": (*_SIGN_IN, "tests/server/accounts/test_tokens.py", _MATRIX),
    "accounts/signing_in.py": (*_SIGN_IN, "tests/server/accounts"),
    "accounts/sessions.py": (*_SIGN_IN, "tests/server/accounts"),
    "accounts/recovery.py": ("tests/server/accounts/test_recovery.py",),
    "accounts/passkeys.py": ("tests/server/accounts/test_passkeys.py",),
    "accounts/authenticators.py": ("tests/server/accounts/test_passkeys.py",),
    "accounts/tokens.py": ("tests/server/accounts/test_tokens.py", "tests/server/cli", _MATRIX),
    "accounts/blocking.py": _SEEING,
    "requests.py": (*_SIGN_IN, "tests/server/accounts", "tests/server/api", _MATRIX),
    "session_cookie.py": (*_SIGN_IN, "tests/server/accounts"),
    "attendees/showing.py": _SEEING,
    "attendees/membership.py": (
        "tests/server/events",
        "tests/server/attendees",
        *_SIGN_IN,
        _MATRIX,
    ),
    "attendees/places.py": ("tests/server/scans", "tests/server/attendees"),
    "contacts/showing.py": _SEEING,
    "events/staff.py": ("tests/server/organising", "tests/server/events", _MATRIX),
    "badges/finding.py": ("tests/server/scans", "tests/server/organising"),
    "handles/preview.py": ("tests/server/accounts/test_me.py", "tests/server/attendees"),
    "paging.py": ("tests/unit/test_paging.py", "tests/server/api"),
}
_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Mutant:
    module: str
    place: int
    words: str


def all_mutants() -> list[Mutant]:
    found = []
    for module in MODULES:
        source = (ROOT / "server/firsthand" / module).read_text()
        found += [Mutant(module, number, each) for number, each in enumerate(places(source))]
    return found


def outcome(mutant: Mutant) -> str:
    """``killed``, ``survived`` or ``too slow`` (which is noticed, too)."""
    tests = [path for path in MODULES[mutant.module] if (ROOT / path).exists()]
    command = [
        sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider",
        "-p", "tests.mutating", "-k", "not postgresql", "--no-header", *tests,
    ]  # fmt: skip
    environment = {
        **os.environ,
        CHANGE: f"{ROOT / 'server/firsthand' / mutant.module}:{mutant.place}",
        "PYTHONPATH": f"{ROOT / 'server'}{os.pathsep}{ROOT}",
    }
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return "too slow"
    return "survived" if done.returncode == 0 else "killed"


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
    only = sys.argv[3:]
    mutants = [each for each in all_mutants() if not only or each.module in only]
    random.Random(seed).shuffle(mutants)
    ends = time.monotonic() + minutes * 60
    counts: Counter[str] = Counter()
    print(f"seed {seed}: {len(mutants)} places in {len({m.module for m in mutants})} modules")

    def judged(mutant: Mutant) -> tuple[Mutant, str | None]:
        return mutant, outcome(mutant) if time.monotonic() < ends else None

    with ThreadPoolExecutor(int(os.environ.get("MUTANTS_AT_ONCE", "2"))) as threads:
        for done in as_completed([threads.submit(judged, each) for each in mutants]):
            mutant, what = done.result()
            if what is None:
                continue
            counts[what] += 1
            if what == "survived":
                print(f"SURVIVED {mutant.module}: {mutant.words}", flush=True)
    tried = sum(counts.values())
    noticed = tried - counts["survived"]
    print(f"{noticed} of {tried} noticed ({noticed / max(tried, 1):.1%}); {dict(counts)}")


if __name__ == "__main__":
    main()
