"""Samples that changed sides between two runs, and those of no fixed side."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_runs import rows

from workbench.analysis.regression.samples import FLAKY, FLIPS, flips
from workbench.analysis.regression.telling.excerpts import LONGEST, excerpts

NAN = math.nan


def run(scores: Any, **columns: Any) -> pd.DataFrame:
    frame: pd.DataFrame = rows(np.asarray(scores, dtype=float), **{"target": "x"} | columns)
    return frame


def named(frame: pd.DataFrame) -> dict[str, str]:
    """The direction of each flip, or where a flaky sample is flaky, by sample."""
    column = "direction" if "direction" in frame else "flaky_in"
    return dict(zip(frame["sample"], frame[column], strict=True))


def test_a_flip_is_steady_then_and_steady_now_on_the_other_side() -> None:
    old = [[1, 1], [0, 0], [1, 1], [0, 0], [1, 0], [1, 1], [0, 1]]
    new = [[0, 0], [1, 1], [1, 1], [0, 0], [1, 1], [0, 1], [1, 0]]
    found = flips(run(old), run(new), dataset="set")
    assert named(found.flips) == {"s0": "lost", "s1": "gained"}
    assert named(found.flaky) == {"s5": "candidate", "s6": "both", "s4": "baseline"}
    assert found.flaky.set_index("sample").loc["s6", "candidate_scores"] == [1, 0]
    assert list(found.flips) == FLIPS
    assert list(found.flaky) == FLAKY
    assert set(found.flips["dataset"]) == {"set"}


def test_an_answer_without_a_score_is_on_no_side() -> None:
    old = [[1, NAN], [NAN, NAN], [1, 1]]
    new = [[NAN, 0], [0, 0], [NAN, NAN]]
    found = flips(run(old), run(new))
    assert named(found.flips) == {"s0": "lost"}
    assert found.flips["baseline_score"].tolist() == [1]
    assert found.flaky.empty


def test_graded_scores_change_sides_in_the_middle_of_their_range() -> None:
    found = flips(run([1, 2, 5, 4]), run([5, 1, 3, 2]))  # of 1 to 5: right from 3 on
    assert named(found.flips) == {"s3": "lost", "s0": "gained"}
    assert "right (a score of 3 or more)" in found.rule
    lenient = flips(run([0.9, 0.6]), run([0.55, 0.4]), threshold=0.3)
    assert lenient.flips.empty
    assert "0.3" in lenient.rule


def test_the_largest_fall_comes_first_and_what_is_alike_in_the_order_of_asking() -> None:
    found = flips(run([0.6, 1, 1, 0, 0.4]), run([0.4, 0, 0, 1, 0.6]))
    assert found.flips["sample"].tolist() == ["s1", "s2", "s0", "s3", "s4"]


def test_samples_asked_once_are_not_said_to_be_steady() -> None:
    once, twice = run([1, 0]), run([[1, 1], [0, 0]])
    assert "asked once" in flips(once, twice).rule
    assert "asked once" in flips(twice, once).rule
    assert "asked once" not in flips(twice, twice).rule


def test_models_are_compared_with_their_namesakes_and_a_single_one_with_the_single_one() -> None:
    old, new = run([1, 1], model="a"), run([0, 1], model="b")
    assert flips(old, new).flips["model"].tolist() == ["b"]
    several = pd.concat([old, run([1, 1], model="c")])
    assert flips(several, new).flips.empty
    both = flips(several, pd.concat([run([1, 0], model="c"), run([0, 1], model="a")])).flips
    assert list(zip(both["model"], both["sample"], strict=True)) == [("c", "s1"), ("a", "s0")]


def test_the_frames_of_nothing_have_their_columns() -> None:
    found = flips(run([1]).iloc[:0], run([1]))
    assert (list(found.flips), list(found.flaky)) == (FLIPS, FLAKY)
    unasked = run([1]).assign(sample=None)
    assert flips(unasked, unasked).flips.empty


def test_answers_and_targets_that_are_not_there_are_none() -> None:
    found = flips(run([1], text=None, target=None), run([0], text="", target=np.nan)).flips
    [row] = found.to_dict("records")
    assert (row["baseline_answer"], row["candidate_answer"], row["target"]) == (None, "", None)
    assert json.dumps(row, allow_nan=False)


def test_answers_are_those_of_the_first_epoch_with_a_score() -> None:
    texts = np.array([["failed", "first", "second"]])
    old = run([[NAN, 1, 1]], text=texts)
    found = flips(old.iloc[::-1], run([[0, 0, 0]], text=np.array([["no", "none", "never"]])))
    [row] = found.flips.to_dict("records")
    assert (row["baseline_answer"], row["candidate_answer"]) == ("first", "no")


scores = st.lists(
    st.tuples(*[st.lists(st.sampled_from([0.0, 1.0, NAN]), min_size=3, max_size=3)] * 2),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, deadline=None)
@given(scores)
def test_each_sample_is_at_most_one_thing_and_the_other_way_round_what_was_lost_is_gained(
    pairs: list[tuple[list[float], list[float]]],
) -> None:
    old, new = (run([pair[side] for pair in pairs]) for side in (0, 1))
    there, back = flips(old, new), flips(new, old)
    assert not set(there.flips["sample"]) & set(there.flaky["sample"])
    other = {"lost": "gained", "gained": "lost"}
    assert {sample: other[word] for sample, word in named(there.flips).items()} == named(back.flips)
    assert set(there.flaky["sample"]) == set(back.flaky["sample"])
    shuffled = flips(old, new.sample(frac=1, random_state=1))
    assert named(shuffled.flips) == named(there.flips)
    assert named(shuffled.flaky) == named(there.flaky)


def test_long_answers_are_cut_around_their_first_difference() -> None:
    same = "word " * 1000
    old, new = excerpts(f"{same}old {same}", f"{same}new {same}")
    assert old is not None
    assert new is not None
    assert len(old) <= LONGEST + 2
    assert old.startswith("…word ")
    assert old.endswith("…")
    assert "old" in old[:120]
    assert old.replace("old", "new") == new


@settings(max_examples=60, deadline=None)
@given(st.none() | st.text(max_size=600), st.none() | st.text(max_size=600))
def test_excerpts_are_parts_of_their_texts_and_short_ones_are_whole(old: str | None, new: str | None) -> None:
    for text, part in zip((old, new), excerpts(old, new), strict=True):
        if text is None:
            assert part is None
            continue
        assert part is not None
        assert len(part) <= LONGEST + 2
        assert part == text or part.removeprefix("…").removesuffix("…") in text
    if max(len(old or ""), len(new or "")) <= LONGEST:
        assert excerpts(old, new) == (old, new)
    elif old is not None and new is not None and old != new:
        assert excerpts(old, new)[0] != excerpts(old, new)[1]


def test_a_text_without_spaces_is_cut_too() -> None:
    old, new = excerpts("x" * 50_000 + "a", "x" * 50_000 + "b")
    assert old == "…" + "x" * 80 + "a"
    assert new == "…" + "x" * 80 + "b"
    assert excerpts("x" * 50_000, None) == ("x" * LONGEST + "…", None)


@pytest.mark.parametrize("text", ["<script>", "\x1b[2J", "a\nb", "\u202e"])
def test_what_models_write_is_kept_as_it_is(text: str) -> None:
    [row] = flips(run([1], text=text), run([0], text=text)).flips.to_dict("records")
    assert row["baseline_answer"] == text
