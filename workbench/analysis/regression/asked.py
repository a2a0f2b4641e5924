"""What a comparison is asked for: refused where it makes no sense."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from workbench.analysis.regression.measured import Measured
from workbench.analysis.regression.metrics import METRICS
from workbench.errors import ConfigError


def check_datasets(candidates: Sequence[Measured], baselines: Sequence[object]) -> None:
    """Raise `ConfigError` unless there is one candidate for each data set, and one baseline for each."""
    if not candidates or len(candidates) != len(baselines):
        raise ConfigError(f"{len(candidates)} candidates and {len(baselines)} baselines: give one for each")
    names = [each.dataset for each in candidates]
    if len(set(names)) < len(names):
        raise ConfigError(f"candidates of {', '.join(names)}: give one experiment for each data set")


def in_common(now: Collection[str], then: Collection[str]) -> dict[str, str]:
    """The models that are compared, and by what label the baseline has them.

    A model is compared with itself; where both sides have but one, that one is compared with the other.
    """
    same = {label: label for label in now if label in then}
    return same or (dict(zip(now, then, strict=True)) if len(now) == len(then) == 1 else {})


def check_models(
    candidate: str, now: Collection[str], baseline: str, then: Collection[str]
) -> dict[str, str]:
    """See that there is anything to compare; see `in_common`.

    Raises:
        ConfigError: There is no model in common.
    """
    found = in_common(now, then)
    if not found:
        raise ConfigError(
            f"{candidate} and its baseline {baseline} have no model in common: "
            f"{', '.join(now)} against {', '.join(then) or 'none'}; take another one, or ask one of these"
        )
    return found


def check_figures(
    metrics: Sequence[str], tolerance: Mapping[str, float], margin: Mapping[str, float], alpha: float
) -> None:
    """Raise `ConfigError` where a metric is not known, or a figure is out of its range."""
    if not metrics:
        raise ConfigError(f"no metric to compare by: give some of {', '.join(METRICS)}")
    for metric in (*metrics, *tolerance, *margin):
        if metric not in METRICS:
            raise ConfigError(f"no metric {metric!r}: write one of {', '.join(METRICS)}")
    if not 0 < alpha < 1:
        raise ConfigError(f"alpha is {alpha!r}: give a number between 0 and 1, such as 0.05")
    for metric, value in tolerance.items():
        if not value >= 0:
            raise ConfigError(f"the tolerance of {metric} is {value!r}: give a number from 0 on")
    for metric, value in margin.items():
        if not value > 0:
            raise ConfigError(f"the margin of {metric} is {value!r}: give a number above 0")
