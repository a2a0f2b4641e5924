"""A candidate against its baseline: what changed, beyond chance, by data set, model and metric."""

from workbench.analysis.regression.regression import (
    VERDICT_TYPE,
    Regression,
    check_baseline,
    regression,
)

__all__ = ["VERDICT_TYPE", "Regression", "check_baseline", "regression"]
