"""Evidence and intervals that hold at every look."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad
from scipy.stats import beta

from workbench.analysis.discordant import mid_p
from workbench.analysis.sequential.betting import (
    Array,
    Side,
    confidence_sequence,
    e_values,
    interval,
    log_bets,
    log_evidence,
)

ITEMS, LIMIT = 1000, 20.0  # 1 / alpha
DIFFERENCES = arrays(float, st.integers(1, 30), elements=st.floats(-1, 1))


def pairs(drop: float, runs: int, seed: int) -> tuple[Array, Array]:
    """How often the candidate gained and lost, after each item, each of which it passes less often."""
    rng = np.random.default_rng(seed)
    share = rng.beta(0.8, 0.2, size=(runs, ITEMS))
    old, new = rng.random((runs, ITEMS)) < share, rng.random((runs, ITEMS)) < share * (1 - drop / 0.8)
    return np.cumsum(new & ~old, axis=1), np.cumsum(old & ~new, axis=1)


def evidence(gains: Array, losses: Array, side: Side) -> Array:
    """The e-values at all looks, of which there are only as many as there are counts."""
    up, down = (np.arange(counts.max() + 1) for counts in (gains, losses))
    won, lost = log_bets(np.array([1.0, -1.0]), 0.0)
    grown = up[:, None, None, None] * won + down[:, None, None] * lost
    return np.asarray(np.exp(log_evidence(grown, side))[gains, losses])


def decided(found: Array) -> tuple[float, float]:
    """The share of runs that decide, and the items that they take on average."""
    over = found >= LIMIT
    after = np.where(over.any(axis=1), over.argmax(axis=1) + 1, ITEMS)
    return float(over.any(axis=1).mean()), float(after.mean())


def test_the_first_bets_are_those_worked_by_hand() -> None:
    # stakes g of Beta(2, 3): mean .4, mean square .2; a gain multiplies by 1 + g, and by 1 - g on the other
    # side: (1.4 + .6) / 2 = 1; two gains: (1 + .8 + .2 + 1 - .8 + .2) / 2 = 1.2
    assert e_values([1, 1], side="better") == pytest.approx([1.4, 2.0])
    assert e_values([1, 1], side="worse") == pytest.approx([0.6, 0.4])
    assert e_values([1, 1]) == pytest.approx([1.0, 1.2])


def test_the_stakes_stand_for_all_between_0_and_1() -> None:
    def grown(stake: float) -> float:
        return float(beta(2, 3).pdf(stake) * (1 + stake) ** 25 * (1 - stake) ** 9)

    assert e_values([1] * 25 + [-1] * 9, side="better")[-1] == pytest.approx(quad(grown, 0, 1)[0])


def test_items_without_a_difference_are_no_evidence() -> None:
    assert e_values([0, 1, 0, 1, 0])[[1, 4]] == pytest.approx(e_values([1, 1]))


@given(DIFFERENCES)
def test_models_that_change_places_change_signs_only(differences: Array) -> None:
    assert e_values(differences) == pytest.approx(e_values(-differences))
    assert e_values(differences, side="better") == pytest.approx(e_values(-differences, side="worse"))
    low, high = interval(differences)
    assert interval(-differences) == pytest.approx((-high, -low), abs=1e-6)


@given(DIFFERENCES, st.integers(0, 100))
def test_the_order_within_what_was_seen_does_not_matter(differences: Array, seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(differences)
    assert e_values(shuffled)[-1] == pytest.approx(e_values(differences)[-1])
    assert interval(shuffled) == pytest.approx(interval(differences), abs=1e-6)


@given(DIFFERENCES)
def test_the_interval_holds_the_mean_and_leaves_0_out_as_soon_as_the_evidence_suffices(
    differences: Array,
) -> None:
    low, high = interval(differences)
    assert -1 <= low <= differences.mean() + 1e-9
    assert differences.mean() - 1e-9 <= high <= 1
    e_value = e_values(differences)[-1]
    if abs(np.log(e_value / LIMIT)) > 1e-6:
        assert (low > 0 or high < 0) == (e_value > LIMIT)
    wider = interval(differences, alpha=0.01)
    assert wider[0] <= low + 1e-9
    assert wider[1] >= high - 1e-9


def test_one_sided_intervals_reach_to_the_end_of_the_scale() -> None:
    drop = [-1.0] * 20 + [0.0] * 20
    assert interval(drop, side="better")[1] == 1
    assert interval(drop, side="worse")[0] == -1
    assert interval(drop, side="worse")[1] < interval(drop)[1] < 0


def test_nothing_seen_says_nothing() -> None:
    assert interval([]) == (-1, 1)
    assert confidence_sequence([]).empty


def test_a_sequence_ends_with_the_interval_of_all() -> None:
    differences = np.random.default_rng(1).uniform(-1, 1, size=250)
    looks = confidence_sequence(differences)
    assert (len(looks), looks["n"].iloc[-1]) == (100, 250)
    assert tuple(looks[["low", "high"]].iloc[-1]) == interval(differences)
    assert list(confidence_sequence(differences, looks=[7])["estimate"]) == [differences[:7].mean()]


@pytest.mark.parametrize("wrong", [1.5, -7.0, float("nan")])
def test_a_difference_beyond_the_scale_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match=f"a difference of .*{wrong}"):
        e_values([0.5, wrong])


def test_where_nothing_changed_a_look_after_each_of_1000_items_errs_in_at_most_alpha() -> None:
    counts = pairs(drop=0, runs=2000, seed=1)
    for side in ("both", "worse"):
        errors, _ = decided(evidence(*counts, side))
        assert 0.01 < errors < 0.05
    # McNemar's test at 20 looks: peeking as it is mostly done
    looks = slice(49, None, 50)
    gains, losses = counts[0][:, looks], counts[1][:, looks]
    p_values = {pair: mid_p(pair[0], sum(pair)) for pair in set(zip(losses.flat, gains.flat, strict=True))}
    peeking = [
        any(p_values[pair] < 0.05 for pair in zip(*run, strict=True))
        for run in zip(losses, gains, strict=True)
    ]
    assert np.mean(peeking) > 0.15


def test_a_fall_of_10_points_takes_170_items_at_most_on_average() -> None:
    promised: list[tuple[float, float, dict[Side, int]]] = [
        (0.05, 0.84, {"worse": 493}),
        (0.1, 1.0, {"worse": 164, "both": 197}),
        (0.2, 1.0, {"worse": 56, "both": 67}),
    ]
    for drop, power, items in promised:
        counts = pairs(drop, runs=1500, seed=2)
        for side, number in items.items():
            found, after = decided(evidence(*counts, side))
            assert found == pytest.approx(power, abs=0.03)
            assert after == pytest.approx(number, rel=0.07)
            assert (drop, side) != (0.1, "worse") or after <= 170


def test_intervals_of_graded_scores_cover_at_all_looks_together() -> None:
    rng = np.random.default_rng(3)
    share = rng.beta(0.8, 0.2, size=(400, 300))
    repeats = (rng.binomial(4, share * 0.9) - rng.binomial(4, share)) / 4  # means -.08
    skewed = np.where(rng.random((400, 300)) < 0.05, -1.0, 0.1)  # mean .045
    for differences, mean in ((repeats, -0.08), (skewed, 0.045)):
        # the interval leaves out the true mean exactly where the evidence against it suffices
        left_out = (e_values(differences, mean) >= LIMIT).any(axis=1)
        assert left_out.mean() < 0.05
        assert left_out.mean() > 0
        assert interval(differences[0])[1] - interval(differences[0])[0] < 0.2
