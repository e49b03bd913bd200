"""A parser in a process of its own, which limits its memory itself."""

import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

_NICENESS = 10


@dataclass
class ParserProcess:
    process: subprocess.Popen[bytes]
    out_of_time: bool = False

    def lines(self) -> Iterator[bytes]:
        """What it says, line by line, until it ends."""
        if self.process.stdout is None:
            raise RuntimeError("the parser has no output")
        for line in self.process.stdout:
            if not line.endswith(b"\n"):
                return  # it was killed in the middle of a line
            yield line

    def answer(self, line: bytes) -> None:
        """One that is gone already will say so by itself."""
        if self.process.stdin is None:
            raise RuntimeError("the parser does not listen")
        try:
            self.process.stdin.write(line + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return

    def give_up(self) -> None:
        self.out_of_time = True
        self.process.kill()


@contextmanager
def running_parser(
    command: Sequence[str], longest_seconds: float, *, listens: bool = False
) -> Iterator[ParserProcess]:
    """Gone at the end, whatever happens; ``listens``: it wants to be answered."""
    stdin = subprocess.PIPE if listens else subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603  # nosec B603  # our own modules, paths as arguments
        command, stdin=stdin, stdout=subprocess.PIPE
    ) as process:
        parser = ParserProcess(process)
        watch = threading.Timer(longest_seconds, parser.give_up)
        watch.daemon = True
        watch.start()
        try:
            # Answering people goes first. It may be gone already, which its findings will tell.
            if process.poll() is None:
                os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
            yield parser
            process.wait()
        finally:
            watch.cancel()
            process.kill()
