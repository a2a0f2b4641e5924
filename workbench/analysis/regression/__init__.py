"""A candidate against its baseline: what changed, beyond chance, by data set, model and metric."""

from workbench.analysis.regression.against import check_baseline, regression
from workbench.analysis.regression.compare import compare
from workbench.analysis.regression.telling.reported import REPORT_TYPE
from workbench.analysis.regression.verdicts import Regression

__all__ = ["REPORT_TYPE", "Regression", "check_baseline", "compare", "regression"]
