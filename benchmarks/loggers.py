"""What logs the calls: the workbench, what one would write by hand in its place, and nothing.

Each is a policy around the function that sends. Those written by hand store the sixteen columns that one
would think of, the workbench all of its own. All but `Nothing` promise the same: when a call returns, its row
outlives the death of the process.
"""
# ruff: noqa: ARG002, D102 - every logger has the methods of `Logger`, which describes them

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar, Protocol

import orjson

from workbench.calls import Call, Completion
from workbench.log import Recorder, record
from workbench.pipeline import Send

COLUMNS = {
    "id": "UUID",
    "started_at": "TIMESTAMP",
    "status": "VARCHAR",
    "provider": "VARCHAR",
    "model": "VARCHAR",
    "served_model": "VARCHAR",
    "request": "JSON",
    "response": "JSON",
    "text": "VARCHAR",
    "finish_reason": "VARCHAR",
    "input_tokens": "BIGINT",
    "output_tokens": "BIGINT",
    "cost_usd": "DECIMAL(18,9)",
    "duration_s": "DOUBLE",
    "run": "VARCHAR",
    "sample": "VARCHAR",
}
TABLE = f"CREATE TABLE calls ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})"
INSERT = f"INSERT INTO calls VALUES ({', '.join('?' * len(COLUMNS))})"


class Logger(Protocol):
    """What is measured; it writes into the folder `home`, which exists."""

    def __init__(self, home: Path) -> None: ...

    async def policy(self, call: Call, send: Send) -> Completion:
        """Send the call, log it, and return its answer."""

    def close(self) -> None:
        """Bring every row to where it stays."""

    def rows(self) -> int:
        """How many rows there are, once it is closed."""


class Nothing:
    """No log: what the loop and the measuring cost themselves."""

    def __init__(self, home: Path) -> None:
        self._rows = 0

    async def policy(self, call: Call, send: Send) -> Completion:
        self._rows += 1
        return await send(call)

    def close(self) -> None: ...

    def rows(self) -> int:
        return self._rows


class Workbench:
    """`record` over `Recorder`: a journal, which is taken into the DuckDB file in bulk meanwhile."""

    segment_bytes: ClassVar[int] = 8_000_000  # as it is by default

    def __init__(self, home: Path) -> None:
        self._home = home
        self._recorder = Recorder(home, segment_bytes=self.segment_bytes)
        self.policy = record(self._recorder)

    def close(self) -> None:
        from workbench.log import Store  # the log itself loads DuckDB when it first ingests: so it is here

        self._recorder.close()
        Store(self._home).ingest(wait_s=60)

    def rows(self) -> int:
        from workbench.log import Store

        with Store(self._home).connect() as db:
            ((rows,),) = db.execute("SELECT count(*) FROM calls").fetchall()
        return int(rows)


class WorkbenchJournal(Workbench):
    """The same while nothing is taken into the file: what a call pays at once."""

    segment_bytes: ClassVar[int] = 1 << 40

    def close(self) -> None:
        self._recorder.close()


class DuckDB:
    """One DuckDB INSERT per call, in a thread that has the connection open all the time."""

    def __init__(self, home: Path) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._db = self._thread.submit(self._opened, home).result()

    def _opened(self, home: Path) -> Any:
        import duckdb

        db = duckdb.connect(str(home / "calls.duckdb"), config={"threads": 1})
        db.execute(TABLE)
        return db

    async def policy(self, call: Call, send: Send) -> Completion:
        completion = await send(call)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._insert, _row(call, completion))
        return completion

    def _insert(self, row: list[Any]) -> None:
        self._db.execute(INSERT, row)

    def close(self) -> None:
        self._thread.shutdown()

    def rows(self) -> int:
        ((rows,),) = self._db.execute("SELECT count(*) FROM calls").fetchall()
        return int(rows)


class SQLite(DuckDB):
    """One SQLite INSERT and commit per call, in a thread: WAL, `synchronous=normal`."""

    def _opened(self, home: Path) -> Any:
        db = sqlite3.connect(home / "calls.sqlite", check_same_thread=False)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(TABLE)
        return db

    def _insert(self, row: list[Any]) -> None:
        with self._db:
            self._db.execute(INSERT, row)


class JSONL:
    """A line of JSON per call, written and flushed on the loop."""

    def __init__(self, home: Path) -> None:
        self._path = home / "calls.jsonl"
        self._file = self._path.open("wb")

    async def policy(self, call: Call, send: Send) -> Completion:
        completion = await send(call)
        row = dict(zip(COLUMNS, _row(call, completion), strict=True))
        self._file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        self._file.flush()
        return completion

    def close(self) -> None:
        self._file.close()

    def rows(self) -> int:
        return self._path.read_bytes().count(b"\n")


LOGGERS: dict[str, type[Logger]] = {
    "nothing": Nothing,
    "workbench": Workbench,
    "workbench, journal only": WorkbenchJournal,
    "JSONL": JSONL,
    "SQLite, WAL": SQLite,
    "DuckDB INSERT": DuckDB,
}
"""By the name of the table's row; the first is what is taken off the others."""


def _row(call: Call, completion: Completion) -> list[Any]:
    return [
        str(call.id),
        call.started_at.isoformat(),
        "ok",
        call.endpoint.provider,
        call.request.model,
        completion.served_model,
        call.progress.sent_body.decode(),
        call.progress.received.decode(),
        completion.text,
        completion.finish_reason,
        completion.usage.input_tokens,
        completion.usage.output_tokens,
        str(completion.cost_usd),
        completion.timing.duration_s,
        call.run,
        call.sample,
    ]
