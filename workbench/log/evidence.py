"""What the log knows of models: how they count tokens, how long they answer, and how fast they are."""
# ruff: noqa: S608 - names in the queries are ours

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.log.tokens import FEWEST, GUESS, Array, Line, Range, learned, text_bytes

if TYPE_CHECKING:
    from workbench.log.tables import Log

CALLS_A_MODEL = 200  # to learn from: reading requests is dear, and more calls make no better line
_NAME = "provider || '/' || model"
_ANSWERED = "status = 'ok' AND NOT cached"
_Z = 1.645  # nine of ten
_SHARES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counting:
    """How models count tokens.

    Attributes:
        inputs: The line of each model's input, by `provider/model`.
        outputs: The line of its output, reasoning left out.
        rest: Of input and output of all those models together, for one that is not among them.
    """

    inputs: dict[str, Line]
    outputs: dict[str, Line]
    rest: tuple[Line, Line]

    def knows(self, name: str) -> bool:
        """Whether there were calls enough of a model."""
        return name in self.inputs and name in self.outputs

    def of(self, name: str) -> tuple[Line, Line]:
        """Lines of a model's input and output."""
        return self.inputs.get(name, self.rest[0]), self.outputs.get(name, self.rest[1])


def counting(log: Log, models: Sequence[str]) -> Counting:
    """Learn from calls of these models, each as `provider/model`, which calls being a matter of chance."""
    # Requests are put together for the rows that are named, so the rows are chosen first.
    chosen = log.sql(
        f"""
        SELECT id FROM (
            SELECT id, row_number() OVER (PARTITION BY provider, model ORDER BY hash(id)) AS place
            FROM calls
            WHERE list_contains(?, {_NAME}) AND {_ANSWERED} AND redacted IS NOT TRUE
              AND input_tokens > 0 AND output_tokens > 0
        ) WHERE place <= {CALLS_A_MODEL}
        """,
        [list(models)],
    )
    calls = log.sql(
        f"""
        SELECT {_NAME} AS name, request, input_tokens,
               CASE WHEN finish_reason <> 'tool_calls' THEN strlen(text) END AS said,
               output_tokens - coalesce(reasoning_tokens, 0) AS output_tokens
        FROM calls WHERE list_contains(?::UUID[], id)
        """,
        [[str(each) for each in chosen["id"]]],
    )
    calls["asked"] = [text_bytes(request) for request in calls["request"]]
    inputs = _lines(calls, "asked", "input_tokens")
    outputs = _lines(calls, "said", "output_tokens")
    rest = (_others(calls, "asked", "input_tokens"), _others(calls, "said", "output_tokens"))
    return Counting(inputs=inputs, outputs=outputs, rest=rest)


@dataclass(frozen=True, kw_only=True, slots=True)
class Length:
    """How many tokens a model answers for each token of another one's answer.

    Attributes:
        ratio: Tokens in all by tokens in all.
        spread: Standard deviation of one answer's difference from that, by the mean answer.
        n: Samples that both answered.
    """

    ratio: float
    spread: float
    n: int

    def of(self, tokens: Array, calls: Array) -> Range:
        """The target's tokens for those of the other model.

        Args:
            tokens: Of the other model's answers.
            calls: Over how many of them a sum is made, the same shape: their differences even out.

        Source:
            W. G. Cochran (1977), Sampling Techniques, 3rd ed., section 6.5, for the ratio's variance; to it
            comes that of the sum.
        """
        estimate = self.ratio * tokens
        error = _Z * self.spread * np.sqrt(1 / self.n + 1 / calls)
        return Range(estimate=estimate, low=estimate * np.maximum(1 - error, 0), high=estimate * (1 + error))


def lengths(log: Log, target: str) -> dict[str, Length]:
    """The target's answers beside those of each model to the same samples in the same experiments.

    Models are left out that have fewer than `FEWEST` such samples.
    """
    pairs = log.sql(
        f"""
        WITH answers AS (
            SELECT experiment, sample, epoch, {_NAME} AS name, avg(output_tokens) AS tokens
            FROM calls WHERE {_ANSWERED} AND sample IS NOT NULL AND output_tokens IS NOT NULL GROUP BY ALL
        )
        SELECT theirs.name, theirs.tokens AS theirs, ours.tokens AS ours
        FROM answers AS theirs JOIN answers AS ours
        ON (theirs.experiment, theirs.sample) = (ours.experiment, ours.sample)
           AND theirs.epoch IS NOT DISTINCT FROM ours.epoch
        WHERE ours.name = ? AND theirs.name <> ours.name
        """,
        [target],
    )
    return {
        str(name): _length(both["theirs"].to_numpy(float), both["ours"].to_numpy(float))
        for name, both in pairs.groupby("name")
        if len(both) >= FEWEST and both["theirs"].sum() > 0 and both["ours"].sum() > 0
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How fast a model answers, each at its 5th, 50th and 95th percentile.

    Attributes:
        ttft_s: Seconds to the first token; `nan` where nothing streamed.
        tpot_s: Seconds for each token after it, likewise.
        n: Calls that it was learned from.
    """

    ttft_s: tuple[float, float, float]
    tpot_s: tuple[float, float, float]
    n: int

    def duration_s(self, tokens: Array, place: int) -> Array:
        """Seconds for answers of so many tokens; `place` is 0 for the quick end, 1 the middle, 2 the slow."""
        return self.ttft_s[place] + self.tpot_s[place] * np.maximum(tokens - 1, 0)


def pace(log: Log, target: str) -> Pace:
    """Learn it from the target's streamed calls."""
    quantiles = ", ".join(
        f"quantile_cont({column}, {share})" for column in ("ttft_s", "tpot_s") for share in _SHARES
    )
    row = log.sql(
        f"SELECT count(*), {quantiles} FROM calls "
        f"WHERE {_NAME} = ? AND {_ANSWERED} AND ttft_s IS NOT NULL AND tpot_s IS NOT NULL",
        [target],
    ).iloc[0]
    n, *seconds = (math.nan if pd.isna(value) else float(value) for value in row)
    return Pace(
        ttft_s=(seconds[0], seconds[1], seconds[2]), tpot_s=(seconds[3], seconds[4], seconds[5]), n=int(n)
    )


def _lines(calls: pd.DataFrame, sizes: str, tokens: str) -> dict[str, Line]:
    usable = _usable(calls, sizes, tokens)
    lines = {
        str(name): learned(each[sizes].to_numpy(float), each[tokens].to_numpy(float))
        for name, each in usable.groupby("name")
    }
    return {name: line for name, line in lines.items() if line.n}


def _others(calls: pd.DataFrame, sizes: str, tokens: str) -> Line:
    usable = _usable(calls, sizes, tokens)
    line = learned(usable[sizes].to_numpy(float), usable[tokens].to_numpy(float))
    # However well it fits those that it was learned from, another model may count otherwise.
    return Line(
        first=line.first,
        per_byte=line.per_byte,
        error=max(line.error, GUESS.error),
        n=line.n,
        longest=line.longest,
    )


def _usable(calls: pd.DataFrame, sizes: str, tokens: str) -> pd.DataFrame:
    return calls[(calls[sizes] > 0) & (calls[tokens] > 0)]


def _length(theirs: Array, ours: Array) -> Length:
    ratio = ours.sum() / theirs.sum()
    off = ours - ratio * theirs
    return Length(ratio=float(ratio), spread=float(off.std(ddof=1) / ours.mean()), n=len(ours))
