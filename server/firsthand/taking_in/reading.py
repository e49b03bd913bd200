"""Reads an export in a process of its own: ``python -m firsthand.taking_in.reading FILE``

Writes JSON lines (``firsthand.taking_in.kinds``) on standard output: Wanted once all of the
document is sound, then, answered by one line with Here on standard input, its rows in batches and
Complete (exit code 0); or Refusal (exit code 2).
"""

import resource
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import msgspec

from firsthand.taking_in.carrying import Carrier
from firsthand.taking_in.checking import check, remarks, wanted
from firsthand.taking_in.document import Document, open_document
from firsthand.taking_in.kinds import Batch, Complete, Flaw, Here, Refusal, Told
from firsthand.taking_in.shapes import shapes

# Of which a file of the largest size may be mapped.
_MOST_MEMORY = 1_200_000_000
# Few enough that a scan which comes meanwhile does not wait for more than some milliseconds.
_ROWS_A_BATCH = 150


def read_document(document: Document, answers: BinaryIO) -> Iterator[Told]:
    """Raises Flaw."""
    checked = check(document)
    asked = wanted(document, checked)
    yield asked
    here = msgspec.json.decode(answers.readline(), type=Here)
    carrier = Carrier(document, checked, asked, here)
    encoder = msgspec.json.Encoder()
    for table in shapes():
        rows = []
        for row in carrier.rows(table):
            rows.append(row)
            if len(rows) == _ROWS_A_BATCH:
                yield Batch(table, msgspec.Raw(encoder.encode(rows)))
                rows.clear()
        if rows:
            yield Batch(table, msgspec.Raw(encoder.encode(rows)))
    said = [*carrier.remarks(), *remarks(document, checked)]
    yield Complete(len(document.rows("contact")), said)


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    _limit_memory()
    encoder = msgspec.json.Encoder()
    output = sys.stdout.buffer
    failure = ""
    try:
        with ExitStack() as stack:
            document = open_document(Path(arguments[0]), stack)
            for told in read_document(document, sys.stdin.buffer):
                output.write(encoder.encode(told) + b"\n")
                output.flush()
    except Flaw as flaw:
        failure = str(flaw)
    except MemoryError:
        failure = "This file needs more memory than it may take here."
    if failure:
        output.write(encoder.encode(Refusal(failure)) + b"\n")
    output.flush()
    return 2 if failure else 0


def _limit_memory() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = _MOST_MEMORY if hard == resource.RLIM_INFINITY else min(hard, _MOST_MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
