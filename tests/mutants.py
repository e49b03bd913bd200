"""Do the tests notice? One small change at a time to what decides who may see and do what.

``python tests/mutants.py [MINUTES] [SEED] [MODULE...]``: first runs the tests, unchanged, and sees
which of them comes by which statement. Then it changes places of the modules, in an order that the
seed decides, until the time is over; against each change it runs those of the module's tests that
come by the changed statement until one fails: the quickest first, and sooner those of the same
part of the server, those named after the module and those that have noticed other changes of it. A
change that the tests of a whole minute have not noticed counts as noticed by none. It says which
changes no test has noticed, and ends with 1 if they are more than one in twenty, or a module could
not be judged.
MODULE is the beginning of a name in ``tests/mutated.py``, or ``deciding``: all that decide.
Nothing is written: each change is made in a forked process that has everything imported already
(``tests/mutating.py``). PostgreSQL would only double the time.
"""

import functools
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest
from multiprocessing import connection, get_context
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.memory import memory_folder  # noqa: E402  # only now on the path
from tests.mutated import DECIDING, EQUIVALENT, LOCK, MODULES  # noqa: E402  # only now on the path
from tests.mutating import Place, change, places, watch  # noqa: E402  # only now on the path

_AT_ONCE = int(os.environ.get("MUTANTS_AT_ONCE", "2"))
_ENOUGH = 0.95  # of the changes that were tried
_PATIENCE = 10  # times what the same tests took unchanged
_STARTING = 5.0  # seconds: the first test of a process puts an application together
_AS_LONG = 60.0  # seconds of tests, by what they took unchanged, for one change
_NEAR = 4  # times as promising: a test of the same part of the server, or named after the module
_NOT_MADE = 2  # how a process ends that could not make its change
_TELLING = 50  # changes between two lines that say how it goes
_FORKED = get_context("fork")


@dataclass(frozen=True, slots=True)
class Mutant:
    module: str
    number: int
    place: Place

    def __str__(self) -> str:
        return f"server/firsthand/{self.module}:{self.place.line}: {self.place}"

    @property
    def equivalent(self) -> bool:
        known = (self.module, self.place.function, str(self.place)) in EQUIVALENT
        return known or self.place.before.startswith(LOCK)


@dataclass(slots=True)
class Baseline:
    """The tests, unchanged: what they took, in seconds, what failed, and who comes by where."""

    took: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    passing: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))


def source_of(module: str) -> tuple[str, str]:
    """The module's file and its text."""
    file = ROOT / "server/firsthand" / module
    return str(file), file.read_text()


def belongs(test: str, module: str) -> bool:
    return test.startswith(MODULES[module])


