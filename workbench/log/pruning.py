"""What is too old leaves the log and the disk: the file is written anew without it, and replaced."""
# ruff: noqa: S608 - names in the queries are ours, the condition is the user's own

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from workbench.errors import ConfigError, DataError
from workbench.log.conditions import Conditions
from workbench.log.file import GROUP_ROWS, database, drop_draft, new_draft, put_in_place, query
from workbench.log.lock import PATIENCE_S, to_ingest, to_write
from workbench.log.recorder import seal
from workbench.log.schema import failed_query, text
from workbench.log.shared import SharedStore
from workbench.log.store import Store

_BODIES = ("request", "request_pieces", "response", "text")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pruned:
    """What left the log, or would.

    Attributes:
        calls: Calls that are gone, or have no bodies any more.
        scores: Scores of calls that are gone.
        labels: Judgements of people on calls of which one at least is gone.
        runs: Runs that have no calls any more.
        freed_bytes: How much smaller the file is; 0 where it was not changed.
        waiting: Calls that would go too, but are in the journals of processes that run: prune again later.
    """

    calls: int = 0
    scores: int = 0
    labels: int = 0
    runs: int = 0
    freed_bytes: int = 0
    waiting: int = 0


def prune(
    store: Store,
    conditions: Conditions,
    *,
    bodies: bool = False,
    dry_run: bool = False,
    wait_s: float = PATIENCE_S,
) -> Pruned:
    """Take the calls that meet the conditions out of the log; see `Log.prune`."""
    if isinstance(store, SharedStore):
        raise ConfigError(
            f"the log is in {store.place}, which others use too: take rows out there, by DELETE FROM calls; "
            "a DuckLake gives up their files with ducklake_expire_snapshots and ducklake_cleanup_old_files"
        )
    seal(store.home)
    store.ingest(wait_s=wait_s)
    path = store.file.path
    if not path.exists():
        return Pruned()
    with store.connect():
        pass  # brings an older log up to date
    with to_ingest(store.home, wait_s=wait_s):
        if path.with_name(f"{path.name}.wal").exists():
            # Somebody was killed between commit and checkpoint: the new file must not find that beside it.
            with _in_words(path), database() as db, store.file.writing(db, wait_s=wait_s):
                pass
        # What an import that was killed had not put into the journal yet may be what is to go.
        shutil.rmtree(store.home / "journal" / "import", ignore_errors=True)
        try:
            with store.connect() as db:
                pruned = _select(db, conditions, bodies=bodies)
                if dry_run or not pruned.calls:
                    return pruned
                with _in_words(path):
                    draft = new_draft(path)
                    _copy(db, draft, bodies=bodies)
            shutil.copymode(path, draft)
            freed_bytes = path.stat().st_size - draft.stat().st_size
            with to_write(store.home, wait_s=wait_s):
                put_in_place(draft, path)
        finally:
            drop_draft(path)
    return replace(pruned, freed_bytes=freed_bytes)


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, duckdb.Error) as exc:
        raise DataError(
            f"{str(path)!r} could not be written anew beside itself and is as it was; that takes up to "
            f"{path.stat().st_size / 1e6:,.0f} MB of free disk: {exc}"
        ) from exc


def _select(db: duckdb.DuckDBPyConnection, conditions: Conditions, *, bodies: bool) -> Pruned:
    """Put the ids of the calls that go into the table `gone`.

    The runs that go with them are in `over`, the judgements in `unread`.
    """
    having = " OR ".join(f"{name} IS NOT NULL" for name in _BODIES) if bodies else "true"
    try:
        db.execute(
            f"CREATE TEMP TABLE chosen AS SELECT id, run FROM calls {conditions}", conditions.values or None
        )
    except duckdb.Error as exc:
        raise failed_query(exc) from exc
    db.execute(
        "CREATE TEMP TABLE gone AS "
        f"SELECT id, run FROM chosen WHERE id IN (SELECT id FROM log.calls WHERE {having})"
    )
    db.execute(
        f"CREATE TEMP TABLE over AS SELECT run FROM gone WHERE run IS NOT NULL AND NOT {bodies} "
        "EXCEPT SELECT run FROM calls WHERE id NOT IN (SELECT id FROM gone)"
    )
    db.execute(
        "CREATE TEMP TABLE unread AS SELECT DISTINCT id "
        "FROM (SELECT id, unnest(calls) AS call FROM log.labels) "
        f"WHERE call IN (SELECT id FROM gone) AND NOT {bodies}"
    )
    ((calls, scores, labels, runs, waiting),) = query(
        db,
        f"""
        SELECT (SELECT count(*) FROM gone),
               (SELECT count(*) FROM log.scores WHERE call_id IN (SELECT id FROM gone) AND NOT {bodies}),
               (SELECT count(*) FROM unread),
               (SELECT count(*) FROM log.runs WHERE id IN (SELECT run FROM over)),
               (SELECT count(*) FROM chosen WHERE id NOT IN (SELECT id FROM log.calls))
        """,
    )
    return Pruned(calls=calls, scores=scores, labels=labels, runs=runs, waiting=waiting)


def _copy(db: duckdb.DuckDBPyConnection, draft: Path, *, bodies: bool) -> None:
    """Copy what stays into the draft, an empty log."""
    db.execute(f"ATTACH {text(draft)} AS kept (ROW_GROUP_SIZE {GROUP_ROWS})")
    if bodies:
        without = ", ".join(f"CASE WHEN gone.id IS NULL THEN {name} END AS {name}" for name in _BODIES)
        source = f"SELECT calls.* REPLACE ({without}) FROM log.calls LEFT JOIN gone ON gone.id = calls.id"
        scored = "true"
    else:
        source = "SELECT * FROM log.calls WHERE id NOT IN (SELECT id FROM gone)"
        scored = "call_id IS NULL OR call_id NOT IN (SELECT id FROM gone)"
    used = "SELECT unnest(ids) FROM (SELECT unnest(map_values(request_pieces)) AS ids FROM kept.calls)"
    sources = {
        "calls": source,
        "pieces": f"SELECT * FROM log.pieces WHERE id IN ({used})",
        "scores": f"SELECT * FROM log.scores WHERE {scored}",
        "labels": "SELECT * FROM log.labels WHERE id NOT IN (SELECT id FROM unread)",
        "runs": "SELECT * FROM log.runs WHERE id NOT IN (SELECT run FROM over)",
        # A tag stays, to say what is gone.
        "reports": "SELECT * FROM log.reports",
        "baselines": "SELECT * FROM log.baselines",
        "ingested": "SELECT * FROM log.ingested",
    }
    for table, rows in sources.items():
        db.execute(f"INSERT INTO kept.{table} BY NAME {rows}")
    db.execute("UPDATE kept.meta SET made_at = (SELECT made_at FROM log.meta)")
    db.execute("CHECKPOINT kept")
    db.execute("DETACH kept")
