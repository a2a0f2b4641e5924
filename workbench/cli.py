"""The `workbench` command."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
import orjson
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from workbench.bundled import bundled
from workbench.config import load_settings
from workbench.errors import DataError, WorkbenchError

if TYPE_CHECKING:
    from workbench.client import Client
    from workbench.evals.dataset import Dataset
    from workbench.evals.runs import Experiment
    from workbench.log import Log

WIDTH = None if sys.stdout.isatty() else 120  # a pipe has no width of its own
out = Console(highlight=False, soft_wrap=True, width=WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)

FINE, WORSE, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130


def main() -> None:
    """Run the command; what the user can mend ends with one line, not with a traceback."""
    warnings.showwarning = lambda message, *_: _tell(message)
    try:
        sys.exit(workbench(standalone_mode=False) or FINE)
    except click.ClickException as exc:
        exc.show()
        sys.exit(COULD_NOT_RUN)
    except (KeyboardInterrupt, click.Abort):
        err.print("\nInterrupted. Every call that was made is in the log.")
        sys.exit(INTERRUPTED)
    except (WorkbenchError, OSError) as exc:
        _tell(exc)
        sys.exit(COULD_NOT_RUN)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: workbench compare",
)
@click.version_option(package_name="llm-workbench", message="%(version)s")
def workbench() -> None:
    """Compare language models: every call logged, every figure with its uncertainty."""


@workbench.command(short_help="Ask several models the same questions, and report.")
@click.option(
    "-m",
    "--model",
    "models",
    multiple=True,
    metavar="PROVIDER/MODEL",
    help="A model; give it once for each. Without it: what can be reached.",
)
@click.option(
    "-d",
    "--data",
    default="first_walk",
    show_default=True,
    metavar="FILE",
    help="A prompt set: a JSONL, CSV, JSON or Parquet file, or the name of a bundled one.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask only the first N samples.")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="How often each sample is asked.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Calls under way at once, for each provider.",
)
@click.option(
    "--baseline",
    metavar="EXPERIMENT",
    help="An earlier experiment, or 'last': exit with 1 where a model got worse beyond chance.",
)
@click.option("--report/--no-report", default=True, help="Write the executed notebook and the HTML report.")
def compare(
    models: tuple[str, ...],
    data: str,
    limit: int | None,
    epochs: int,
    concurrency: int,
    baseline: str | None,
    report: bool,
) -> int:
    """Ask several models the same questions, and report quality, latency, cost and agreement.

    Without arguments it asks the bundled questions of every provider that it can reach: those whose key is
    set, and local servers (Ollama, LM Studio, vLLM, llama.cpp). Where there is none it starts a simulator.

    Exit codes: 0 fine, 1 a model got worse than its baseline beyond chance, 2 it could not run.
    """
    # What a command needs loads with the command: the charts and statistics alone take two seconds.
    from workbench.analysis.results import find_experiment
    from workbench.client import Client
    from workbench.evals.dataset import load_dataset

    dataset = load_dataset(data)
    dataset = dataset if limit is None else dataset.take(limit)
    client = Client(concurrency=concurrency)
    _check_log(client)
    baseline = find_experiment(client.log, baseline) if baseline else None
    experiment = asyncio.run(_ask(client, models, dataset, epochs))
    _print_summary(client.log, experiment)
    for problem in experiment.problems.values():
        _tell(problem)
    if len(experiment.problems) == len(experiment.models):
        return COULD_NOT_RUN
    code = FINE
    if report:
        code = _make_report(
            bundled("notebooks") / "10_compare.ipynb",
            {"experiment": experiment.id, **({"baseline": baseline} if baseline else {})},
            client.home / "reports" / experiment.id,
        )
    elif baseline:
        code = _against_baseline(client.log, experiment.id, baseline)
    out.print(
        "\nNext: [bold]workbench lab[/] opens the notebooks. To compare other models, set a key (such as "
        f"[bold]OPENAI_API_KEY=…[/], in the environment or in {_plain(str(client.settings.project))}/.env)\n"
        "or start a local server."
    )
    return code


@workbench.command(short_help="Run a notebook, and write it as an HTML report.")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "-p",
    "--parameter",
    "parameters",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="A parameter of the notebook, as two words: -p limit 10.",
)
@click.option(
    "--baseline",
    metavar="EXPERIMENT",
    help="Sets the parameter 'baseline': an earlier experiment, or 'last'.",
)
@click.option("--out", "folder", type=click.Path(path_type=Path), help="Folder for what it writes.")
def report(
    notebook: Path, parameters: tuple[tuple[str, str], ...], baseline: str | None, folder: Path | None
) -> int:
    """Run a notebook by papermill and write it as an HTML report that opens with no network.

    Exit codes: 0 fine, 1 a model got worse than its baseline beyond chance, 2 the notebook could not run.
    """
    values = {name: _value(text) for name, text in parameters}
    if baseline is not None:
        values["baseline"] = baseline
    return _make_report(notebook, values, folder or load_settings().home / "reports" / notebook.stem)


@workbench.command(short_help="Serve simulated models over three protocols.")
@click.option("--port", default=8399, show_default=True, help="Port to listen at.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--seed", default=0, show_default=True, help="Which questions the models get wrong.")
@click.option("--data", type=click.Path(path_type=Path), help="Questions that the models know, JSONL.")
def simulate(port: int, host: str, seed: int, data: Path | None) -> NoReturn:
    """Serve simulated models, named sim/…, over three protocols; needs no key and no network.

    Where WORKBENCH_SIM_KEY is set, clients have to send it as their key.
    """
    command = [
        sys.executable,
        "-m",
        "workbench.simulator",
        "--host",
        host,
        "--port",
        str(port),
        "--seed",
        str(seed),
    ]
    command += ["--answers", str(data or bundled("data") / "first_walk.jsonl"), "--quiet"]
    out.print(
        f"Simulated models at http://{host}:{port}: OpenAI, Anthropic and Ollama protocols. Ctrl-C ends it."
    )
    _become(command)


@workbench.command(short_help="Open JupyterLab on the notebooks.")
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
@click.option("--port", type=int, help="Port of JupyterLab.")
def lab(browser: bool, port: int | None) -> NoReturn:
    """Open JupyterLab on the notebooks; outside a checkout they are copied into ./notebooks first."""
    folder = _notebooks()
    command = [sys.executable, "-m", "jupyterlab", str(folder / "10_compare.ipynb")]
    command += [] if browser else ["--no-browser"]
    command += [] if port is None else [f"--port={port}"]
    _become(command)


def _become(command: list[str]) -> NoReturn:
    # In place of this process, so that Ctrl-C and signals reach the server, which ends in good order.
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 - modules of this environment


def _notebooks() -> Path:
    source = bundled("notebooks")
    if source.resolve().is_relative_to(Path.cwd().resolve()):
        return source
    folder = Path("notebooks")
    folder.mkdir(exist_ok=True)
    for notebook in sorted(source.glob("*.ipynb")):
        copy = folder / notebook.name
        if copy.exists():
            out.print(f"{copy} is there already and is left as it is")
        else:
            shutil.copyfile(notebook, copy)
            out.print(f"{copy} copied")
    return folder


def _check_log(client: Client) -> None:
    """Raise `DataError` where the log cannot be written or read: better before money is spent."""
    from workbench.log.journal import prepare

    try:
        with tempfile.TemporaryFile(dir=prepare(client.home)):
            pass
    except OSError as exc:
        raise DataError(
            f"the call log in {str(client.home)!r} cannot be written ({exc.strerror}): make the folder "
            "writable, or name another one in WORKBENCH_HOME"
        ) from exc
    client.log.calls(limit=0)


async def _ask(client: Client, models: Sequence[str], dataset: Dataset, epochs: int) -> Experiment:
    from workbench.evals.runs import EvaluationProgress, evaluate
    from workbench.evals.start import find_models

    with err.status("Looking for models…"):
        found = await find_models(client, models)
    out.print(_plain(str(found)))
    columns = (TextColumn("Asking"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=err) as bar:
        task = bar.add_task("", total=None)

        def show(now: EvaluationProgress) -> None:
            facts = f"{now.errors} errors  ${now.cost_usd:.4f}"
            bar.update(task, total=now.total, completed=now.done, description=facts)

        async with client:
            return await evaluate(client, found.models, dataset, epochs=epochs, on_progress=show)


def _make_report(notebook: Path, values: dict[str, Any], folder: Path) -> int:
    from workbench.report import run_report

    with err.status(f"Running {notebook.name}…"):
        made = run_report(notebook, values, folder)
    out.print(f"\nNotebook  {_plain(str(made.notebook))}\nReport    {_plain(str(made.page))}")
    if made.failure:
        _tell(f"{notebook.name} did not run to its end: {made.failure}")
        return COULD_NOT_RUN
    return _verdict(made.worse)


def _against_baseline(log: Log, experiment: str, baseline: str) -> int:
    from workbench.analysis.regression import regression

    found = regression(log, experiment, baseline)
    out.print(_plain(str(found)))
    return _verdict(found.worse)


def _verdict(worse: tuple[str, ...]) -> int:
    for model in worse:
        err.print(f"[bold red]worse than its baseline, beyond chance:[/] {_plain(model)}")
    return WORSE if worse else FINE


def _print_summary(log: Log, experiment: Experiment) -> None:
    from workbench.analysis.results import results, summary

    table = Table(
        title=f"{experiment.samples} samples of {experiment.dataset}, experiment {experiment.id}",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
        pad_edge=False,
    )
    table.add_column("model", overflow="fold")
    for heading in ("p50 s", "p95 s", "TTFT s", "tokens", "cost $", "accuracy", "agree", "errors"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in summary(results(log, experiment.id)).itertuples():
        table.add_row(
            _plain(str(row.model)),
            _figure(row.duration_p50_s, ".2f"),
            _figure(row.duration_p95_s, ".2f"),
            _figure(row.ttft_p50_s, ".3f"),
            f"{row.input_tokens}→{row.output_tokens}",
            _cost(row),
            f"{_figure(row.accuracy, '.0%')} ({_percent(row.accuracy_low)}–{_percent(row.accuracy_high)})",
            _figure(row.agreement, ".0%"),
            str(row.errors),
        )
    out.print(table)
    out.print(
        "[dim]accuracy: share of right answers (95 % interval); agree: mean share of equal answers with each "
        "other model;\ntokens: in→out; durations without waiting for a slot or between attempts[/]"
    )


def _cost(row: Any) -> str:
    cost = _figure(row.cost_usd, ".5f")
    if cost == "–":
        return "unknown"
    return f"{cost} + {row.unknown_cost} unknown" if row.unknown_cost else cost


def _percent(value: Any) -> str:
    return _figure(100 * value, ".0f")


def _figure(value: Any, form: str) -> str:
    return "–" if value != value else format(value, form)  # noqa: PLR0124 - nan is not itself


def _value(text: str) -> Any:
    """A parameter's value: JSON where it is, such as 3, true or ["a/b"]; text otherwise."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _tell(problem: object) -> None:
    err.print(f"[bold red]workbench:[/] {_plain(str(problem))}")


def _plain(text: str) -> str:
    # Square brackets are mark-up for the console; names and error messages are not ours to mark up.
    return text.replace("[", "\\[")
