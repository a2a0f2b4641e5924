"""What each sample tells of the models."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_runs import rows

from workbench.analysis.discrimination import discrimination
from workbench.analysis.forensics import COLUMNS, forensics, forensics_in_words
from workbench.widgets.frames import show

NAN = math.nan


def answered(scores: Mapping[str, Any], labels: Mapping[str, Sequence[Any]] | None = None) -> pd.DataFrame:
    """Results: the scores of each model, by sample (and epoch), and what was read of each."""
    frames = []
    for model, own in scores.items():
        array = np.asarray(own, dtype=float)
        read = np.asarray((labels or {}).get(model, [None] * len(array)), dtype=object)
        repeated = np.repeat(read[:, None], np.atleast_2d(array.T).shape[0], axis=1)
        frame = rows(array, model=model, target="t", category="c")
        frames.append(frame.assign(label=repeated.T.ravel()))
    return pd.concat(frames, ignore_index=True)


def by_sample(frame: pd.DataFrame, column: str) -> dict[str, Any]:
    found = forensics(frame)
    return dict(zip(found["sample"], found[column].astype(object), strict=True))


def test_discrimination_is_the_correlation_with_the_rest() -> None:
    table = pd.DataFrame({"a": [1, 1, 1, 0], "b": [0, 1, 1, 1], "c": [0, 0, 1, 1], "d": [0, 0, 0, 1]})
    found = discrimination(table)
    # s0: 1 0 0 0 with the rest 2/3 1 2/3 1/3; s3: 0 1 1 1 with 1 2/3 1/3 0
    assert found["value"][0] == pytest.approx(np.corrcoef([1, 0, 0, 0], [2, 3, 2, 1])[0, 1], abs=1e-12)
    assert found["value"][3] == pytest.approx(np.corrcoef([0, 1, 1, 1], [3, 2, 1, 0])[0, 1], abs=1e-12)
    assert found["n"].tolist() == [4] * 4
    # Fisher: atanh r ± 1.96 / sqrt(n - 3)
    r = found["value"][3]
    assert found["high"][3] == pytest.approx(math.tanh(math.atanh(r) + 1.959964), abs=1e-6)


def test_discrimination_is_undefined_for_few_models_and_where_all_are_alike() -> None:
    assert discrimination(pd.DataFrame({"a": [1, 0], "b": [0, 1]}))["value"].isna().all()
    alike = discrimination(pd.DataFrame({"a": [1, 0, 1], "b": [1, 1, 1], "c": [1, 1, 0]}))
    assert math.isnan(alike["value"][0])
    three = discrimination(pd.DataFrame({"a": [1, 0, 1], "b": [0, 1, 1], "c": [1, 1, 0]}))
    assert three["low"].isna().all()
    assert discrimination(pd.DataFrame({"a": [1], "b": [0], "c": [1]}))["value"].isna().all()


tables = st.integers(3, 6).flatmap(
    lambda models: st.lists(
        st.lists(st.sampled_from([0.0, 0.5, 1.0, NAN]), min_size=models, max_size=models),
        min_size=1,
        max_size=6,
    )
)


@settings(max_examples=25, deadline=None)
@given(tables)
def test_discrimination_is_within_its_bounds_whatever_the_order_of_models(scores: list[list[float]]) -> None:
    table = pd.DataFrame(scores)
    found = discrimination(table)
    known = found.dropna(subset=["low"])
    assert found["value"].dropna().between(-1, 1).all()
    assert ((known["low"] <= known["value"]) & (known["value"] <= known["high"])).all()
    other = discrimination(table[table.columns[::-1]])
    np.testing.assert_allclose(found, other, atol=1e-9)


def test_samples_that_all_models_have_right_or_wrong_tell_nothing() -> None:
    frame = answered({"a": [1, 0, 1, 0.5, NAN], "b": [1, 0, 0, 0.5, NAN], "c": [1, 0, 1, 0.5, NAN]})
    assert by_sample(frame, "tells") == {
        "s0": "all right",
        "s1": "all wrong",
        "s2": "separates",
        "s3": "all right",
        "s4": "nothing",
    }
    assert by_sample(frame, "models")["s4"] == 0
    assert math.isnan(by_sample(frame, "right")["s4"])
    assert by_sample(frame, "right")["s2"] == pytest.approx(2 / 3)


GOOD, BAD = [1, 1, 1, 1, 1, 1, 1, 0], [1, 0, 0, 1, 0, 0, 0, 1]


def test_a_target_is_suspect_where_the_best_models_agree_on_another_answer() -> None:
    labels = {
        "g1": [*"ttttttt", "Rome"],
        "g2": [*"ttttttt", "Rome"],
        "b1": [*"txxtxxxt"],
        "b2": [*"tyytyyyt"],
    }
    frame = answered({"g1": GOOD, "g2": GOOD, "b1": BAD, "b2": BAD}, labels)
    found = forensics(frame)
    assert found["sample"].iloc[0] == "s7"
    assert found["suspect"].iloc[0] == "the 2 best models answer 'Rome'"
    assert found["suspect"].notna().sum() == 1
    assert (found["other_answer"].iloc[0], found["other_models"].iloc[0]) == ("Rome", 2)
    assert "Suspect targets, 1: s7." in forensics_in_words(found)
    apart = answered({"g1": GOOD, "g2": GOOD, "b1": BAD, "b2": BAD}, labels | {"g2": [*"ttttttt", "Oslo"]})
    assert forensics(apart)["suspect"].isna().all()


def test_models_that_are_mostly_wrong_make_no_target_suspect() -> None:
    poor = [0, 0, 0, 0, 1, 0]
    frame = answered({"a": poor, "b": poor}, {"a": [*"xxxxtx"], "b": [*"xxxxtx"]})
    assert forensics(frame)["suspect"].isna().all()
    assert by_sample(frame, "other_answer")["s0"] == "x"


def test_a_target_is_suspect_where_better_models_surely_do_worse() -> None:
    rng = np.random.default_rng(0)
    skill = np.linspace(0.1, 0.9, 12)
    scores = (rng.random((60, 12)) < skill).astype(float)
    scores[5] = (skill < 0.5).astype(float)
    found = forensics(answered({f"m{number}": scores[:, number] for number in range(12)}))
    assert found["sample"].iloc[0] == "s5"
    assert found["suspect"].iloc[0] == "better models do worse on it"
    assert found["discrimination_high"].iloc[0] < 0


def test_flaky_models_are_counted_where_they_were_asked_again() -> None:
    frame = answered({"a": [[1, 0], [1, 1]], "b": [[1, 0], [0, 0]]})
    assert by_sample(frame, "flaky") == {"s0": 2, "s1": 0}
    assert by_sample(frame, "disagree") == {"s0": 1, "s1": 0}
    assert "Flaky for one model at least: 1." in forensics_in_words(forensics(frame))
    once = forensics(answered({"a": [1, 0], "b": [0, 1]}))
    assert once["flaky"].isna().all()
    assert once["disagree"].isna().all()


def test_the_frame_has_one_row_a_sample_and_is_shown_as_text() -> None:
    hostile = "<script>alert(1)</script>"
    frame = answered({"a": [1, 0], "b": [0, 0]}, {"a": ["t", hostile], "b": [hostile] * 2}).assign(
        target=hostile, category=None
    )
    found = forensics(frame)
    assert list(found) == COLUMNS
    assert len(found) == 2
    assert "<script>" not in show(found)._repr_html_()
    assert "&lt;script&gt;" in show(found)._repr_html_()


def test_nothing_asked_is_an_empty_frame() -> None:
    found = forensics(answered({"a": [1]}).iloc[:0])
    assert list(found) == COLUMNS
    assert forensics_in_words(found).startswith("0 of 0")


@settings(max_examples=10, deadline=None)
@given(tables)
def test_the_order_of_models_and_rows_changes_no_sample(scores: list[list[float]]) -> None:
    array = np.array(scores)
    frame = answered({f"m{number}": array[:, number] for number in range(array.shape[1])})
    found = forensics(frame).set_index("sample")
    other = forensics(frame.iloc[::-1]).set_index("sample").loc[found.index]
    pd.testing.assert_frame_equal(found, other, check_dtype=False)
