"""Brings an export in: its reader in a child process, its rows into the database in batches."""

import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from firsthand.db import Database
from firsthand.taking_in.kinds import Batch, Complete, Here, Refusal, Told, Wanted
from firsthand.taking_in.shapes import CHOICES, shapes
from firsthand.taking_in.writing import (
    attendees_seen,
    events_here,
    finish_taking_in,
    refresh_statistics,
    restage_some,
    start_taking_in,
    started_at,
    write_rows,
)
from firsthand.ties.importing import ImportEnded, fail_import, import_of
from firsthand.ties.models import Import
from firsthand.ties.parser_process import ParserProcess, running_parser

log = logging.getLogger("firsthand.taking_in")

_READER = (sys.executable, "-m", "firsthand.taking_in.reading")
_LONGEST_SECONDS = 30 * 60
_CRASHED = "This file could not be brought in to its end. Nothing of it was kept."
_TOO_SLOW = "Reading this file took too long. Nothing of it was kept."
_ONE_FILE = "Bring one file: firsthand.json, or the zip with it."
_CHOICES = {model.__tablename__ for model in CHOICES}
_decoder = msgspec.json.Decoder(Told)


def run_taking_in(db: Database, owner_id: UUID, import_id: UUID, files: Sequence[Path]) -> None:
    """Returns when all of it is here, or nothing; never raises for what is in the file."""
    try:
        failure = _bring(db, owner_id, import_id, files)
    except ImportEnded:
        return  # whoever ended it has said why
    except Exception:
        log.exception("an export could not be brought in")
        failure = _CRASHED
    if failure:
        db.write_now(fail_import, owner_id, import_id, failure)
    if db.settle:
        asyncio.run(_settle(db))


def take_in_file(db: Database, owner_id: UUID, path: Path) -> Import:
    """For the command line: returns the import as it ended. Raises Conflict."""
    import_id = db.write_now(start_taking_in, owner_id, path.name)
    run_taking_in(db, owner_id, import_id, [path.resolve()])
    return db.read_now(import_of, owner_id, import_id)


def _bring(db: Database, owner_id: UUID, import_id: UUID, files: Sequence[Path]) -> str | None:
    """What is wrong, or None when all of it was written."""
    if len(files) != 1:
        return _ONE_FILE
    with running_parser([*_READER, str(files[0])], _LONGEST_SECONDS, listens=True) as reader:
        told, choices = _write(db, owner_id, import_id, reader)
    if isinstance(told, Refusal):
        return told.what
    if reader.out_of_time:
        return _TOO_SLOW
    if told is None or reader.process.returncode != 0:
        return _CRASHED
    db.write_now(refresh_statistics)
    last: UUID | None = UUID(int=0)
    while last:
        last = db.write_now(restage_some, owner_id, import_id, last)
    db.write_now(finish_taking_in, owner_id, import_id, told, choices)
    return None


def _write(
    db: Database, owner_id: UUID, import_id: UUID, reader: ParserProcess
) -> tuple[Complete | Refusal | None, list[tuple[str, Sequence[Any]]]]:
    """How it ended, and the owner's choices, which wait for the end."""
    decoders = {
        name: msgspec.json.Decoder(list[shape.row])  # type: ignore[name-defined]  # made at run time
        for name, shape in shapes().items()
    }
    choices: list[tuple[str, Sequence[Any]]] = []
    for line in reader.lines():
        match told := _decoder.decode(line):
            case Wanted():
                reader.answer(msgspec.json.encode(_here(db, owner_id, import_id, told)))
            case Batch():
                rows = decoders[told.table].decode(told.rows)
                if told.table in _CHOICES:
                    choices.append((told.table, rows))
                else:
                    db.write_now(write_rows, owner_id, import_id, told.table, rows)
            case Complete() | Refusal():
                return told, choices
    return None, choices


def _here(db: Database, owner_id: UUID, import_id: UUID, told: Wanted) -> Here:
    return Here(
        events=db.read_now(events_here, told.events),
        attendees=db.read_now(attendees_seen, owner_id, told.attendees),
        before=db.read_now(started_at, owner_id, import_id),
    )


async def _settle(db: Database) -> None:
    if db.settle:
        await db.settle(None)
