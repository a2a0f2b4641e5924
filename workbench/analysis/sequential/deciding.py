"""Models compared while they are asked, until it is known which is better."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from workbench.analysis.items import clusters_of, item_table
from workbench.analysis.sequential.betting import Side
from workbench.analysis.sequential.orders import I, Item, in_clusters, interleaved, whole_clusters
from workbench.analysis.sequential.pair import Pair, Values
from workbench.analysis.statistics import Verdict
from workbench.errors import ConfigError, DataError

Unit = Literal["sample", "cluster"]
CHECKS = 20  # times in a data set that one looks ahead
_IS: Mapping[Verdict, str] = {
    "better": "better than",
    "worse": "worse than",
    "same": "the same as",
    "undecided": "not told apart from",
}
DECISION = [
    *("baseline", "candidate", "verdict", "difference", "low", "high"),
    *("n", "missing", "asked", "e_value", "needed"),
]
TRACE = ["baseline", "candidate", "asked", "n", "estimate", "low", "high", "e_value", "needed"]


@dataclass(kw_only=True, repr=False)
class UntilDecided:
    """Watches an evaluation, and says when its models are told apart: see `until_decided`.

    Attributes:
        pairs: The comparisons, from the first sample on.
        reason: Why it stopped, in words; empty where it did not.
        past: Whether a finished experiment was taken as if it was under way.
        asked: Samples seen until now, or until it stopped.
        total: Samples of the data set.
    """

    alpha: float
    baseline: str | None
    side: Side
    margin: float | None
    unit: Unit
    min_samples: int
    seed: int
    fresh: ClassVar[bool] = False
    pairs: tuple[Pair, ...] = field(default=(), init=False)
    reason: str = field(default="", init=False)
    past: bool = field(default=False, init=False)
    asked: int = field(default=0, init=False)
    total: int = field(default=0, init=False)
    _units: int = field(default=0, init=False)
    _clustered: bool = field(default=False, init=False)
    _awaited: dict[str, int] = field(default_factory=dict, init=False)
    _gathered: list[Values] = field(default_factory=list, init=False)

    def order(
        self,
        samples: Sequence[I],
        models: Sequence[str] = (),
        epochs: int = 1,  # noqa: ARG002 - repeats change nothing here
    ) -> list[I]:
        """The samples in the order in which they are to be asked; what was seen before is forgotten.

        Args:
            samples: In any order.
            models: The labels of those that are compared, where they are known before the first answer.
            epochs: How often each sample is asked, which changes nothing here.

        Raises:
            ConfigError: They could decide nothing, whatever the answers, or the baseline is not among them.
        """
        rng = np.random.default_rng(self.seed)
        clusters = in_clusters(samples)
        alone = self.unit == "sample"
        self.pairs, self.reason, self.asked, self.total = (), "", 0, len(samples)
        self._units = len(samples) if alone else len(clusters)
        self._awaited = {} if alone else {item.id: len(group) for group in clusters for item in group}
        self._clustered = len(clusters) < len(samples)
        self._gathered, self.past = [], False
        self._check_size()
        if models:
            self.pairs = tuple(self._pairs(models))
        return interleaved(samples, rng) if alone else whole_clusters(samples, rng)

    def see(
        self,
        sample: Item,
        values: Values,
        missing: Mapping[str, float] | None = None,  # noqa: ARG002 - see below
    ) -> str | None:
        """Take the scores of the next sample, in that order.

        Args:
            sample: Which it was.
            values: The mean over its epochs for each model, by its label, in [0, 1]; `None` where none was
                scored.
            missing: In how many of its epochs each has no score. It is compared by what is there.

        Returns:
            Why no more samples are needed, in words; `None` where they are.

        Raises:
            ConfigError: The baseline is not among the models.
            DataError: A score is not in [0, 1].
        """
        if self.reason:
            return self.reason
        for model, value in values.items():
            if value is not None and not 0 <= value <= 1:
                raise DataError(
                    f"{model} scored {value!r} on sample {sample.id!r}: to stop early, score from 0 to 1"
                )
        self.pairs = self.pairs or tuple(self._pairs(list(values)))
        self.asked += 1
        self._gathered.append(values)
        if len(self._gathered) < self._awaited.get(sample.id, 1):
            return None
        for pair in self.pairs:
            if pair.verdict == "undecided":
                pair.compare(self._gathered, self.asked)
        self._gathered = []
        self._look()
        return self.reason or None

    def describe(self) -> dict[str, Any]:
        """How it decides, as the log keeps it with the runs."""
        rules = ("alpha", "baseline", "side", "margin", "unit", "min_samples", "seed")
        return {"method": "until_decided", **{rule: getattr(self, rule) for rule in rules}}

    def replayed(self, frame: pd.DataFrame) -> UntilDecided:
        """Take a finished experiment as if it was under way: could one have stopped?

        Args:
            frame: As `results` gives it.

        Returns:
            Itself; what it says is in `reason` and `decision`.
        """
        means, clusters = item_table(frame), clusters_of(frame)
        items = [
            _Asked(id=str(sample), cluster=None if pd.isna(cluster) else str(cluster))
            for sample, cluster in clusters.reindex(means.index).items()
        ]
        known = {
            str(sample): {str(model): None if math.isnan(x) else float(x) for model, x in row.items()}
            for sample, row in means.iterrows()
        }
        ordered = self.order(items)
        self.past = True
        for item in ordered:
            if self.see(item, known[item.id]):
                break
        return self

    @property
    def decision(self) -> pd.DataFrame:
        """One row for each two models.

        Columns:
            baseline, candidate, verdict (`better`, `worse`, `same` or `undecided`, of the candidate),
            difference (candidate − baseline, in [-1, 1]) with low, high (holds at every look, for all pairs
            together), n (samples compared, or clusters), missing (those without a score of both), asked
            (samples asked by then), e_value and needed (what decides). A pair that is decided is not followed
            any further.
        """
        rows = []
        for pair in self.pairs:
            found = pair.difference
            names = (pair.baseline, pair.candidate, pair.verdict)
            figures = (found.value, found.low, found.high, found.n, pair.missing, pair.asked)
            rows.append((*names, *figures, pair.e_value, 1 / pair.alpha))
        return pd.DataFrame(rows, columns=DECISION)

    @property
    def trace(self) -> pd.DataFrame:
        """At most 100 looks for each two models, for `plots.sequential`.

        Columns: baseline, candidate, asked (samples), n (samples compared, or clusters), estimate, low, high,
        e_value, needed.
        """
        looks = [pair.trace() for pair in self.pairs if pair.differences]
        return pd.concat(looks, ignore_index=True)[TRACE] if looks else pd.DataFrame(columns=TRACE)

    def __repr__(self) -> str:
        return "\n".join([self._said(), *(pair.sentence() for pair in self.pairs), self._holds()])

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{html.escape(pair.sentence())}</li>" for pair in self.pairs)
        return (
            f'<div class="mathjax_ignore tex2jax_ignore"><p>{html.escape(self._said())}</p>'
            f"<ul>{lines}</ul><p>{html.escape(self._holds())}</p></div>"
        )

    def _said(self) -> str:
        begun = f"{self.asked} of {self.total} samples, not decided" if self.asked else "nothing asked yet"
        stopped = "One could have stopped" if self.past else "Stopped"
        return f"{stopped}: {self.reason}." if self.reason else f"Until decided: {begun}."

    def _holds(self) -> str:
        whom = "samples like these"
        if self._clustered:
            whom = "clusters like these" if self.unit == "cluster" else "samples of these clusters"
        return f"This holds at every look, for all pairs together (α = {self.alpha:g}), and for {whom}."

    def _pairs(self, models: Sequence[str]) -> Iterable[Pair]:
        chosen: Iterable[tuple[str, str]] = combinations(models, 2)
        if self.baseline is not None:
            if self.baseline not in models:
                raise ConfigError(f"no baseline {self.baseline!r}: give one of {', '.join(models)}")
            chosen = [(self.baseline, model) for model in models if model != self.baseline]
        several = list(chosen)
        if not several:
            raise ConfigError(f"nothing to compare {', '.join(models)} with: evaluate two models or more")
        for baseline, candidate in several:
            yield Pair(
                baseline=baseline,
                candidate=candidate,
                alpha=self.alpha / len(several),
                side=self.side,
                margin=self.margin,
            )

    def _look(self) -> None:
        if self.asked < self.min_samples:
            return
        undecided = [pair for pair in self.pairs if pair.verdict == "undecided"]
        for pair in undecided:
            pair.look()
        of_all = f"{self.asked} of {self.total} samples"
        if all(pair.verdict != "undecided" for pair in self.pairs):
            self.reason = f"decided after {of_all}: {self._verdicts()}"
            return
        seen = len(undecided[0].differences) + undecided[0].missing  # the same for all of them
        if seen % max(1, self._units // CHECKS) == 0 and seen < self._units:
            for place, pair in enumerate(undecided):
                # Of its place alone, so that it is the same when an evaluation goes on later.
                pair.look_ahead(self._units, np.random.default_rng([self.seed, self.asked, place]))
            if not any(pair.open for pair in self.pairs):
                self.reason = f"the rest would hardly decide it, after {of_all}: {self._verdicts()}"

    def _verdicts(self) -> str:
        if len(self.pairs) <= 3:
            return "; ".join(f"{p.candidate} is {_IS[p.verdict]} {p.baseline}" for p in self.pairs)
        found = [pair.verdict for pair in self.pairs]
        return ", ".join(f"{found.count(verdict)} pairs {verdict}" for verdict in dict.fromkeys(found))

    def _check_size(self) -> None:
        unanimous = Pair(baseline="", candidate="", alpha=self.alpha, side=self.side, margin=None)
        for _ in range(min(self._units, 100)):
            unanimous.take(-1.0 if self.side == "worse" else 1.0, 0)
        unanimous.look()
        if unanimous.verdict == "undecided":
            what = "samples" if self.unit == "sample" else "clusters"
            hint = "" if self.unit == "sample" else ", or unit='sample', which speaks of these clusters only"
            raise ConfigError(
                f"{self._units} {what} decide nothing at alpha {self.alpha:g}, whatever the answers: "
                f"take more {what}{hint}"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    id: str
    cluster: str | None
