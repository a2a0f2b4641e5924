"""A candidate against its baseline: all changes, and what could have been seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.analysis.regression.baselines.baseline import Baseline
from workbench.analysis.regression.change import Change
from workbench.analysis.regression.measured import Measured
from workbench.analysis.regression.samples import FLAKY, FLIPS, Flips
from workbench.analysis.regression.telling.reported import REPORT_TYPE, payload
from workbench.analysis.regression.telling.said import sentence, title
from workbench.analysis.regression.telling.seen import seen
from workbench.analysis.regression.telling.shown import shown
from workbench.analysis.statistics import Verdict

WORST_FIRST: tuple[Verdict, ...] = ("worse", "undecided", "same", "better")
COLUMNS = [
    *("dataset", "model", "metric", "title", "verdict"),
    *(f"{name}{end}" for name in ("baseline", "candidate", "change") for end in ("", "_low", "_high")),
    *("relative", "p_worse", "p_better", "tolerance", "margin", "n", "dropped"),
    *("visible", "needed", "method", "note"),
]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False, eq=False)
class Regression:
    """Experiments against their baselines: one of each for each data set.

    Attributes:
        candidates: What is judged.
        baselines: What each of them is compared with, in the same order.
        changes: One for each data set, model and metric that both have something of, in this order.
        samples: Of each candidate, which samples changed sides, and which are flaky.
        missing: Models of a baseline that its candidate does not have. Nothing is known of them, so that
            the whole is undecided.
        left_out: What was not compared, and why, in words.
        notes: In what candidates differ from their baselines, in words.
        alpha: How often, at most, such a report names anything as worse though nothing changed.
    """

    candidates: tuple[Measured, ...]
    baselines: tuple[Measured | Baseline, ...]
    changes: tuple[Change, ...]
    samples: tuple[Flips, ...] = ()
    missing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    alpha: float = 0.05

    @property
    def worse(self) -> tuple[str, ...]:
        """What got worse, such as `sim/sage: quality`; with its data set, where there are several."""
        return self._names("worse")

    @property
    def undecided(self) -> tuple[str, ...]:
        """What cannot be told, likewise; a missing model among it."""
        return (*self._names("undecided"), *(f"{model}: missing" for model in self.missing))

    @property
    def verdict(self) -> Verdict:
        """The worst of all: `worse` before `undecided`, `same` and `better`."""
        found = {change.verdict for change in self.changes} | ({"undecided"} if self.missing else set())
        return next((verdict for verdict in WORST_FIRST if verdict in found), "undecided")

    @property
    def frame(self) -> pd.DataFrame:
        """One row a change.

        Columns:
            dataset, model, metric, title, verdict, baseline and candidate (the figures, with `_low` and
            `_high` of their 95 % intervals), change (likewise), relative, p_worse, p_better (adjusted for
            all), tolerance, margin, n, dropped, visible, needed, method, note; see `Change` and `Difference`.
        """
        return pd.DataFrame([_row(change) for change in self.changes], columns=COLUMNS)

    @property
    def flips(self) -> pd.DataFrame:
        """One row for each sample whose answers changed sides, of all data sets; see `Flips`."""
        return _together([each.flips for each in self.samples], FLIPS)

    @property
    def flaky(self) -> pd.DataFrame:
        """One row for each sample whose repeats disagree within one run, likewise."""
        return _together([each.flaky for each in self.samples], FLAKY)

    def answers(self) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
        """The answers of each baseline and its candidate, as `results` has them, for charts and `drift`."""
        olds = (old if isinstance(old, Measured) else old.measured for old in self.baselines)
        return [(old.rows, new.rows) for old, new in zip(olds, self.candidates, strict=True)]

    def sees(self) -> str:
        """What this comparison could have seen, by the spread that it met, in words: a line a data set."""
        return "\n".join(
            seen(each.dataset, [one for one in self.changes if one.dataset == each.dataset], self.alpha)
            for each in self.candidates
        )

    def __str__(self) -> str:
        lines = [
            *(f"{new.dataset}: {new.experiment} against baseline {old}" for new, old in self.pairs()),
            *(sentence(change) for change in self.worst_first()),
            *self.remarks(),
            self.sees(),
        ]
        return "\n".join(lines)

    __repr__ = __str__

    def worst_first(self) -> list[Change]:
        """The changes: data set by data set, what is worse first, then what is better, undecided, same."""
        order = ("worse", "better", "undecided", "same")
        datasets = [each.dataset for each in self.candidates]
        return sorted(self.changes, key=lambda one: (datasets.index(one.dataset), order.index(one.verdict)))

    def _repr_mimebundle_(self, **_: Any) -> Mapping[str, Any]:
        return {"text/plain": str(self), "text/html": shown(self), REPORT_TYPE: payload(self)}

    def _names(self, verdict: Verdict) -> tuple[str, ...]:
        several = len(self.candidates) > 1
        return tuple(
            f"{one.model}{f' on {one.dataset}' if several else ''}: {title(one)}"
            for one in self.changes
            if one.verdict == verdict
        )

    def pairs(self) -> list[tuple[Measured, str]]:
        """Each candidate, and its baseline in words."""
        return [(new, _named(old)) for new, old in zip(self.candidates, self.baselines, strict=True)]

    def remarks(self) -> list[str]:
        """What else has to be said: what is missing, left out, or asked otherwise; which samples changed."""
        said = [f"{model}: in the baseline, but not in the candidate; undecided" for model in self.missing]
        said += [*self.left_out, *self.notes]
        for new, each in zip(self.candidates, self.samples, strict=False):
            lost = int((each.flips["direction"] == "lost").sum())
            gained, flaky = len(each.flips) - lost, len(each.flaky)
            if lost or gained or flaky:
                counted = f"{lost} samples right then and wrong now, {gained} the other way round"
                said.append(f"{new.dataset}: {counted}, {flaky} flaky")
        return said


def _named(old: Measured | Baseline) -> str:
    if isinstance(old, Measured):
        return old.experiment
    reference = "" if old.reference == old.measured.experiment else f", found as {old.reference!r}"
    revision = f", commit {old.revision[:10]}" if old.revision else ""
    return f"{old.measured.experiment}{reference}{revision}"


def _together(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    # What is empty has no types, and is left out, so that those of the others stay.
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)


def _row(change: Change) -> list[Any]:
    found = change.difference
    return [
        *(change.dataset, change.model, change.metric, change.of.title, change.verdict),
        *(
            x
            for one in (found.baseline, found.candidate, found.change)
            for x in (one.value, one.low, one.high)
        ),
        *(change.of.relative, change.p_worse, change.p_better, change.tolerance, change.margin),
        *(found.n, found.dropped, change.visible, change.needed, found.method, change.note),
    ]
