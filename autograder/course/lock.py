"""One run at a time: a lock on a gradebook that is released when its holder ends."""

from __future__ import annotations

import contextlib
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

WAIT = 0.5  # seconds between two tries
WAITING = "Another run is writing to this gradebook; waiting until it has finished."


@contextlib.contextmanager
def held(url: str, notes: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a gradebook; wait while another run does.

    The lock is released when the process ends, however it ends. If the gradebook is a
    file, the operating system releases a file lock; with PostgreSQL, the lock belongs
    to the connection.

    Args:
        url: URL of the gradebook.
        notes: path of the lock file if the gradebook is not a file; its folder exists.
        say: called with a sentence if another run has to finish first.
    """
    about = make_url(url)
    if about.get_backend_name() == "postgresql":
        with _in_postgresql(url, say):
            yield
        return
    if about.get_backend_name() == "sqlite" and about.database:
        book = Path(about.database).absolute()
        notes = book.parent / ".autograder" / f"{book.name}.lock"
        notes.parent.mkdir(exist_ok=True)
    with _on_file(notes, say):
        yield


@contextlib.contextmanager
def _on_file(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # on Windows, where classes cannot be graded
        yield
        return
    with path.open("a") as file:

        def attempt() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        _wait(attempt, say)
        yield


@contextlib.contextmanager
def _in_postgresql(url: str, say: Callable[[str], None]) -> Iterator[None]:
    key = zlib.crc32(b"autograder")  # one database contains one gradebook
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            query = text("SELECT pg_try_advisory_lock(:key)")

            def attempt() -> bool:
                taken = connection.execute(query, {"key": key}).scalar()
                connection.commit()  # the lock is per session, not per transaction
                return taken

            _wait(attempt, say)
            yield
    finally:
        engine.dispose()


def _wait(attempt: Callable[[], bool], say: Callable[[str], None]) -> None:
    told = False
    while not attempt():
        if not told:
            say(WAITING)
            told = True
        time.sleep(WAIT)
