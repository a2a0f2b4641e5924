from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2 as chi2_distribution

from workbench.analysis.discordant import mid_p, tango_interval

PUBLISHED = json.loads(Path(__file__).with_name("published.json").read_text())


@pytest.mark.parametrize("case", ["tango_cavo", "tango_bentur"])
def test_tango_bounds_are_those_published(case: str) -> None:
    facts = PUBLISHED[case]
    assert tango_interval(**facts["inputs"], level=0.95) == pytest.approx(
        facts["published"], abs=facts["tol"]
    )


def test_the_bound_of_the_published_chi2_is_no_difference() -> None:
    # Tango's statistic against no difference is (b - c)² / (b + c), McNemar's without a correction.
    case = PUBLISHED["mcnemar_wp1"]
    (yes, b), (c, no) = case["inputs"]
    [chi2] = case["published"]
    for off, sign in ((-case["tol"], 1), (case["tol"], -1)):
        low, _ = tango_interval(b, c, yes + b + c + no, level=float(chi2_distribution.cdf(chi2 + off, 1)))
        assert sign * low > 0


def test_twice_the_one_sided_mid_p_is_the_published_one() -> None:
    case = PUBLISHED["mcnemar_wp2"]
    (_, b), (c, _) = case["inputs"]
    assert 2 * mid_p(c, b + c) == pytest.approx(0.034690, abs=1e-6)  # R contingencytables, more digits
    assert 2 * mid_p(c, b + c) == pytest.approx(case["published"][1], abs=case["tol"])


def test_mid_p_values_of_both_sides_add_up_to_one() -> None:
    assert mid_p(3, 10) + mid_p(7, 10) == pytest.approx(1)
    assert mid_p(0, 0) == 0.5


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_tangos_interval_is_mirrored_grows_with_its_level_and_stays_in_the_scale(
    gains: int, losses: int, same: int, level: float
) -> None:
    n = gains + losses + same + 1
    low, high = tango_interval(gains, losses, n, level)
    assert (-high, -low) == pytest.approx(tango_interval(losses, gains, n, level))
    assert -1 <= low < high <= 1
    assert low <= (gains - losses) / n <= high
    wider = tango_interval(gains, losses, n, (1 + level) / 2)
    assert wider[0] < low
    assert high < wider[1]


@pytest.mark.parametrize(
    ("n", "won", "lost", "promised"),
    [(20, 0.1, 0.1, 0.956), (60, 0.02, 0.1, 0.933), (200, 0.15, 0.1, 0.951)],  # of 40,000 tables each
)
def test_tangos_intervals_hold_the_difference_in_93_to_96_of_100_cases(
    n: int, won: float, lost: float, promised: float
) -> None:
    tables = np.random.default_rng(1).multinomial(n, [won, lost, 1 - won - lost], size=4000)
    counts, times = np.unique(tables[:, :2], axis=0, return_counts=True)
    bounds = np.array([tango_interval(int(gains), int(losses), n, 0.95) for gains, losses in counts])
    held = (bounds[:, 0] <= won - lost) & (won - lost <= bounds[:, 1])
    assert held @ times / 4000 == pytest.approx(promised, abs=0.012)


def test_an_interval_without_discordant_items_shrinks_with_n_but_has_a_width() -> None:
    # z² = 3.8415: ±3.8415 / (60 + 3.8415)
    assert tango_interval(0, 0, 60, 0.95) == pytest.approx((-0.060172, 0.060172), abs=1e-5)


@pytest.mark.parametrize("n", [1, 2, 20, 1000])
def test_bounds_meet_the_end_of_the_scale_where_all_items_moved(n: int) -> None:
    low, high = tango_interval(n, 0, n, 0.95)
    assert high == 1
    assert -1 < low < 1
    assert tango_interval(0, n, n, 0.95) == pytest.approx((-1, -low))


@pytest.mark.parametrize(("gains", "losses"), [(0, 3), (5, 2), (10, 10), (1, 19)])
def test_at_a_bound_the_score_statistic_is_z(gains: int, losses: int) -> None:
    n = 40
    for bound in tango_interval(gains, losses, n, 0.95):
        # the likeliest table under that difference, searched on a grid instead of solved
        shares = [i / 200000 for i in range(1, 200000) if 0 < i / 200000 + bound < 1 - i / 200000]
        lost = max(shares, key=lambda s: _log_likelihood(gains, losses, n, won=s + bound, lost=s))
        error = math.sqrt(n * (2 * lost + bound - bound**2))
        assert abs(gains - losses - n * bound) / error == pytest.approx(1.95996, abs=2e-3)


def _log_likelihood(gains: int, losses: int, n: int, *, won: float, lost: float) -> float:
    return gains * math.log(won) + losses * math.log(lost) + (n - gains - losses) * math.log(1 - won - lost)
