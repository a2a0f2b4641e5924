"""Models × prompts × samples × epochs: ask, score, and keep both in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from numbers import Integral
from typing import TYPE_CHECKING, Any

from workbench.client import Cache, Client
from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset
from workbench.evals.evaluation import Evaluation
from workbench.evals.experiment import Experiment, Run, new_experiment_id, runs_of
from workbench.evals.progress import EvaluationProgress
from workbench.evals.prompts import Prompts, prompts_of
from workbench.evals.resume import Begun, begun, run_params
from workbench.evals.scorers import Scoring
from workbench.evals.scorers.table import scorers_for
from workbench.evals.scoring import checked
from workbench.evals.stopping import Stopping
from workbench.evals.watch import Watch

if TYPE_CHECKING:
    from workbench.log.recording import Recording


async def evaluate(
    client: Client,
    models: Sequence[str],
    dataset: Dataset,
    *,
    prompt: Prompts = None,
    scorers: Sequence[Scoring] | None = None,
    epochs: int = 1,
    experiment: str | None = None,
    cache: Cache = True,
    refresh: bool = False,
    budget_usd: Decimal | float | None = None,
    budget_calls: int | None = None,
    until: Stopping | None = None,
    on_progress: Callable[[EvaluationProgress], None] | None = None,
    **params: Any,
) -> Experiment:
    r"""Ask every model every sample, score the answers, and write all of it to the log.

    Samples go round by round over the models, so that all of them are asked under the same conditions. A call
    that fails is a row without a score, never a score of 0. A model whose key is refused or whose name is not
    known is given up at its first such answer; the others go on.

    An experiment that did not end goes on under its id: what was answered is not asked again, what failed is.
    A new one, too, takes the log's answers to the same requests, which cost nothing; to measure latency,
    `refresh`.

    Args:
        client: Who asks; its concurrency is how many calls of a provider are under way at once.
        models: `provider/model` each, none twice.
        dataset: What is asked.
        prompt: A template that each sample is put into, such as `"{input}\n\nThink first."`, or several by
            name, which are compared with each other; without it a sample's input is asked as it is.
        scorers: Names, scorers, or functions of answer text and sample; the first gives the value that tables
            show. Without it each sample is scored as its data set says.
        epochs: How often each sample is asked, at least 1.
        experiment: The experiment's name, where it is known beforehand, or that of one that was begun.
        cache: Whether the log's answers will do, or how old they may be (`"7d"`).
        refresh: Ask anew, whatever `cache` says.
        budget_usd: What this may cost, US dollars, the calls of judges included: no call is made that could
            break it (see `Client.within`). What was answered can be gone on with under the experiment's id.
        budget_calls: How many calls may be made; those that the log answers are not counted.
        until: Who decides that enough was asked, such as `workbench.until_decided()`. Samples are then asked
            one after the other, in all epochs.
        on_progress: Told after each call.
        params: Parameters of `Client.chat`, the same for all calls.

    Raises:
        ConfigError: Before anything was sent: a name, a key, a prompt or a scorer has to be mended, there is
            nothing to ask, or the experiment was begun with other models, samples, epochs or parameters.
        DataError: A scorer can do nothing with a sample, or the log cannot be read, and so not say whether
            the experiment was begun.
    """
    _see(models, dataset, epochs, until, params)
    place = {name: params[name] for name in ("base_url", "api_key") if name in params}
    models = list(dict.fromkeys(client.full_name(model, **place) for model in models))
    if not models:
        raise ConfigError("no models: give at least one as 'provider/model'")
    chosen = checked(client, scorers, dataset)
    if until is not None and not any(scorers_for(sample, chosen) for sample in dataset):
        raise ConfigError(
            "nothing is scored, so that nothing would ever be decided: give scorers, such as a judge, or no "
            "`until`"
        )
    prompts = prompts_of(prompt, dataset)
    known = experiment is not None
    if client.recording is not None:
        experiment, known = _replayed(client.recording, dataset, epochs, experiment), False
    experiment = experiment or new_experiment_id()
    runs = runs_of(experiment, models, prompts)
    asked = {run.id: run_params(run, chosen, params) for run in runs}
    watch = None if until is None else _watch(until, client, dataset, runs, epochs)
    facts = None if watch is None else watch.facts | _bounds(budget_usd, budget_calls)
    earlier = Begun()
    if known:
        count = 1 if chosen is None else len(chosen)
        earlier = await asyncio.to_thread(
            begun,
            client.log,
            experiment,
            runs=runs,
            dataset=dataset,
            epochs=epochs,
            asked=asked,
            scorers=count,
            until=facts,
        )
    if (budget_usd, budget_calls) != (None, None):
        client = client.within(usd=budget_usd, calls=budget_calls)
    evaluation = Evaluation(
        client=client,
        experiment=experiment,
        runs=runs,
        dataset=dataset,
        epochs=epochs,
        scorers=chosen,
        params=params,
        cache=False if refresh or (until is not None and until.fresh) else cache,
        earlier=earlier,
        on_progress=on_progress,
        watch=watch,
    )
    await evaluation.keep_runs(asked, until=facts)
    await evaluation.work_through()
    return Experiment(
        id=experiment,
        models=tuple(run.label for run in runs),
        dataset=dataset.name,
        samples=len(dataset),
        epochs=epochs,
        problems=evaluation.problems(),
        errors=dict(evaluation.errors),
        unscored=evaluation.unscored,
        stopped=evaluation.stopped,
        calls_saved=evaluation.progress.total - evaluation.progress.done if evaluation.stopped else 0,
        usd_saved=evaluation.usd_saved() if evaluation.stopped else None,
    )


def _see(
    models: Sequence[str], dataset: object, epochs: int, until: Stopping | None, params: Mapping[str, Any]
) -> None:
    """See that what was asked for is of the right kind.

    Raises:
        ConfigError: It is not.
    """
    if isinstance(models, str):
        raise ConfigError(f"models is {models!r}, a text: give a list, [{models!r}]")
    if not isinstance(dataset, Dataset):
        raise ConfigError(f"the data set is {dataset!r:.80}: give what workbench.load_dataset(…) makes of it")
    if not dataset.samples:
        raise ConfigError(f"nothing to ask: the data set {dataset.name!r} has no samples")
    if not _is_count(epochs):
        raise ConfigError(f"epochs is {epochs!r}: give a whole number, each sample is asked at least once")
    if until is not None and not all(hasattr(until, name) for name in ("order", "see", "describe", "fresh")):
        raise ConfigError(f"until is {until!r:.80}: give workbench.until_decided(), or leave it out")
    if "stream" in params:
        raise ConfigError(
            "stream cannot be chosen: an evaluation asks for streams, which tell when they begin"
        )


def _bounds(budget_usd: Decimal | float | None, budget_calls: int | None) -> dict[str, Any]:
    """What else may end what somebody watches, for whoever reads the log."""
    usd = None if budget_usd is None else str(budget_usd)
    given = {name: bound for name, bound in (("usd", usd), ("calls", budget_calls)) if bound is not None}
    return {"budget": given} if given else {}


def _is_count(number: Any) -> bool:
    return isinstance(number, Integral) and number is not True and int(number) > 0


def _watch(until: Stopping, client: Client, dataset: Dataset, runs: Sequence[Run], epochs: int) -> Watch:
    # What is replayed was asked only as far as it was needed.
    providers = {run.model.split("/")[0] for run in runs}
    ahead = 1 if client.recording is not None else max(map(client.concurrency_of, providers))
    return Watch(until, dataset.samples, [run.label for run in runs], epochs, ahead)


def _replayed(recording: Recording, dataset: Dataset, epochs: int, experiment: str | None) -> str:
    """The experiment that a client replays, if it is this one."""
    if experiment not in (None, recording.experiment):
        raise ConfigError(f"this client replays experiment {recording.experiment!r}, not {experiment!r}")
    if (dataset.hash, epochs) != (recording.dataset_hash, recording.epochs):
        raise ConfigError(
            f"experiment {recording.experiment!r} asked {recording.samples} samples of {recording.dataset!r} "
            f"{recording.epochs} times, not {len(dataset)} of {dataset.name!r} {epochs} times, or these are "
            "others: replay it with its own data, limit and epochs"
        )
    return recording.experiment
