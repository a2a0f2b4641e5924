"""Experiments against their baselines, as frames: the verdicts of whole reports."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from two_runs import rows

from workbench.analysis.regression import REPORT_TYPE, Regression, compare
from workbench.analysis.regression.measured import Measured
from workbench.errors import ConfigError, DataError

Array = npt.NDArray[Any]


KEY = "AuthenticationError"


def experiment(
    scores: Mapping[str, Array], *, name: str = "new", dataset: str = "set", **columns: Any
) -> Measured:
    """What one measured: the scores of each model, of shape (samples,) or (samples, epochs)."""
    frames = [rows(np.asarray(each), **columns).assign(model=model) for model, each in scores.items()]
    frame = pd.concat(frames, ignore_index=True).assign(error_type=None, error_message=None, target="x")
    shape = np.atleast_2d(np.asarray(next(iter(scores.values()), np.ones(0))).T).T.shape
    return Measured(
        experiment=name,
        started_at=datetime(2026, 1, 2 if name == "new" else 1, tzinfo=UTC),
        dataset=dataset,
        dataset_hash="cafe",
        dataset_version=None,
        samples=shape[0],
        epochs=shape[1],
        settings={model: {} for model in scores},
        rows=frame.assign(call_id=[f"{name}-{number}" for number in range(len(frame))]),
    )


def against(old: Any, new: Any, **how: Any) -> Regression:
    """Scores of one model, then and now."""
    return compare([experiment({"a/b": new})], [experiment({"a/b": old}, name="old")], **how)


def of(found: Regression, metric: str, model: str = "a/b") -> Any:
    [change] = [each for each in found.changes if (each.metric, each.model) == (metric, model)]
    return change


def test_repeats_are_averaged_first_and_clusters_make_it_less_sure() -> None:
    rng = np.random.default_rng(1)
    p = rng.beta(2, 1, 60)
    old, new = (rng.binomial(1, p[:, None], (60, 4)) for _ in range(2))
    clusters = np.repeat(np.arange(12), 5)[:, None].repeat(4, axis=1).astype(str)
    pair = [
        experiment({"a/b": each}, name=name, cluster=clusters) for each, name in ((new, "new"), (old, "old"))
    ]
    clustered, alone = (compare(pair[:1], pair[1:], clustered=each) for each in (True, False))
    assert of(clustered, "quality").difference.method == "paired t, clustered"
    assert of(clustered, "quality").difference.units == pytest.approx(12)
    assert of(alone, "quality").difference.method == "paired t"
    assert of(alone, "quality").difference.n == 60
    assert of(alone, "quality").epochs == (4, 4)
    assert of(alone, "quality").difference.change.value == pytest.approx((new - old).mean())


def test_samples_that_only_one_has_a_score_of_are_left_out_and_told() -> None:
    found = against([1] * 20 + [math.nan] * 2, [0] * 9 + [1] * 10 + [math.nan] + [1] * 2)
    change = of(found, "quality")
    assert (change.difference.n, change.difference.dropped, change.verdict) == (19, 3, "worse")
    assert "19 of 22 samples" in str(found)


def test_a_model_that_the_candidate_does_not_have_makes_the_whole_undecided() -> None:
    old = experiment({"a/b": [1] * 100, "a/gone": [1] * 100}, name="old")
    new = experiment({"a/new": [1] * 100, "a/b": [1] * 100})
    found = compare([new], [old], metrics=["quality"])
    assert (found.missing, found.verdict, found.worse) == (("a/gone",), "undecided", ())
    assert found.undecided == ("a/gone: missing",)
    assert [change.model for change in found.changes] == ["a/b"]
    assert found.left_out == ("a/new: not in the baseline, compared with nothing",)
    assert compare([replace(new, rows=new.of("a/b"))], [replace(old, rows=old.of("a/b"))]).verdict == "same"


def test_each_data_set_has_its_own_baseline_and_all_are_judged_together() -> None:
    fallen = [0] * 12 + [1] * 28
    first = (
        experiment({"a/b": fallen}, dataset="one"),
        experiment({"a/b": [1] * 40}, dataset="one", name="old"),
    )
    other = (
        experiment({"a/b": fallen}, dataset="two"),
        experiment({"a/b": [1] * 40}, dataset="two", name="old"),
    )
    alone = compare([first[0]], [first[1]])
    both = compare([first[0], other[0]], [first[1], other[1]])
    assert alone.changes[0].p_worse == pytest.approx(0.5**13)
    assert both.changes[0].p_worse == pytest.approx(2 * 0.5**13)
    assert both.worse == ("a/b on one: quality", "a/b on two: quality")
    assert len(both.sees().splitlines()) == 2


def test_samples_in_quarantine_are_left_out_and_named() -> None:
    old, new = [1] * 40, [0] * 8 + [1] * 32
    assert against(old, new).verdict == "worse"
    found = against(old, new, quarantine={f"s{number}" for number in range(8)} | {"unknown"})
    assert of(found, "quality").difference.n == 32
    assert found.left_out == ("set: 8 samples in quarantine, left out: s0, s1, s2, s3, s4 and 3 more",)


def test_scores_beyond_0_to_1_are_compared_as_they_are() -> None:
    rng = np.random.default_rng(2)
    old = rng.normal(50, 10, 80)
    found = against(old, old - 4 + rng.normal(0, 2, 80))
    change = of(found, "quality")
    assert (change.verdict, change.unit) == ("worse", "score")
    said = str(found).splitlines()[1]
    assert "quality worse by 3.9" in said or "quality worse by 4" in said
    assert "points" not in said


NOTHING: dict[str, Any] = {"duration_s": math.nan, "ttft_s": math.nan, "cost_usd": math.nan}
ODD: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "one sample": ([1], [0], {}),
    "two samples": ([1, 0], [0, 1], {}),
    "all scores equal": ([1] * 30, [1] * 30, {}),
    "all lost": ([1] * 30, [0] * 30, {}),
    "graded by one step": (np.full(30, 0.7), np.full(30, 0.6), {}),
    "one of many scored": ([math.nan] * 29 + [1], [math.nan] * 29 + [0], {}),
    "nothing scored before": ([math.nan] * 30, [1] * 30, {}),
    "no durations and no costs": ([1, 0] * 15, [0, 1] * 15, NOTHING),
    "costs of nothing": ([1, 0] * 15, [1, 0] * 15, {"cost_usd": 0.0}),
    "costs that are not known": ([1, 0] * 15, [1, 0] * 15, {"cost_usd": None}),
    "one cluster": ([1, 0] * 15, [0, 1] * 15, {"cluster": "all"}),
    "some clusters": ([1, 0] * 2, [0, 0] * 2, {"cluster": np.array(["x", None, "x", None], dtype=object)}),
    "all from the cache": ([1, 0] * 15, [1, 0] * 15, {"cached": True}),
    "all under load": ([1, 0] * 15, [1, 0] * 15, {"under_load": True}),
    "refused throughout": ([1, 0] * 15, [1, 0] * 15, {"finish_reason": "content_filter"}),
    "huge scores": ([1e100, -1e100] * 9, [0.0] * 18, {}),
}


@pytest.mark.parametrize("case", ODD)
def test_whatever_was_measured_has_a_verdict_and_a_report(case: str) -> None:
    old, new, columns = ODD[case]
    pair = [experiment({"a/b": each}, name=name, **columns) for each, name in ((new, "new"), (old, "old"))]
    found = compare(pair[:1], pair[1:])
    assert found.verdict in ("worse", "undecided", "same", "better")
    bundle = found._repr_mimebundle_()
    told = json.loads(json.dumps(bundle[REPORT_TYPE], allow_nan=False))
    assert [change["metric"] for change in told["changes"]][:1]
    assert "nan" not in bundle["text/plain"] + bundle["text/html"]
    assert "quality" in {change["metric"] for change in told["changes"]}


def test_repeats_of_another_number_and_labels_given_twice_are_compared() -> None:
    old = experiment({"a/b": np.ones((20, 4))}, name="old")
    new = experiment({"a/b": np.ones(20)})
    found = compare([new], [old])
    assert of(found, "quality").epochs == (4, 1)
    assert "20 samples × 1 (baseline × 4)" in str(found)
    twice = replace(new, rows=pd.concat([new.rows, new.rows.assign(value=0.0)], ignore_index=True))
    assert of(compare([twice], [old]), "quality").difference.change.value == -0.5


def test_a_candidate_of_which_nothing_is_known_is_refused_with_the_reason() -> None:
    old = experiment({"a/b": [1] * 4, "a/c": [1] * 4}, name="old")
    empty = replace(old, experiment="new", rows=old.rows[:0])
    with pytest.raises(DataError, match="new asked no sample of 'set'"):
        compare([empty], [old])
    failed = experiment({"a/b": [math.nan] * 4, "a/c": [1] * 4})
    failed.rows.loc[:3, ["error_type", "error_message"]] = ("AuthenticationError", "no such key")
    with pytest.raises(DataError, match=r"a/b: all 4 calls of new failed.*'AuthenticationError no such key'"):
        compare([failed], [old])
    unscored = experiment({"a/b": [1] * 4})
    unscored.rows["value"] = math.nan
    with pytest.raises(DataError, match="a/b: no answer was scored in new"):
        compare([unscored], [old])
    assert compare([unscored], [old], metrics=["error_rate"]).changes[0].verdict == "undecided"
    with pytest.raises(ConfigError, match="no model in common: x/y against a/b, a/c"):
        compare([experiment({"x/y": [1] * 4})], [old])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"metrics": ["speed"]}, "no metric 'speed': write one of quality, error_rate"),
        ({"metrics": []}, "no metric to compare by"),
        ({"tolerance": {"sped": 1}}, "no metric 'sped'"),
        ({"tolerance": {"quality": -0.1}}, "the tolerance of quality is -0.1: give a number from 0 on"),
        ({"margin": {"cost": 0}}, "the margin of cost is 0: give a number above 0"),
        ({"margin": {"cost": math.nan}}, "the margin of cost is nan"),
        ({"alpha": 1.5}, "alpha is 1.5: give a number between 0 and 1"),
    ],
)
def test_what_makes_no_sense_is_refused(how: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        against([1, 0], [1, 0], **how)


def test_there_is_one_candidate_for_each_data_set_and_one_baseline_for_each() -> None:
    one = experiment({"a/b": [1, 0]})
    with pytest.raises(ConfigError, match="1 candidates and 2 baselines"):
        compare([one], [one, one])
    with pytest.raises(ConfigError, match="0 candidates"):
        compare([], [])
    with pytest.raises(ConfigError, match="candidates of set, set: give one experiment for each data set"):
        compare([one, one], [one, one])


OTHER: Mapping[str, str] = {"worse": "better", "better": "worse", "same": "same", "undecided": "undecided"}
SCORES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.5, 1.0, math.nan]), st.sampled_from([0.0, 0.5, 1.0])),
    min_size=1,
    max_size=12,
)


@settings(max_examples=20, deadline=None)
@given(SCORES)
def test_swapping_candidate_and_baseline_swaps_better_and_worse(pairs: list[tuple[float, float]]) -> None:
    one, other = (experiment({"a/b": list(each)}) for each in zip(*pairs, strict=True))
    assume(one.of("a/b")["value"].notna().any())
    metrics = ["quality", "error_rate", "cost"]
    there, back = compare([one], [other], metrics=metrics), compare([other], [one], metrics=metrics)
    for change, turned in zip(there.changes, back.changes, strict=True):
        if not change.difference.lacks + turned.difference.lacks:  # what lacks now is no gain of the other
            assert turned.verdict == OTHER[change.verdict]
        assert (change.p_worse, change.p_better) == pytest.approx(
            (turned.p_better, turned.p_worse), nan_ok=True
        )


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = {model: rng.binomial(1, 0.7, (12, 2)).astype(float) for model in ("a/b", "a/c")}
    one, other = (
        experiment(scores),
        experiment({"a/b": np.ones((12, 2)), "a/c": np.zeros((12, 2))}, name="old"),
    )
    mixed = [replace(each, rows=each.rows.sample(frac=1, random_state=rng)) for each in (one, other)]
    straight = compare([one], [other], metrics=["quality"])
    shuffled = compare(mixed[:1], mixed[1:], metrics=["quality"])
    order = ["model", "metric"]
    pd.testing.assert_frame_equal(
        straight.frame.sort_values(order, ignore_index=True),
        shuffled.frame.sort_values(order, ignore_index=True),
    )


def test_nothing_changed_is_called_worse_in_at_most_5_percent_of_reports() -> None:
    red = 0
    for seed in range(80):
        rng = np.random.default_rng(seed)
        samples, epochs, cluster_size = [(60, 1, 1), (40, 3, 1), (60, 2, 5)][seed % 3]
        p = rng.beta(0.8, 0.2, (2, samples, 1))
        clusters = (np.arange(samples) // cluster_size).astype(str)[:, None].repeat(epochs, axis=1)
        pair = []
        for name in ("new", "old"):
            scores = rng.binomial(1, p, (2, samples, epochs)).astype(float)
            scores[rng.random(scores.shape) < 0.02] = math.nan  # calls that fail
            pair.append(experiment({"a/b": scores[0], "a/c": scores[1]}, name=name, cluster=clusters))
        red += bool(compare(pair[:1], pair[1:], metrics=["quality", "error_rate"]).worse)
    # Binomial(80, 0.05): more than 10 in 1 of 400 cases
    assert red <= 10


def watched(scores: Mapping[str, Array], dataset: str = "set") -> tuple[Measured, Measured]:
    """A candidate that somebody watched to stop it early, and a baseline that has all right."""
    new = replace(experiment(scores, dataset=dataset), until={"method": "another"})
    return new, experiment({model: np.ones(60) for model in scores}, name="old", dataset=dataset)


def test_a_candidate_that_was_watched_is_judged_by_quality_and_by_evidence_that_may_be_looked_at() -> None:
    new, old = watched({"a/b": np.repeat([1.0, 0.0], 30), "a/c": np.ones(60)})
    found = compare([new], [old], margin={"quality": 0.1})
    assert {change.metric for change in found.changes} == {"quality"}
    assert {change.model: change.verdict for change in found.changes} == {"a/b": "worse", "a/c": "same"}
    assert all(change.early and change.difference.method.startswith("e-values") for change in found.changes)
    assert [words.partition(":")[0] for words in found.left_out] == ["a/b", "a/c"]
    assert "watched to be stopped early, so that this is not judged: Error rate 0.0 %" in found.left_out[0]
    assert found.sees().startswith("set: watched to be stopped as soon as it is known whether quality fell")
    told = json.dumps(found._repr_mimebundle_()[REPORT_TYPE], allow_nan=False)
    assert "a/c on set: quality the same" in told


def test_what_was_decided_early_holds_only_as_far_as_it_does_beside_all_others() -> None:
    few = np.r_[np.zeros(6), np.ones(54)]  # six lost, none gained
    new, old = watched({"a/b": few})
    [alone] = compare([new], [old]).changes
    assert (alone.verdict, alone.p_worse) == ("worse", pytest.approx(alone.difference.p_worse))
    pairs = [watched({"a/b": few if number < 1 else np.ones(60)}, f"set {number}") for number in range(12)]
    first = compare([new for new, _ in pairs], [old for _, old in pairs]).changes[0]
    assert first.p_worse == pytest.approx(12 * first.difference.p_worse)
    assert first.verdict == ("worse" if first.p_worse < 0.05 else "undecided")
    assert first.p_worse > 0.05


def test_a_watched_model_that_has_no_score_in_the_baseline_is_undecided() -> None:
    new, old = watched({"a/b": np.ones(60), "a/c": np.ones(60)})
    old.rows.loc[old.rows["model"] == "a/b", "value"] = math.nan
    change = of(compare([new], [old]), "quality")
    assert (change.verdict, change.needed, change.difference.n) == ("undecided", None, 0)
    assert change.note == "the baseline has no score of it"


def test_thousands_of_answers_are_compared_at_once() -> None:
    rng = np.random.default_rng(0)
    pair = [
        experiment({model: rng.binomial(1, 0.8, (1000, 4)) for model in ("a/b", "a/c")}, name=name)
        for name in ("new", "old")
    ]
    begun = time.process_time()
    compare(pair[:1], pair[1:])
    assert time.process_time() - begun < 2


def test_answers_that_fail_or_have_no_score_cannot_make_it_green() -> None:
    right = np.ones((120, 1))
    lost = right.copy()
    lost[:10] = math.nan  # failed where it might have been wrong: 10 of 120 are beyond a margin of 5 points
    quality = of(against(right, lost, metrics=["quality"]), "quality")
    assert (quality.verdict, quality.needed) == ("undecided", None)
    assert "answers to 10 samples failed or have no score" in quality.note

    answered = experiment({"a/b": right})
    unscored = replace(answered, rows=answered.rows.assign(value=lost.ravel()))
    never_asked = replace(answered, rows=answered.rows.iloc[10:].reset_index(drop=True))
    for candidate in (unscored, never_asked):
        found = compare([candidate], [experiment({"a/b": right}, name="old")], metrics=["quality"])
        assert found.verdict == "undecided"

    # Wrong answers that fail instead: what is left is the better, but the model is not.
    rng = np.random.default_rng(0)
    old = rng.random((120, 4)) < 0.8
    hidden = of(against(old, np.where(old, 1.0, math.nan)), "quality")
    assert (hidden.verdict, hidden.difference.change.low > 0) == ("undecided", True)


def test_a_model_whose_key_was_refused_half_way_is_not_judged() -> None:
    old, new = experiment({"a/b": np.ones(40)}, name="old"), experiment({"a/b": np.ones(40)})
    half = new.rows.iloc[:20].copy()
    half.loc[19, ["status", "value", "error_type", "error_message"]] = ["error", math.nan, KEY, "revoked"]
    with pytest.raises(DataError, match=f"a/b: given up after 20 of 40 calls of new, .*'{KEY} revoked'"):
        compare([replace(new, rows=half)], [old])


def test_few_failures_or_failures_as_before_leave_the_verdict() -> None:
    right = np.ones((120, 4))
    few = right.copy()
    few[3, 1] = math.nan
    assert of(against(right, few), "quality").verdict == "same"
    often = right.copy()
    often[:60, 0] = math.nan  # a scorer that cannot read some answers could not then either
    assert of(against(often, often), "quality").verdict == "same"
    fallen = right.copy()
    fallen[:20], fallen[20] = 0, math.nan
    assert of(against(right, fallen), "quality").verdict == "worse"
