"""What came of an experiment, as a table in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from workbench.cli.console import out, plain
from workbench.cli.figures import UNKNOWN, known

if TYPE_CHECKING:
    from workbench.evals.experiment import Experiment
    from workbench.log import Log


def print_summary(log: Log, experiment: Experiment) -> None:
    """Print a row for each model, and what the columns mean."""
    from workbench.analysis.comparing.comparison import comparison
    from workbench.analysis.results import agreement_in_words, results, summary

    table = Table(
        title=f"{experiment.samples} samples of {experiment.dataset}, experiment {experiment.id}",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
        pad_edge=False,
    )
    answers = results(log, experiment.id)
    summarised = summary(answers)
    columns = [name for name in _COLUMNS if out.width >= WIDE or name not in _FOR_THE_WIDE]
    table.add_column("model", overflow="fold", min_width=10)
    for heading in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in summarised.to_dict("records"):
        table.add_row(plain(str(row["model"])), *(_COLUMNS[name](row) for name in columns))
    out.print(table)
    out.print(
        "[dim]below each figure its 95 % interval; accuracy: share of right answers, of so many samples;\n"
        "agree: share of the other models that say the same; errors: share of calls; tokens: in→out;\n"
        "durations without waiting for a slot or between attempts[/]"
    )
    if summarised["agreement"].notna().any():
        out.print(f"[dim]{plain(agreement_in_words(answers))}[/]")
    if (summarised["n"] > 0).sum() > 1:
        compared = comparison(answers)
        out.print(f"{plain(compared.words)}\n[dim]{plain(compared.sees())}[/]")


WIDE = 100
"""Characters in a line from which on all columns fit."""


def _cost(row: Mapping[Any, Any]) -> str:
    if not known(row["cost_usd"]):
        return "unknown"
    cost = _figure(row["cost_usd"], ".5f")
    return f"{cost} + {row['unknown_cost']} unknown" if row["unknown_cost"] else cost


def _estimate(row: Mapping[Any, Any], name: str, form: str, of: str = "") -> str:
    """A figure, and below it its interval."""
    value, low, high = (row[name.format(place)] for place in ("", "_low", "_high"))
    if not known(value):
        return UNKNOWN
    interval = f"{_figure(low, form)}–{_figure(high, form)}"
    if not known(high):  # too few values for a bound
        interval = f"≥ {_figure(low, form)}" if known(low) else ""
    return f"{_figure(value, form)}{of}\n[dim]{interval}[/]"


def _figure(value: Any, form: str) -> str:
    return format(value, form) if known(value) else UNKNOWN


_COLUMNS: Mapping[str, Callable[[Mapping[Any, Any]], str]] = {
    "p50 s": lambda row: _estimate(row, "duration_p50{}_s", ".2f"),
    "p95 s": lambda row: _estimate(row, "duration_p95{}_s", ".2f"),
    "TTFT s": lambda row: _estimate(row, "ttft_p50{}_s", ".3f"),
    "tokens": lambda row: f"{row['input_tokens']}→{row['output_tokens']}",
    "cost $": _cost,
    "accuracy": lambda row: _estimate(row, "accuracy{}", ".0%", f" of {row['n']}"),
    "agree": lambda row: _estimate(row, "agreement{}", ".0%"),
    "errors": lambda row: _estimate(row, "error_rate{}", ".0%", f" of {row['calls']}"),
}
_FOR_THE_WIDE = frozenset({"p95 s", "TTFT s", "tokens"})
