"""What a report comes to, and the exit code."""

from __future__ import annotations

from typing import Any

import pytest
from told import change, document, gate, regression, verdict

from workbench.report.displayed import displayed
from workbench.report.formats.markdown import markdown_of
from workbench.report.outcome import FailOn, Outcome, outcome_of, totals

RAISED = {"kind": "cell", "message": "ZeroDivisionError: division by zero"}


def of(*payloads: Any, fail_on: FailOn = "worse", baseline: bool = False, failure: Any = None) -> Outcome:
    return outcome_of(displayed(payloads), failure, baseline=baseline, fail_on=fail_on)


@pytest.mark.parametrize(
    ("payloads", "name", "codes"),
    [
        ([], "fine", (0, 0, 0)),
        ([regression(change("same"), change("better"))], "fine", (0, 0, 0)),
        ([regression(change("same"), change("worse"), change("undecided"))], "worse", (1, 1, 0)),
        ([regression(change("same"), change("undecided"))], "undecided", (0, 3, 0)),
        ([regression(change("same"), missing=["a/b"])], "undecided", (0, 3, 0)),
        ([gate(True), verdict("tone", "same")], "fine", (0, 0, 0)),
        ([gate(False)], "worse", (1, 1, 0)),
        ([verdict("tone", "worse")], "worse", (1, 1, 0)),
        ([verdict("tone", "undecided")], "undecided", (0, 3, 0)),
        ([regression()], "failed", (2, 2, 2)),
        ([{"kind": "figure", "name": "a", "value": 1}, {"kind": "poem"}], "fine", (0, 0, 0)),
    ],
)
def test_the_exit_code_follows_from_what_was_displayed_and_what_is_to_fail(
    payloads: list[Any], name: str, codes: tuple[int, int, int]
) -> None:
    found = [of(*payloads, fail_on=fail_on) for fail_on in ("worse", "undecided", "never")]
    assert tuple(each.exit_code for each in found) == codes
    assert {each.name for each in found} == {name}


def test_the_sentence_names_what_is_worse_and_counts_the_rest() -> None:
    found = of(
        regression(*(change("worse", model=f"sim/{name}") for name in "abcde"), change("undecided")),
        gate(False, "fast"),
    )
    assert found.why == (
        "Worse beyond chance: sim/a: quality, sim/b: quality, sim/c: quality and 2 more. Gate failed: 'fast'"
    )
    two = of(regression(change("worse"), change("same", dataset="sums")))
    assert two.why == "Worse beyond chance: sim/sage: quality on capitals"
    missing = of(regression(change("same"), missing=["sim/swift"]))
    assert missing.why == "Missing, though in the baseline: sim/swift"
    assert of(regression(change("same")), gate(True)).why == "Nothing got worse: 1 same, 1 gate passed"


def test_a_baseline_that_was_asked_for_needs_a_verdict() -> None:
    assert of(baseline=True).exit_code == 2
    assert "took a baseline but displayed no verdict" in of(gate(True), baseline=True).why
    assert of(verdict("tone", "same"), baseline=True).exit_code == 0


@pytest.mark.parametrize("fail_on", ["worse", "undecided", "never"])
def test_a_notebook_that_did_not_end_failed_whatever_it_had_found(fail_on: FailOn) -> None:
    found = of(regression(change("same")), failure=RAISED, fail_on=fail_on)
    assert (found.name, found.exit_code) == ("failed", 2)
    assert "ZeroDivisionError" in found.why


def test_a_gate_that_stopped_its_notebook_is_worse_and_not_a_failure_to_run() -> None:
    stopping = gate(False) | {"stopped": True}
    by_the_gate = {"kind": "cell", "message": "GateFailedError: gate failed: at least 80 % are right"}
    assert of(stopping, failure=by_the_gate, baseline=True).name == "worse"
    assert of(stopping, failure=RAISED).name == "failed"
    assert of(gate(False), failure=by_the_gate).name == "failed"


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        ({"kind": "regression"}, "'changes' is a required property"),
        (regression(change("awful")), "regression['changes'][0]['verdict']: 'awful' is not one of"),
        (gate(True) | {"passed": "yes"}, "gate['passed']: 'yes' is not of type 'boolean'"),
        ({"kind": "figure", "name": "a", "value": "much"}, "figure['value']"),
    ],
)
def test_what_only_looks_like_a_verdict_is_an_error_and_not_passed_over(payload: Any, place: str) -> None:
    found = of(payload)
    assert (found.name, found.exit_code) == ("failed", 2)
    assert place in found.why


@pytest.mark.parametrize(
    "payload", [None, 3, "text", [], {}, {"kind": None}, {"kind": ["gate"]}, {"worse": []}]
)
def test_what_nobody_knows_is_kept_and_is_no_error(payload: Any) -> None:
    assert displayed([payload]).other == (payload,)
    assert of(payload).exit_code == 0
    [said] = document(payload)["left_out"]
    assert said == f"an output that is no report, and is not read: {payload!r}"
    assert said[:26] in markdown_of(document(payload))


def test_a_kind_of_another_version_is_named() -> None:
    [said] = document({"kind": "poem", "lines": 3})["left_out"]
    assert said == "an output of the kind 'poem', which this version does not know"


def test_totals_count_changes_verdicts_and_gates() -> None:
    found = displayed(
        [regression(change("same"), change("worse")), verdict("a", "same"), gate(True), gate(False)]
    )
    assert totals(found) == {
        "better": 0,
        "same": 2,
        "worse": 1,
        "undecided": 0,
        "gates_passed": 1,
        "gates_failed": 1,
    }