class Judge:
    """A plugin of pytest: in place of running what it has found, it judges mutants by it."""

    def __init__(self, minutes: float, seed: int, modules: Sequence[str]) -> None:
        self._seconds, self._seed, self._modules = minutes * 60, seed, modules
        self.is_enough = True
        # As imported: an edit meanwhile changes nothing here.
        self._sources = {module: source_of(module) for module in modules}
        # How many changes of a module a test has noticed: it may well notice the next.
        self._noticed: dict[str, Counter[str]] = defaultdict(Counter)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("the tests could not be read")
        self._session = session
        self._items = {item.nodeid: item for item in session.items}
        baseline = self._baseline()
        mutants = [
            Mutant(module, number, place)
            for module in self._modules
            if self._stands(module, baseline)
            for number, place in enumerate(places(self._sources[module][1]))
        ]
        random.Random(self._seed).shuffle(mutants)
        print(f"seed {self._seed}: {len(mutants)} places in {len(self._modules)} modules")
        self._judge([each for each in mutants if not each.equivalent], baseline)
        left_out = sum(each.equivalent for each in mutants)
        print(f"{left_out} more are equivalent: no test can notice them")
        return True

    def _stands(self, module: str, baseline: Baseline) -> bool:
        failed = sorted(test for test in baseline.failed if belongs(test, module))
        if failed:
            self.is_enough = False
            print(f"NOT JUDGED {module}: {len(failed)} tests fail unchanged, as {failed[0]}")
        return not failed

    def _baseline(self) -> Baseline:
        shares = [list(self._items)[share::_AT_ONCE] for share in range(_AT_ONCE)]
        found = Baseline()
        ends = []
        for share in shares:
            here, there = _FORKED.Pipe(duplex=False)
            _FORKED.Process(target=self._watch, args=(share, there)).start()
            there.close()
            ends.append(here)
        for end in ends:
            took, failed, passing = end.recv()
            found.took |= took
            found.failed |= failed
            for where, tests in passing.items():
                found.passing[where] |= tests
        print(f"unchanged: {len(found.took)} tests, {sum(found.took.values()):.0f} s", flush=True)
        return found

    def _watch(self, tests: Sequence[str], answer: connection.Connection) -> None:
        _silence()
        found = Baseline()
        running = ""

        def seen(module: str) -> Callable[[int], None]:
            return lambda line: found.passing[module, line].add(running)

        for module in self._modules:
            watch(*self._sources[module], seen(module))
        for item, following in self._in_turn(tests):
            running = item.nodeid
            _forget_statements()
            begun = time.perf_counter()
            if not self._passes(item, following):
                found.failed.add(running)
            found.took[running] = time.perf_counter() - begun
        answer.send((found.took, found.failed, dict(found.passing)))

    def _in_turn(self, tests: Sequence[str]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
        """Each with the one after it, for which pytest keeps what both use."""
        items = [self._items[test] for test in tests]
        return zip_longest(items, items[1:])

    def _passes(self, item: pytest.Item, following: pytest.Item | None) -> bool:
        failed_before = self._session.testsfailed
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return self._session.testsfailed == failed_before

    def _judge(self, mutants: Iterable[Mutant], baseline: Baseline) -> None:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        ends = time.monotonic() + self._seconds
        waiting = iter(mutants)
        running: dict[int, _Trial] = {}
        more = True
        while more or running:
            while more and len(running) < _AT_ONCE:
                mutant = next(waiting, None)
                more = mutant is not None and time.monotonic() < ends
                if mutant is not None and more:
                    trial = self._tried(mutant, baseline)
                    running[trial.process.sentinel] = trial
            soonest = min((each.until for each in running.values()), default=0.0)
            connection.wait(list(running), max(soonest - time.monotonic(), 0))
            for sentinel, trial in list(running.items()):
                outcome = trial.outcome()
                if outcome is not None:
                    del running[sentinel]
                    self._count(trial, outcome, counts)
        self._report(counts)

    def _count(self, trial: "_Trial", outcome: str, counts: dict[str, Counter[str]]) -> None:
        counts[trial.mutant.module][outcome] += 1
        if outcome == "survived":
            print(f"SURVIVED {trial.mutant}", flush=True)
        if outcome == "killed" and trial.at.value < len(trial.tests):
            self._noticed[trial.mutant.module][trial.tests[trial.at.value]] += 1
        judged = sum(each.total() for each in counts.values())
        if judged % _TELLING == 0:
            survived = sum(each["survived"] for each in counts.values())
            print(f"{judged} judged, {survived} survived", flush=True)

    def _tried(self, mutant: Mutant, baseline: Baseline) -> "_Trial":
        tests = [
            test
            for test in baseline.passing[mutant.module, mutant.place.statement]
            if test and belongs(test, mutant.module)
        ]
        noticed = self._noticed[mutant.module]
        part, stem = f"/{mutant.module.partition('/')[0]}/", Path(mutant.module).stem

        def patience(test: str) -> tuple[float, str]:
            near = (_NEAR if part in test else 1) * (_NEAR if stem in test else 1)
            return baseline.took[test] / (1 + noticed[test]) / near, test

        tests.sort(key=patience)
        until = accumulate(baseline.took[test] for test in tests)
        tests = [test for test, seconds in zip(tests, until, strict=True) if seconds < _AS_LONG]
        seconds = (_STARTING + sum(baseline.took[test] for test in tests)) * _PATIENCE
        at = _FORKED.Value("i", 0)
        process = _FORKED.Process(target=self._try, args=(mutant, tests, at))
        process.start()
        return _Trial(mutant, tests, at, process, time.monotonic() + seconds)

    def _try(self, mutant: Mutant, tests: Sequence[str], at: "Synchronized[int]") -> None:
        _silence()
        try:
            change(*self._sources[mutant.module], mutant.number)
        except RuntimeError:
            os._exit(_NOT_MADE)
        for number, each in enumerate(self._in_turn(tests)):
            at.value = number
            if not self._passes(*each):
                # Without exit handlers, which are the parent's, and its threads' leftovers.
                os._exit(1)
        os._exit(0)

    def _report(self, counts: dict[str, Counter[str]]) -> None:
        total: Counter[str] = Counter()
        deciding: Counter[str] = Counter()
        lines = [*sorted(counts.items()), ("what decides", deciding), ("in all", total)]
        for module, outcomes in lines:
            tried = outcomes.total()
            noticed = tried - outcomes["survived"]
            share = noticed / max(tried, 1)
            slow = f", {outcomes['too slow']} of them by time" if outcomes["too slow"] else ""
            print(
                f"{module}: {noticed} killed{slow}, {outcomes['survived']} survived, "
                f"{tried} in total ({share:.1%})"
            )
            if module in counts:
                total += outcomes
            if module in DECIDING:
                deciding += outcomes
            if outcomes is total and share < _ENOUGH:
                self.is_enough = False


@dataclass(frozen=True, slots=True)
class _Trial:
    mutant: Mutant
    tests: Sequence[str]
    at: "Synchronized[int]"  # the number of the test that runs
    process: "_FORKED.Process"  # type: ignore[name-defined]  # typeshed gives contexts no types
    until: float

    def outcome(self) -> str | None:
        """``killed``, ``survived`` or ``too slow``; nothing while it is going on."""
        if self.process.exitcode == _NOT_MADE:
            raise RuntimeError(f"could not be made: {self.mutant}")
        if self.process.exitcode is not None:
            return "survived" if self.process.exitcode == 0 else "killed"
        if time.monotonic() < self.until:
            return None
        self.process.kill()
        self.process.join()
        return "too slow"


def _forget_statements() -> None:
    """What is put together once would be seen to be used by the first test alone."""
    for name, module in list(sys.modules.items()):
        if name.startswith("firsthand."):
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
    chosen = tuple(sys.argv[3:])
    modules = [
        each
        for each in MODULES
        if not chosen or each.startswith(chosen) or ("deciding" in chosen and each in DECIDING)
    ]
    tests = sorted({test for module in modules for test in MODULES[module]})
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        # Each process makes a folder of its own in it.
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        arguments = [
            *tests, "-q", "-s", "--no-header", "-k", "not postgresql", "-p", "no:cacheprovider",
            "-p", "no:xdist", "-o", "tmp_path_retention_policy=none",
        ]  # fmt: skip
        judge = Judge(minutes, seed, modules)
        sys.exit(pytest.main(arguments, [judge]) or int(not judge.is_enough))


if __name__ == "__main__":
    main()
