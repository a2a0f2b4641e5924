"""Who takes the journal into the store, and when: a thread beside the calls, whose troubles stay its own."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from workbench.calls import Secret
from workbench.log.journal import tell
from workbench.log.lock import BusyError

_WAIT_S = 0.2
_AGAIN_S = 1.0
_LONGEST_S = 60.0
_EXIT_S = 10.0
_LAST_INGEST_S = 2.0


class Ingester:
    """Ingests one journal for this process, again and again while others are at it or the store is away.

    Args:
        home: The log's folder.
        shared: The shared store, where the tables are not in the folder.
    """

    def __init__(self, home: Path, shared: Secret | None) -> None:
        self._home = home
        self._shared = shared
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._wanted = False
        self._away = False

    def soon(self) -> None:
        """Ingest in a thread of its own, after what it is at; it does not matter who ingests, or when."""
        with self._lock:
            self._wanted = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="workbench-ingest", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Wait for what it is at; what is left stays in the journal."""
        self._ending.set()
        thread = self._thread
        if thread is not None:
            thread.join(_EXIT_S)

    def ingest_at_exit(self) -> None:
        """Ingest once more, unless the store was away a moment ago."""
        if self._home.exists() and not self._away:
            self._ingest()

    def _run(self) -> None:
        again_s = _AGAIN_S
        while self._take():
            if self._ingest():
                again_s = _AGAIN_S
                continue
            with self._lock:
                self._wanted = True
            if self._ending.wait(again_s):
                return
            again_s = min(2 * again_s, _LONGEST_S)

    def _take(self) -> bool:
        """Whether somebody wants an ingest; if not, the thread is no more."""
        with self._lock:
            wanted, self._wanted = self._wanted, False
            if not wanted:
                self._thread = None
            return wanted

    def _ingest(self) -> bool:
        """Ingest; gives whether that is it for now."""
        from workbench.log.shared import AwayError, store_of  # duckdb loads when it is first needed

        try:
            store_of(self._home, self._shared).ingest(wait_s=_WAIT_S)
        except BusyError:
            return False
        except AwayError as exc:
            if not self._away:
                tell(str(exc))
            self._away = True
            return False
        except Exception as exc:  # whatever it is, no call fails because of it
            home = str(self._home)
            tell(f"the journal in {home!r} was not ingested and stays as it is, its rows are safe: {exc}")
        self._away = False
        return True


_ingesters: dict[tuple[Path, Secret | None], Ingester] = {}


def ingester_of(home: Path, shared: Secret | None) -> Ingester:
    """The one ingester of this process for a log."""
    return _ingesters.setdefault((home, shared), Ingester(home, shared))


def end() -> None:
    """At the end of the process: what is in the journals is ingested, as far as that goes quickly."""
    for ingester in _ingesters.values():
        ingester.stop()
    deadline = time.monotonic() + _LAST_INGEST_S
    for ingester in _ingesters.values():
        if time.monotonic() < deadline:
            ingester.ingest_at_exit()


def forget() -> None:
    """In a forked child, where its parent's threads are not."""
    _ingesters.clear()
