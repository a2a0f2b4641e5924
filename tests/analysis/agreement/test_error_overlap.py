"""Whether models are wrong about the same samples, and in the same way."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.agreement import error_overlap
from workbench.analysis.agreement.overlap import ratio_to_chance
from workbench.analysis.estimates import proportion


def frame_of(
    given: dict[str, list[tuple[float | None, str | None]]], clusters: Sequence[str | None] | None = None
) -> pd.DataFrame:
    """Rows as `results` has them: each model's score and label on each sample."""
    return pd.DataFrame(
        [
            {"model": model, "sample": f"s{i}", "epoch": 0, "value": value, "label": label, "cluster": None}
            | ({} if clusters is None else {"cluster": clusters[i]})
            for model, answers in given.items()
            for i, (value, label) in enumerate(answers)
        ]
    ).astype({"value": float})


A = [(1, "t"), (0, "p"), (0, "q"), (0, "p"), (1, "t"), (0, None), (None, None)]
B = [(1, "t"), (0, "p"), (0, "r"), (1, "t"), (0, "p"), (0, "p"), (0, "p")]


def test_shared_errors_are_counted_among_answers_that_both_have_scored() -> None:
    [row] = error_overlap(frame_of({"a": list(A), "b": list(B)})).to_dict("records")
    # the seventh has no score of a; a is wrong on 1, 2, 3, 5, b on 1, 2, 4, 5, both on 1, 2, 5
    assert [row[name] for name in ("n", "wrong_a", "wrong_b", "both")] == [6, 4, 4, 3]
    overlap = proportion(3, 5)
    assert [row["overlap"], row["overlap_low"], row["overlap_high"]] == pytest.approx(
        [overlap.value, overlap.low, overlap.high]
    )
    assert row["ratio"] == pytest.approx((3 / 6) / (4 / 6 * 4 / 6))
    # of both wrong, the answer to the sixth could not be read in one; p and p are the same, q and r are not
    assert (row["same"], row["same_n"]) == (0.5, 2)


def test_errors_of_two_models_that_know_nothing_of_each_other_have_a_ratio_of_1() -> None:
    rng = np.random.default_rng(3)
    covered = []
    for _ in range(300):
        a, b = (rng.random((2, 150)) < [[0.3], [0.4]]).astype(float)
        found = ratio_to_chance(a, b, [None] * 150)
        covered.append(found.low <= 1 <= found.high)
    assert 0.91 < np.mean(covered) < 0.99


def test_clusters_widen_the_intervals() -> None:
    answers = [(0.0, "p")] * 20 + [(1.0, "t")] * 20
    other = [(0.0, "p")] * 15 + [(1.0, "t")] * 20 + [(0.0, "q")] * 5
    alone = error_overlap(frame_of({"a": list(answers), "b": list(other)})).iloc[0]
    groups = [f"c{i // 5}" for i in range(40)]
    together = error_overlap(frame_of({"a": list(answers), "b": list(other)}, groups)).iloc[0]
    for name in ("overlap", "ratio"):
        assert together[name] == alone[name]
        assert (
            together[f"{name}_high"] - together[f"{name}_low"] > alone[f"{name}_high"] - alone[f"{name}_low"]
        )


def test_models_that_are_never_wrong_together_have_a_ratio_of_0_with_an_upper_bound() -> None:
    halves = {"a": [(0.0, "p")] * 20 + [(1.0, "t")] * 20, "b": [(1.0, "t")] * 20 + [(0.0, "p")] * 20}
    row = error_overlap(frame_of({name: list(own) for name, own in halves.items()})).iloc[0]
    assert (row["overlap"], row["ratio"], row["ratio_low"]) == (0, 0, 0)
    # 3.8415 / 43.8415 of the samples may have both wrong, where independence has 1/4
    assert row["ratio_high"] == pytest.approx(4 * 0.08762, abs=1e-4)
    assert math.isnan(row["same"])


def test_where_one_cluster_is_nearly_all_there_is_no_bound() -> None:
    a, b = np.tile([1.0, 0, 1, 1, 0], 20), np.tile([1.0, 1, 0, 1, 0], 20)
    found = ratio_to_chance(a, b, ["big"] * 99 + ["small"])
    assert (found.value, found.n) == (pytest.approx(0.4 / 0.36), 100)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


PAIRS = st.lists(st.tuples(*[st.sampled_from([0.0, 1.0, math.nan])] * 2), max_size=30)


@settings(max_examples=60)
@given(PAIRS, st.integers(1, 4), st.randoms(use_true_random=False))
def test_the_ratio_is_the_same_both_ways_round_and_in_any_order(
    wrong: list[tuple[float, float]], size: int, order: random.Random
) -> None:
    rows = [(a, b, place // size) for place, (a, b) in enumerate(wrong)]

    def ratio(rows: list[tuple[float, float, int]]) -> tuple[float, float, float, int]:
        a, b, groups = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
        both = np.where(np.isnan(np.add(a, b)), np.nan, [a, b])
        found = ratio_to_chance(*both, groups)
        return found.value, found.low, found.high, found.n

    found = ratio(rows)
    order.shuffle(rows)
    assert ratio([(b, a, group) for a, b, group in rows]) == pytest.approx(found, nan_ok=True)
    value, low, high, n = found
    assert n == sum(not math.isnan(a + b) for a, b in wrong)
    assert math.isnan(low) or 0 <= low <= value + 1e-9
    assert math.isnan(high) or value <= high + 1e-9


def test_it_is_undefined_where_one_is_never_wrong_or_nothing_is_scored() -> None:
    right: list[tuple[float | None, str | None]] = [(1.0, "t")] * 5
    row = error_overlap(frame_of({"a": right, "b": [(0.0, "p"), *right[1:]]})).iloc[0]
    assert row["overlap"] == 0
    assert math.isnan(row["ratio"])
    row = error_overlap(frame_of({"a": [(None, None)] * 3, "b": [(None, None)] * 3})).iloc[0]
    assert row["n"] == 0
    assert all(math.isnan(row[name]) for name in ("overlap", "ratio", "same"))
    assert error_overlap(frame_of({"a": right})).empty


def test_a_graded_answer_is_wrong_below_the_score_that_counts_as_right() -> None:
    frame = frame_of({"a": [(0.6, "x"), (0.2, "y")], "b": [(0.6, "x"), (0.2, "y")]})
    assert error_overlap(frame)["both"].tolist() == [2]
    assert error_overlap(frame, right=0.5)["both"].tolist() == [1]
