"""The log as pandas frames: usage, calls, errors, runs, scores, labels, and reports and tags."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas as pd

from workbench.calls import Secret
from workbench.log.conditions import Conditions
from workbench.log.figures import usage_query
from workbench.log.frame import rows_of
from workbench.log.history import History
from workbench.log.moment import Since
from workbench.log.reference import AMONG, among, find_call
from workbench.log.repricing import reprice
from workbench.log.shared import store_of
from workbench.log.upkeep import Upkeep

# A judgement is of the same answers, asked about in the same words, in whatever order a person saw them; a
# model is asked in each order, for what it says may hang on it.
_LATEST = """
(SELECT * FROM labels
 QUALIFY row_number() OVER (
     PARTITION BY kind, labeller, question, CASE WHEN judge IS NULL THEN list_sort(calls) ELSE calls END,
                  judge
     ORDER BY labelled_at DESC, id DESC
 ) = 1) AS labels
"""
_STANDS = "CASE kind WHEN 'vote' THEN chosen IS NOT NULL ELSE label IS NOT NULL END"
_ERRORS = (
    "started_at, status, provider, model, error_type, error_status, error_message, attempts, request_id, id"
)


class Log(History, Upkeep):
    """The call log in the folder `home`, to read: every row that was reported done, of every process.

    With `shared`, a value of `WORKBENCH_LOG`, it is the log in that shared store: the rows of all machines,
    and what is still in the journal of `home`.

    A folder without a log gives empty frames. Times are UTC. `None`, `NaN` and `<NA>` mean not known.

    Where a method takes them, `since` leaves out what was before and `until` what was from then on (a
    datetime, a date, ISO text, or a while ago such as `'7d'` or a timedelta), `where` is an SQL condition on
    the columns of the table, and `limit` keeps the newest so many.

    Every method raises `DataError` where the log cannot be read (see `Store.connect`), and `ConfigError`
    where a name, a moment or an SQL expression is wrong.
    """

    def __init__(self, home: Path, shared: Secret | None = None) -> None:
        self.store = store_of(home, shared)

    def usage(
        self,
        by: str | Sequence[str] = ("provider", "model"),
        *,
        since: Since | None = None,
        until: Since | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """What was used, one row per group.

        Args:
            by: Of `provider`, `model`, `served_model`, `protocol`, `hour`, `day`, `week`, `month`, `run`,
                `experiment`, `session`, `host`, `status` and `tag:NAME`; none gives a single row. Times are
                the beginnings of theirs, weeks begin on Monday.
            since: Leave out calls before.
            until: Leave out calls from then on.
            where: An SQL condition on the columns of `calls`.

        Returns:
            The columns of `by`, then `calls`, `errors`, `interrupted`, `cached`, tokens, `cost_usd` (sum of
            the costs that are known), `unknown_cost` (calls answered or interrupted whose cost is not known),
            `duration_s`, `queued_s` and `waited_s` (seconds of all calls together, also of those that went on
            at the same time), `under_load` (answers that were measured while our own loop was late by more
            than a tenth of what they took), and percentiles of `duration_s` and `ttft_s`, seconds, over the
            others that a provider answered. What our own cache answered counts no tokens, no cost, no time.
        """
        conditions = Conditions("started_at", since, until, where)
        query = usage_query([by] if isinstance(by, str) else by, conditions)
        return self._frame(query, conditions.values, requests=conditions.of_requests)

    def reprice(
        self,
        model: str,
        *,
        since: Since | None = None,
        until: Since | None = None,
        where: str | None = None,
        by: str | Sequence[str] = ("provider", "model"),
    ) -> pd.DataFrame:
        """What the same calls would cost on another model today, and how long they would take: estimates.

        The other model's tokens are estimated from those that were counted (see `workbench.log.tokens`; a
        provider's tokenizer is not needed). Its answers are taken to be as long as those that were given: the
        bounds do not cover that it may be terser, or think longer. Where the log has samples that both
        models answered, those tell how much longer its answers are, for calls that are samples too.

        Args:
            model: The other one, as `provider/model`; needs a price that is known, or calls in the log.
            since: Leave out calls before.
            until: Leave out calls from then on.
            where: An SQL condition on the columns of `calls`.
            by: As in `usage`.

        Returns:
            One row per group: the columns of `by`; of the calls as they were `calls`, `errors`, `cached`,
            `input_tokens`, `output_tokens`, `cost_usd`, `unknown_cost` and `duration_p50_s`, as in `usage`;
            then on the other model

            - `est_input_tokens`, `est_output_tokens`, and `uncounted`: calls that are not in them, since the
              log has no tokens of theirs;
            - `est_cost_usd` at today's prices, as if nothing was read from the provider's cache, between
              `est_cost_low_usd` (each call with fewer tokens than nine of ten, and as much read from the
              cache as then) and `est_cost_high_usd` (each with more); `nan` where it has no price;
            - `difference_usd` and `ratio` to `cost_usd`, over the calls of which both are known; the ratio to
              nothing is `nan`;
            - `est_duration_p50_s` between `est_duration_low_s` and `est_duration_high_s`: time to first token
              and time for each after it, medians and 5th and 95th percentiles over `est_duration_n` streamed
              calls of the other model; `nan` where there is none;
            - `basis`: what all this rests on, in words.

        Raises:
            ConfigError: The model has neither a price nor a call; the message has the nearest names.
        """
        names = [by] if isinstance(by, str) else by
        return reprice(self, model, names, Conditions("started_at", since, until, where))

    def calls(
        self,
        *,
        limit: int | None = None,
        experiment: str | None = None,
        run: str | None = None,
        model: str | None = None,
        since: Since | None = None,
        until: Since | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """Calls, newest first, with their requests and answers; `model` is its id or `provider/model`."""
        conditions = Conditions("started_at", since, until, where, experiment=experiment, run=run)
        if model is not None:
            conditions.add("(model = ? OR provider || '/' || model = ?)", model, model)
        if limit is None:
            return self._newest("calls", "started_at", conditions, limit)
        # First which, then the rows: bodies of a million calls are not read to find the newest twenty.
        newest = self._newest(
            "calls", "started_at", conditions, limit, columns="id", requests=conditions.of_requests
        )
        whole = f"SELECT * FROM calls WHERE {AMONG} ORDER BY started_at DESC, id DESC"  # noqa: S608 - our words
        return self._frame(whole, among(newest["id"]))

    def errors(
        self,
        *,
        limit: int | None = None,
        since: Since | None = None,
        until: Since | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """Failed and interrupted calls, newest first: what went wrong where, after how many attempts."""
        conditions = Conditions("started_at", since, until, where)
        conditions.add("status <> 'ok'")
        return self._newest(
            "calls", "started_at", conditions, limit, columns=_ERRORS, requests=conditions.of_requests
        )

    def call(self, reference: str | UUID) -> dict[str, Any]:
        """One call with everything that the log knows of it.

        Args:
            reference: Its id, or the beginning or end of it: at least 6 characters that no other call has.

        Returns:
            The columns of `calls`: ids are `UUID`, times aware, money `Decimal`, `tags` a dictionary; what is
            JSON in the log (`request`, `response`, …) is its text.
        """
        with self.connect() as db:
            found = find_call(db, reference)
            (row,) = rows_of(db.sql("SELECT * FROM calls WHERE id = ?", params=[found]))
            return row

    def runs(
        self,
        *,
        limit: int | None = None,
        experiment: str | None = None,
        since: Since | None = None,
        until: Since | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """Runs, newest first."""
        conditions = Conditions("started_at", since, until, where, experiment=experiment)
        return self._newest("runs", "started_at", conditions, limit)

    def scores(
        self,
        *,
        limit: int | None = None,
        experiment: str | None = None,
        run: str | None = None,
        scorer: str | None = None,
        since: Since | None = None,
        until: Since | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """Scores, newest first."""
        equal = {"experiment": experiment, "run": run, "scorer": scorer}
        return self._newest(
            "scores", "scored_at", Conditions("scored_at", since, until, where, **equal), limit
        )

    def labels(
        self,
        *,
        limit: int | None = None,
        kind: str | None = None,
        labeller: str | None = None,
        experiment: str | None = None,
        latest: bool = True,
        judges: bool | None = False,
        since: Since | None = None,
        until: Since | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """What people, or models that judge, said of answers, newest first: votes and labels.

        Who judges the same answers once more, asked the same, changes their mind: the later row takes the
        place of the earlier one, and one that takes a judgement back leaves none.

        Args:
            limit: Keep the newest so many.
            kind: `vote` or `label`.
            labeller: Who judged.
            experiment: Of which experiment the answers are.
            latest: Whether only judgements that stand are given; all rows else. The other conditions choose
                among those.
            judges: Only what models said in place of people (`True`), or people (`False`); `None`: both.
            since: Leave out what was judged before.
            until: Leave out what was judged from then on.
            where: An SQL condition on the columns of `labels`.

        Returns:
            The columns of `labels`; `calls` and `chosen` are arrays of `UUID`.
        """
        equal = {"kind": kind, "labeller": labeller, "experiment": experiment}
        conditions = Conditions("labelled_at", since, until, where, **equal)
        if judges is not None:
            conditions.add(f"judge IS {'NOT NULL' if judges else 'NULL'}")
        if latest:
            conditions.add(_STANDS)
        return self._newest(_LATEST if latest else "labels", "labelled_at", conditions, limit)
