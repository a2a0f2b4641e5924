"""`workbench compare`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from workbench.bundled import bundled
from workbench.cli.console import COULD_NOT_RUN, FINE, err, out, plain, tell
from workbench.cli.report import experiment_of, make_report, verdict
from workbench.cli.summary import print_summary

if TYPE_CHECKING:
    from workbench.client import Client
    from workbench.evals.dataset import Dataset
    from workbench.evals.experiment import Experiment
    from workbench.log import Log


@click.command(short_help="Ask several models the same questions, and report.")
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
    "--budget",
    type=click.FloatRange(min=0),
    metavar="USD",
    help="Make no call that could make this cost more; --resume goes on with the rest.",
)
@click.option(
    "--until-decided",
    is_flag=True,
    help="Stop as soon as it is known which model is better, or that these questions will not tell; with "
    "--baseline: which got worse, or did not by 10 points.",
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
@click.option(
    "--replay",
    metavar="EXPERIMENT",
    help="Show this experiment, or the 'last', as it went, from the log alone: nothing is asked.",
)
@click.option(
    "--resume",
    metavar="EXPERIMENT",
    help="Go on with an experiment that did not end, or with the 'last' that was begun, on the same --data; "
    "what was answered is not asked again.",
)
@click.option(
    "--cache",
    is_flag=True,
    help="Take answers to the same requests from the log: they cost nothing, and have no latency.",
)
@click.option("--report/--no-report", default=True, help="Write the executed notebook and the HTML report.")
def compare(
    models: tuple[str, ...],
    data: str,
    limit: int | None,
    epochs: int,
    budget: float | None,
    until_decided: bool,
    concurrency: int,
    baseline: str | None,
    replay: str | None,
    resume: str | None,
    cache: bool,
    report: bool,
) -> int:
    """Ask several models the same questions, and report quality, latency, cost and agreement.

    Without arguments it asks the bundled questions of every provider that it can reach: those whose key is
    set, and local servers (Ollama, LM Studio, vLLM, llama.cpp). Where there is none it starts a simulator.

    Exit codes: 0 fine, 1 a model got worse than its baseline beyond chance, 2 it could not run.
    """
    # What a command needs loads with the command: the charts and statistics alone take two seconds.
    from workbench.analysis.regression import check_baseline
    from workbench.analysis.regression.watching import until_not_worse
    from workbench.analysis.results import begun_experiment
    from workbench.analysis.sequential.until import until_decided as decide
    from workbench.client import Client
    from workbench.evals.dataset import load_dataset
    from workbench.evals.experiment import new_experiment_id

    if cache and baseline:
        raise click.UsageError("a comparison with a baseline measures: leave out --cache or --baseline")
    if replay and (cache or resume):
        raise click.UsageError("--replay shows what was answered: leave out --cache and --resume")
    dataset = load_dataset(data)
    client = Client(concurrency=concurrency, replay=experiment_of(replay) if replay else None)
    if client.recording is not None:
        limit, epochs = client.recording.samples, client.recording.epochs
    _check_log(client)
    if resume:
        resume, begun, limit, epochs = begun_experiment(client.log, resume)
        models = models or begun
    dataset = dataset if limit is None else dataset.take(limit)
    if baseline:
        named = [client.full_name(model) for model in models]
        baseline = check_baseline(client.log, baseline, dataset, models=named)
    name = client.recording.experiment if client.recording is not None else resume or new_experiment_id()
    how: dict[str, Any] = {"cache": cache, "budget_usd": budget}
    if until_decided:
        how["until"] = until_not_worse(client.log, baseline, dataset) if baseline else decide()
    experiment = asyncio.run(_ask(client, models, dataset, epochs, experiment=name, how=how))
    print_summary(client.log, experiment)
    if experiment.stopped:
        out.print(plain(experiment.in_short()))
    for problem in experiment.problems.values():
        tell(problem)
    nothing = experiment.calls_saved == len(experiment.models) * experiment.samples * experiment.epochs
    if nothing or len(experiment.problems) == len(experiment.models):
        return COULD_NOT_RUN
    # A model that was asked for by name and gave no answer is not fine, whatever the others did.
    code = COULD_NOT_RUN if models and experiment.problems else FINE
    if report:
        values = {"experiment": experiment.id} | ({"baseline": baseline} if baseline else {})
        notebook = bundled("notebooks") / "10_compare.ipynb"
        replayed = None if client.recording is None else experiment.id
        folder = client.home / "reports" / (f"{replayed}-replay" if replayed else experiment.id)
        code = max(code, make_report(notebook, values, folder, replay=replayed))
    elif baseline:
        code = max(code, _against_baseline(client.log, experiment.id, baseline))
    out.print(
        "\nNext: [bold]workbench lab[/] opens the notebooks. To compare other models, set a key (such as "
        f"[bold]OPENAI_API_KEY=…[/], in the environment or in {plain(str(client.settings.project))}/.env)\n"
        "or start a local server."
    )
    return code


def _check_log(client: Client) -> None:
    """Raise `DataError` where the log cannot be written or read: better before money is spent."""
    from workbench.log.writer import check_writable

    check_writable(client.home)
    client.log.calls(limit=0)


async def _ask(
    client: Client,
    models: Sequence[str],
    dataset: Dataset,
    epochs: int,
    *,
    experiment: str,
    how: Mapping[str, Any],
) -> Experiment:
    from workbench.evals.progress import EvaluationProgress
    from workbench.evals.runs import evaluate
    from workbench.evals.start import find_models

    with err.status("Looking for models…"):
        found = await find_models(client, models)
    if client.recording is not None:
        out.print(f"Replaying {experiment} from the log, nothing is asked: {plain(', '.join(found.models))}")
    else:
        out.print(plain(str(found)))
        # Said now: whoever stops it half way, or finds it dead, needs the name.
        out.print(f"Should it stop half way: workbench compare --resume {plain(experiment)}")
    columns = (TextColumn("Asking"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=err) as bar:
        task = bar.add_task("", total=None)

        def show(now: EvaluationProgress) -> None:
            bar.update(task, total=now.total, completed=now.done, description=now.facts())

        async with client:
            return await evaluate(
                client,
                found.models,
                dataset,
                epochs=epochs,
                experiment=experiment,
                on_progress=show,
                **how,
            )


def _against_baseline(log: Log, experiment: str, baseline: str) -> int:
    from workbench.analysis.regression import regression

    found = regression(log, experiment, baseline)
    out.print(plain(str(found)))
    return verdict(found.worse)
