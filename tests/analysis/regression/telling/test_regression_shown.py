"""A report of changes as words, as a page and as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest
from two_runs import rows

from workbench.analysis.estimates import Estimate
from workbench.analysis.regression import REPORT_TYPE, Regression, compare
from workbench.analysis.regression.baselines import Baseline
from workbench.analysis.regression.change import Change, Difference
from workbench.analysis.regression.measured import Measured
from workbench.analysis.regression.telling.said import figure, listed, p_value, sentence, size
from workbench.report.displayed import displayed

HOSTILE = "sim/<img src=x onerror=alert(1)>`|\n&"
RNG = np.random.default_rng(0)
BEFORE = RNG.random((120, 4)) < 0.9
AFTER = BEFORE & (RNG.random((120, 4)) < 0.85)


def experiment(scores: Any, name: str, *, model: str = "sim/sage", dataset: str = "set") -> Measured:
    frame = rows(np.asarray(scores, dtype=float)).assign(model=model, target="x", text=HOSTILE)
    return Measured(
        experiment=name,
        started_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        dataset=dataset,
        dataset_hash="cafe",
        dataset_version=None,
        samples=120,
        epochs=np.shape(scores)[1],
        settings={model: {}},
        rows=frame.assign(error_type=None, error_message=None),
    )


def fallen(**named: str) -> Regression:
    old = Baseline(
        measured=experiment(BEFORE, "before", **named),
        reference="last green on main",
        found_by="green",
        hash="0123456789abcdef",
        revision="f" * 40,
    )
    return compare([experiment(AFTER, "after", **named)], [old])


def change(verdict: str, value: float, low: float, high: float, **more: Any) -> Change:
    one = Estimate(value=value, low=low, high=high, n=120)
    found = Difference(
        baseline=one,
        candidate=one,
        change=one,
        p_worse=0.1,
        p_better=0.9,
        error=0.1,
        units=120,
        n=120,
        dropped=0,
        method="paired t",
    )
    given: dict[str, Any] = {
        "dataset": "regression",
        "model": "sim/sage",
        "metric": "quality",
        "unit": "share",
    }
    given |= {"verdict": verdict, "difference": found, "p_worse": 0.0002, "p_better": 0.031}
    given |= {"tolerance": 0.0, "margin": 0.05, "epochs": (4, 4), "visible": 0.05}
    return Change(**(given | more))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (
            change("worse", -0.083, -0.121, -0.045),
            "quality worse by 8.3 points [−12.1, −4.5], 120 samples × 4, p 0.0002 (tolerance 0)",
        ),
        (
            change("better", 0.083, 0.045, 0.121, tolerance=0.02, epochs=(1, 1)),
            "quality better by 8.3 points [+4.5, +12.1], 120 samples, p 0.031 (tolerance 2 points)",
        ),
        (
            change("same", 0.0, -0.02, 0.02, p_worse=0.5, epochs=(2, 1)),
            "quality the same: +0.0 points [−2.0, +2.0], 120 samples × 1 (baseline × 2), p 0.5 "
            "(margin ±5 points)",
        ),
        (
            change("undecided", -0.0001, -0.2, math.nan, needed=1500, note="the baseline is sim/old"),
            "quality undecided: +0.0 points [−20.0, –], 120 samples × 4, p 0.0002, about 1,500 samples would "
            "decide, the baseline is sim/old (tolerance 0, margin ±5 points)",
        ),
        (
            change("worse", 0.31, 0.12, 0.55, metric="ttft_p50", unit="s", p_worse=1e-9, tolerance=0.1),
            "TTFT p50 worse by 31.0 % [+12.0, +55.0], 120 samples × 4, p < 0.0001 (tolerance 10 %)",
        ),
        (
            change("worse", -1.25, -2.5, -0.125, unit="score", p_worse=math.nan, epochs=(1, 1)),
            "quality worse by 1.25 [−2.5, −0.125], 120 samples, p – (tolerance 0)",
        ),
    ],
)
def test_a_change_is_one_sentence(one: Change, words: str) -> None:
    assert sentence(one) == f"sim/sage on regression: {words}"


def test_figures_have_their_unit_and_interval() -> None:
    one = Estimate(value=0.825, low=0.748, high=math.nan, n=40)
    assert figure(one, "share") == "82.5 % [74.8, –]"
    assert figure(one, "s") == "0.825 s [0.748, –]"
    assert figure(one, "usd") == "$0.825 [0.748, –]"
    assert figure(replace(one, value=-1.5), "score") == "−1.5 [0.748, –]"
    assert listed(["a", "b", "c"], most=2) == "a, b and 1 more"
    assert p_value(change("better", 0.1, 0.0, 0.2)) == "0.031"
    assert size(math.nan, change("better", 0.1, 0.0, 0.2)) == "–"


def test_the_payload_is_what_reports_are_made_of() -> None:
    payload = fallen()._repr_mimebundle_()[REPORT_TYPE]
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload
    assert payload["kind"] == "regression"
    assert payload["candidate"] == [
        {
            "experiment": "after",
            "dataset": "set",
            "dataset_hash": "cafe",
            "samples": 120,
            "epochs": 4,
            "started_at": "2026-01-02T03:04:00+00:00",
        }
    ]
    [baseline] = payload["baseline"]
    assert baseline["reference"] == "last green on main"
    assert (baseline["found_by"], baseline["revision"], baseline["hash"]) == (
        "green",
        "f" * 40,
        "0123456789abcdef",
    )
    [quality] = [one for one in payload["changes"] if one["metric"] == "quality"]
    assert quality["verdict"] == "worse"
    assert quality["said"].startswith("sim/sage on set: quality worse by ")
    assert set(quality["change"]) == {"value", "low", "high", "n"}
    assert quality["change"]["value"] == pytest.approx(AFTER.mean() - BEFORE.mean())
    [errors] = [one for one in payload["changes"] if one["metric"] == "error_rate"]
    assert errors["p_worse"] is None
    assert {one["direction"] for one in payload["flips"]} <= {"lost", "gained"}
    assert payload["flaky"][0]["baseline_scores"]
    assert payload["sees"] in payload["said"]
    assert payload["said"].startswith(
        "set: after against baseline before, found as 'last green on main', commit ffff"
    )


def test_the_payload_is_in_the_form_that_reports_take() -> None:
    found = replace(fallen(), missing=("sim/gone",), left_out=("x",), notes=("y",))
    taken = displayed([found._repr_mimebundle_()[REPORT_TYPE]])
    assert taken.unreadable == ()
    assert taken.regressions[0]["notes"] == ["y"]


def test_the_same_measured_again_is_said_in_the_same_bytes() -> None:
    once, again = (json.dumps(fallen()._repr_mimebundle_()) for _ in range(2))
    assert once == again


def test_a_row_of_the_frame_is_a_change() -> None:
    found = fallen()
    frame = found.frame
    assert frame["metric"].tolist() == [one.metric for one in found.changes]
    [quality] = frame[frame["metric"] == "quality"].to_dict("records")
    assert (quality["title"], quality["verdict"], quality["n"]) == ("Quality", "worse", 120)
    assert quality["baseline"] == pytest.approx(BEFORE.mean())
    assert quality["candidate_low"] < quality["candidate"] < quality["candidate_high"]
    assert quality["change_low"] < quality["change"] < quality["change_high"] < 0


class Tags(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_has_each_verdict_as_a_word_and_every_foreign_text_as_text() -> None:
    found = fallen(model=HOSTILE, dataset="<script>alert(2)</script>")
    found = replace(found, missing=("<b>gone</b>",), left_out=("<i>left</i>",), notes=("<u>noted</u>",))
    page = Tags(found._repr_mimebundle_()["text/html"])
    table = {"table", "thead", "tbody", "tr", "th", "td"}
    assert page.tags <= {"div", "p", "b", "span", "br", "details", "summary"} | table
    for text in (HOSTILE, "<script>alert(2)</script>", "<b>gone</b>", "<i>left</i>", "<u>noted</u>"):
        assert text in page.text
    assert "▼ worse" in page.text
    assert "Worse than the baseline, beyond chance: " in page.text


def test_the_headline_names_what_is_worse_or_else_what_is_undecided() -> None:
    still = compare([experiment(BEFORE, "after")], [experiment(BEFORE, "before")])
    few = compare([experiment(BEFORE[:5], "after")], [experiment(AFTER[:5], "before")], metrics=["quality"])
    pages = [each._repr_mimebundle_()["text/html"] for each in (still, few)]
    assert "<b>Nothing is worse than the baseline, beyond chance</b>" in pages[0]
    assert "<b>Nothing is worse beyond chance; undecided: sim/sage: quality</b>" in pages[1]
    assert [each.verdict for each in (still, few)] == ["same", "undecided"]


def test_what_could_have_been_seen_is_said_of_the_median_model_and_of_the_worst() -> None:
    old = pd.concat([experiment(BEFORE, "x", model=name).rows for name in ("a/1", "a/2")])
    new = pd.concat([experiment(AFTER, "x", model="a/1").rows, experiment(BEFORE, "x", model="a/2").rows])
    pair = [
        replace(experiment(BEFORE, "x"), experiment=name, rows=each)
        for name, each in (("n", new), ("o", old))
    ]
    found = compare(pair[:1], pair[1:], metrics=["quality"])
    worst = max(change.visible for change in found.changes)
    middle = sum(change.visible for change in found.changes) / 2
    said = f"from these sizes on: quality {100 * middle:.1f} points"
    assert said in found.sees()
    assert f": {100 * worst:.1f} points). Smaller ones mostly stay unseen" in found.sees()
