"""Models × samples × epochs: ask, score, and keep both in the log."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from workbench.client import Cache, Client
from workbench.errors import AuthenticationError, CallError, ConfigError, ModelNotFoundError, OutputError
from workbench.evals.dataset import Dataset, Sample
from workbench.evals.experiment import Experiment, new_experiment_id, run_id
from workbench.evals.progress import Ended, EvaluationProgress
from workbench.evals.records import run_row, score_row
from workbench.evals.resume import Begun, begun
from workbench.evals.scorers import score

if TYPE_CHECKING:
    from workbench.log.recording import Recording

AHEAD = 256  # calls whose answers are looked up together
_Item = tuple[str, Sample, int]


async def evaluate(
    client: Client,
    models: Sequence[str],
    dataset: Dataset,
    *,
    epochs: int = 1,
    experiment: str | None = None,
    cache: Cache = True,
    refresh: bool = False,
    on_progress: Callable[[EvaluationProgress], None] | None = None,
    **params: Any,
) -> Experiment:
    """Ask every model every sample, score the answers, and write all of it to the log.

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
        epochs: How often each sample is asked, at least 1.
        experiment: The experiment's name, where it is known beforehand, or that of one that was begun.
        cache: Whether the log's answers will do, or how old they may be (`"7d"`).
        refresh: Ask anew, whatever `cache` says.
        on_progress: Told after each call.
        params: Parameters of `Client.chat`, the same for all calls.

    Raises:
        ConfigError: Before anything was sent: a name or a key has to be mended, there is nothing to ask, or
            the experiment was begun with other models, samples, epochs or parameters.
        DataError: The log cannot be read, and so not say whether the experiment was begun.
    """
    models = list(dict.fromkeys(client.full_name(model) for model in models))
    if not models:
        raise ConfigError("no models: give at least one as 'provider/model'")
    if epochs < 1:
        raise ConfigError(f"epochs is {epochs!r}: each sample is asked at least once")
    earlier = Begun()
    if client.recording is not None:
        experiment = _replayed(client.recording, dataset, epochs, experiment)
    elif experiment is not None:
        earlier = await asyncio.to_thread(
            begun, client.log, experiment, models=models, dataset=dataset, epochs=epochs, params=params
        )
    evaluation = _Evaluation(
        client=client,
        experiment=experiment or new_experiment_id(),
        dataset=dataset,
        params=params,
        cache=False if refresh else cache,
        earlier=earlier,
        progress=EvaluationProgress(total=len(models) * len(dataset) * epochs),
        on_progress=on_progress,
    )
    by_provider: dict[str, list[str]] = {}
    for model in models:
        by_provider.setdefault(model.split("/")[0], []).append(model)
    await evaluation.keep_runs(models, epochs)
    workers = [
        evaluation.work_off(work)
        for provider, of_provider in by_provider.items()
        for work in [evaluation.foreseen(_rounds(of_provider, dataset, epochs))]
        for _ in range(min(client.concurrency_of(provider), len(of_provider) * len(dataset) * epochs))
    ]
    try:
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker)
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None  # the same for every worker, such as a refused parameter
    return Experiment(
        id=evaluation.experiment,
        models=tuple(models),
        dataset=dataset.name,
        samples=len(dataset),
        epochs=epochs,
        problems=evaluation.problems(),
        errors=dict(evaluation.errors),
    )


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


def _rounds(models: Sequence[str], dataset: Dataset, epochs: int) -> Iterator[_Item]:
    return ((model, sample, epoch) for epoch in range(epochs) for sample in dataset for model in models)


@dataclass(kw_only=True, slots=True)
class _Evaluation:
    client: Client
    experiment: str
    dataset: Dataset
    params: Mapping[str, Any]
    cache: Cache
    earlier: Begun
    progress: EvaluationProgress
    on_progress: Callable[[EvaluationProgress], None] | None
    given_up: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    errors: Counter[str] = field(default_factory=Counter)

    def problems(self) -> dict[str, str]:
        silent = {model: problem for model, problem in self.failed.items() if model not in self.answered}
        return silent | self.given_up

    def foreseen(self, work: Iterator[_Item]) -> Iterator[_Item]:
        """The same work; what the log has of it is looked up for many at once."""
        while items := list(islice(work, AHEAD)):
            if self.cache is not False and self.client.recording is None:
                for model, sample, epoch in items:
                    if (model, sample.id, epoch) not in self.earlier.answered:
                        self.client.bind(epoch=epoch).foresee(model, sample.input, **self.params)
            yield from items

    async def work_off(self, work: Iterator[_Item]) -> None:
        for model, sample, epoch in work:
            if (model, sample.id, epoch) in self.earlier.answered:
                ended = await self._take_over(model, sample, epoch)
            elif model in self.given_up:
                ended = Ended(model=model, sample=sample.id, epoch=epoch, outcome="skipped")
            else:
                ended = await self._ask(model, sample, epoch)
            self.progress.count(ended)
            if self.on_progress is not None:
                self.on_progress(self.progress)

    async def _take_over(self, model: str, sample: Sample, epoch: int) -> Ended:
        """What an earlier try got an answer to; it may have been killed before it wrote the score."""
        asked = (model, sample.id, epoch)
        answered = self.earlier.answered[asked]
        self.answered.add(model)
        ended = answered.ended(asked)
        if answered.scored:
            return ended
        value = await self._keep_score(model, sample, epoch, answered.text, answered.call_id)
        return replace(ended, value=value)

    async def _ask(self, model: str, sample: Sample, epoch: int) -> Ended:
        run = run_id(self.experiment, model)
        client = self.client.bind(experiment=self.experiment, run=run, sample=sample.id, epoch=epoch)
        ended = Ended(model=model, sample=sample.id, epoch=epoch)
        try:
            completion = await client.chat(model, sample.input, stream=True, cache=self.cache, **self.params)
        except OutputError as exc:
            if exc.completion is None:
                raise
            # It is what the model said, however little it looks like what was asked for.
            completion = exc.completion
        except CallError as exc:
            self.failed[model] = str(exc)
            self.errors[model] += 1
            if isinstance(exc, (AuthenticationError, ModelNotFoundError)):
                self.given_up[model] = str(exc)
            return replace(ended, outcome="error", error=exc)
        self.answered.add(model)
        return replace(
            ended,
            from_log=completion.cached,
            value=await self._keep_score(model, sample, epoch, completion.text, completion.call_id),
            duration_s=completion.timing.duration_s,
            ttft_s=completion.timing.ttft_s,
            cost_usd=completion.cost_usd,
        )

    async def _keep_score(
        self, model: str, sample: Sample, epoch: int, text: str, call_id: UUID | None
    ) -> float | None:
        given = score(sample, text)
        if self.client.recording is None:  # otherwise the log has it
            row = score_row(self.experiment, model, sample, epoch, given, call_id=call_id)
            await self.client.recorder.write("scores", orjson.dumps(row))
        return given.value

    async def keep_runs(self, models: Iterable[str], epochs: int) -> None:
        """Write a row for each run that has none; no call is made before it is safe."""
        if self.client.recording is None:
            new = [model for model in models if model not in self.earlier.models]
            rows = [run_row(self.experiment, model, self.dataset, epochs, self.params) for model in new]
            await asyncio.gather(*(self.client.recorder.write("runs", orjson.dumps(row)) for row in rows))
