from __future__ import annotations

import math
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.duels import DUELS, duel_table
from workbench.analysis.estimates import accuracy, proportion
from workbench.log.labelling import Judgement

CALLS = {(model, n): UUID(int=ord(model) * 1000 + n) for model in "abc" for n in range(500)}
MODELS = {call: model for (model, _), call in CALLS.items()}
AB = [("a", "b")]


def vote(n: int, shown: str, better: str) -> Judgement:
    """A verdict on answers to sample n: `a`, `b`, or both for a tie."""
    return Judgement(
        kind="vote",
        labeller="judge",
        question="Better?",
        calls=tuple(CALLS[model, n] for model in shown),
        chosen=tuple(CALLS[model, n] for model in better),
        sample=f"s{n}",
        judge="p/judge",
    )


def both(n: int, ab: str, ba: str) -> list[Judgement]:
    return [vote(n, "ab", ab), vote(n, "ba", ba)]


def test_a_pair_is_won_where_both_orders_say_so_and_tied_where_they_disagree() -> None:
    votes = [
        *both(0, "a", "a"),
        *both(1, "b", "b"),
        *both(2, "ab", "ab"),
        *both(3, "a", "b"),
        *both(4, "a", "ab"),
    ]
    [row] = duel_table(votes, MODELS, AB).to_dict("records")
    assert (row["won"], row["tied"], row["lost"], row["n"]) == (1, 3, 1, 5)
    assert row["preferred"] == 0.5
    # samples 3 and 4 of 5
    share = proportion(2, 5)
    assert [row[name] for name in ("disagreed", "disagreed_low", "disagreed_high")] == [
        share.value, share.low, share.high,
    ]  # fmt: skip
    # of each sample the share for the first: .5, .5, .5, 1, .75
    assert row["first"] == pytest.approx(0.65)


def test_a_judge_who_always_takes_the_first_prefers_nobody_and_is_seen() -> None:
    [row] = duel_table([v for n in range(20) for v in both(n, "a", "b")], MODELS, AB).to_dict("records")
    assert (row["preferred"], row["disagreed"], row["first"]) == (0.5, 1, 1)
    assert row["first_low"] > 0.5


def test_one_order_alone_labels_votes_taken_back_and_strangers_say_nothing() -> None:
    votes = [vote(0, "ab", "a"), *both(1, "a", "a"), vote(2, "ab", "a").taken_back(), vote(2, "ba", "a")]
    assert duel_table(votes, MODELS, AB)["n"].tolist() == [1]
    assert duel_table(votes, {CALLS["a", 1]: "a"}, AB)["n"].tolist() == [0]


def test_without_verdicts_everything_is_undefined() -> None:
    table = duel_table([], MODELS, AB)
    assert list(table.columns) == DUELS
    [row] = table.to_dict("records")
    assert (row["won"], row["n"]) == (0, 0)
    assert all(math.isnan(row[name]) for name in ("preferred", "low", "high", "disagreed", "first"))


def test_each_pair_of_models_has_its_own_row() -> None:
    votes = [*both(0, "a", "a"), vote(0, "ac", "c"), vote(0, "ca", "c")]
    table = duel_table(votes, MODELS, [("a", "b"), ("c", "a"), ("b", "c")])
    assert table["won"].tolist() == [1, 1, 0]
    assert table["n"].tolist() == [1, 1, 0]


def test_samples_that_share_something_are_not_independent() -> None:
    votes = [v for n in range(40) for v in both(n, *("aa" if n < 20 else "bb"))]
    clusters = {f"s{n}": f"c{n // 10}" for n in range(40)}
    [alone], [grouped] = (duel_table(votes, MODELS, AB, c).to_dict("records") for c in (None, clusters))
    same = accuracy([1.0] * 20 + [0.0] * 20, [f"c{n // 10}" for n in range(40)])
    assert (grouped["low"], grouped["high"]) == (same.low, same.high)
    assert grouped["high"] - grouped["low"] > alone["high"] - alone["low"]


VERDICTS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "ab"]), st.sampled_from(["a", "b", "ab"])), min_size=1, max_size=30
)


@settings(max_examples=25)
@given(VERDICTS, st.randoms(use_true_random=False))
def test_turned_round_it_is_the_same_and_the_order_of_votes_does_not_matter(given_verdicts, random) -> None:  # type: ignore[no-untyped-def]
    votes = [v for n, verdicts in enumerate(given_verdicts) for v in both(n, *verdicts)]
    [row] = duel_table(votes, MODELS, AB).to_dict("records")
    random.shuffle(votes)
    [turned] = duel_table(votes, MODELS, [("b", "a")]).to_dict("records")
    assert (row["won"], row["tied"], row["lost"]) == (turned["lost"], turned["tied"], turned["won"])
    assert row["preferred"] == pytest.approx(1 - turned["preferred"])
    assert row["first"] == pytest.approx(turned["first"])
    assert row["won"] + row["tied"] + row["lost"] == row["n"] == len(given_verdicts)
    assert 0 <= row["preferred"] <= 1


def test_the_intervals_cover_what_they_say() -> None:
    rng = np.random.default_rng(5)
    # The judge takes the first in 70 of 100 verdicts, whoever it is: it disagrees with itself on
    # .7 * .7 + .3 * .3 = 58 % of the samples.
    times, n, covered = 100, 60, {"first": 0, "disagreed": 0, "preferred": 0}
    truth = {"first": 0.7, "disagreed": 0.58, "preferred": 0.5}
    for _ in range(times):
        takes = rng.random((n, 2)) < 0.7
        votes = [
            v for k, (ab, ba) in enumerate(takes) for v in both(k, "a" if ab else "b", "b" if ba else "a")
        ]
        [row] = duel_table(votes, MODELS, AB).to_dict("records")
        for name, true in truth.items():
            low, high = ("low", "high") if name == "preferred" else (f"{name}_low", f"{name}_high")
            covered[name] += row[low] <= true <= row[high]
    # of 100 at 95 %: 99.9 % of all seeds give at least 87
    assert min(covered.values()) >= 87, covered
