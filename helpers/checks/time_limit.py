"""A time limit for a call to the reader's function."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

SECONDS = 60.0  # for one call; the right function takes a small part of one
_AGAIN = 1.0  # a second time, in case the reader's code caught the first


class TooLong(BaseException):
    """A call took too long. No `Exception`: nothing on the way should catch it."""


@contextlib.contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Raise `TooLong` in the block after some time by the clock.

    Only the main thread can be woken so, and not on every system; where a timer runs
    already it is left alone. There the block takes as long as it takes. Interrupting
    it by hand stays possible everywhere.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "setitimer"):
        yield
        return
    if signal.getitimer(signal.ITIMER_REAL)[0]:
        yield
        return

    def late(*_) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
