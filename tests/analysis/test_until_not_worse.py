"""Evaluations that end once it is known whether models fell from their baseline."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.sequential.fall import Fall, Then
from workbench.analysis.sequential.not_worse import UntilNotWorse
from workbench.analysis.statistics import Verdict
from workbench.errors import ConfigError, DataError

MODEL = "sim/m"


@dataclass(frozen=True)
class Item:
    id: str
    cluster: str | None = None


def items(count: int) -> list[Item]:
    return [Item(id=f"s{k:04}") for k in range(count)]


def watching(
    then: Mapping[str, Sequence[float]], *, margin: float = 0.1, alpha: float = 0.05, seed: int = 0
) -> UntilNotWorse:
    """What models scored on s0000, s0001, …; `nan` is no score."""
    return UntilNotWorse(
        alpha=alpha,
        margin=margin,
        min_samples=10,
        seed=seed,
        baseline={"experiment": "before"},
        then={
            model: {f"s{k:04}": Then(value=value) for k, value in enumerate(values) if not math.isnan(value)}
            for model, values in then.items()
        },
    )


def asked(
    until: UntilNotWorse,
    now: Mapping[str, Sequence[float]],
    missing: Mapping[str, Sequence[float]] | None = None,
) -> str | None:
    """Ask in its order until it has enough."""
    samples = items(len(next(iter(now.values()))))
    for sample in until.order(samples, list(now)):
        place = int(sample.id[1:])
        values = {model: None if math.isnan(row[place]) else row[place] for model, row in now.items()}
        lost = {model: missing[model][place] if missing else float(values[model] is None) for model in now}
        if reason := until.see(sample, values, lost):
            return reason
    return None


@dataclass(frozen=True)
class Runs:
    """Many evaluations of items that a model passes with chances of Beta(.8, .2)."""

    verdicts: Counter[Verdict]
    samples: float


def simulated(
    n: int, then_epochs: int, now_epochs: int, fall: float, *, times: int, margin: float = 0.1
) -> Runs:
    verdicts, samples = Counter[Verdict](), []
    rng = np.random.default_rng([n, then_epochs, now_epochs, int(100 * fall)])
    for _ in range(times):
        passes = rng.beta(0.8, 0.2, n)
        then = rng.binomial(then_epochs, passes) / then_epochs
        now = rng.binomial(now_epochs, passes * (1 - fall / 0.8)) / now_epochs
        until = watching({MODEL: then.tolist()}, margin=margin)
        asked(until, {MODEL: now.tolist()})
        verdicts[until.falls[0].verdict] += 1
        samples.append(until.asked)
    return Runs(verdicts=verdicts, samples=float(np.mean(samples)))


def test_where_nothing_changed_it_is_hardly_ever_worse_and_mostly_the_same_after_half_the_calls() -> None:
    found = simulated(120, 4, 4, 0.0, times=60)  # of 2,000: 1.6 % worse, 98 % the same, 58 samples
    assert found.verdicts["worse"] <= 4
    assert found.verdicts["same"] >= 52
    assert found.samples < 72


def test_a_fall_of_twenty_points_is_found_after_a_quarter_of_the_calls() -> None:
    found = simulated(120, 4, 4, 0.2, times=30)
    assert found.verdicts["worse"] == 30
    assert found.samples < 45


def test_a_fall_of_the_margin_is_hardly_ever_called_the_same() -> None:
    found = simulated(120, 4, 1, 0.1, times=30)
    assert found.verdicts["same"] <= 4


def test_the_smoke_split_finds_a_large_fall_by_the_test_at_its_end() -> None:
    found = simulated(20, 4, 4, 0.2, times=40)
    assert found.verdicts["worse"] >= 27
    assert simulated(20, 4, 4, 0.0, times=40).verdicts["worse"] <= 4


def test_it_says_what_it_found_and_how_sure() -> None:
    until = watching({"a": [1.0] * 60, "b": [1.0] * 60})
    reason = asked(until, {"a": [1.0] * 60, "b": [0.0] * 60})
    assert reason == (
        f"decided after {until.asked} of 60 samples: a is same (not worse by 10 points); b is worse"
    )
    a, b = until.falls
    assert (a.verdict, b.verdict) == ("same", "worse")
    assert b.asked < a.asked == until.asked
    assert (b.difference.value, b.difference.high < 0) == (-1.0, True)
    assert -0.1 < a.difference.low < 0 < a.difference.high
    assert b.difference.level == pytest.approx(0.975)
    assert repr(until).startswith(f"Stopped: {reason}.\na: same (not worse by 10 points), +0.0 points [-")
    assert "for all models together (α = 0.05)" in repr(until)


def test_whoever_rose_is_better_or_at_least_not_worse() -> None:
    until = watching({MODEL: [0.0] * 60})
    asked(until, {MODEL: [1.0] * 60})
    assert until.falls[0].verdict == "better"
    assert until.falls[0].p_better < 0.05


def test_models_share_alpha() -> None:
    until = watching({"a": [0.5] * 40, "b": [0.5] * 40})
    asked(until, {"a": [0.5] * 40, "b": [0.5] * 40})
    assert [fall.alpha for fall in until.falls] == [0.025, 0.025]


def test_what_fails_can_neither_pass_nor_condemn() -> None:
    lost = watching({MODEL: [1.0] * 120})
    asked(lost, {MODEL: [math.nan] * 120})
    assert lost.falls[0].verdict == "undecided"
    assert lost.falls[0].sentence() == f"{MODEL}: no sample was scored now and in the baseline"
    # The provider is down after 20 samples, all of them right until then.
    until = watching({MODEL: [1.0] * 120})
    order = [int(sample.id[1:]) for sample in until.order(items(120), [MODEL])]
    now = [1.0 if order.index(k) < 20 else math.nan for k in range(120)]
    asked(until, {MODEL: now})
    assert until.falls[0].verdict == "undecided"
    # The same answers without the outage would have been enough.
    fine = watching({MODEL: [1.0] * 120})
    asked(fine, {MODEL: [1.0] * 120})
    assert fine.falls[0].verdict == "same"


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 0.25, 0.5, 1]), st.sampled_from([0, 0.5, 1]), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_whatever_the_missing_answers_were_they_would_have_said_the_same_more_clearly(
    scores: list[tuple[float, float, bool]],
) -> None:
    def p_values(filled: float | None) -> tuple[float, float]:
        fall = Fall(
            model=MODEL,
            alpha=0.05,
            margin=0.1,
            then={str(k): Then(value=old) for k, (old, _, _) in enumerate(scores)} | {"last": Then(value=1)},
        )
        for k, (_, new, lost) in enumerate(scores):
            value = filled if lost else new
            fall.take(str(k), value, float(value is None), k)
        return fall.p_worse, fall.p_fell_by_margin

    worse, held = p_values(None)
    for filled in (0.0, 0.5, 1.0):
        full_worse, full_held = p_values(filled)
        assert full_worse <= worse * (1 + 1e-9)
        assert full_held <= held * (1 + 1e-9)


def test_a_part_of_the_epochs_missing_leaves_the_score_between_two_bounds() -> None:
    fall = Fall(model=MODEL, alpha=0.05, margin=0.1, then={"1": Then(value=0.5, missing=0.25)})
    fall.take("1", 1.0, 0.5, 1)
    # now in [1/2, 1]; then 3/8 of what was answered, and a quarter that may be right: [3/8, 5/8]
    assert fall.lows.tolist() == [0.5 - 0.625]
    assert fall.highs.tolist() == [1.0 - 0.375]


def test_samples_that_the_baseline_has_no_score_for_come_last_and_are_not_asked() -> None:
    until = watching({MODEL: [1.0, 0.0, math.nan] * 8})
    order = [sample.id for sample in until.order(items(24), [MODEL])]
    assert sorted(order[:16]) == [f"s{k:04}" for k in range(24) if k % 3 < 2]
    assert order[16:] == [f"s{k:04}" for k in range(2, 24, 3)]
    reason = asked(until, {MODEL: [0.5] * 24})
    assert until.asked <= 16
    assert reason is not None
    assert f"{until.asked} of 16 samples" in reason


def test_the_order_is_the_same_again_and_another_by_another_seed() -> None:
    first, again, other = (watching({MODEL: [1.0] * 50}, seed=seed) for seed in (3, 3, 4))
    order = first.order(items(50), [MODEL])
    assert again.order(items(50)[::-1], [MODEL]) == order
    assert other.order(items(50), [MODEL]) != order


def test_it_gives_up_when_the_rest_would_hardly_decide_and_decides_nothing_then() -> None:
    until = watching({MODEL: [0.0, 1.0] * 60}, margin=0.02)
    reason = asked(until, {MODEL: [1.0, 0.0] * 60})
    assert until.asked < 120
    assert reason == (
        f"the rest would hardly decide it, after {until.asked} of 120 samples: {MODEL} is undecided"
    )
    assert until.falls[0].needed is None


def test_it_says_how_many_samples_would_decide_it_if_they_were_like_these() -> None:
    until = watching({MODEL: [1.0] * 10}, margin=0.1)
    asked(until, {MODEL: [1.0] * 10})
    needed = until.falls[0].needed
    assert needed is not None
    more = watching({MODEL: [1.0] * needed})
    asked(more, {MODEL: [1.0] * needed})
    fewer = watching({MODEL: [1.0] * (needed - 1)})
    asked(fewer, {MODEL: [1.0] * (needed - 1)})
    assert (more.falls[0].verdict, fewer.falls[0].verdict) == ("same", "undecided")


def test_what_it_says_of_itself_is_json() -> None:
    said = json.loads(json.dumps(watching({MODEL: [1.0]}, seed=5).describe()))
    assert said == {
        "method": "not_worse",
        "side": "worse",
        "unit": "sample",
        "alpha": 0.05,
        "margin": 0.1,
        "min_samples": 10,
        "seed": 5,
        "baseline": {"experiment": "before"},
    }


@pytest.mark.parametrize(
    ("models", "samples", "words"),
    [
        (["sim/x", MODEL], 3, "baseline before has no score of sim/x: it has sim/m"),
        ([MODEL], 0, "no score of sim/m on any of these 0 samples"),
    ],
)
def test_what_can_not_be_compared_is_refused_by_name(models: list[str], samples: int, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        watching({MODEL: [1.0] * 3}).order(items(samples), models)


def test_one_model_in_place_of_another_is_compared_with_that_one() -> None:
    until = watching({"sim/old": [1.0] * 60})
    asked(until, {"sim/new": [0.0] * 60})
    assert (until.falls[0].model, until.falls[0].verdict) == ("sim/new", "worse")


def test_a_score_beyond_the_scale_is_refused() -> None:
    with pytest.raises(DataError, match=r"sim/m scored 3\.0 on sample 's0001' in baseline before"):
        watching({MODEL: [1.0, 3.0]}).order(items(2), [MODEL])
    with pytest.raises(DataError, match=r"sim/m scored 7\.0 on sample"):
        asked(watching({MODEL: [1.0] * 20}), {MODEL: [7.0] * 20})


def test_names_are_text_on_the_page() -> None:
    until = watching({"<script>": [1.0] * 20})
    asked(until, {"<script>": [1.0] * 20})
    assert "<script>" not in until._repr_html_()
    assert "&lt;script&gt;" in until._repr_html_()


def test_more_answers_now_than_then_leave_no_ordinary_test_for_the_end() -> None:
    # Then once, now four times: each sample is answered wrongly now and then, and fell by a quarter so.
    then = {f"s{k}": Then(value=1.0) for k in range(20)}
    verdicts = {}
    for even in (True, False):
        fall = Fall(model=MODEL, alpha=0.05, margin=0.1, then=then, even=even)
        for k, sample in enumerate(then):
            fall.take(sample, 0.75 if k % 4 == 0 else 1.0, 0.0, k + 1)
        fall.look()
        verdicts[even] = fall.verdict
    assert verdicts == {True: "worse", False: "undecided"}
    until = watching({MODEL: [1.0] * 20})  # asked once
    for epochs in (1, 4):
        until.order(items(20), [MODEL], epochs)
        assert until.falls[0].even == (epochs == 1)
