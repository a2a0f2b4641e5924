"""Why scores vary: from sample to sample, and from answer to answer."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.planning.spread import spread_of, variances


def frame_of(scores: dict[str, np.ndarray], clusters: list[str] | None = None) -> pd.DataFrame:
    """Scores of shape (samples, epochs) as `results` has them."""
    rows = [
        {"model": model, "sample": f"s{i}", "epoch": k, "value": float(value)}
        | {"cluster": clusters and clusters[i]}
        for model, table in scores.items()
        for (i, k), value in np.ndenumerate(table)
    ]
    return pd.DataFrame(rows)


def test_variance_is_split_as_by_hand() -> None:
    # means .5, 1, 0: variance .25; within .5, 0, 0: mean 1/6; between .25 - (1/6) / 2 = 1/6
    [row] = variances(frame_of({"a": np.array([[0, 1], [1, 1], [0, 0]])})).to_dict("records")
    assert (row["between"], row["within"]) == pytest.approx((1 / 6, 1 / 6))
    assert (row["error"], row["least_error"]) == pytest.approx((math.sqrt(0.25 / 3), math.sqrt(1 / 18)))
    assert (row["n"], row["epochs"], row["accuracy"]) == (3, 2, 0.5)


def test_the_parts_are_those_that_scores_were_made_with() -> None:
    rng = np.random.default_rng(1)
    p = rng.beta(0.8, 0.2, size=4000)  # variance .08, and E p(1 - p) = .08
    [row] = variances(frame_of({"a": rng.binomial(1, p[:, None], size=(4000, 3))})).to_dict("records")
    assert (row["between"], row["within"]) == pytest.approx((0.08, 0.08), abs=0.006)


def test_what_was_asked_once_cannot_be_split() -> None:
    [row] = variances(frame_of({"a": np.array([[0], [1], [1]])})).to_dict("records")
    assert math.isnan(row["between"])
    assert math.isnan(row["within"])
    assert row["error"] == pytest.approx(1 / 3)  # variance of 0, 1, 1 is 1/3
    spread = spread_of(frame_of({m: np.array([[0], [1], [i]]) for i, m in enumerate("ab")}), "a", "b")
    assert (spread.between, spread.within) == pytest.approx((1 / 3, 0))  # differences 0, 0, -1
    assert "unknown" in spread.basis


def test_the_spread_of_a_difference_gives_back_its_error() -> None:
    rng = np.random.default_rng(2)
    p, q = rng.uniform(size=(2, 3000))
    tables = {m: rng.binomial(1, x[:, None], size=(3000, 4)) for m, x in (("a", p), ("b", q))}
    spread = spread_of(frame_of(tables), "a", "b")
    assert spread.between == pytest.approx(1 / 6, abs=0.015)  # two independent uniform ones: 2 / 12
    assert spread.within == pytest.approx(1 / 3, abs=0.015)  # 2 E p(1 - p) = 2 / 6
    assert not spread.graded


def test_clusters_add_to_what_is_between_samples() -> None:
    rng = np.random.default_rng(3)
    clusters = [f"c{i // 10}" for i in range(600)]
    move = rng.choice([-0.2, 0.2], size=60)[[i // 10 for i in range(600)]]
    tables = {m: rng.binomial(1, (0.5 + s * move)[:, None], size=(600, 4)) for m, s in (("a", 1), ("b", -1))}
    alone = spread_of(frame_of(tables), "a", "b").between
    # the difference is ±.4 for a whole cluster: variance .16, ten times that with clusters of ten
    assert alone == pytest.approx(0.16, abs=0.03)
    assert spread_of(frame_of(tables, clusters), "a", "b").between == pytest.approx(1.6, abs=0.25)


def test_nothing_in_common_has_no_spread() -> None:
    with pytest.raises(ValueError, match="a and b have 1 scored samples in common"):
        spread_of(frame_of({"a": np.array([[1]]), "b": np.array([[1]])}), "a", "b")
    assert variances(pd.DataFrame(columns=["model", "sample", "value"])).empty
