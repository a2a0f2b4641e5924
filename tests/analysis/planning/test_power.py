"""What samples can show: formulas against published numbers, and against what our tests find."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.estimates import accuracy
from workbench.analysis.planning.power import mde, samples_needed, visible
from workbench.analysis.regression import resolution
from workbench.analysis.regression.measures.paired import difference
from workbench.analysis.statistics import paired_difference

PUBLISHED = json.loads(Path(__file__).parents[1].joinpath("published.json").read_text())


def test_the_sample_size_is_the_one_that_miller_published() -> None:
    case = PUBLISHED["miller_power"]
    delta, omega2 = case["inputs"]["delta"], case["inputs"]["omega2"]
    assert samples_needed(delta, between=omega2) == pytest.approx(case["published"][0], abs=case["tol"])
    assert mde(case["published"][0], between=omega2) == pytest.approx(0.03, abs=1e-5)


@pytest.mark.parametrize(
    ("n", "once", "four_times"), [(60, 0.130, 0.066), (120, 0.092, 0.046), (400, 0.051, 0.026)]
)
def test_what_a_rerun_can_show_is_what_was_simulated(n: int, once: float, four_times: float) -> None:
    # The table is of items whose chance to be right is Beta(.8, .2): E p(1 - p) = .16 / 2 = .08 for each run.
    found = [mde(n, within=0.16, epochs=epochs, sides=1) for epochs in (1, 4)]
    assert found == pytest.approx([once, four_times], abs=0.002)


@pytest.mark.parametrize(("n", "epochs"), [(100, 1), (60, 4)])
def test_a_fall_that_a_rerun_can_show_is_found_four_times_out_of_five(n: int, epochs: int) -> None:
    rng = np.random.default_rng(7)
    fall = mde(n, within=0.16, unchanged=True, epochs=epochs, sides=1)
    found = 0
    for _ in range(300):
        p = rng.beta(0.8, 0.2, n)
        then, now = rng.binomial(epochs, p) / epochs, rng.binomial(epochs, p * (1 - fall / 0.8)) / epochs
        found += paired_difference(then, now).p_worse < 0.05
    # Of 1,500: 87 % and 82 %; the spread of no change alone would have it at 64 % and 70 %.
    assert 0.76 < found / 300 < 0.92


def test_a_plan_for_a_rerun_and_its_report_name_the_same_fall() -> None:
    scores = np.repeat([1.0, 0.75, 0.5, 0.25], 30)
    test = paired_difference(scores, np.roll(scores, 30))
    found = difference(test, accuracy(scores), accuracy(scores), "higher")
    planned = mde(120, within=4 * 120 * test.error**2, unchanged=True, epochs=4, sides=1, graded=True)
    reported = resolution.visible(found, unit="share", alpha=0.05, tolerance=0.0, epochs=4)
    assert planned == pytest.approx(reported, rel=0.01)  # z here, t there


def test_few_samples_show_no_difference_that_they_cannot_hold() -> None:
    # z = 1.6449 + .8416, z² = 6.1826; even if nothing ever differs, 60 answers show no less than 6.1826 / 60
    assert mde(60, sides=1) == pytest.approx(0.10304, abs=1e-4)
    assert mde(15, epochs=4, sides=1) == pytest.approx(0.10304, abs=1e-4)
    assert math.isnan(mde(6, within=0.1, sides=1))
    assert math.isnan(mde(0, within=0.1))
    assert mde(60, graded=True) == 0


def test_clusters_need_more_samples_and_few_of_them_still_more() -> None:
    alone = samples_needed(0.05, between=0.1, within=0.1)
    clustered = samples_needed(0.05, between=0.1, within=0.1, cluster_size=10, icc=0.1)
    # (.1 (1 + 9 * .1) + .1) / .2 = 1.45 times as many, and a little more for t in place of z
    assert clustered / alone == pytest.approx(1.45, rel=0.04)
    # 6 clusters: (t(.975, 5) + t(.8, 5)) = 2.5706 + .9195 in place of 1.9600 + .8416
    ratio = mde(60, within=0.4, cluster_size=10) / mde(60, within=0.4)
    assert ratio == pytest.approx(3.4901 / 2.8016, abs=1e-3)
    assert math.isnan(mde(10, within=0.1, cluster_size=10))


FACTS = st.fixed_dictionaries(
    {
        "between": st.floats(0, 0.25),
        "within": st.floats(0, 0.5),
        "epochs": st.integers(1, 8),
        "cluster_size": st.sampled_from([1, 4, 10]),
        "graded": st.booleans(),
        "unchanged": st.booleans(),
    }
)


@given(st.floats(0.01, 0.3), FACTS)
@settings(max_examples=60, deadline=None)
def test_the_samples_needed_are_the_fewest_that_can_show_it(delta: float, facts: dict[str, Any]) -> None:
    n = samples_needed(delta, **facts)
    assert mde(n, **facts) <= delta
    assert n == 1 or not mde(n - 1, **facts) <= delta
    assert samples_needed(delta, **facts, sides=1) <= n
    assert samples_needed(delta, **facts | {"epochs": facts["epochs"] + 1}) <= n
    assert samples_needed(delta / 2, **facts) >= n


@pytest.mark.parametrize("delta", [0, -0.1, math.nan])
def test_a_difference_of_nothing_cannot_be_planned_for(delta: float) -> None:
    with pytest.raises(ValueError, match="give the difference to be found"):
        samples_needed(delta)


@pytest.mark.parametrize(
    ("n", "epochs", "size"), [(150, 1, 1), (60, 4, 1), (150, 1, 5)], ids=["once", "repeats", "clusters"]
)
def test_our_tests_find_a_difference_of_the_mde_four_times_out_of_five(
    n: int, epochs: int, size: int
) -> None:
    # Chances to be right between .3 and .7 that move up or down by .15 on the average, clusters as one.
    rng = np.random.default_rng(5)
    clusters = np.repeat(np.arange(n // size), size)
    within = 2 * (0.5 - 0.02 - 0.25 - 0.0225)  # 2 E p(1 - p), p = .5 ± .2 ± .15 up to the drop
    drop = mde(n, between=0.09, within=within, epochs=epochs, cluster_size=size, icc=float(size > 1))
    found = 0
    for _ in range(400):
        move = rng.choice([-0.15, 0.15], size=n // size)[clusters]
        p = 0.5 + rng.choice([-0.1414, 0.1414], size=n)
        one = rng.binomial(epochs, np.clip(p + move + drop / 2, 0, 1)) / epochs
        other = rng.binomial(epochs, np.clip(p - move - drop / 2, 0, 1)) / epochs
        found += paired_difference(other, one, clusters).p < 0.05
    assert found / 400 == pytest.approx(0.8, abs=3 * math.sqrt(0.8 * 0.2 / 400))


def test_a_test_tells_what_it_could_have_seen() -> None:
    # 22 of 161 pairs differ: error .028734; z = 1.95996 + .84162
    binary = paired_difference([1] * 75 + [0] * 86, [1] * 59 + [0] * 16 + [1] * 6 + [0] * 80)
    assert visible(binary) == pytest.approx(2.80158 * 0.028719, abs=1e-5)
    # nothing differs: no less than z² / n = 7.8489 / 60
    assert visible(paired_difference([1] * 60, [1] * 60)) == pytest.approx(0.130815, abs=1e-5)
    graded = paired_difference([0.1, 0.5, 0.9, 0.4], [0.2, 0.5, 0.8, 0.9])
    assert visible(graded) == pytest.approx((3.18245 + 0.97847) * graded.error, abs=1e-4)  # t on 3
    assert math.isnan(visible(paired_difference([], [])))
