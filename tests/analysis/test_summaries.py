"""The figures of an experiment, one row a model, on rows written by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from workbench.analysis.estimates import accuracy, proportion
from workbench.analysis.results import results
from workbench.analysis.summaries import by_category, summary
from workbench.log import Log

Write = Callable[..., None]


def row_of(home: Path) -> pd.Series[float]:
    return summary(results(Log(home), "e")).iloc[0]


def test_an_interval_rests_on_the_clusters_that_samples_have(home: Path, write: Write) -> None:
    values, clusters = [1, 1, 1, 0, 0, 0], ["a", "a", "a", "b", "b", "b"]
    write("e", "sim/a", values=values, clusters=clusters)
    found = row_of(home)
    clustered, alone = accuracy(values, clusters), accuracy(values)
    assert (found["accuracy_low"], found["accuracy_high"]) == pytest.approx((clustered.low, clustered.high))
    assert clustered.low < alone.low


def test_a_sample_keeps_its_cluster_where_one_model_failed_on_it(home: Path, write: Write) -> None:
    clusters = ["a", "a", "b", "b"]
    write("e", "sim/a", values=[1, None, 0, 1], clusters=clusters)
    write("e", "sim/b", values=[1, 0, 0, 1], clusters=clusters)
    found = summary(results(Log(home), "e")).set_index("model")
    assert found.loc["sim/a", "accuracy_low"] == pytest.approx(accuracy([1, 0, 1], ["a", "b", "b"]).low)


def test_errors_have_a_rate_with_an_interval_and_are_no_scores(home: Path, write: Write) -> None:
    write("e", "sim/a", values=[1, None, 1, 1])
    found = row_of(home)
    rate = proportion(1, 4)
    assert (found["errors"], found["error_rate"]) == (1, 0.25)
    assert (found["error_rate_low"], found["error_rate_high"]) == pytest.approx((rate.low, rate.high))
    assert (found["accuracy"], found["n"], found["unscored"]) == (1, 3, 0)


def test_an_answer_that_could_not_be_scored_is_counted_apart(home: Path, write: Write) -> None:
    write("e", "sim/a", values=[1, math.nan, 0])
    found = row_of(home)
    assert (found["accuracy"], found["n"], found["unscored"], found["errors"]) == (0.5, 2, 1, 0)


def test_durations_have_intervals_between_two_of_them(home: Path, write: Write) -> None:
    write("e", "sim/a", values=[1] * 20, durations=list(range(1, 21)))
    found = row_of(home)
    # n = 20, p50: ranks 6 and 15; p95 of 20 has no upper bound
    assert (found["duration_p50_s"], found["duration_p50_low_s"], found["duration_p50_high_s"]) == (
        10.5,
        6,
        15,
    )
    assert math.isnan(found["duration_p95_high_s"])
    assert math.isnan(found["ttft_p50_low_s"])
    assert found["timed"] == 20


def test_times_of_one_sample_asked_often_are_not_taken_for_independent(home: Path, write: Write) -> None:
    times = [float(second) for second in range(1, 21)]
    for epoch in range(8):
        write("e", "sim/a", values=[1] * 20, durations=times, epoch=epoch)
    found = row_of(home)
    assert found["timed"] == 160
    # as wide as for 20 answers, ranks 6 and 15, and not as for 160
    assert found["duration_p50_low_s"] <= 6
    assert found["duration_p50_high_s"] >= 15


def test_what_was_measured_under_load_is_counted_and_left_out_of_the_times(home: Path, write: Write) -> None:
    write("e", "sim/a", values=[1, 1, 1, 0], durations=[1, 2, 3, 9], lags=[None, 0.2, 0.01, 1.0])
    found = row_of(home)
    assert (found["duration_p50_s"], found["timed"], found["under_load"]) == (2, 3, 1)
    assert (found["accuracy"], found["n"]) == (0.75, 4)  # what it said is none the worse for it


def test_each_category_has_its_accuracy(home: Path, write: Write) -> None:
    kinds = ["sum", "sum", "word", None]
    write("e", "sim/a", values=[1, 0, 1, 0], categories=kinds)
    write("e", "sim/b", values=[1, 1, None, 0], categories=kinds)
    table = by_category(results(Log(home), "e"))
    assert table[["model", "accuracy", "n"]].to_numpy().tolist()[:4] == [
        ["sim/a", 0.5, 2],
        ["sim/a", 1, 1],
        ["sim/a", 0, 1],
        ["sim/b", 1, 2],
    ]
    assert table["category"].tolist()[:2] == ["sum", "word"]
    # sim/b's call for the word failed: its category is known from sim/a, its accuracy is undefined
    assert table.loc[4, "category"] == "word"
    assert math.isnan(table.loc[4, "accuracy"])


def test_nothing_has_a_summary_with_all_columns() -> None:
    columns = ["model", "sample", "epoch", "status", "value", "label", "category", "cluster", "cached"]
    columns += ["under_load", "duration_s", "ttft_s", "cost_usd", "input_tokens", "output_tokens"]
    empty = pd.DataFrame(columns=columns)
    assert summary(empty).empty
    assert {"model", "accuracy_low", "error_rate_high", "duration_p95_low_s", "n"} <= set(summary(empty))
    assert by_category(empty).empty
