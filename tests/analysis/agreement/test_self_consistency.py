"""How far a model agrees with itself."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from workbench.analysis.agreement import krippendorff_alpha, self_consistency, share_of_equal_pairs


def frame_of(answers: dict[str, list[list[str | None]]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"model": model, "sample": f"s{i}", "epoch": epoch, "label": label, "cluster": None}
            for model, samples in answers.items()
            for i, labels in enumerate(samples)
            for epoch, label in enumerate(labels)
        ]
    )


def test_consistency_is_the_share_of_equal_pairs_of_answers_over_samples() -> None:
    answers: list[list[str | None]] = [["x", "x", "x"], ["x", "y", "x"], ["y", "y", None], ["x", None, None]]
    frame = self_consistency(frame_of({"m/b": answers, "m/a": [["x", "x", "x"]] * 4}))
    assert frame["model"].tolist() == ["m/b", "m/a"]
    row, steady = frame.to_dict("records")
    same = share_of_equal_pairs(answers)
    assert (row["consistency"], row["n"], row["epochs"]) == (pytest.approx((1 + 1 / 3 + 1) / 3), 3, 3)
    assert (row["low"], row["high"]) == (same.low, same.high)
    assert row["alpha"] == krippendorff_alpha(answers).value
    assert steady["consistency"] == 1
    assert math.isnan(steady["alpha"])  # one and the same answer throughout


def test_one_epoch_says_nothing_of_consistency() -> None:
    [row] = self_consistency(frame_of({"m/a": [["x"], ["y"]]})).to_dict("records")
    assert math.isnan(row["consistency"])
    assert math.isnan(row["alpha"])
    assert row["n"] == 0
