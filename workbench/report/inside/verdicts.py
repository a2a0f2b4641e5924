"""Verdicts on scores of a notebook's own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.analysis.estimates import Estimate, accuracy
from workbench.analysis.regression.judged import LACKS, hides
from workbench.analysis.statistics import PairedTest, Verdict, holm, paired_difference
from workbench.analysis.statistics import verdict as judged
from workbench.report.inside.scores import Paired, paired
from workbench.report.inside.telling import Told


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Judged(Told):
    """A verdict on two sets of scores, which shows itself.

    Attributes:
        name: What was compared.
        verdict: `better`, `same`, `worse` or `undecided`.
        change: Mean of candidate - baseline, with its 95 % interval.
        p_worse: One-sided p value of "not worse", adjusted where several were compared together; `nan` where
            undefined.
        p_better: The same for better.
    """

    name: str
    verdict: Verdict
    change: Estimate
    p_worse: float
    p_better: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Verdicts:
    """Several verdicts that together make at most `alpha` false alarms."""

    judged: tuple[Judged, ...]

    @property
    def verdict(self) -> Verdict:
        """The one that matters most: worse, undecided, better, same."""
        order: tuple[Verdict, ...] = ("worse", "undecided", "better", "same")
        return min((one.verdict for one in self.judged), key=order.index)

    def __getitem__(self, name: str) -> Judged:
        found = {one.name: one for one in self.judged}
        if name not in found:
            raise KeyError(f"no verdict {name!r}: there are {', '.join(found)}")
        return found[name]

    def __str__(self) -> str:
        return "\n".join(one.said for one in self.judged)

    def _ipython_display_(self) -> None:
        for one in self.judged:
            one._ipython_display_()


def verdict(
    name: str,
    baseline: Any,
    candidate: Any,
    *,
    clusters: Any = None,
    higher_is_better: bool = True,
    tolerance: float = 0.0,
    margin: float = 0.05,
    alpha: float = 0.05,
) -> Judged:
    """Judge the candidate's scores against the baseline's, sample by sample; `worse` fails the report.

    Args:
        name: What is compared, as it is to be called in the report.
        baseline: One score a sample, the mean over its repeats: a sequence, a Series whose index names the
            samples, or a dictionary by sample. `None`, `nan` and samples of only one side are left out. Those
            that the candidate lacks hide nothing: what is `same` or `better` has to be so, too, if they had
            the worst score (see `Paired.worst`), and is `undecided` otherwise.
        candidate: The same samples, in the same form; sequences in the same order.
        clusters: The group of each sample, in the same form, where samples are not independent.
        higher_is_better: Whether a higher score is the better one.
        tolerance: A change up to this size, in the unit of the scores, is neither worse nor better.
        margin: The whole interval of the change within ±`margin` is `same`.
        alpha: How often `worse` may be said though nothing changed, in (0, 1).

    Raises:
        TypeError: A score is no number, or the two are of different forms.
        ValueError: They differ in length or there is nothing to compare, `alpha` is not in (0, 1), `margin`
            or `tolerance` is below 0.

    Source:
        The tests are those of `workbench.analysis.statistics.paired_difference`.
    """
    return verdicts(
        {name: (baseline, candidate)},
        clusters=clusters,
        higher_is_better=higher_is_better,
        tolerance=tolerance,
        margin=margin,
        alpha=alpha,
    ).judged[0]


def verdicts(
    scores: Mapping[str, tuple[Any, Any]],
    *,
    clusters: Any = None,
    higher_is_better: bool = True,
    tolerance: float = 0.0,
    margin: float = 0.05,
    alpha: float = 0.05,
) -> Verdicts:
    """Judge several sets of scores at once; `alpha` bounds the chance of any false alarm among them (Holm).

    Args:
        scores: Baseline and candidate by name; the rest is as in `verdict`.
        clusters: See `verdict`; likewise the others.
        higher_is_better: See `verdict`.
        tolerance: See `verdict`.
        margin: See `verdict`.
        alpha: See `verdict`.

    Raises:
        TypeError: As in `verdict`.
        ValueError: As in `verdict`, or there is nothing at all.
    """
    if not scores:
        raise ValueError("there is nothing to judge: give {name: (baseline, candidate)}")
    if not (0 < alpha < 1 and margin >= 0 and tolerance >= 0):
        raise ValueError(
            f"alpha is {alpha!r}, margin {margin!r}, tolerance {tolerance!r}: give alpha in (0, 1), the "
            "others from 0"
        )
    pairs = {str(name): paired(str(name), *_two(name, both), clusters) for name, both in scores.items()}
    tests = [paired_difference(pair.baseline, pair.candidate, pair.clusters) for pair in pairs.values()]
    if not higher_is_better:
        tests = [_turned(test) for test in tests]
    falls, rises = holm([test.p_worse for test in tests]), holm([test.p_better for test in tests])
    adjusted = [
        replace(test, p_worse=fall, p_better=rise)
        for test, fall, rise in zip(tests, falls, rises, strict=True)
    ]
    limits = {"tolerance": tolerance, "margin": margin, "alpha": alpha, "higher_is_better": higher_is_better}
    made = tuple(
        _judged(name, pair, test, limits) for (name, pair), test in zip(pairs.items(), adjusted, strict=True)
    )
    for one in made:
        one.tell()
    return Verdicts(judged=made)


def _two(name: str, both: Any) -> tuple[Any, Any]:
    if not isinstance(both, tuple | list) or len(both) != 2:
        raise TypeError(f"{name}: give a pair, the baseline's scores and the candidate's")
    return both[0], both[1]


def _turned(test: PairedTest) -> PairedTest:
    """The same test where less is better."""
    change = test.difference
    turned = replace(change, value=-change.value, low=-change.high, high=-change.low)
    return replace(test, difference=turned, p_worse=test.p_better, p_better=test.p_worse)


def _judged(name: str, pair: Paired, test: PairedTest, limits: Mapping[str, Any]) -> Judged:
    found = judged(test, alpha=limits["alpha"], tolerance=limits["tolerance"], margin=limits["margin"])
    hidden = hides(found, _worst(pair, limits), tolerance=limits["tolerance"], margin=limits["margin"])
    found = "undecided" if hidden else found
    shown = test if limits["higher_is_better"] else _turned(test)  # as the scores are, not turned round
    sides = {
        side: _estimate(accuracy(scores, pair.clusters) if not all(map(math.isnan, scores)) else None)
        for side, scores in (("baseline", pair.baseline), ("candidate", pair.candidate))
    }
    dropped = f", {shown.dropped} left out, not scored in both" if shown.dropped else ""
    said = (
        f"{name}: {found}; changed by {shown.difference}{dropped} "
        f"({shown.method}, p {_p(test.p_worse)} for worse, tolerance {limits['tolerance']:g})"
        f"{'; ' + LACKS.format(pair.lacks) if hidden else ''}"
    )
    payload = {
        "kind": "verdict",
        "name": name,
        "verdict": found,
        "said": said,
        **sides,
        "change": _estimate(shown.difference),
        "p_worse": _finite(test.p_worse),
        "p_better": _finite(test.p_better),
        **limits,
        "n": shown.n,
        "dropped": shown.dropped,
        "method": shown.method,
    }
    return Judged(
        payload=payload,
        said=said,
        name=name,
        verdict=found,
        change=shown.difference,
        p_worse=test.p_worse,
        p_better=test.p_better,
    )


def _worst(pair: Paired, limits: Mapping[str, Any]) -> Estimate | None:
    """The change if what lacks were as bad as can be, above 0 for the better; `None` where nothing lacks."""
    if not pair.lacks:
        return None
    higher = limits["higher_is_better"]
    test = paired_difference(pair.baseline, pair.worst(higher_is_better=higher), pair.clusters)
    return (test if higher else _turned(test)).difference


def _estimate(estimate: Estimate | None) -> dict[str, float | int | None]:
    if estimate is None:
        return {"value": None, "low": None, "high": None, "n": 0}
    return {
        "value": _finite(estimate.value),
        "low": _finite(estimate.low),
        "high": _finite(estimate.high),
        "n": estimate.n,
    }


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _p(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2g}"
