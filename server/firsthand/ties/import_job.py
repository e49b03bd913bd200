"""Runs an import: the parser in a child process, its findings into the database in batches."""

import asyncio
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import msgspec

from firsthand.db import Database
from firsthand.ties.filling import (
    GROWING,
    refresh_statistics,
    write_blocks,
    write_interests,
    write_people_found,
    write_ties,
)
from firsthand.ties.importing import (
    ImportEnded,
    fail_import,
    finish_import,
    import_of,
    note_progress,
    start_import,
)
from firsthand.ties.kinds import (
    Found,
    FoundBlock,
    FoundInterest,
    FoundList,
    FoundOwner,
    FoundPerson,
    FoundTie,
    Problem,
    Progress,
    Summary,
    Unreadable,
)
from firsthand.ties.models import Import
from firsthand.ties.parser_process import running_parser

log = logging.getLogger("firsthand.ties")

# Few enough that a scan which comes meanwhile does not wait for more than some milliseconds.
_TIES_A_TRANSACTION = 400
_PEOPLE_A_TRANSACTION = 200
_BLOCKS_A_TRANSACTION = 1_000
# Batches after which a table is another one to the database's planner.
_GROWN = {5, 50, 500}
_PARSER = (sys.executable, "-m", "firsthand.ties.reading")
_LONGEST_SECONDS = 30 * 60
_CRASHED = "This file could not be read to its end. Nothing of it was kept."
_TOO_SLOW = "Reading this file took too long. Nothing of it was kept."
_decoder = msgspec.json.Decoder(Found | Unreadable)


def run_import(
    db: Database,
    owner_id: UUID,
    import_id: UUID,
    files: Sequence[Path],
    longest_seconds: float = _LONGEST_SECONDS,
) -> None:
    """Returns when the import is done or failed and its outcome settled; never raises for it."""
    try:
        failure = _bring(db, owner_id, import_id, files, longest_seconds)
    except ImportEnded:
        return  # whoever ended it has said why
    except Exception:
        log.exception("an import failed")
        failure = _CRASHED
    if failure:
        db.write_now(fail_import, owner_id, import_id, failure)
    if db.settle:
        asyncio.run(_settle(db))


def import_files(db: Database, owner_id: UUID, paths: Sequence[Path]) -> Import:
    """For the command line: returns the import as it ended.

    Its matches are made before it returns if ``db.settle`` is set, else when the outbox settles.
    """
    import_id = db.write_now(start_import, owner_id, paths[0].name if paths else "")
    run_import(db, owner_id, import_id, [path.resolve() for path in paths])
    return db.read_now(import_of, owner_id, import_id)


@dataclass
class _Findings:
    """What waits to be written, and what is told at the end."""

    ties: list[FoundTie] = field(default_factory=list)
    people: list[FoundPerson] = field(default_factory=list)
    blocks: list[FoundBlock] = field(default_factory=list)
    lists: list[FoundList] = field(default_factory=list)
    interests: list[FoundInterest] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    owner: FoundOwner | None = None
    summary: Summary | None = None
    failure: str | None = None
    batches: int = 0


def _bring(
    db: Database, owner_id: UUID, import_id: UUID, files: Sequence[Path], longest_seconds: float
) -> str | None:
    """What is wrong, or None when all of it was written and counts."""
    findings = _Findings()
    with running_parser([*_PARSER, *map(str, files)], longest_seconds) as parser:
        for line in parser.lines():
            match found := _decoder.decode(line):
                case FoundTie():
                    findings.ties.append(found)
                    if len(findings.ties) == _TIES_A_TRANSACTION:
                        _flush(db, owner_id, import_id, findings)
                case FoundPerson():
                    findings.people.append(found)
                    if len(findings.people) == _PEOPLE_A_TRANSACTION:
                        _flush(db, owner_id, import_id, findings)
                case FoundList():
                    findings.lists.append(found)
                case FoundBlock():
                    findings.blocks.append(found)
                    if len(findings.blocks) == _BLOCKS_A_TRANSACTION:
                        _flush(db, owner_id, import_id, findings)
                case FoundInterest():
                    findings.interests.append(found)
                case Progress():
                    db.write_now(note_progress, owner_id, import_id, found.done, found.total)
                case FoundOwner():
                    findings.owner = found
                case Problem():
                    findings.problems.append(found)
                case Summary():
                    findings.summary = found
                case Unreadable():
                    findings.failure = found.what
    if findings.failure:
        return findings.failure
    if parser.out_of_time:
        return _TOO_SLOW
    if findings.summary is None or parser.process.returncode != 0:
        return _CRASHED
    _flush(db, owner_id, import_id, findings)
    if findings.interests:
        db.write_now(write_interests, owner_id, import_id, findings.interests)
    db.write_now(
        finish_import,
        owner_id,
        import_id,
        findings.summary,
        findings.problems,
        findings.owner,
        findings.lists,
    )
    return None


def _flush(db: Database, owner_id: UUID, import_id: UUID, findings: _Findings) -> None:
    if findings.ties:
        db.write_now(write_ties, owner_id, import_id, findings.ties)
        findings.batches += 1
        if findings.batches in _GROWN:
            for table in GROWING:
                db.write_now(refresh_statistics, table)
    if findings.blocks:
        db.write_now(write_blocks, owner_id, import_id, findings.blocks)
    if findings.people:
        db.write_now(write_people_found, owner_id, import_id, findings.people)
    findings.ties, findings.people, findings.blocks = [], [], []


async def _settle(db: Database) -> None:
    if db.settle:
        await db.settle(None)
