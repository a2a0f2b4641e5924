"""What is done with the rows of a log besides asking: export, import, and pruning."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import ConfigError
from workbench.log.conditions import Conditions
from workbench.log.exporting import export
from workbench.log.loading import load
from workbench.log.moment import Since
from workbench.log.pruning import Pruned, prune
from workbench.log.store import Store


class Upkeep:
    """The part of `Log` that moves rows: out into a file, in from one, and off the disk."""

    store: Store

    def export(
        self,
        path: str | Path,
        *,
        since: Since | None = None,
        until: Since | None = None,
        where: str | None = None,
        overwrite: bool = False,
    ) -> int:
        """Write calls to a file that `load` takes back.

        Args:
            path: Its suffix says what it is: `.parquet`, `.csv` or `.jsonl` with the calls, or `.duckdb`, a
                database with all tables that any DuckDB opens: the calls, their runs, scores, tags and
                reports, and the judgements of people all of whose calls are in it.
                Requests are whole, times UTC.
            since: Leave out calls before.
            until: Leave out calls from then on.
            where: An SQL condition on the columns of `calls`.
            overwrite: Whether a file of that name may be replaced; it is only once the new one is whole.

        Returns:
            The number of calls.

        Raises:
            ConfigError: The suffix is another, the file exists, or the condition is wrong.
            DataError: The file cannot be written.
        """
        chosen = Conditions("started_at", since, until, where)
        return export(self.store, Path(path), chosen, overwrite=overwrite)

    def load(self, path: str | Path) -> int:
        """Add the rows of an export that the log does not have, by their ids.

        All of them or none: it may be killed at any moment and be repeated. They are taken as they are; the
        patterns of WORKBENCH_REDACT are for what is logged here.

        Returns:
            The number of rows that are new: calls, and from a `.duckdb` those of the other tables.

        Raises:
            ConfigError: The suffix is none of those of `export`.
            DataError: The file is no export, was written by a newer version, or has a wrong line: which one.
        """
        return load(self.store, Path(path))

    def prune(
        self,
        older_than: Since | None = None,
        *,
        bodies: bool = False,
        where: str | None = None,
        dry_run: bool = False,
    ) -> Pruned:
        """Take calls out of the log and off the disk, with their scores, and runs that have no other calls.

        A person's judgement goes with the first of the calls that it is about.

        The file is written anew and takes the place of the old one, which needs as much free disk as the new
        one has; readers wait only while it is replaced. Killed at any moment, it leaves the old file or the
        new one. Files made by `export` and reports are not touched, nor is `journal/corrupt`.

        Args:
            older_than: Calls started before: a while ago such as `'90d'`, a date, a datetime or a timedelta.
            bodies: Take out only `request`, `response` and `text` of these calls: the figures stay.
            where: An SQL condition on the columns of `calls` that they meet, too.
            dry_run: Only count.

        Raises:
            ConfigError: Neither `older_than` nor `where` says which calls, or one of them is wrong; or the
                log is in a shared store.
            BusyError: Somebody reads or ingests for too long; nothing was changed.
            DataError: The file cannot be written anew, for example on a full disk; nothing was changed.
        """
        if older_than is None and where is None:
            raise ConfigError("which calls are to go? Say older_than='90d', or where=… in SQL")
        chosen = Conditions("started_at", None, older_than, where)
        return prune(self.store, chosen, bodies=bodies, dry_run=dry_run)
