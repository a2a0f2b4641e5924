"""All models against each other, as a user sees it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.comparing.comparison import comparison
from workbench.analysis.statistics import corrected, paired_difference
from workbench.errors import ConfigError

Values = Mapping[str, Sequence[float | None]]


def frame_of(values: Values, clusters: Sequence[str] | None = None) -> pd.DataFrame:
    rows = [
        {"model": model, "sample": f"s{i}", "epoch": 0, "value": math.nan if value is None else value}
        | {"cluster": clusters and clusters[i]}
        for model, scores in values.items()
        for i, value in enumerate(scores)
    ]
    return pd.DataFrame(rows)


def of_three(seed: int = 0, n: int = 60) -> dict[str, list[float]]:
    rng = np.random.default_rng(seed)
    shares = {"p/local": 0.3, "p/swift": 0.75, "p/steady": 0.8}
    return {model: rng.binomial(1, share, size=n).astype(float).tolist() for model, share in shares.items()}


def test_the_best_come_first_and_what_cannot_be_told_apart_is_said() -> None:
    found = comparison(frame_of(of_three()))
    first, second, third = found.models["model"]
    assert third == "p/local"
    assert found.words == (
        f"{first} and {second} cannot be told apart with 60 samples; both are better than p/local."
    )
    assert found.groups == ((first, second), ("p/local",))
    assert found.models["group"].tolist() == ["a", "a", "b"]
    assert str(found).startswith(found.words)
    assert "Cochran's Q" in str(found)


def test_each_pair_has_its_test_and_p_values_are_adjusted_for_all_of_them() -> None:
    values = of_three()
    pairs = comparison(frame_of(values)).frame
    tests = [
        paired_difference(values[b], values[a]) for a, b in zip(pairs["model"], pairs["other"], strict=True)
    ]
    assert pairs["p"].tolist() == pytest.approx([test.p for test in tests])
    assert pairs["p_adjusted"].tolist() == pytest.approx(corrected([test.p for test in tests], "holm"))
    assert pairs["low"].tolist() == pytest.approx([test.difference.low for test in tests])
    by_share = comparison(frame_of(values), correction="bh").frame
    assert by_share["p_adjusted"].tolist() == pytest.approx(corrected([test.p for test in tests], "bh"))


def test_it_says_what_it_could_have_seen() -> None:
    two = {"a": [1.0] * 30 + [0.0] * 30, "b": [1.0] * 25 + [0.0] * 30 + [1.0] * 5}
    # 10 of 60 differ: 2.80158 sqrt(.16667 / 60) = .14766
    said = comparison(frame_of(two)).sees()
    assert said.startswith(
        "With 60 samples a difference of 14.8 points would be found four times out of five"
    )
    assert "α = 0.05)" in said
    three = comparison(frame_of(two | {"c": two["a"]}))
    assert "for all 3 pairs together" in three.sees()
    few = comparison(frame_of({"a": [1.0, 0.0], "b": [0.0, 1.0]}))
    assert few.sees() == "With 2 samples no difference of any size could be told from chance."


def test_clusters_make_it_less_sure() -> None:
    values = {"a": [1.0] * 40 + [0.0] * 20, "b": [1.0] * 30 + [0.0] * 30}
    clusters = [f"c{i // 10}" for i in range(60)]  # all ten that a has gained are one cluster
    alone, clustered = comparison(frame_of(values)), comparison(frame_of(values, clusters))
    assert alone.frame["apart"].tolist() == [True]
    assert clustered.frame["apart"].tolist() == [False]
    assert "60 samples in 6 clusters" in clustered.words
    assert clustered.models["best"][0] < alone.models["best"][0]


def test_pairs_rest_on_the_samples_that_both_have_a_score_for() -> None:
    found = comparison(frame_of({"a": [1, 1, None, 1, 0], "b": [1, None, None, 0, 1], "c": [0, 1, 1, 0, 0]}))
    rows = found.frame.set_index(["model", "other"])
    pair = rows.loc[("a", "b")] if ("a", "b") in rows.index else rows.loc[("b", "a")]
    assert (pair["n"], pair["dropped"]) == (3, 1)
    assert "3 to 4 samples" in found.words
    assert found.omnibus is not None
    assert found.omnibus.n == 3


def test_what_is_undefined_is_a_dash_in_words_and_on_the_page() -> None:
    apart = comparison(frame_of({"a": [1, None], "b": [None, 0], "c": [None, 1]}))
    assert "b cannot be told apart with 0 to 1 samples" in apart.words
    one = comparison(frame_of({"a": [1, 0.5], "b": [0, 0.5]}, clusters=["c", "c"]))
    assert one.words == "a and b cannot be told apart with 2 samples in one cluster."
    assert "a − b: +50.0 [–, –] points, n=2, p – (paired t, clustered)" in str(one)
    for found in (apart, one):
        assert not re.search(r"\bnan\b|None", found._repr_html_() + str(found))


def test_a_model_without_a_score_is_named_and_compared_with_none() -> None:
    found = comparison(frame_of({"a": [1, 0], "b": [1, 1], "mute": [None, None]}))
    assert found.unscored == ("mute",)
    assert found.words.endswith("Without a score: mute.")
    with pytest.raises(ConfigError, match="models with a score: a; a comparison takes two"):
        comparison(frame_of({"a": [1, 0], "mute": [None, None]}))


def test_scores_on_a_scale_of_their_own_are_told_in_it() -> None:
    found = comparison(frame_of({"a": [4, 5, 3, 4.5, 5], "b": [1, 2, 1.5, 1, 3]}))
    assert "points" not in str(found)
    assert found.frame["method"].tolist() == ["paired t"]
    assert "a is better than b" in found.words


def test_the_same_seed_gives_the_same_comparison() -> None:
    one, again, other = (comparison(frame_of(of_three()), seed=seed) for seed in (1, 1, 2))
    assert one.ranks.equals(again.ranks)
    assert not one.ranks.equals(other.ranks)


def test_the_order_of_rows_changes_nothing_but_the_draws() -> None:
    frame = frame_of(of_three())
    shuffled = comparison(frame.sample(frac=1, random_state=0))
    pd.testing.assert_frame_equal(shuffled.frame, comparison(frame).frame)


def test_names_of_models_are_text_in_a_page() -> None:
    bad = "p/<img src=x onerror=alert(1)>"
    page = comparison(frame_of({bad: [1, 0, 1], "b": [0, 0, 1]}))._repr_html_()
    assert "<img" not in page
    assert "&lt;img" in page


def test_an_unknown_correction_is_refused() -> None:
    with pytest.raises(ConfigError, match="correction 'none' is not known: write one of holm, bh"):
        comparison(frame_of(of_three()), correction="none")  # type: ignore[arg-type]


def test_among_models_that_are_alike_any_is_told_apart_in_at_most_alpha_of_cases() -> None:
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(150):  # what a comparison does with its pairs
        scores = rng.binomial(1, rng.beta(0.8, 0.2, size=(60, 1)).repeat(4, axis=1))
        tests = [paired_difference(scores[:, a], scores[:, b]) for a, b in combinations(range(4), 2)]
        alarms += min(corrected([test.p for test in tests])) < 0.05
    assert alarms / 150 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 150)
