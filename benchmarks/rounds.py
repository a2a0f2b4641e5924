"""Rounds: every candidate once in each, in a process of its own, and what remains of their figures."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

from rich import box
from rich.table import Table

ROOT = Path(__file__).parents[1]
BROWSER = ROOT / "tests" / "browser"  # has what starts a JupyterLab and finds a Chromium
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Result:
    """A measured table.

    Attributes:
        title: What was measured.
        columns: Headings, with units.
        rows: One per candidate.
        notes: What one has to know to read it.
        raw: Every figure of every round, for JSON.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    raw: dict[str, Any] = field(default_factory=dict)

    def markdown(self) -> Table:
        """The rows as a Markdown table."""
        table = Table(box=box.MARKDOWN)
        for n, column in enumerate(self.columns):
            table.add_column(column, justify="right" if n else "left", no_wrap=True)
        for row in self.rows:
            table.add_row(*row)
        return table


def installed(package: str) -> str | None:
    """The version of a package, `None` where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def missing(packages: Iterable[str]) -> list[str]:
    """A note for each package that could not be measured."""
    return [
        f"{package} is not installed and was not measured: pip install '.[bench]'"
        for package in packages
        if installed(package) is None
    ]


def child(*arguments: str) -> Any:
    """Run Python with these arguments, and give the JSON of its last line.

    Raises:
        RuntimeError: It failed; the message has its own words.
    """
    path = os.pathsep.join(filter(None, [str(ROOT), str(BROWSER), os.environ.get("PYTHONPATH")]))
    # litellm would fetch its prices from the network when it is imported.
    environment = {**os.environ, "PYTHONPATH": path, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    ended = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(arguments)!r} failed with {ended.returncode}:\n{ended.stderr[-2000:]}")
    return json.loads(ended.stdout.splitlines()[-1])


def browserless() -> list[str]:
    """A note where nothing can be measured in a browser."""
    if notes := missing(["playwright"]):
        return notes
    if child("-c", "import json, lab; print(json.dumps(lab.chromium()))"):
        return []
    return ["no Chromium, nothing was measured: install one, or name it in WORKBENCH_TEST_CHROMIUM"]


def interleaved(names: Sequence[str], rounds: int, measure: Callable[[str], T]) -> dict[str, list[T]]:
    """Measure every name once in each round; each round begins with another one.

    What disturbs the machine for a while then disturbs all of them, and the median leaves it out.
    """
    measured: dict[str, list[T]] = {name: [] for name in names}
    for n in range(rounds):
        start = n % len(names)
        for name in [*names[start:], *names[:start]]:
            measured[name].append(measure(name))
    return measured


def ratios(values: Sequence[float], to: Sequence[float]) -> list[float]:
    """Value by value of the same round."""
    return [value / other for value, other in zip(values, to, strict=True)]


def spread(values: Sequence[float]) -> str:
    """Median and, in brackets, the smallest and the largest."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{_short(middle)} ({_short(low)}–{_short(high)})"


def middle(values: Sequence[float]) -> str:
    """Median."""
    return _short(statistics.median(values))


def _short(value: float) -> str:
    """Two digits after the point for what is small, none for what is large."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"
