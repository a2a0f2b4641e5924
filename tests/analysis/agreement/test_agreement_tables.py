"""Agreement of each two raters, and of each with the others, as frames."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.agreement import (
    Label,
    agreement_matrix,
    agreement_table,
    agreement_with_others,
    cohen_kappa,
    gwet_ac1,
    gwet_ac2,
    outlier,
    percent_agreement,
    weighted_kappa,
)

MODELS: dict[str, list[Label]] = {
    "a": ["x", "y", "z", "x"],
    "b": ["x", "y", "z", "y"],
    "c": ["x", "z", "z", None],
}
RATERS = ["a", "b", "c", "d"]
panels = st.lists(
    st.lists(st.sampled_from([1, 2, 3, None]), min_size=4, max_size=4), min_size=1, max_size=20
).map(lambda rows: {name: [row[place] for row in rows] for place, name in enumerate(RATERS)})


def test_the_matrix_holds_each_pair() -> None:
    matrix = agreement_matrix(MODELS)
    assert list(matrix.index) == list(matrix.columns) == ["a", "b", "c"]
    # a and b agree on 3 of 4, a and c on 2 of 3, b and c on 2 of 3
    assert matrix.to_numpy() == pytest.approx(
        np.array([[1, 3 / 4, 2 / 3], [3 / 4, 1, 2 / 3], [2 / 3, 2 / 3, 1]])
    )


def test_a_model_without_labels_does_not_even_agree_with_itself() -> None:
    matrix = agreement_matrix({"a": ["x"], "b": [None]})
    assert matrix.loc["a", "a"] == 1
    assert math.isnan(matrix.loc["b", "b"])
    assert math.isnan(matrix.loc["a", "b"])


@settings(max_examples=20)
@given(panels)
def test_the_table_has_for_each_pair_what_the_figures_say_of_it(raters: dict[str, list[Label]]) -> None:
    clusters = [place // 2 for place in range(len(raters["a"]))]
    table = agreement_table(raters, clusters)
    assert list(zip(table["a"], table["b"], strict=True)) == [
        ("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d"),
    ]  # fmt: skip
    for row in table.to_dict("records"):
        a, b = raters[row["a"]], raters[row["b"]]
        both = list(zip(a, b, strict=True))
        both = [pair if None not in pair else (None, None) for pair in both]
        figures = {
            "percent": percent_agreement(a, b, clusters),
            "kappa": cohen_kappa(a, b, clusters),
            "ac1": gwet_ac1(both, clusters),
        }
        for name, found in figures.items():
            bounds = [row[name], row[f"{name}_low"], row[f"{name}_high"]]
            assert bounds == pytest.approx([found.value, found.low, found.high], nan_ok=True)
            assert row["n"] == found.n


def test_a_table_of_steps_counts_near_misses_as_less() -> None:
    raters: dict[str, list[Label]] = {"a": [1, 2, 3, 4, 5, 3], "b": [1, 2, 3, 5, 4, 3]}
    [row] = agreement_table(raters, weights="quadratic").to_dict("records")
    assert row["kappa"] == weighted_kappa(raters["a"], raters["b"]).value
    assert row["ac1"] == pytest.approx(gwet_ac2(list(zip(*raters.values(), strict=True))).value)
    assert row["kappa"] > cohen_kappa(raters["a"], raters["b"]).value


def test_agreement_with_others_is_by_sample_how_many_of_them_say_the_same() -> None:
    frame = agreement_with_others(MODELS)
    assert list(frame.index) == ["a", "b", "c"]
    # a: both, one of two, both, b does not; b likewise; c: both, nobody, both
    assert frame["agreement"].tolist() == pytest.approx([2.5 / 4, 2.5 / 4, 2 / 3])
    kappas = [cohen_kappa(MODELS["c"], MODELS[other]).value for other in "ab"]
    assert frame.loc["c", "kappa"] == pytest.approx(np.mean(kappas))


def test_agreement_with_others_has_intervals_that_shrink_with_samples() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 400)
    labels = {
        name: np.where(rng.random(400) < 0.3, rng.integers(0, 3, 400), truth).tolist() for name in "abc"
    }
    few = agreement_with_others({name: own[:50] for name, own in labels.items()})
    many = agreement_with_others(labels)
    for name in ("agreement", "kappa"):
        for frame in (few, many):
            assert (frame[f"{name}_low"] < frame[name]).all()
            assert (frame[name] < frame[f"{name}_high"]).all()
        widths = [frame[f"{name}_high"] - frame[f"{name}_low"] for frame in (few, many)]
        assert (widths[1] < 0.5 * widths[0]).all()


def test_raters_without_samples_agree_in_nothing() -> None:
    nobody: dict[str, list[Label]] = {name: [] for name in RATERS}
    assert agreement_matrix(nobody).isna().all(axis=None)
    assert agreement_with_others(nobody).isna().all(axis=None)
    assert agreement_table(nobody)["percent"].isna().all()
    assert outlier(nobody) is None


@settings(max_examples=20)
@given(panels, st.permutations(RATERS))
def test_the_order_of_raters_does_not_matter(raters: dict[str, list[Label]], order: list[str]) -> None:
    again = {name: raters[name] for name in order}
    with_others = agreement_with_others(raters)
    pd.testing.assert_frame_equal(agreement_with_others(again).loc[RATERS], with_others)
    pd.testing.assert_frame_equal(agreement_matrix(again).loc[RATERS, RATERS], agreement_matrix(raters))
    for name in ("agreement", "kappa"):
        low, value, high = (with_others[f"{name}{bound}"] for bound in ("_low", "", "_high"))
        assert (low.isna() | ((low <= value) & (value <= high) & (low >= -1) & (high <= 1))).all()


def test_agreement_of_a_model_alone_is_undefined() -> None:
    assert agreement_with_others({"a": ["x"]}).loc["a"].isna().all()
    assert len(agreement_with_others({})) == len(agreement_table({"a": ["x"]})) == 0


def test_raters_of_different_samples_are_refused() -> None:
    for function in (agreement_matrix, agreement_table, agreement_with_others):
        with pytest.raises(ValueError, match=r"'a': 2, 'b': 1"):
            function({"a": ["x", "y"], "b": ["x"]})
