"""What the calls of the log would have cost on another model, and how long they would have taken: estimates.

Tokens are recounted (`workbench.log.tokens`), priced at today's prices, and timed by the other model's own
calls. How long its answers would have been nobody knows: as long as they were, unless the log has samples
that both models answered.
"""
# ruff: noqa: S608 - names in the queries are ours, conditions are the user's own

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.calls import Endpoint, Usage
from workbench.config import load_settings
from workbench.errors import ConfigError
from workbench.log.conditions import Conditions
from workbench.log.evidence import Counting, Length, Pace, counting, lengths, pace
from workbench.log.figures import key_of
from workbench.log.frame import quoted
from workbench.log.tokens import Array, Range, recounted
from workbench.prices import Rate, cost_usd, priced_models, rates
from workbench.providers import host_of, nearest, split_name

if TYPE_CHECKING:
    from workbench.log.tables import Log

_SUMS = ("input_tokens", "output_tokens", "cost_usd")
_FORETOLD = ("est_input_tokens", "est_output_tokens", "est_cost_usd", "est_cost_low_usd", "est_cost_high_usd")
_DURATIONS = ("est_duration_low_s", "est_duration_p50_s", "est_duration_high_s")
_ORDER = (
    *("calls", "errors", "cached", *_SUMS, "unknown_cost", "duration_p50_s"),
    *(*_FORETOLD, "uncounted", "difference_usd", "ratio"),
    *("est_duration_p50_s", "est_duration_low_s", "est_duration_high_s", "est_duration_n", "basis"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Target:
    """The other model: its name, its prices and what they are, and what the log knows of it."""

    name: str
    rates: tuple[Rate, ...]
    prices: str
    counting: Counting
    lengths: dict[str, Length]
    pace: Pace

    @property
    def times(self) -> str:
        """What durations rest on, in words."""
        if not self.pace.n:
            return f"times unknown: no streamed call of {self.name} in the log"
        return f"times of {self.pace.n:,} streamed calls of {self.name}"


def reprice(log: Log, model: str, by: Sequence[str], conditions: Conditions) -> pd.DataFrame:
    """See `Log.reprice`."""
    sums = (f"CASE WHEN cached THEN 0 ELSE {column} END::DOUBLE AS {column}" for column in _SUMS)
    keys = [f"{key_of(name)} AS {quoted(f'by {name}')}" for name in by] or ["0 AS everything"]
    calls = log.sql(
        f"""
        SELECT {", ".join(keys)}, provider || '/' || model AS name, sample IS NOT NULL AS asked,
               coalesce(cached, false) AS cached, status = 'error' AS failed,
               status = 'ok' AND NOT coalesce(cached, false) AS timed,
               {", ".join(sums)}, coalesce(cache_read_tokens, 0)::DOUBLE AS cache_read_tokens, duration_s
        FROM calls {conditions}
        """,
        conditions.values,
    )
    target = _target(log, model, set(calls["name"]))
    groups = list(calls.columns[: len(keys)])
    calls = calls.assign(**_foretold(calls, groups, target), basis=_basis(calls, target))
    frame = _summed(calls, groups).assign(est_duration_n=target.pace.n).reset_index()
    frame["basis"] = [
        "; ".join(filter(None, [words, target.prices, target.times])) for words in frame["basis"]
    ]
    return frame[[*groups[: len(by)], *_ORDER]].set_axis([*by, *_ORDER], axis=1)


def _target(log: Log, model: str, others: set[str]) -> _Target:
    settings = load_settings()
    provider, name = split_name(model, settings)
    host = host_of(provider, settings)
    host = host.variants.get(name, host)
    # No key is needed for prices.
    endpoint = Endpoint(
        provider=provider,
        protocol=host.protocol,
        base_url=host.base_url,
        prices=host.prices,
        price_list=host.price_list or provider,
    )
    full, now = f"{provider}/{name}", datetime.now(UTC)
    prices = rates(endpoint, name, now)
    asked = "SELECT 1 FROM calls WHERE provider = ? AND model = ? LIMIT 1"
    if not prices and log.sql(asked, [provider, name]).empty:
        near = nearest(name, priced_models(endpoint))
        mend = f"the nearest with a price there are {', '.join(map(repr, near))}" if near else "mend the name"
        raise ConfigError(f"no price is known for {full!r}, and the log has no call of it: {mend}")
    _, source = cost_usd(endpoint, name, Usage(input_tokens=0, output_tokens=0), now)
    return _Target(
        name=full,
        rates=prices,
        prices=f"prices of {now:%Y-%m-%d} ({source}), nothing read from the provider's cache"
        if prices
        else "price unknown",
        counting=counting(log, sorted({full, *others})),
        lengths=lengths(log, full),
        pace=pace(log, full),
    )


def _foretold(calls: pd.DataFrame, groups: list[str], target: _Target) -> dict[str, Array]:
    """New columns, one figure a call; `nan` where the log has no tokens of it."""
    together = calls.groupby([*groups, "name", "asked"], dropna=False)["name"].transform("size")
    nothing = np.full(len(calls), np.nan)
    inputs, outputs = (Range(nothing.copy(), nothing.copy(), nothing.copy()) for _ in range(2))
    for name, at in calls.groupby("name").indices.items():
        some = calls.iloc[at]
        read, said = _ranges(some, str(name), together.iloc[at].to_numpy(float), target)
        for whole, part in zip((*inputs, *outputs), (*read, *said), strict=True):
            whole[at] = np.where(some["cached"], 0, part)
    share = (calls["cache_read_tokens"] / calls["input_tokens"].where(calls["input_tokens"] > 0)).fillna(0)
    cached = share.to_numpy(float) * inputs.low
    costs = (
        _cost(target.rates, inputs.estimate, outputs.estimate),
        _cost(target.rates, inputs.low, outputs.low, cached),
        _cost(target.rates, inputs.high, outputs.high),
    )
    paid = [np.where(calls["cached"], 0, cost) for cost in costs]
    columns = dict(zip(_FORETOLD, (inputs.estimate, outputs.estimate, *paid), strict=True))
    for place, (column, tokens) in enumerate(
        zip(_DURATIONS, (outputs.low, outputs.estimate, outputs.high), strict=True)
    ):
        columns[column] = np.where(calls["timed"], target.pace.duration_s(tokens, place), np.nan)
    return columns


def _ranges(calls: pd.DataFrame, name: str, together: Array, target: _Target) -> tuple[Range, Range]:
    """Input and output of one model's calls on the target."""
    read, said = calls["input_tokens"].to_numpy(float), calls["output_tokens"].to_numpy(float)
    if name == target.name:
        return Range(read, read, read), Range(said, said, said)
    own, other = target.counting.of(name), target.counting.of(target.name)
    inputs, outputs = recounted(read, own[0], other[0]), recounted(said, own[1], other[1])
    if name in target.lengths:
        known = target.lengths[name].of(said, together)
        asked = calls["asked"].to_numpy(bool)
        outputs = Range(*(np.where(asked, a, b) for a, b in zip(known, outputs, strict=True)))
    return inputs, outputs


def _cost(prices: tuple[Rate, ...], inputs: Array, outputs: Array, cached: Array | float = 0) -> Array:
    """US dollars of each call; `nan` where its tokens or the prices are not known."""
    if not prices:
        return np.full(len(inputs), np.nan)
    which = np.searchsorted([rate.above_tokens for rate in prices], np.nan_to_num(inputs)) - 1
    call, input_, cached_, output = (
        np.array([getattr(rate, f"{part}_usd") for rate in prices])[which]
        for part in ("call", "input", "cached", "output")
    )
    return call + input_ * (inputs - cached) + cached_ * cached + output * outputs


def _basis(calls: pd.DataFrame, target: _Target) -> pd.Series[Any]:
    """What the tokens of each call rest on: phrases; none where nothing was estimated."""
    kinds = calls[["name", "asked"]].drop_duplicates().itertuples(index=False, name=None)
    words = {(name, asked): _words(str(name), bool(asked), target) for name, asked in kinds}
    foretold = ~calls["cached"] & calls["input_tokens"].notna() & calls["output_tokens"].notna()
    said = [
        words[name, asked] if known else ()
        for name, asked, known in zip(calls["name"], calls["asked"], foretold, strict=True)
    ]
    return pd.Series(said, index=calls.index, dtype=object)


def _words(name: str, asked: bool, target: _Target) -> tuple[str, ...]:
    if name == target.name:
        return (f"{name}: its own tokens",)
    own, other = target.counting.of(name), target.counting.of(target.name)
    off = " and ".join(
        f"±{max(a.error, b.error):.0%} of {what}"
        for a, b, what in zip(own, other, ("input", "output"), strict=True)
    )
    few = [who for who in (name, target.name) if not target.counting.knows(who)]
    if few:
        counted = f"about as many tokens, {off}, with too few calls of {' and '.join(few)} to learn from"
    else:
        calls = f"{own[0].n:,} of its calls and {other[0].n:,} of {target.name}"
        counted = f"tokens recounted, {off}, as learned from {calls}"
    length = "answers as long as they were"
    if asked and name in target.lengths:
        known = target.lengths[name]
        length = f"samples answered at {known.ratio:.2f} times the length, as {known.n:,} that both answered"
    return f"{name}: {counted}", f"{name}: {length}"


def _summed(calls: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """One row a group: counts, sums, medians, and the basis of all of it."""
    answered = ~calls["failed"] & ~calls["cached"]
    both = calls["cost_usd"].notna() & calls["est_cost_usd"].notna()
    grouped = calls.assign(
        unknown_cost=answered & calls["cost_usd"].isna(),
        uncounted=answered & calls["est_input_tokens"].isna(),
        duration_p50_s=calls["duration_s"].where(calls["timed"]),
        before=calls["cost_usd"].where(both),
        after=calls["est_cost_usd"].where(both),
    ).groupby(groups, dropna=False)
    frame = pd.concat(
        [
            grouped.size().rename("calls"),
            grouped[["failed", "cached", "unknown_cost", "uncounted"]].sum(),
            # What is not known of any call is not known of all together.
            grouped[[*_SUMS, *_FORETOLD, "before", "after"]].sum(min_count=1),
            grouped[["duration_p50_s", *_DURATIONS]].median(),
            grouped["basis"].agg(lambda said: "; ".join(dict.fromkeys(chain.from_iterable(said)))),
        ],
        axis=1,
    ).rename(columns={"failed": "errors"})
    for column in (*_SUMS, *_FORETOLD):
        if column.endswith("_tokens"):
            frame[column] = frame[column].round().astype("Int64")
    frame["difference_usd"] = frame["after"] - frame["before"]
    frame["ratio"] = frame["after"] / frame["before"].where(frame["before"] > 0)
    return frame
