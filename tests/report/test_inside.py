"""What a notebook says to its report: kept, shown once, and refused where it cannot be meant."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from workbench import report
from workbench.analysis.estimates import proportion
from workbench.analysis.regression.telling.reported import REPORT_TYPE
from workbench.report.displayed import Displayed, displayed

OLD = [1.0] * 20
FALLEN = [1.0] * 10 + [0.0] * 10


class Shell:
    """A notebook without its kernel."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.outputs: list[dict[str, Any]] = []

    def __call__(self, cell: str) -> list[dict[str, Any]]:
        """What a cell displays, and what is its last value."""
        with capture_output() as captured:
            ran = self.shell.run_cell(cell, store_history=True)
        shown = [output.data for output in captured.outputs]
        self.outputs += shown
        ran.raise_error()
        return shown

    @property
    def found(self) -> Displayed:
        return displayed(data[REPORT_TYPE] for data in self.outputs if REPORT_TYPE in data)


@pytest.fixture
def shell() -> Iterator[Shell]:
    shell = Shell(InteractiveShell.instance())
    shell("from workbench import report")
    shell.shell.user_ns |= {"old": OLD, "fallen": FALLEN}
    yield shell
    InteractiveShell.clear_instance()


def test_what_is_said_in_a_cell_reaches_the_report_in_a_form_that_the_schema_knows(shell: Shell) -> None:
    shell("report.record('refusals', 0.02, unit='share', low=0.01, high=0.05)")
    shell("report.verdict('tone', old, fallen)")
    shell("report.verdicts({'a': (old, old), 'b': (old, fallen)})")
    shell("report.gate(False, 'fast enough')")
    found = shell.found
    assert (found.unreadable, found.other) == ((), ())
    assert found.figures == ({"name": "refusals", "value": 0.02, "unit": "share", "low": 0.01, "high": 0.05},)
    assert [(one["name"], one["verdict"]) for one in found.verdicts] == [
        ("tone", "worse"),
        ("a", "undecided"),
        ("b", "worse"),
    ]
    assert [gate["passed"] for gate in found.gates] == [False]


def test_it_is_shown_once_in_its_cell_and_counts_once_wherever_it_is_shown_again(shell: Shell) -> None:
    assert len(shell("judged = report.verdict('tone', old, fallen)\njudged")) == 1
    [again] = shell("judged")
    assert REPORT_TYPE not in again
    assert again["text/plain"].startswith("tone: worse; changed by -0.5 [")
    assert len(shell.found.verdicts) == 1


def test_half_a_character_can_be_said(shell: Shell) -> None:
    [shown] = shell(r"report.gate(False, 'half \ud83d')")
    assert json.dumps(shown, ensure_ascii=False).encode()
    assert shell.found.gates[0]["name"] == "half ?"


def test_what_a_user_wrote_is_text_where_it_is_shown(shell: Shell) -> None:
    [shown] = shell("report.gate(True, '<img src=x onerror=alert(1)>')")
    assert "&lt;img src=x" in shown["text/html"]
    assert "<img" not in shown["text/html"]


def test_in_a_script_it_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    report.record("refusals", 2)
    report.gate(np.bool_(True), "few refusals")
    assert capsys.readouterr().out == "refusals: 2\nGate passed: few refusals\n"


# figures


def test_an_estimate_brings_its_interval_and_nan_is_undefined(shell: Shell) -> None:
    shell.shell.user_ns["share"] = proportion(3, 40)
    shell("report.record('share', share)\nreport.record('none', float('nan'))\nreport.record('n', 3)")
    share, none, n = shell.found.figures
    assert share["low"] < share["value"] == 0.075 < share["high"]
    assert none == {"name": "none", "value": None}
    assert n["value"] == 3


@pytest.mark.parametrize("value", ["0.5", None, True, pd.NA, [1, 2], np.array([1.0, 2.0]), pd.Series([1.0])])
def test_what_is_no_number_is_refused_by_name(value: Any) -> None:
    with pytest.raises(TypeError, match=r"(?s)the value of 'speed' is .*give a number"):
        report.record("speed", value)
    with pytest.raises(TypeError, match="the low of 'speed'"):
        report.record("speed", 1.0, low="0")


# gates


