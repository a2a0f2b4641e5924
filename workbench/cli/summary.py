"""What came of an experiment, as a table in the terminal."""

from __future__ import annotations

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
    table.add_column("model", overflow="fold")
    for heading in ("p50 s", "p95 s", "TTFT s", "tokens", "cost $", "accuracy", "agree", "errors"):
        table.add_column(heading, justify="right", no_wrap=True)
    answers = results(log, experiment.id)
    summarised = summary(answers)
    for row in summarised.itertuples():
        table.add_row(
            plain(str(row.model)),
            _figure(row.duration_p50_s, ".2f"),
            _figure(row.duration_p95_s, ".2f"),
            _figure(row.ttft_p50_s, ".3f"),
            f"{row.input_tokens}→{row.output_tokens}",
            _cost(row),
            _accuracy(row),
            _figure(row.agreement, ".0%"),
            str(row.errors),
        )
    out.print(table)
    out.print(
        "[dim]accuracy: share of right answers (95 % interval); agree: share of the other models that say "
        "the same;\ntokens: in→out; durations without waiting for a slot or between attempts[/]"
    )
    if summarised["agreement"].notna().any():
        out.print(f"[dim]{plain(agreement_in_words(answers))}[/]")
    if (summarised["n"] > 0).sum() > 1:
        compared = comparison(answers)
        out.print(f"{plain(compared.words)}\n[dim]{plain(compared.sees())}[/]")


def _cost(row: Any) -> str:
    if not known(row.cost_usd):
        return "unknown"
    cost = _figure(row.cost_usd, ".5f")
    return f"{cost} + {row.unknown_cost} unknown" if row.unknown_cost else cost


def _accuracy(row: Any) -> str:
    if not row.n:
        return UNKNOWN
    low, high = _figure(100 * row.accuracy_low, ".0f"), _figure(100 * row.accuracy_high, ".0f")
    return f"{row.accuracy:.0%} ({low}–{high})"


def _figure(value: Any, form: str) -> str:
    return format(value, form) if known(value) else UNKNOWN
