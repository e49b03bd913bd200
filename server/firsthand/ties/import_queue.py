"""The imports of one server: a few at a time, one an owner, the others in the order they came."""

import asyncio
import logging
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from firsthand.db import Database
from firsthand.problems import Invalid
from firsthand.ties.import_job import run_import
from firsthand.ties.importing import note_alive, start_import
from firsthand.ties.open_uploads import OpenUpload, claim_upload

log = logging.getLogger("firsthand.ties")

_AT_ONCE = 2
_SECONDS_BETWEEN_SIGNS = 20
SEND_INSTEAD = (
    "From the data folder of a larger archive, send only account.js, following.js, follower.js, "
    "tweets.js (with tweets-part1.js and so on) and direct-message-headers.js."
)


# How an import begins, and what reads its files.
Start = Callable[[Session, UUID, str], UUID]
Run = Callable[[Database, UUID, UUID, Sequence[Path]], None]


@dataclass(frozen=True, slots=True)
class _Brought:
    owner_id: UUID
    import_id: UUID
    folder: Path
    files: Sequence[Path]
    run: Run | None


def title(names: Sequence[str]) -> str:
    """What an import of these files is called."""
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


class ImportQueue:
    """Lives as long as the process.

    Its threads never keep the process from ending: what is cut off then is failed by whoever looks
    for imports without a sign of life (firsthand.ties.importing.fail_silent_imports).
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[_Brought] = []
        self._running: list[_Brought] = []
        self._changed = threading.Condition()
        self._started = False

    async def bring(
        self,
        owner_id: UUID,
        folder: Path,
        files: Sequence[tuple[str, Path]],
        start: Start = start_import,
        run: Run | None = None,
    ) -> UUID:
        """A new import of these files (name as sent, where it is now); the folder is ours now.

        Raises Invalid if there are none, and what ``start`` raises.
        """
        try:
            if not files:
                raise Invalid("Choose a file first.", {"file": "Choose a file first."})
            import_id = await self._db.write(start, owner_id, title([n for n, _ in files]))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.add(owner_id, import_id, folder, [path for _, path in files], run)
        return import_id

    async def bring_upload(self, upload: OpenUpload) -> None:
        """An import of the same id, of an upload that has come whole; asked again, the same one.

        Until its row is written the upload stays as it is, and can be brought again.
        """
        names = [file.name for file in upload.files]
        await self._db.write(start_import, upload.owner_id, title(names), upload.id)
        if claimed := await asyncio.to_thread(claim_upload, upload):
            self.add(upload.owner_id, upload.id, *claimed)

    def add(
        self,
        owner_id: UUID,
        import_id: UUID,
        folder: Path,
        files: Sequence[Path],
        run: Run | None = None,
    ) -> None:
        """Read these files when it is their turn, then delete the folder that they are in."""
        with self._changed:
            self._waiting.append(_Brought(owner_id, import_id, folder, files, run))
            self._changed.notify_all()
            if not self._started:
                self._started = True
                for number in range(_AT_ONCE):
                    self._thread(self._work, f"import-{number}")
                self._thread(self._give_signs, "import-signs")

    def wait_until_idle(self, seconds: float) -> bool:
        """Whether everything brought until now has ended within that time."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._waiting and not self._running, timeout=seconds
            )

    def _thread(self, work: Callable[[], None], name: str) -> None:
        threading.Thread(target=work, name=name, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._next() is not None)
                brought = self._next()
                if brought is None:
                    continue
                self._waiting.remove(brought)
                self._running.append(brought)
            try:
                run = brought.run or run_import
                run(self._db, brought.owner_id, brought.import_id, brought.files)
            except Exception:
                log.exception("an import could not be recorded")
            finally:
                shutil.rmtree(brought.folder, ignore_errors=True)
                with self._changed:
                    self._running.remove(brought)
                    self._changed.notify_all()

    def _next(self) -> _Brought | None:
        busy = {brought.owner_id for brought in self._running}
        return next((brought for brought in self._waiting if brought.owner_id not in busy), None)

    def _give_signs(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: False, timeout=_SECONDS_BETWEEN_SIGNS)
                alive = [(one.owner_id, one.import_id) for one in self._waiting + self._running]
            if alive:
                try:
                    self._db.write_now(note_alive, alive)
                except Exception:
                    log.exception("imports could not give a sign of life")