@pytest.mark.parametrize("passed", [True, np.bool_(True), np.array(True), pd.Series([1, 2]).gt(0).all()])
def test_a_gate_takes_what_comparisons_give(passed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    report.gate(passed, "it holds")
    assert capsys.readouterr().out == "Gate passed: it holds\n"


def test_a_gate_takes_a_verdict_and_fails_where_that_is_worse(capsys: pytest.CaptureFixture[str]) -> None:
    report.gate(report.verdict("tone", OLD, FALLEN), "the tone holds")
    report.gate(report.verdicts({"tone": (OLD, OLD)}), "nothing fell")
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "Gate failed: the tone holds (worse)"
    assert said[3] == "Gate passed: nothing fell (undecided)"


@pytest.mark.parametrize("passed", [None, pd.NA, math.nan, 1, 0.7, "True", object()])
def test_a_gate_refuses_what_is_neither_true_nor_false(passed: Any) -> None:
    with pytest.raises(
        TypeError, match=r"gate 'fast' was given .* neither true nor false: give a comparison"
    ):
        report.gate(passed, "fast")


@pytest.mark.parametrize("passed", [pd.DataFrame({"a": [True]}), pd.Series([True]), np.array([True])])
def test_a_gate_refuses_a_table_and_says_what_to_do(passed: Any) -> None:
    with pytest.raises(TypeError, match=r"gate 'fast' was given a \w+ of shape \(1,.*\.all\(\)"):
        report.gate(passed, "fast")


def test_a_gate_that_stops_says_so_to_the_report_first(shell: Shell) -> None:
    with pytest.raises(report.GateFailedError, match="gate failed: fast"):
        shell("report.gate(False, 'fast', stop=True)")
    shell("report.gate(True, 'right', stop=True)")
    failed, passed = shell.found.gates
    assert (failed["passed"], failed["stopped"]) == (False, True)
    assert "stopped" not in passed


# verdicts


def test_scores_are_paired_by_their_samples_whatever_they_are_kept_in() -> None:
    old = {"a": 1.0, "b": 0.0, "c": 1.0, "d": None}
    new = {"c": 1.0, "b": 1.0, "a": 0.0, "e": 1.0}
    by_name = report.verdict("v", old, new)
    series = report.verdict("v", pd.Series(old), pd.Series(new))
    by_place = report.verdict("v", [1, 0, 1, None, None], [0, True, np.bool_(True), None, pd.NA])
    assert by_name.change == series.change == by_place.change
    assert by_name.change.n == 3
    assert by_name.payload["dropped"] == 2
    assert "2 left out" in by_name.said


@pytest.mark.parametrize(
    ("old", "new", "higher", "verdict"),
    [
        # Of 100 right ones, 8 are lacking: if they are wrong, that is a fall by 8 points.
        ([1.0] * 100, [1.0] * 92 + [None] * 8, True, "undecided"),
        ([1.0] * 400, [1.0] * 399 + [None], True, "same"),
        ([0.0] * 60 + [1.0] * 60, [1.0] * 100 + [None] * 20, True, "better"),
        ([0.0] * 90 + [1.0] * 30, [1.0] * 20 + [0.0] * 70 + [None] * 30, True, "undecided"),
        # What only the candidate has hides no fall.
        ([1.0] * 150 + [None] * 150, [1.0] * 300, True, "same"),
        # Less is better: 1 is the worst share, and of seconds the longest.
        ([0.0] * 100, [0.0] * 92 + [None] * 8, False, "undecided"),
        ([2.0, 2.01] * 60 + [9.0], [2.0, 2.01] * 56 + [None] * 8 + [9.0], False, "undecided"),
        ([2.0, 2.01] * 60, [2.0, 2.01] * 60, False, "same"),
        ([None, 1.0], [None, None], True, "undecided"),
    ],
)
def test_what_the_candidate_lacks_hides_no_fall(old: Any, new: Any, higher: bool, verdict: str) -> None:
    found = report.verdict("v", old, new, higher_is_better=higher)
    assert found.verdict == verdict
    hidden = verdict == "undecided" and found.change.n > 0
    assert ("samples failed or have no score, which might hide a fall" in found.said) == hidden


def test_less_is_better_where_that_is_said() -> None:
    slower = report.verdict("seconds", [1.0, 1.1, 0.9] * 8, [2.0, 2.2, 1.9] * 8, higher_is_better=False)
    assert slower.verdict == "worse"
    assert slower.change.value == pytest.approx(1.0333, abs=1e-4)
    assert (
        report.verdict("seconds", [2.0, 2.1] * 9, [1.0, 1.2] * 9, higher_is_better=False).verdict == "better"
    )


def test_tolerance_and_margin_decide_what_a_small_change_is() -> None:
    rng = np.random.default_rng(1)
    old = rng.random(400)
    new = old - 0.02 + rng.normal(0, 0.02, 400)
    assert report.verdict("v", old, new).verdict == "worse"
    assert report.verdict("v", old, new, tolerance=0.03).verdict == "same"
    assert report.verdict("v", old, new, tolerance=0.03, margin=0.01).verdict == "undecided"


def test_dependent_samples_are_not_taken_for_independent_ones() -> None:
    fallen = [1.0] * 15 + [0.0] * 5
    alone = report.verdict("v", OLD, fallen)
    together = report.verdict("v", OLD, fallen, clusters=[number // 5 for number in range(20)])
    assert (alone.verdict, together.verdict) == ("worse", "undecided")


def test_several_verdicts_share_one_alpha() -> None:
    # Six losses of six: the mid-p value is 2**-7, less than .05, but ten times that is more.
    old, new = [1.0] * 20, [0.0] * 6 + [1.0] * 14
    alone = report.verdict("v", old, new)
    many = report.verdicts({f"v{number}": (old, new if number == 0 else old) for number in range(10)})
    assert (alone.p_worse, many["v0"].p_worse) == (pytest.approx(2**-7), pytest.approx(10 * 2**-7))
    assert (alone.verdict, many["v0"].verdict, many.verdict) == ("worse", "undecided", "undecided")
    with pytest.raises(KeyError, match="no verdict 'x': there are v0, v1"):
        many["x"]


def test_nothing_in_common_is_undecided_and_no_crash() -> None:
    found = report.verdict("v", {"a": 1}, {"b": 1})
    assert (found.verdict, found.change.n) == ("undecided", 0)
    assert report.verdict("v", [None], [None]).verdict == "undecided"


@pytest.mark.parametrize(
    ("baseline", "candidate", "error", "words"),
    [
        ("abc", "abd", TypeError, "baseline is str"),
        (3, 4, TypeError, "baseline is int"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]}), TypeError, "baseline is DataFrame"),
        ([1, 0], [1], ValueError, "2 scores of the baseline, 1 of the candidate"),
        ([], [], ValueError, "there is no score"),
        ([1], ["right"], TypeError, "'right' is a str"),
        ([1], [[1]], TypeError, r"\[1\] is a list"),
        ([1], [math.inf], ValueError, "a score is inf"),
        ({"a": 1}, [1], TypeError, "two Series, two dictionaries, or two lists"),
        (pd.Series([1, 0], index=["a", "a"]), pd.Series([1]), ValueError, "baseline has sample 'a' twice"),
    ],
)
def test_scores_that_cannot_be_compared_are_refused_by_name(
    baseline: Any, candidate: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=f"tone.*{words}"):
        report.verdict("tone", baseline, candidate)


@pytest.mark.parametrize(
    "wrong", [{"alpha": 0}, {"alpha": 1}, {"margin": -0.1}, {"tolerance": -1}, {"clusters": ["a"]}]
)
def test_limits_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}"):
        report.verdict("tone", OLD, OLD, **wrong)
    with pytest.raises(ValueError, match="nothing to judge"):
        report.verdicts({})
    with pytest.raises(TypeError, match="a: give a pair"):
        report.verdicts({"a": [1, 2, 3]})


# the room


def test_a_notebook_that_says_something_does_not_load_what_runs_notebooks() -> None:
    script = (
        "import sys; from workbench import report; heavy = ['papermill', 'nbconvert', 'pandas', 'scipy']\n"
        "print([name for name in heavy if name in sys.modules])\n"
        "report.record('a', 1); report.verdict('b', [1], [1]); report.gate(True, 'c')\n"
        "print([name for name in heavy[:2] if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("[]", "[]")


def test_every_name_of_the_room_opens() -> None:
    assert [name for name in report.__all__ if not callable(getattr(report, name))] == []
    with pytest.raises(AttributeError, match="no attribute 'verdikt'"):
        report.verdikt  # noqa: B018
