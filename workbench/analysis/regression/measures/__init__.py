"""What changed between two runs of one model, measure by measure; nothing is judged here.

Each measure takes the rows of one model then and now, as `results` gives them, and returns a `Difference`.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from workbench.analysis.regression.change import Difference
from workbench.analysis.regression.measures.cost import cost
from workbench.analysis.regression.measures.latency import Shift
from workbench.analysis.regression.measures.quality import quality
from workbench.analysis.regression.measures.rates import error_rate, refusal_rate

Measure = Callable[[pd.DataFrame, pd.DataFrame], Difference]

MEASURES: dict[str, Measure] = {
    "quality": quality,
    "error_rate": error_rate,
    "refusal_rate": refusal_rate,
    "ttft_p50": Shift(column="ttft_s", q=0.5),
    "duration_p50": Shift(column="duration_s", q=0.5),
    "duration_p95": Shift(column="duration_s", q=0.95),
    "cost": cost,
}
"""The measure of each metric, by its name in `METRICS`."""

__all__ = ["MEASURES", "Measure", "Shift", "cost", "error_rate", "quality", "refusal_rate"]
