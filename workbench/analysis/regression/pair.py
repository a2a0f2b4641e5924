"""One candidate beside its baseline, on one data set."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from workbench.analysis.regression.asked import check_models
from workbench.analysis.regression.judged import Found
from workbench.analysis.regression.measured import Measured
from workbench.analysis.regression.measures import MEASURES
from workbench.analysis.regression.metrics import METRICS
from workbench.analysis.regression.samples import Flips, flips
from workbench.analysis.regression.smoke import GIVEN_UP, smoke
from workbench.analysis.regression.telling.said import figure, listed
from workbench.errors import DataError


@dataclass(kw_only=True, slots=True, eq=False)
class Pair:
    """What a candidate and its baseline say about each model that both have.

    Attributes:
        new: The candidate.
        old: Its baseline.
        metrics: By which they are compared.
        alpha: Of the whole report, for a candidate that was stopped early.
        margin: Of its quality, likewise.
        clustered: Whether samples of one cluster may have changed together.
        quarantine: Samples to leave out.
        several: Whether the report is of several data sets, so that names need theirs.
        found: The differences.
        missing: Models of the baseline that the candidate does not have.
        left_out: What is not compared, in words.
    """

    new: Measured
    old: Measured
    metrics: Sequence[str]
    alpha: float
    margin: float
    clustered: bool
    quarantine: frozenset[str]
    several: bool
    found: list[Found] = field(default_factory=list, init=False)
    missing: list[str] = field(default_factory=list, init=False)
    left_out: list[str] = field(default_factory=list, init=False)

    def compare(self) -> None:
        """Fill `found`, `missing` and `left_out`.

        Raises:
            ConfigError: There is no model in common.
            DataError: The candidate is empty, or one of its models has no answer, or none with a score.
        """
        now, then = self._by_model(self.new), self._by_model(self.old)
        labels = self._labels(now, then)
        if named := sorted(self.quarantine & set(self.new.rows["sample"].dropna())):
            self.left_out.append(
                f"{self.new.dataset}: {len(named)} samples in quarantine, left out: {listed(named)}"
            )
        for model, rows in now.items():
            if model in labels:
                self._check_answers(model, rows)
        for model, rows in now.items():
            if model not in labels:
                self.left_out.append(f"{self._named(model)}: not in the baseline, compared with nothing")
            elif self.new.until is None:
                self.found += self._differences(model, labels[model], then[labels[model]], rows)
            else:
                self._tell(model, then[labels[model]], rows)
        if self.new.until is not None and "quality" in self.metrics:
            self.found += self._stopped(labels)
        self.missing += [self._named(model) for model in then if model not in labels.values()]

    def samples(self) -> Flips:
        """Which samples changed sides, and which are flaky."""
        old, new = (self._compared(each) for each in (self.old, self.new))
        return flips(old, new, dataset=self.new.dataset)

    def _differences(self, model: str, label: str, then: pd.DataFrame, now: pd.DataFrame) -> Iterator[Found]:
        beyond = not pd.concat([then["value"], now["value"]]).dropna().between(0, 1).all()
        for metric in self.metrics:
            difference = MEASURES[metric](then, now)
            if metric != "quality" and math.isnan(difference.change.value):
                few = f"{difference.n} samples are too few" if difference.n else "nothing"
                self.left_out.append(f"{self._named(model)}: {METRICS[metric].title}: {few} to compare")
                continue
            yield Found(
                dataset=self.new.dataset,
                model=model,
                metric=metric,
                unit="score" if metric == "quality" and beyond else METRICS[metric].unit,
                epochs=(self.old.epochs, self.new.epochs),
                difference=difference,
                note="" if model == label else f"the baseline is {label}",
            )

    def _stopped(self, labels: Mapping[str, str]) -> Iterator[Found]:
        """The quality of each model that is compared, at the moment at which the candidate was stopped."""
        decided = smoke(self.old, self.new, alpha=self.alpha, margin=self.margin, quarantine=self.quarantine)
        for model in labels:
            one = decided.get(model)
            nothing = self.new.rows[:0]
            yield Found(
                dataset=self.new.dataset,
                model=model,
                metric="quality",
                unit="share",
                epochs=(self.old.epochs, self.new.epochs),
                difference=MEASURES["quality"](nothing, nothing) if one is None else one.difference,
                note="the baseline has no score of it" if one is None else one.note,
                early=one,
            )

    def _tell(self, model: str, then: pd.DataFrame, now: pd.DataFrame) -> None:
        """What else was measured until it was stopped: when that was depends on it, so that no test holds."""
        told = []
        for metric in self.metrics:
            one, unit = MEASURES[metric](then, now), METRICS[metric].unit
            if metric != "quality" and one.n:
                old, new = figure(one.baseline, unit), figure(one.candidate, unit)
                told.append(f"{METRICS[metric].title} {old} then, {new} now")
        if told:
            self.left_out.append(
                f"{self._named(model)}: watched to be stopped early, so that this is not judged: "
                f"{'; '.join(told)}"
            )

    def _by_model(self, measured: Measured) -> dict[str, pd.DataFrame]:
        """The rows of each model that are compared, in the order in which they were asked."""
        rows = self._compared(measured)
        if not self.clustered:
            rows = rows.assign(cluster=None)
        return {str(model): own for model, own in rows.groupby("model", sort=False)}

    def _compared(self, measured: Measured) -> pd.DataFrame:
        rows = measured.rows.dropna(subset=["sample"])
        return rows[~rows["sample"].isin(self.quarantine)] if self.quarantine else rows

    def _labels(self, now: dict[str, pd.DataFrame], then: dict[str, pd.DataFrame]) -> dict[str, str]:
        """The models that are compared, and by what label the baseline has them."""
        if not now:
            raise DataError(
                f"{self.new.experiment} asked no sample of {self.new.dataset!r}: nothing to compare"
            )
        return check_models(self.new.experiment, now, self.old.experiment, then)

    def _check_answers(self, model: str, rows: pd.DataFrame) -> None:
        failed = rows[rows["status"] != "ok"]
        if len(failed) == len(rows):
            first = failed.iloc[0]
            words = (first["error_type"], first["error_message"])
            why = " ".join(str(word) for word in words if pd.notna(word)) or str(first["status"])
            raise DataError(
                f"{model}: all {len(rows)} calls of {self.new.experiment} failed, so there is nothing to "
                f"compare; the first: {why!r:.300}"
            )
        planned = self.new.samples * self.new.epochs
        if len(failed) and len(rows) < planned and failed["error_type"].isin(GIVEN_UP).any():
            first = failed[failed["error_type"].isin(GIVEN_UP)].iloc[0]
            refused = f"{first['error_type']} {first['error_message']}"
            raise DataError(
                f"{model}: given up after {len(rows)} of {planned} calls of {self.new.experiment}, so it "
                f"is not known whether it got worse: {refused!r:.300}"
            )
        if "quality" in self.metrics and rows["value"].isna().all():
            raise DataError(
                f"{model}: no answer was scored in {self.new.experiment}, so there is nothing to compare"
            )

    def _named(self, model: str) -> str:
        return f"{model} on {self.new.dataset}" if self.several else model
