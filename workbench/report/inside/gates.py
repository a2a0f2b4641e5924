"""Conditions that have to hold."""

from __future__ import annotations

from typing import Any

from workbench.errors import WorkbenchError
from workbench.report.inside.telling import Told

_VERDICTS = ("better", "same", "worse", "undecided")


class GateFailedError(WorkbenchError):
    """A gate that was to stop its notebook failed; the report is made up to there, and counts as worse."""


def gate(passed: Any, message: str, *, stop: bool = False) -> None:
    """Fail the report, with exit code 1, unless something holds.

    Args:
        passed: `True` or `False`, of Python or NumPy; or a verdict, which passes unless it is `worse`.
        message: What has to hold, in words; it names the gate in the report.
        stop: Whether the notebook ends here if it failed; else it goes on, and all gates are seen.

    Raises:
        TypeError: `passed` is neither true nor false: a number, a text, a missing value, a whole table.
        GateFailedError: It failed, and `stop` was set.
    """
    held, why = _held(passed, message)
    said = f"{'passed' if held else 'failed'}: {message}{why}"
    payload = {"kind": "gate", "name": str(message), "passed": held, "said": said}
    if stop and not held:
        payload["stopped"] = True
    Told(payload=payload, said=f"Gate {said}").tell()
    if stop and not held:
        raise GateFailedError(f"gate {said}")


def _held(passed: Any, message: str) -> tuple[bool, str]:
    verdict = getattr(passed, "verdict", None)
    if isinstance(verdict, str) and verdict in _VERDICTS:
        return verdict != "worse", f" ({verdict})"
    if hasattr(passed, "item") and getattr(passed, "ndim", None) == 0:
        passed = passed.item()
    if isinstance(passed, bool):
        return passed, ""
    if getattr(passed, "ndim", 0):
        raise TypeError(
            f"gate {message!r} was given a {type(passed).__name__} of shape {passed.shape}: say of all of it "
            "what has to hold, such as (scores >= 0.8).all()"
        )
    raise TypeError(
        f"gate {message!r} was given {passed!r:.100} ({type(passed).__name__}), which is neither true nor "
        "false: give a comparison, such as accuracy >= 0.8, or a verdict"
    )
