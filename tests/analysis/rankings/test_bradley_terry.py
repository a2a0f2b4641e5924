from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from workbench.analysis.rankings import bradley_terry

PUBLISHED = json.loads(Path(__file__).parents[1].joinpath("published.json").read_text())
MODELS = ("a", "b", "c")


def table(votes: Sequence[tuple[str, str, float]], clusters: Sequence[int] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(votes, columns=["first", "second", "score"])
    return frame.assign(weight=1.0, cluster=range(len(frame)) if clusters is None else clusters)


def test_citations_of_journals_have_the_published_strengths() -> None:
    case = PUBLISHED["bt_citations"]
    wins = [
        (str(i), str(j), 1.0, float(n))
        for i, row in enumerate(case["inputs"])
        for j, n in enumerate(row)
        if n
    ]
    won = pd.DataFrame(wins, columns=["first", "second", "score", "weight"]).assign(cluster=range(len(wins)))
    # nobody was shown first: each citation counts half in either order
    lost = won.rename(columns={"first": "second", "second": "first"}).assign(score=0.0)
    votes = pd.concat([won, lost]).assign(weight=lambda frame: frame["weight"] / 2)
    fit = bradley_terry(votes, ["0", "1", "2", "3"], prior=0)
    assert fit.values[1:] - fit.values[0] == pytest.approx(case["published"], abs=case["tol"])
    assert fit.first == pytest.approx(0, abs=1e-6)


def test_one_pair_wins_as_often_as_its_fit_says() -> None:
    # 6 won, 2 lost, no ties: strengths differ by log 3
    votes = table([("a", "b", 1.0)] * 6 + [("a", "b", 0.0)] * 2)
    fit = bradley_terry(votes, ["a", "b"], prior=0)
    assert fit.values[0] - fit.values[1] == pytest.approx(math.log(3), abs=1e-5)
    assert fit.wins().loc["a", "b"] == pytest.approx(0.75, abs=1e-6)
    # error of a log odds: sqrt(1/6 + 1/2), times sqrt(8/7) for few clusters where the sandwich is larger
    error = math.sqrt(fit.covariance[0, 0] + fit.covariance[1, 1] - 2 * fit.covariance[0, 1])
    assert error == pytest.approx(math.sqrt((1 / 6 + 1 / 2) * 8 / 7), abs=1e-4)


def test_with_ties_the_fit_gives_back_what_was_counted() -> None:
    # Davidson (1970), eq. 2.6 and 2.7: at the maximum, wins + ties / 2 and ties are what is expected
    rng = np.random.default_rng(4)
    votes = table(
        [(*pair, float(rng.choice([0, 0.5, 1]))) for pair in combinations("abcd", 2) for _ in "xxxxx"]
    )
    fit = bradley_terry(votes, list("abcd"), prior=0)
    expected = dict.fromkeys("abcd", 0.0)
    ties = 0.0
    for one, other in zip(votes["first"], votes["second"], strict=True):
        expected[one] += fit.wins().loc[one, other]
        expected[other] += fit.wins().loc[other, one]
        lead = (fit.values["abcd".index(one)] - fit.values["abcd".index(other)]) / 2
        ties += fit.ties / (math.exp(lead) + math.exp(-lead) + fit.ties)
    for model in "abcd":
        won = votes.loc[votes["first"] == model, "score"].sum()
        won += (1 - votes.loc[votes["second"] == model, "score"]).sum()
        assert expected[model] == pytest.approx(won, abs=1e-3)
    assert ties == pytest.approx((votes["score"] == 0.5).sum(), abs=1e-3)


def test_a_place_that_wins_is_told_from_the_models() -> None:
    # whoever is first wins three of four, either way round: log 3 for the place, nothing for the models
    votes = [("a", "b", 1.0)] * 3 + [("a", "b", 0.0)] + [("b", "a", 1.0)] * 3 + [("b", "a", 0.0)]
    fit = bradley_terry(table(votes), ["a", "b"], prior=0)
    assert fit.first == pytest.approx(math.log(3), abs=1e-5)
    assert fit.values == pytest.approx([0, 0], abs=1e-6)


def test_a_place_that_never_changed_is_not_guessed() -> None:
    fit = bradley_terry(table([("a", "b", 1.0), ("b", "c", 1.0), ("a", "c", 0.0)]), MODELS)
    assert math.isnan(fit.first)


@pytest.mark.parametrize("prior", [0.0, 1.0])
def test_who_won_everything_has_no_bound_above(prior: float) -> None:
    votes = table([("a", "b", 1.0), ("c", "a", 0.0), ("b", "c", 1.0), ("c", "b", 1.0)])
    fit = bradley_terry(votes, MODELS, prior=prior)
    assert fit.unbounded_above.tolist() == [True, False, False]
    assert fit.unbounded_below.tolist() == [False, True, True]
    assert bool(np.isfinite(fit.values).all()) == (prior > 0)


def test_models_that_never_met_are_two_parts() -> None:
    votes = table([("a", "b", 1.0), ("a", "b", 0.0), ("c", "d", 0.5)])
    fit = bradley_terry(votes, list("abcd"))
    assert fit.parts.tolist() == [0, 0, 1, 1]
    assert fit.unbounded_above.all()
    assert fit.unbounded_below.all()
    assert fit.values == pytest.approx([0, 0, 0, 0], abs=1e-6)


VOTES = st.lists(
    st.tuples(st.permutations(MODELS), st.sampled_from([0.0, 0.5, 1.0])).map(lambda v: (*v[0][:2], v[1])),
    min_size=2,
    max_size=12,
)


@settings(max_examples=12, deadline=None)
@given(VOTES)
def test_reversing_all_votes_negates_all_strengths(votes: list[tuple[str, str, float]]) -> None:
    fit = bradley_terry(table(votes), MODELS)
    mirrored = bradley_terry(table([(one, other, 1 - score) for one, other, score in votes]), MODELS)
    assert mirrored.values == pytest.approx(-fit.values, abs=1e-4)
    assert mirrored.ties == pytest.approx(fit.ties, abs=1e-4)
    assert np.diag(mirrored.covariance) == pytest.approx(np.diag(fit.covariance), rel=1e-3)


@settings(max_examples=12, deadline=None)
@given(VOTES, st.permutations(MODELS), st.randoms())
def test_names_and_order_of_votes_do_not_matter(
    votes: list[tuple[str, str, float]], names: list[str], chance: np.random.Generator
) -> None:
    fit = bradley_terry(table(votes), MODELS)
    new = dict(zip(MODELS, names, strict=True))
    shuffled = [(new[one], new[other], score) for one, other, score in votes]
    chance.shuffle(shuffled)
    again = bradley_terry(table(shuffled), names)
    assert again.values == pytest.approx(fit.values, abs=1e-4)
    assert sum(again.values) == pytest.approx(0, abs=1e-9)


@settings(max_examples=12, deadline=None)
@given(VOTES)
def test_two_models_win_together_with_certainty(votes: list[tuple[str, str, float]]) -> None:
    wins = bradley_terry(table(votes), MODELS).wins()
    for one, other in combinations(MODELS, 2):
        assert 0 < wins.loc[one, other] < 1
        assert wins.loc[one, other] + wins.loc[other, one] == pytest.approx(1)


def simulated(
    rng: np.random.Generator, strengths: Sequence[float], samples: int, together: float
) -> pd.DataFrame:
    """Each sample compares all pairs, in an order of chance; some pairs of a sample share one draw."""
    votes, clusters = [], []
    for sample in range(samples):
        shared = rng.random()
        for one, other in combinations(range(len(strengths)), 2):
            lead, tie = (strengths[one] - strengths[other]) / 2, 0.5
            shares = np.cumsum([math.exp(lead), tie, math.exp(-lead)])
            draw = shared if rng.random() < together else rng.random()
            score = 1 - np.searchsorted(shares, draw * shares[-1]) / 2
            turned = rng.random() < 0.5
            votes.append((str(other), str(one), 1 - score) if turned else (str(one), str(other), score))
            clusters.append(sample)
    return table(votes, clusters)


@pytest.mark.parametrize(("together", "samples"), [(0.0, 15), (0.7, 25)])
def test_intervals_cover_whether_or_not_votes_on_a_sample_go_together(together: float, samples: int) -> None:
    truth = np.array([1.5, 0.0, 0.0, -1.5])
    rng = np.random.default_rng(7)
    covered = np.zeros(6)
    for _ in range(60):
        fit = bradley_terry(simulated(rng, truth.tolist(), samples, together), list("0123"))
        one, other = np.triu_indices(4, 1)
        spread = np.diag(fit.covariance)[one] + np.diag(fit.covariance)[other]
        reach = t.isf(0.025, fit.df) * np.sqrt(spread - 2 * fit.covariance[one, other])
        covered += np.abs(fit.values[one] - fit.values[other] - truth[one] + truth[other]) <= reach
    assert covered.min() / 60 > 0.865  # 3 standard errors of 60 trials below .95
    assert covered.mean() / 60 > 0.93


def test_intervals_are_those_of_a_bootstrap_over_samples_or_wider() -> None:
    votes = simulated(np.random.default_rng(2), [1.0, 0.0, -1.0], 60, 0.7)
    fit = bradley_terry(votes, list("012"))
    rng = np.random.default_rng(3)
    by_sample = dict(list(votes.groupby("cluster")))
    drawn = [
        bradley_terry(pd.concat([by_sample[c] for c in rng.integers(60, size=60)]), list("012")).values
        for _ in range(60)
    ]
    errors = np.sqrt(np.diag(fit.covariance))
    # Where votes on a sample go together, as at both ends, the bootstrap's error is larger than that of
    # independent votes, and ours is the same (60 draws give it to 9 %); in the middle ours is not smaller.
    ratio = np.std(drawn, axis=0) / errors
    assert ratio[[0, 2]] == pytest.approx([1, 1], abs=0.28)
    assert ratio[1] < 1.1
