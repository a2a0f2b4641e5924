"""Questions to the log in SQL, answered as pandas frames."""
# ruff: noqa: S608 - names in the queries are ours, conditions are the user's own

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Self

import duckdb
import pandas as pd

from workbench.errors import DataError
from workbench.log.conditions import Conditions
from workbench.log.frame import frame_of
from workbench.log.schema import failed_query
from workbench.log.store import Store


class Reading:
    """The part of `Log` that asks: plain SQL, and what its tables are made with."""

    store: Store
    _db: duckdb.DuckDBPyConnection | None = None

    def sql(self, query: str, params: Sequence[object] | Mapping[str, object] | None = None) -> pd.DataFrame:
        """A query in DuckDB's SQL over the views `calls`, `runs`, `scores`, `labels`, `reports`, `baselines`.

        The log itself is open for reading only; otherwise a query may do what you may do: `COPY … TO` writes
        files, `read_csv` reads them.

        Args:
            query: The query; `?` or `$name` stand for values.
            params: The values, in order or by name.
        """
        return self._frame(query, params)

    def _newest(
        self,
        table: str,
        time: str,
        conditions: Conditions,
        limit: int | None,
        *,
        columns: str = "*",
        requests: bool = True,
    ) -> pd.DataFrame:
        query = f"SELECT {columns} FROM {table} {conditions} ORDER BY {time} DESC, id DESC"
        query += "" if limit is None else f" LIMIT {int(limit)}"
        return self._frame(query, conditions.values, requests=requests)

    def _frame(
        self,
        query: str,
        params: Sequence[object] | Mapping[str, object] | None,
        *,
        requests: bool = True,
    ) -> pd.DataFrame:
        with self.connect(requests=requests) as db:
            return frame_of(db.sql(query, params=params or None))

    @contextlib.contextmanager
    def frozen(self) -> Iterator[Self]:
        """This log as it is now, for several questions: they see one moment, and the file is opened once.

        Nothing is ingested meanwhile: ask at once what there is to ask.
        """
        with self.connect() as db:
            log = copy.copy(self)
            log._db = db
            yield log

    @contextlib.contextmanager
    def connect(self, *, requests: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
        """As `Store.connect`; what DuckDB says against a query comes in our words."""
        try:
            with self._opened(requests=requests) as db:
                try:
                    yield db
                except duckdb.IOException as exc:
                    raise DataError(
                        f"the call log in {str(self.store.home)!r} cannot be read: {exc}"
                    ) from exc
                except duckdb.Error as exc:
                    raise failed_query(exc) from exc
        except RuntimeError as exc:
            # So DuckDB says that Ctrl-C was pressed.
            if str(exc) == "Query interrupted":
                raise KeyboardInterrupt from exc
            raise

    def _opened(self, *, requests: bool) -> contextlib.AbstractContextManager[duckdb.DuckDBPyConnection]:
        return self.store.connect(requests=requests) if self._db is None else contextlib.nullcontext(self._db)
