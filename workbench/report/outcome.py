"""What a report comes to: one word, an exit code, and a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from signal import Signals
from typing import Any, Literal, get_args

from workbench.report.displayed import Displayed

Name = Literal["fine", "worse", "undecided", "failed"]
FailOn = Literal["worse", "undecided", "never"]
FAIL_ON: tuple[FailOn, ...] = get_args(FailOn)
FINE, WORSE, COULD_NOT_RUN, UNDECIDED, SIGNALLED = 0, 1, 2, 3, 128
STOPPED = "GateFailedError"
"""Class of the error by which a gate ends its notebook."""
_NAMED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a report comes to.

    Attributes:
        name: `failed` where the report could not be made; else `worse` where a change or verdict is, or a
            gate failed; else `undecided` where one is, or a model of the baseline is missing; else `fine`.
        exit_code: 0 fine, 1 worse, 2 failed, 3 undecided where that is to fail; 130 and 143 interrupted.
        why: In one sentence.
    """

    name: Name
    exit_code: int
    why: str


def outcome_of(
    found: Displayed,
    failure: Mapping[str, Any] | None = None,
    *,
    baseline: bool = False,
    fail_on: FailOn = "worse",
) -> Outcome:
    """What a notebook's outputs come to.

    Args:
        found: What it displayed.
        failure: Why it did not run to its end, as in report.json; `None` where it did.
        baseline: Whether it was to compare with a baseline.
        fail_on: What is to fail: `worse`; `undecided` too; or `never`, whatever the verdicts.
    """
    failed = _failed(found, failure, baseline=baseline)
    if failed:
        # As a shell has it, 130 for Ctrl-C and 143 for SIGTERM.
        number = failure.get("signal") if failure is not None else None
        code = COULD_NOT_RUN if number is None else SIGNALLED + Signals[number]
        return Outcome(name="failed", exit_code=code, why=failed.rstrip(". "))
    if worse := _listed(
        ("Worse beyond chance", _named(found, "worse")),
        ("Gate failed", [repr(gate["name"]) for gate in found.gates if not gate["passed"]]),
    ):
        return Outcome(name="worse", exit_code=FINE if fail_on == "never" else WORSE, why=worse)
    if undecided := _listed(
        ("Undecided", _named(found, "undecided")),
        ("Missing, though in the baseline", _missing(found)),
    ):
        code = UNDECIDED if fail_on == "undecided" else FINE
        return Outcome(name="undecided", exit_code=code, why=undecided)
    return Outcome(name="fine", exit_code=FINE, why=_fine(found))


def totals(found: Displayed) -> dict[str, int]:
    """How many changes and verdicts came out how, and how many gates."""
    judged = [change["verdict"] for part in found.regressions for change in part["changes"]]
    judged += [verdict["verdict"] for verdict in found.verdicts]
    passed = sum(gate["passed"] for gate in found.gates)
    return {
        **{name: judged.count(name) for name in ("better", "same", "worse", "undecided")},
        "gates_passed": passed,
        "gates_failed": len(found.gates) - passed,
    }


def _failed(found: Displayed, failure: Mapping[str, Any] | None, *, baseline: bool) -> str:
    stopped = any(gate.get("stopped") for gate in found.gates)
    if failure is not None and stopped and str(failure["message"]).startswith(STOPPED):
        return ""  # it ended where its author wanted it to, and the gate says why
    if failure is not None:
        return f"The notebook did not run to its end: {failure['message']}"
    if found.unreadable:
        return f"The notebook displayed what is no report: {found.unreadable[0]}"
    if any(not regression["changes"] for regression in found.regressions):
        return "The notebook compared with a baseline, but there was nothing to compare"
    if baseline and not found.judged and not stopped:
        return "The notebook took a baseline but displayed no verdict: end it with wb.regression(…)"
    return ""


def _named(found: Displayed, verdict: str) -> list[str]:
    changes = [change for part in found.regressions for change in part["changes"]]
    several = len({change["dataset"] for change in changes}) > 1
    return [
        f"{change['model']}: {change['metric']}" + (f" on {change['dataset']}" if several else "")
        for change in changes
        if change["verdict"] == verdict
    ] + [judged["name"] for judged in found.verdicts if judged["verdict"] == verdict]


def _missing(found: Displayed) -> list[str]:
    return [model for part in found.regressions for model in part.get("missing", ())]


def _listed(*parts: tuple[str, Sequence[str]]) -> str:
    """What there is of each, the first few by name; empty where there is nothing."""
    return ". ".join(
        f"{what}: {', '.join(names[:_NAMED])}"
        + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        for what, names in parts
        if names
    )


def _fine(found: Displayed) -> str:
    counted = {name: number for name, number in totals(found).items() if number}
    if not counted:
        return "The notebook ran to its end; it compared nothing"
    gates = counted.pop("gates_passed", 0)
    said = [f"{number} {name}" for name, number in counted.items()]
    said += [f"{gates} gate{'' if gates == 1 else 's'} passed"] if gates else []
    return f"Nothing got worse: {', '.join(said)}"
