"""Evaluations that end when their question is answered."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.results import results
from workbench.analysis.sequential import UntilDecided, until_decided
from workbench.errors import ConfigError, DataError
from workbench.log import Log

Values = Mapping[str, float | None]


@dataclass(frozen=True)
class Item:
    id: str
    cluster: str | None = None


def items(count: int, cluster: Callable[[int], str | None] = lambda _: None) -> list[Item]:
    return [Item(id=f"s{k:04}", cluster=cluster(k)) for k in range(count)]


def asked(until: UntilDecided, samples: Sequence[Item], answers: Mapping[str, Values]) -> str | None:
    """Ask in its order until it has enough."""
    for sample in until.order(samples):
        if reason := until.see(sample, answers[sample.id]):
            return reason
    return None


def drawn(samples: Sequence[Item], seed: int = 0, **shares: float) -> dict[str, Values]:
    """Right with such a chance: answers of each model, by sample."""
    rng = np.random.default_rng(seed)
    return {
        sample.id: {model: float(rng.random() < share) for model, share in shares.items()}
        for sample in samples
    }


SAMPLES = items(400)


def test_it_ends_when_one_is_better_and_says_so_with_an_interval() -> None:
    until = until_decided()
    reason = asked(until, SAMPLES, drawn(SAMPLES, a=0.9, b=0.6))
    assert until.asked < 150
    assert reason == f"decided after {until.asked} of 400 samples: b is worse than a"
    [row] = until.decision.to_dict("records")
    assert (row["baseline"], row["candidate"], row["verdict"]) == ("a", "b", "worse")
    assert -1 < row["low"] < row["difference"] < row["high"] < 0
    assert row["e_value"] >= row["needed"] == 20
    assert row["asked"] == row["n"] == until.asked
    assert repr(until).startswith(f"Stopped: {reason}.\nb against a: worse, -")


def test_what_was_decided_stays_so_whatever_comes_later() -> None:
    until = until_decided()
    reason = asked(until, SAMPLES, drawn(SAMPLES, a=0.9, b=0.6))
    before = until.decision
    assert until.see(SAMPLES[0], {"a": 0.0, "b": 1.0}) == reason
    pd.testing.assert_frame_equal(until.decision, before)


def test_nothing_is_decided_before_so_many_samples() -> None:
    until = until_decided(min_samples=100)
    asked(until, SAMPLES, drawn(SAMPLES, a=1.0, b=0.0))
    assert until.asked == 100


def test_it_gives_up_when_the_rest_would_hardly_decide_and_decides_nothing_then() -> None:
    until = until_decided()
    reason = asked(until, SAMPLES, drawn(SAMPLES, a=0.8, b=0.8))
    assert until.asked < 400
    assert reason == (
        f"the rest would hardly decide it, after {until.asked} of 400 samples: b is not told apart from a"
    )
    assert list(until.decision["verdict"]) == ["undecided"]
    assert until.decision["low"].item() < 0 < until.decision["high"].item()


def test_where_nothing_changed_it_gives_up_at_about_half_of_the_samples() -> None:
    samples, rng = items(500), np.random.default_rng(6)
    after = []
    for _ in range(16):
        passes = rng.random((2, 500)) < rng.beta(0.8, 0.2, size=500)
        answers = {s.id: {"a": float(a), "b": float(b)} for s, a, b in zip(samples, *passes, strict=True)}
        until = until_decided()
        asked(until, samples, answers)
        after.append(until.asked)
    assert 140 < np.mean(after) < 300  # 217 in 200 runs


def test_within_the_margin_they_are_the_same() -> None:
    until = until_decided(margin=0.1)
    asked(until, SAMPLES, {sample.id: {"a": 0.5, "b": 0.5} for sample in SAMPLES})
    assert list(until.decision["verdict"]) == ["same"]
    assert until.decision["low"].item() > -0.1
    assert until.decision["high"].item() < 0.1
    assert "b is the same as a" in until.reason


def test_every_two_models_share_alpha_and_a_baseline_saves_pairs() -> None:
    answers = drawn(SAMPLES, a=0.95, b=0.6, c=0.3)
    every, one = until_decided(), until_decided(baseline="b")
    asked(every, SAMPLES, answers)
    asked(one, SAMPLES, answers)
    assert list(zip(every.decision["baseline"], every.decision["candidate"], strict=True)) == [
        ("a", "b"), ("a", "c"), ("b", "c"),
    ]  # fmt: skip
    assert set(every.decision["needed"].round(6)) == {60}
    assert list(one.decision["candidate"]) == ["a", "c"]
    assert list(one.decision["verdict"]) == ["better", "worse"]
    assert set(one.decision["needed"].round(6)) == {40}
    assert every.decision["asked"].nunique() > 1  # who is told apart early is done


def test_whoever_looks_to_one_side_finds_a_fall_sooner_and_no_rise() -> None:
    answers = drawn(SAMPLES, a=0.8, b=0.6)
    both, worse, better = (until_decided(baseline="a", side=s) for s in ("both", "worse", "better"))
    for until in (both, worse, better):
        asked(until, SAMPLES, answers)
    assert worse.asked < both.asked
    assert list(worse.decision["verdict"]) == list(both.decision["verdict"]) == ["worse"]
    assert list(better.decision["verdict"]) == ["undecided"]


def test_a_sample_without_a_score_is_left_out_and_counted() -> None:
    answers: dict[str, Values] = dict(drawn(SAMPLES, a=0.9, b=0.6))
    answers |= {sample.id: {"a": None, "b": 1.0} for sample in SAMPLES[::4]}
    until = until_decided()
    asked(until, SAMPLES, answers)
    [row] = until.decision.to_dict("records")
    assert row["verdict"] == "worse"
    assert row["missing"] > 0
    assert row["n"] + row["missing"] == row["asked"]


def test_a_model_that_never_answers_does_not_hold_up_the_others() -> None:
    answers = {key: {**values, "c": None} for key, values in drawn(SAMPLES, a=0.95, b=0.5).items()}
    until = until_decided()
    assert asked(until, SAMPLES, answers)
    assert until.asked < 200
    verdicts = until.decision.set_index(["baseline", "candidate"])["verdict"]
    assert verdicts.to_dict() == {("a", "b"): "worse", ("a", "c"): "undecided", ("b", "c"): "undecided"}
    assert math.isnan(until.decision["difference"].iloc[1])
    assert "c against a: no sample was scored for both" in repr(until)


def test_going_on_later_sees_the_same_and_ends_the_same() -> None:
    answers = drawn(SAMPLES, seed=1, a=0.8, b=0.75)
    whole, again = until_decided(seed=7), until_decided(seed=7)
    for sample in again.order(SAMPLES)[:60]:
        again.see(sample, answers[sample.id])
    asked(whole, SAMPLES, answers)
    asked(again, SAMPLES[::-1], answers)  # the log tells of the first 60 once more
    assert again.reason == whole.reason != ""
    pd.testing.assert_frame_equal(again.decision, whole.decision)
    pd.testing.assert_frame_equal(again.trace, whole.trace)


def test_whole_clusters_are_looked_at_when_they_are_complete() -> None:
    samples = items(400, lambda k: f"c{k // 4}")
    answers = drawn(samples, a=0.9, b=0.5)
    until = until_decided(unit="cluster")
    asked(until, samples, answers)
    [row] = until.decision.to_dict("records")
    assert row["verdict"] == "worse"
    assert (until.asked % 4, row["n"]) == (0, until.asked // 4)
    order = until.order(samples)[:8]
    assert len({sample.cluster for sample in order}) == 2
    # right on one of four, and one of two scored: the mean of what both have
    means: list[Values] = [
        {"a": 1.0, "b": 0.5},
        {"a": 0.0, "b": 0.0},
        {"a": None, "b": 1.0},
        {"a": 1.0, "b": 0.0},
    ]
    for sample, values in zip(order[:4], means, strict=True):
        until.see(sample, values)
    assert until.decision["difference"].item() == pytest.approx(-0.5)


@pytest.mark.parametrize(
    ("samples", "options", "whom"),
    [
        (items(40), {}, "samples like these"),
        (items(40, lambda k: f"c{k % 4}"), {}, "samples of these clusters"),
        (items(40, lambda k: f"c{k // 2}"), {"unit": "cluster"}, "clusters like these"),
    ],
)
def test_it_says_for_whom_its_answer_holds(samples: list[Item], options: dict[str, str], whom: str) -> None:
    until = until_decided(**options)  # type: ignore[arg-type]
    until.order(samples)
    assert repr(until).endswith(f"(α = 0.05), and for {whom}.")


@pytest.mark.parametrize(
    ("samples", "options", "words"),
    [
        (items(7), {}, "7 samples decide nothing at alpha 0.05"),
        (items(60, lambda k: f"c{k % 6}"), {"unit": "cluster"}, "6 clusters decide nothing.*unit='sample'"),
    ],
)
def test_what_can_not_decide_is_refused_before_it_costs_anything(
    samples: list[Item], options: dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        until_decided(**options).order(samples)  # type: ignore[arg-type]
    assert until_decided().order(items(9))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alpha": 5}, "alpha is 5"),
        ({"margin": 0}, "margin is 0"),
        ({"side": "up", "baseline": "a"}, "side is 'up'"),
        ({"unit": "item"}, "unit is 'item'"),
        ({"side": "worse"}, "side 'worse' is that of a baseline"),
        ({"side": "worse", "baseline": "a", "margin": 0.1}, "no margin"),
    ],
)
def test_arguments_out_of_range_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        until_decided(**options)  # type: ignore[arg-type]


def test_models_that_can_not_be_compared_are_refused_by_name() -> None:
    until = until_decided(baseline="sim/c")
    [first, *_] = until.order(SAMPLES)
    with pytest.raises(ConfigError, match="no baseline 'sim/c': give one of sim/a, sim/b"):
        until.see(first, {"sim/a": 1.0, "sim/b": 1.0})
    alone = until_decided()
    with pytest.raises(ConfigError, match="nothing to compare sim/a with"):
        alone.see(alone.order(SAMPLES)[0], {"sim/a": 1.0})


def test_a_score_beyond_the_scale_is_refused_by_name() -> None:
    until = until_decided()
    sample = until.order(SAMPLES)[0]
    with pytest.raises(DataError, match=f"a scored 7.0 on sample '{sample.id}'"):
        until.see(sample, {"a": 7.0, "b": 1.0})


def test_names_of_models_are_text_on_the_page() -> None:
    until = until_decided()
    asked(until, SAMPLES, drawn(SAMPLES, **{"x/<script>alert(1)</script>": 0.9, "b": 0.5}))
    assert "<script>" not in until._repr_html_()
    assert "&lt;script&gt;" in until._repr_html_()


def test_the_trace_leads_to_the_decision() -> None:
    until = until_decided()
    assert until.trace.empty
    asked(until, SAMPLES, drawn(SAMPLES, a=0.9, b=0.6))
    last, decided = until.trace.iloc[-1], until.decision.iloc[0]
    assert (last["asked"], last["n"]) == (until.asked, until.asked)
    assert list(last[["estimate", "low", "high", "e_value"]]) == pytest.approx(
        list(decided[["difference", "low", "high", "e_value"]])
    )


def test_a_finished_experiment_tells_when_one_could_have_stopped(
    write: Callable[..., None], home: Path
) -> None:
    rng = np.random.default_rng(2)
    for model, share in (("sim/good", 0.95), ("sim/bad", 0.4)):
        write("one", model, values=[None, *(rng.random(150) < share).astype(float).tolist()])
    until = until_decided().replayed(results(Log(home), "one"))
    assert until.asked < 75
    assert repr(until).startswith("One could have stopped: decided after")
    assert f"{until.asked} of 151 samples: sim/bad is worse than sim/good" in until.reason
