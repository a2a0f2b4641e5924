"""Notebooks as reports that a CI job can trust: what runs them, and what they say themselves.

```python
from workbench import report

report.record("refusals", 0.02, unit="share", low=0.01, high=0.05)
report.verdict("tone", baseline_scores, candidate_scores)
report.gate(accuracy >= 0.8, "at least 80 % are right")
```

Names load when they are first used: a notebook does not need what runs notebooks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.report.execute import Report, run_report
    from workbench.report.inside.figures import record
    from workbench.report.inside.gates import GateFailedError, gate
    from workbench.report.inside.measured import measured
    from workbench.report.inside.verdicts import verdict, verdicts
    from workbench.report.measuring import Asked, measure

_ROOMS = {
    "Asked": "measuring",
    "GateFailedError": "inside.gates",
    "Report": "execute",
    "gate": "inside.gates",
    "measure": "measuring",
    "measured": "inside.measured",
    "record": "inside.figures",
    "run_report": "execute",
    "verdict": "inside.verdicts",
    "verdicts": "inside.verdicts",
}

__all__ = [
    "Asked",
    "GateFailedError",
    "Report",
    "gate",
    "measure",
    "measured",
    "record",
    "run_report",
    "verdict",
    "verdicts",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return getattr(import_module(f"workbench.report.{_ROOMS[name]}"), name)
    raise AttributeError(f"module 'workbench.report' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
