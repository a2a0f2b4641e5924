"""Notebooks run by papermill as reports that open anywhere and that a CI job can trust."""

from workbench.report.execute import Report, run_report

__all__ = ["Report", "run_report"]
