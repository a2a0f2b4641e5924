"""What a difference is worth among others, by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from workbench.analysis.estimates import Estimate
from workbench.analysis.regression.change import Change, Difference
from workbench.analysis.regression.judged import Found, judged
from workbench.analysis.regression.measures.paired import difference as paired
from workbench.analysis.regression.metrics import METRICS
from workbench.analysis.regression.resolution import needed, visible
from workbench.analysis.statistics import paired_difference

Z = float(norm.isf(0.05) + norm.ppf(0.8))  # 2.4865


def difference(
    value: float, error: float, *, p: float | None = None, n: int = 100, **more: Any
) -> Difference:
    """A change of a figure that is better where it is higher; its p value by z where not given."""
    figure = Estimate(value=0.8, low=0.7, high=0.9, n=n)
    p = float(norm.cdf(value / error)) if p is None and error else math.nan if p is None else p
    change = Estimate(value=value, low=value - 1.96 * error, high=value + 1.96 * error, n=n)
    given: dict[str, Any] = {"p_worse": p, "p_better": 1 - p, "units": n, "dropped": 0, "method": "paired t"}
    given |= {"baseline": figure, "candidate": figure, "change": change, "error": error, "n": n} | more
    return Difference(**given)


def judge(*found: tuple[str, Difference], alpha: float = 0.05, epochs: int = 1, **slack: Any) -> list[Change]:
    return list(
        judged(
            [
                Found(
                    dataset="set",
                    model="a/b",
                    metric=metric,
                    unit=METRICS[metric].unit,
                    epochs=(epochs, epochs),
                    difference=one,
                )
                for metric, one in found
            ],
            alpha=alpha,
            tolerance=slack.get("tolerance", {}),
            margin=slack.get("margin", {}),
        )
    )


def test_a_fall_beyond_chance_and_tolerance_is_worse_and_a_rise_is_better() -> None:
    fall, rise = difference(-0.08, 0.03), difference(0.08, 0.03)
    assert [judge(("quality", one))[0].verdict for one in (fall, rise)] == ["worse", "better"]
    assert judge(("quality", fall), tolerance={"quality": 0.08})[0].verdict == "undecided"
    assert judge(("quality", fall), tolerance={"quality": 0.079})[0].verdict == "worse"
    assert judge(("quality", fall), alpha=0.001)[0].verdict == "undecided"


def test_more_of_what_should_be_low_is_worse() -> None:
    rise = difference(0.08, 0.03, p=0.0001)
    assert judge(("error_rate", rise))[0].verdict == "worse"
    assert judge(("error_rate", difference(-0.08, 0.03, p=0.9999)))[0].verdict == "better"


def test_a_whole_interval_within_the_margin_is_the_same_and_else_it_is_undecided() -> None:
    assert judge(("quality", difference(-0.01, 0.02)))[0].verdict == "same"  # [-4.9, 2.9] points
    assert judge(("quality", difference(-0.012, 0.02)))[0].verdict == "undecided"  # [-5.1, 2.7]
    assert judge(("quality", difference(-0.012, 0.02)), margin={"quality": 0.06})[0].verdict == "same"
    # Sure and small: what is worse is not the same, unless it is let pass.
    small = difference(-0.02, 0.005)
    assert judge(("quality", small))[0].verdict == "worse"
    assert judge(("quality", small), tolerance={"quality": 0.03})[0].verdict == "same"


def test_quality_is_tested_nearly_as_if_it_was_alone_and_the_rest_shares_what_is_left() -> None:
    rest = [(name, difference(0.0, 0.02)) for name in METRICS if name not in ("quality", "error_rate")]
    quality = difference(-0.05, 0.02, p=0.047)
    failed = difference(0.1, 0.03, p=0.0005)
    of_quality, of_failed, *others = judge(("quality", quality), ("error_rate", failed), *rest)
    # In order of p / weight: quality .047 120 / 114 = .0495; then .0005 times the 6 weights that remain.
    assert (of_quality.p_worse, of_quality.verdict) == (pytest.approx(0.047 * 120 / 114), "worse")
    assert (of_failed.p_worse, of_failed.verdict) == (pytest.approx(0.0495, abs=3e-5), "worse")
    # (.0495 is also the least that what comes after it may have)
    assert all(change.p_worse == 1 and change.verdict != "worse" for change in others)
    # By itself, beside a quality that did not change, .0005 is not enough: times 120.
    alone = judge(("quality", difference(0.0, 0.02)), ("error_rate", failed), *rest)[1]
    assert (alone.p_worse, alone.verdict) == (pytest.approx(0.06), "undecided")


def test_what_cannot_differ_or_has_no_p_value_takes_nothing_from_the_others() -> None:
    quality = difference(-0.05, 0.02, p=0.049)
    none = difference(0.0, 0.0, p=0.5, possible=False)
    undefined = difference(math.nan, math.nan, n=1)
    found = judge(("quality", quality), ("error_rate", none), ("cost", undefined))
    assert found[0].p_worse == pytest.approx(0.049)
    assert [math.isnan(change.p_worse) and math.isnan(change.p_better) for change in found[1:]] == [
        True,
        True,
    ]
    assert [change.verdict for change in found] == ["worse", "same", "undecided"]
    assert found[2].needed is None


def test_the_two_directions_are_adjusted_each_for_itself() -> None:
    [fallen, risen] = judge(("quality", difference(-0.1, 0.02)), ("quality", difference(0.1, 0.02)))
    assert (fallen.verdict, risen.verdict) == ("worse", "better")
    assert fallen.p_worse == pytest.approx(2 * norm.cdf(-5))
    assert risen.p_better == pytest.approx(2 * norm.cdf(-5))


def test_reports_on_which_nothing_changed_are_red_in_at_most_alpha_of_cases() -> None:
    rng = np.random.default_rng(5)
    red, green, reports = 0, 0, 800
    for _ in range(reports):
        # Two models; what is measured of one and the same answers depends on each other.
        z = math.sqrt(0.5) * (rng.normal(size=(2, len(METRICS))) + rng.normal(size=(2, 1)))
        changes = judge(
            *(
                (name, difference(0.02 * one, 0.02))
                for row in z
                for name, one in zip(METRICS, row, strict=True)
            )
        )
        red += any(change.verdict == "worse" for change in changes)
        green += any(change.verdict == "better" for change in changes)
    # Binomial(800, 0.05): more than 61 in 1 of 1,000 cases. Nearly all the error is used: it is for quality.
    assert 20 < red <= 61
    assert 20 < green <= 61


def test_what_could_have_been_seen_goes_by_the_error_that_the_test_may_make() -> None:
    seen = difference(0.01, 0.02)
    # (1.96 + 0.8416) 0.02 = 0.056; by t with 99 degrees of freedom (1.9842 + 0.8453) 0.02 = 0.0566
    assert visible(seen, unit="score", alpha=0.025, tolerance=0.0) == pytest.approx(0.0566, abs=5e-5)
    # Four points in five are beyond the tolerance where the change is 0.8416 errors more.
    assert visible(seen, unit="score", alpha=0.025, tolerance=0.05) == pytest.approx(0.0668, abs=5e-5)
    # A share that falls makes more samples differ: δ = 2.8295 sqrt(0.02² + δ / 100); of 4 answers, δ / 400.
    assert visible(seen, unit="share", alpha=0.025, tolerance=0.0) == pytest.approx(0.1093, abs=5e-5)
    assert visible(seen, unit="share", alpha=0.025, tolerance=0.0, epochs=4) == pytest.approx(
        0.0675, abs=5e-5
    )
    pair = judge(("quality", seen), ("quality", difference(0.0, 0.02)))
    assert [change.visible for change in pair] == pytest.approx([0.1093, 0.1093], abs=5e-5)
    # What was no test would have been one more.
    [_, none] = judge(("quality", seen), ("error_rate", difference(0.0, 0.0, p=0.5, possible=False)))
    assert none.visible == pytest.approx((norm.isf(0.05 / 115) + norm.ppf(0.8)) ** 2 / 100)


@pytest.mark.parametrize(("samples", "epochs"), [(200, 1), (60, 4)])
def test_a_fall_that_could_have_been_seen_is_found_four_times_out_of_five(samples: int, epochs: int) -> None:
    rng, right, times = np.random.default_rng(6), 0.98, 100

    def found(fall: float) -> Change:
        then, now = (rng.binomial(epochs, p, samples) / epochs for p in (right, right - fall))
        test = paired_difference(then, now)
        share = Estimate(value=right, low=right, high=right, n=samples)
        return judge(("quality", paired(test, share, share, "higher")), epochs=epochs)[0]

    size = np.median([found(0.0).visible for _ in range(20)])
    assert 0.04 < size < 0.06
    seen = sum(found(size).verdict == "worse" for _ in range(times))
    # Binomial(100, 0.8): fewer than 68 in 1 of 1,000 cases
    assert 68 <= seen <= 95


def test_where_nothing_differs_few_samples_could_not_have_shown_much() -> None:
    still = difference(0.0, 0.0, p=0.5, n=50)
    assert visible(still, unit="share", alpha=0.05, tolerance=0.0) == pytest.approx(Z**2 / 50)
    few = difference(0.0, 0.0, p=0.5, n=5)
    for unit, one in (("share", few), ("score", still), ("s", still), ("share", difference(0.0, math.nan))):
        assert math.isnan(visible(one, unit=unit, alpha=0.05, tolerance=0.0))  # type: ignore[arg-type]


def test_the_number_that_would_decide_is_the_smaller_of_finding_it_and_ruling_it_out() -> None:
    def samples(value: float, error: float, tolerance: float = 0.0, **more: Any) -> int | None:
        one = difference(value, error, **more)
        return needed(one, alpha=0.05, tolerance=tolerance, margin=0.05)

    # To find 4 points: 100 (2.4865 0.03 / 0.04)² = 348, up to two figures 350. To rule out 5, it takes
    # 100 (3.2415 0.03 / 0.01)² = 9,457.
    assert samples(-0.04, 0.03) == 350
    assert samples(0.04, 0.03) == 350
    # To find 1 point: 100 (2.4865 0.03 / 0.01)² = 5,564; to rule out 5: 100 (3.2415 0.03 / 0.04)² = 591.
    assert samples(-0.01, 0.03) == 600
    # 4 points beyond a tolerance of 3: 100 (0.8416 0.03 / 0.01)² = 637
    assert samples(-0.04, 0.03, tolerance=0.03) == 640
    # 4 points that are let pass: only to rule out 5
    assert samples(-0.04, 0.03, tolerance=0.04) == 9500
    # No sample differs: an interval of ±16 narrows as 1 / n, 20 times 16 / 5 = 64
    still = Estimate(value=0.0, low=-0.16, high=0.16, n=20)
    assert samples(0.0, 0.0, p=0.5, n=20, change=still) == 70
    # Never fewer than were not enough, and none where nothing is known.
    assert samples(-0.4, 0.1, n=10) == 20
    assert samples(math.nan, math.nan) is None
    assert samples(-0.05, 0.03, tolerance=0.06) is None
