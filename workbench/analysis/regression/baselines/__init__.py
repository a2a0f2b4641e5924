"""Baselines: what a candidate is compared with, found by any reference, and never changed."""

from workbench.analysis.regression.baselines.baseline import Baseline, content_hash
from workbench.analysis.regression.baselines.comparable import Comparable, check_comparable, check_compared
from workbench.analysis.regression.baselines.files import load_baselines, save_baselines
from workbench.analysis.regression.baselines.finding import find_baseline, find_baselines
from workbench.analysis.regression.baselines.tags import tag_baseline

__all__ = [
    "Baseline",
    "Comparable",
    "check_comparable",
    "check_compared",
    "content_hash",
    "find_baseline",
    "find_baselines",
    "load_baselines",
    "save_baselines",
    "tag_baseline",
]
