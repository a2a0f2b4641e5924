"""What models would have scored together, worked by hand on few answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.ensembles import ensembles, votes
from workbench.analysis.ensembles.ballots import ballots
from workbench.analysis.ensembles.cascades import cheapest_first
from workbench.analysis.ensembles.learning import accuracies, folds, weights
from workbench.analysis.ensembles.voting import vote

NAN = math.nan
COSTS = {"a": 0.03, "b": 0.02, "c": 0.01}
SECONDS = {"a": 3.0, "b": 2.0, "c": 1.0}


def frame(answers: dict[str, list[str]], target: str = "x", **columns: Any) -> pd.DataFrame:
    """Results: a word a model, a letter a sample, a word an epoch; `-` could not be read, `!` failed."""
    rows = [
        {
            "model": model,
            "sample": f"s{place}",
            "epoch": epoch,
            "status": "error" if letter == "!" else "ok",
            "value": NAN if letter == "!" else float(letter == target),
            "label": None if letter in "!-" else letter,
            "cluster": None,
            "cost_usd": None if letter == "!" else COSTS[model],
            "duration_s": None if letter == "!" else SECONDS[model],
            "cached": False,
            "under_load": False,
        }
        for model, epochs in answers.items()
        for epoch, word in enumerate(epochs)
        for place, letter in enumerate(word)
    ]
    return pd.DataFrame(rows).assign(**columns)


def row(table: pd.DataFrame, name: str) -> dict[str, Any]:
    [found] = table[table["ensemble"] == name].to_dict("records")
    return {str(key): value for key, value in found.items()}


def test_the_majority_has_the_score_of_the_answer_that_most_gave() -> None:
    # xx| x wins; yy| y wins; all apart: by lot, 1/3; x with one that failed: x; two that failed, one apart: y
    known = frame({"a": ["xyxxy"], "b": ["xyy-!"], "c": ["yxzx!"]})
    found = row(ensembles(known), "majority vote")
    assert found["accuracy"] == pytest.approx((1 + 0 + 1 / 3 + 1 + 0) / 5)
    assert (found["n"], found["calls"]) == (5, 3)
    assert found["cost_usd"] == pytest.approx((4 * 0.06 + 0.03) / 5)  # failed calls cost nothing


def test_all_who_vote_together_take_as_long_as_the_slowest() -> None:
    found = row(ensembles(frame({"a": ["!x"], "b": ["xx"], "c": ["xx"]})), "majority vote")
    assert found["duration_p50_s"] == pytest.approx(2.5)  # 2 s without the slowest, and 3 s with it


def test_what_nobody_answered_is_left_out_and_what_nobody_could_read_is_wrong() -> None:
    found = row(ensembles(frame({"a": ["x!-"], "b": ["x!-"]})), "majority vote")
    assert (found["accuracy"], found["n"]) == (0.5, 2)


def test_a_vote_counts_by_its_weight() -> None:
    codes = np.array([[0], [1], [1]])
    values = np.array([[1.0], [0.0], [0.0]])
    heavy, light = (vote(codes, values, np.array([[weight], [1.0], [1.0]])) for weight in (3.0, 1.0))
    assert (heavy.value[0], heavy.winner[0], heavy.share[0]) == (1.0, 0, 0.6)
    assert (light.value[0], light.winner[0], light.share[0]) == (0.0, 1, pytest.approx(2 / 3))


@given(
    st.lists(st.lists(st.integers(-1, 3), min_size=3, max_size=3), min_size=1, max_size=6),
    st.permutations(range(6)),
)
def test_who_votes_first_does_not_matter(codes: list[list[int]], order: list[int]) -> None:
    given = np.array(codes)
    values = np.where(given < 0, 0.0, given / 3.0)
    again = [place for place in order if place < len(given)]
    one, other = vote(given, values), vote(given[again], values[again])
    assert one.value == pytest.approx(other.value)
    assert list(one.winner) == list(other.winner)
    assert one.share == pytest.approx(other.share, nan_ok=True)
    assert (np.isnan(one.share) == (given < 0).all(axis=0)).all()


def test_weights_are_learned_on_other_clusters_only() -> None:
    rng = np.random.default_rng(1)
    samples = tuple(f"s{k}" for k in range(60))
    clusters = pd.Series([f"c{k % 12}" for k in range(48)] + [None] * 12, index=samples, dtype=object)
    parts = folds(samples, clusters, seed=3)
    assert pd.Series(parts[:48]).groupby(list(clusters[:48])).nunique().max() == 1
    assert set(parts) == set(range(5))
    values = rng.integers(0, 2, size=(3, 60)).astype(float)
    turned = np.where(parts == 2, 1 - values, values)
    before, after = accuracies(values, parts), accuracies(turned, parts)
    assert (before[:, parts == 2] == after[:, parts == 2]).all()
    assert (before[:, parts != 2] != after[:, parts != 2]).any()


def test_accuracies_and_weights_are_those_worked_by_hand() -> None:
    values = np.array([[1.0, 1.0, NAN, 0.0]])
    learned = accuracies(values, np.array([0, 1, 1, 1]))
    assert learned[0] == pytest.approx([2 / 4, 2 / 3, 2 / 3, 2 / 3])  # (1 + 1) / (2 + 2), (1 + 1) / (1 + 2)
    assert weights(np.array([0.75, 0.5, 0.1])) == pytest.approx([math.log(3), 0.01, 0.01])


def test_one_good_model_outweighs_two_that_err_together() -> None:
    known = frame(
        {"a": ["xxxxxxxxxxxxxxxxxxxx"], "b": ["yxyxyxyxyxyxyxyxyxyx"], "c": ["yxyxyxyxyxyxyxyxyxyx"]}
    )
    table = ensembles(known)
    assert row(table, "majority vote")["accuracy"] == 0.5
    assert row(table, "weighted vote")["accuracy"] == 1.0


def test_a_cascade_asks_the_cheapest_first_until_two_agree() -> None:
    # c, b and a in turn: x x is right; y y wrong; y x x right, of three; y z x is as a says; - x x is right
    known = frame({"a": ["yxxxx"], "b": ["xyxzx"], "c": ["xyyy-"]})
    found = row(ensembles(known), "cascade until two agree")
    assert found["accuracy"] == pytest.approx(4 / 5)
    assert found["calls"] == pytest.approx((2 + 2 + 3 + 3 + 3) / 5)
    assert found["cost_usd"] == pytest.approx((2 * 0.03 + 3 * 0.06) / 5)
    assert found["duration_p50_s"] == pytest.approx(6)
    assert found["duration_p95_s"] == pytest.approx(6)


def test_a_cascade_asks_on_while_a_model_contradicts_itself() -> None:
    # c says x x: right; y y: wrong; x y: asks b, which says x x; x y: asks b, y z, asks a, y x: by lot
    known = frame({"a": ["yyyy", "yyyx"], "b": ["yyxy", "yyxz"], "c": ["xyxx", "xyyy"]})
    found = row(ensembles(known), "cascade until one is steady")
    assert found["accuracy"] == pytest.approx((1 + 0 + 1 + 0.5) / 4)
    assert found["calls"] == pytest.approx((2 + 2 + 4 + 6) / 4)
    assert found["cost_usd"] == pytest.approx((2 * 0.02 + 0.06 + 0.12) / 4)
    assert found["duration_p95_s"] > found["duration_p50_s"] == pytest.approx(2)  # 1, 1, 1 + 2, 1 + 2 + 3


def test_models_of_unknown_cost_are_asked_last_and_make_the_sum_unknown() -> None:
    known = frame({"a": ["xx"], "b": ["xx"], "c": ["yy"]})
    known.loc[known["model"] == "c", "cost_usd"] = None
    ordered = ballots(known)
    assert [ordered.models[place] for place in cheapest_first(ordered)] == ["b", "a", "c"]
    table = ensembles(known)
    assert math.isnan(row(table, "majority vote")["cost_usd"])
    assert row(table, "cascade until two agree")["cost_usd"] == pytest.approx(0.05)
    assert not row(table, "c")["front"]


def test_answers_from_the_log_count_with_what_they_would_have_cost() -> None:
    known = frame({"a": ["xx"], "b": ["xx"]})
    known.loc[(known["model"] == "a") & (known["sample"] == "s0"), ["cached", "cost_usd"]] = [True, 0.0]
    known.loc[known["model"] == "b", ["cached", "cost_usd"]] = [True, 0.0]
    table = ensembles(known)
    assert row(table, "a")["cost_usd"] == pytest.approx(0.03)
    assert math.isnan(row(table, "b")["cost_usd"])
    assert math.isnan(row(table, "b")["duration_p50_s"])


def test_times_measured_under_load_do_not_count() -> None:
    known = frame({"a": ["xxx"], "b": ["xxx"]})
    slow = (known["sample"] == "s0") & (known["model"] == "a")
    known.loc[slow, ["duration_s", "under_load"]] = [60.0, True]
    found = row(ensembles(known), "majority vote")
    assert found["duration_p50_s"] == found["duration_p95_s"] == 3  # nor does b's 2 s alone


def test_a_model_votes_with_itself_from_three_epochs_on() -> None:
    three = ensembles(frame({"a": ["xy", "xy", "yx"]}))
    found = row(three, "a, vote of its epochs")
    assert (found["accuracy"], found["calls"], found["n"]) == (0.5, 3, 2)
    assert found["cost_usd"] == pytest.approx(0.09)
    assert found["difference"] == pytest.approx(0.5 - row(three, "a")["accuracy"])
    assert list(ensembles(frame({"a": ["xy", "xy"]}))["ensemble"]) == ["a"]


def test_the_upper_bound_is_right_where_any_model_is_and_never_on_the_front() -> None:
    found = row(ensembles(frame({"a": ["xyy!"], "b": ["yxyx"]})), "any model right")
    assert (found["accuracy"], found["kind"], found["front"]) == (0.75, "upper bound", False)


def test_ensembles_are_compared_with_the_model_that_was_best_on_other_samples() -> None:
    rng = np.random.default_rng(4)
    words = {
        model: "".join(rng.choice(["x", "y", "z"], p=[share, (1 - share) / 2, (1 - share) / 2], size=300))
        for model, share in (("a", 0.95), ("b", 0.5), ("c", 0.5))
    }
    table = ensembles(frame({model: [word] for model, word in words.items()}))
    best, model = row(table, "best model, chosen on other samples"), row(table, "a")
    assert best["accuracy"] == model["accuracy"]  # on every part the others say that it is a
    majority = row(table, "majority vote")
    assert majority["difference"] == pytest.approx(majority["accuracy"] - best["accuracy"])
    assert majority["difference_low"] < majority["difference"] < majority["difference_high"] < 0
    assert majority["p"] < 0.05
    assert math.isnan(model["p"])


def test_choosing_the_best_of_equals_promises_nothing() -> None:
    rng = np.random.default_rng(5)
    samples = tuple(f"s{k}" for k in range(40))
    alone = pd.Series(None, index=samples, dtype=object)
    chosen, hindsight = [], []
    for seed in range(400):
        values = rng.integers(0, 2, size=(3, 40)).astype(float)
        best = accuracies(values, folds(samples, alone, seed)).argmax(axis=0)
        chosen.append(values[best, range(40)].mean())
        hindsight.append(values.mean(axis=1).max())
    assert np.mean(chosen) == pytest.approx(0.5, abs=0.02)
    assert np.mean(hindsight) > 0.55


def test_the_best_comes_first_and_the_front_holds_what_nothing_beats() -> None:
    table = ensembles(frame({"a": ["xxxxxxxxyy"], "b": ["xxxxyyyyyy"], "c": ["xxxxxyyyyy"]}))
    assert table["accuracy"].is_monotonic_decreasing
    assert row(table, "c")["front"]  # the cheapest
    assert not row(table, "b")["front"]  # dearer than c, and worse
    assert row(table, "a")["front"]


def test_intervals_rest_on_clusters() -> None:
    known = frame({"a": ["x" * 20 + "y" * 10], "b": ["x" * 20 + "y" * 10]})
    clustered = known.assign(cluster="c" + (known["sample"].str[1:].astype(int) // 10).astype(str))
    alone, together = (row(ensembles(each), "majority vote") for each in (known, clustered))
    assert together["accuracy_low"] < alone["accuracy_low"]


def test_each_sample_tells_how_sure_how_different_and_how_steady_its_answers_are() -> None:
    # s0: a x x, b x y: 3 of 4; pairs across xx xy xx xy: 2 of 4 differ; a steady, b not: (1 + 0) / 2
    found = votes(frame({"a": ["xx-", "xy-"], "b": ["xx!", "yy!"]})).set_index("sample")
    first, second, third = (found.loc[name] for name in ("s0", "s1", "s2"))
    assert (first["answer"], first["value"], first["votes"]) == ("x", 1.0, 4)
    assert (first["confidence"], first["diversity"], first["consistency"]) == (0.75, 0.5, 0.5)
    assert second["answer"] is None
    assert (second["value"], second["confidence"]) == (0.5, 0.5)  # tied: by lot
    assert (third["votes"], third["value"]) == (0, 0.0)
    assert all(math.isnan(third[name]) for name in ("confidence", "diversity", "consistency"))


def test_of_no_answers_there_is_nothing_to_say() -> None:
    empty = frame({"a": ["x"]}).iloc[:0]
    assert ensembles(empty).empty
    assert votes(empty).empty
