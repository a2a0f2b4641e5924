"""An evaluation under way: its calls, worked off by so many workers for each provider."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from workbench.calls import Timing
from workbench.client import Cache, Client
from workbench.errors import AuthenticationError, BudgetError, CallError, ModelNotFoundError, OutputError
from workbench.evals.dataset import Dataset
from workbench.evals.experiment import Item, Run
from workbench.evals.progress import Ended, EvaluationProgress
from workbench.evals.quiet import heap_frozen
from workbench.evals.records import facts_of_project, run_row
from workbench.evals.resume import Begun, answered_models
from workbench.evals.scorers import Score, Scorer
from workbench.evals.scorers.table import scorers_for
from workbench.evals.scoring import scored
from workbench.evals.watch import Watch

AHEAD = 1536  # calls whose answers the log is asked for before their turn
NOTHING = (0, 0, Decimal(0))


@dataclass(kw_only=True, slots=True)
class Evaluation:
    """What `evaluate` asks for, and how it stands.

    Attributes:
        client: Who asks.
        experiment: Under which the log has it.
        runs: Models and prompts.
        dataset: What is asked.
        epochs: How often.
        scorers: Who scores each answer; `None`: whom the samples name.
        params: Parameters of the calls.
        cache: Whether the log's answers will do.
        earlier: What the log has of it.
        on_progress: Told after each call.
        watch: Whether it goes on, where somebody decides.
        stopped: Why not all was asked, in words; empty where it was.
        given_up: Models that cannot be asked at all, and why.
        failed: The last error of each run.
        answered: Runs that gave an answer.
        errors: How many calls failed, by run; runs are named by their labels.
        unscored: How many answers the first scorer could say nothing of, by run, and why of the last one.
        in_log: Models of which the log has any answer; of the others none is looked up.
        made: Of each run, how many calls have ended, how many of them have a known cost, and what they cost.
    """

    client: Client
    experiment: str
    runs: Sequence[Run]
    dataset: Dataset
    epochs: int
    scorers: tuple[Scorer, ...] | None
    params: Mapping[str, Any]
    cache: Cache
    earlier: Begun
    on_progress: Callable[[EvaluationProgress], None] | None
    watch: Watch | None = None
    stopped: str = ""
    progress: EvaluationProgress = field(init=False)
    given_up: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    errors: Counter[str] = field(default_factory=Counter)
    unscored: dict[str, tuple[int, str]] = field(default_factory=dict)
    in_log: frozenset[str] = frozenset()
    made: dict[str, tuple[int, int, Decimal]] = field(default_factory=lambda: defaultdict(lambda: NOTHING))

    def __post_init__(self) -> None:
        self.progress = EvaluationProgress(total=len(self.runs) * len(self.dataset) * self.epochs)

    def problems(self) -> dict[str, str]:
        """Runs that gave no answer, or whose model was given up, and why."""
        silent = {label: problem for label, problem in self.failed.items() if label not in self.answered}
        given_up = {run.label: self.given_up[run.model] for run in self.runs if run.model in self.given_up}
        return silent | given_up

    def usd_saved(self) -> Decimal | None:
        """What the calls that were not made would have cost; `None` where a model's calls tell nothing."""
        saved = Decimal(0)
        for run in self.runs:
            done, known, cost_usd = self.made[run.label]
            left = len(self.dataset) * self.epochs - done
            if left and not known:
                return None
            saved += cost_usd / known * left if left else 0
        return saved

    async def keep_runs(
        self, asked: Mapping[str, Mapping[str, Any]], *, until: Mapping[str, Any] | None = None
    ) -> None:
        """Write a row for each run that has none; no call is made before it is safe."""
        if self.client.recording is None:
            new = [run for run in self.runs if run.id not in self.earlier.runs]
            facts = await asyncio.to_thread(facts_of_project, self.client.settings.project)
            facts["until"] = until
            rows = [
                facts | run_row(self.experiment, run, self.dataset, self.epochs, asked[run.id]) for run in new
            ]
            await asyncio.gather(*(self.client.recorder.write("runs", orjson.dumps(row)) for row in rows))

    async def work_through(self) -> None:
        """Make all calls; what went wrong with one of them is in its row, anything else is raised."""
        if self.cache is not False and self.client.recording is None:
            self.in_log = await asyncio.to_thread(answered_models, self.client.log)
        by_provider: dict[str, list[Run]] = {}
        for run in self.runs:
            by_provider.setdefault(run.model.split("/")[0], []).append(run)
        workers = [
            self._work_off(work)
            for provider, runs in by_provider.items()
            for work in [self._foreseen(self._rounds(runs))]
            for _ in range(
                min(self.client.concurrency_of(provider), len(runs) * len(self.dataset) * self.epochs)
            )
        ]
        try:
            with heap_frozen():
                async with asyncio.TaskGroup() as group:
                    for worker in workers:
                        group.create_task(worker)
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None  # the same for every worker, such as a refused parameter
        if self.stopped and self.watch is not None:
            self.stopped = self.watch.reason  # what was under way when the budget ended may have decided it

    def _rounds(self, runs: Sequence[Run]) -> Iterator[Item]:
        if self.watch is not None:  # a sample is told when all of it has ended
            each = [(run, epoch) for epoch in range(self.epochs) for run in runs]
            return ((run, sample, epoch) for sample in self.watch.samples for run, epoch in each)
        return (
            (run, sample, epoch) for epoch in range(self.epochs) for sample in self.dataset for run in runs
        )

    def _foreseen(self, work: Iterator[Item]) -> Iterator[Item]:
        """The same work; what the log has of it is looked up for many at once."""
        if not self.in_log:
            yield from work
            return
        ahead: deque[Item] = deque()
        for item in work:
            run, sample, epoch = item
            if run.model in self.in_log and (run.id, sample.id, epoch) not in self.earlier.answered:
                asked = run.prompt.message(sample)
                self.client.bind(epoch=epoch).foresee(run.model, asked, **self.params)
            ahead.append(item)
            if len(ahead) > AHEAD:
                yield ahead.popleft()
        yield from ahead

    async def _work_off(self, work: Iterator[Item]) -> None:
        for item in work:
            if self.watch is not None:
                await self.watch.turn(item[1])
                self.stopped = self.stopped or self.watch.reason
            if self.stopped:
                return
            try:
                ended = await self._ended(item)
            except BudgetError as exc:
                self.stopped = str(exc)
                if self.watch is not None:
                    await self.watch.end(self.stopped)
                return
            self.progress.count(ended)
            self._count(ended)
            if self.watch is not None:
                await self.watch.take(ended)
            if self.on_progress is not None:
                self.on_progress(self.progress)

    def _count(self, ended: Ended) -> None:
        done, known, cost_usd = self.made[ended.model]
        known += ended.cost_usd is not None
        self.made[ended.model] = done + 1, known, cost_usd + (ended.cost_usd or 0)
        if ended.unscored is not None:
            earlier, _ = self.unscored.get(ended.model, (0, ""))
            self.unscored[ended.model] = earlier + 1, ended.unscored

    async def _ended(self, item: Item) -> Ended:
        run, sample, epoch = item
        if (run.id, sample.id, epoch) in self.earlier.answered:
            return await self._take_over(item)
        if run.model in self.given_up:
            return Ended(model=run.label, sample=sample.id, epoch=epoch, outcome="skipped")
        return await self._ask(item)

    async def _take_over(self, item: Item) -> Ended:
        """What an earlier try got an answer to; it may have been killed before it wrote all scores."""
        run, sample, epoch = item
        asked = (run.id, sample.id, epoch)
        answered = self.earlier.answered[asked]
        self.answered.add(run.label)
        ended = answered.ended(run.label, asked)
        missing = [
            scorer for scorer in scorers_for(sample, self.scorers) if scorer.name not in answered.scorers
        ]
        first = await self._score(missing, item, answered.text, answered.call_id)
        return ended if answered.scorers else replace(ended, **_told(first))

    async def _ask(self, item: Item) -> Ended:
        run, sample, epoch = item
        client = self.client.bind(experiment=self.experiment, run=run.id, sample=sample.id, epoch=epoch)
        asked = run.prompt.message(sample)
        try:
            cache = self.cache if run.model in self.in_log else False
            completion = await client.chat(run.model, asked, stream=True, cache=cache, **self.params)
        except OutputError as exc:
            if exc.completion is None:
                raise
            # It is what the model said, however little it looks like what was asked for.
            completion = exc.completion
        except CallError as exc:
            self.failed[run.label] = str(exc)
            self.errors[run.label] += 1
            if isinstance(exc, (AuthenticationError, ModelNotFoundError)):
                self.given_up[run.model] = str(exc)
            return Ended(model=run.label, sample=sample.id, epoch=epoch, outcome="error", error=exc)
        self.answered.add(run.label)
        scorers = scorers_for(sample, self.scorers)
        first = await self._score(scorers, item, completion.text, completion.call_id)
        timing = Timing() if completion.timing.under_load else completion.timing
        return Ended(
            model=run.label,
            sample=sample.id,
            epoch=epoch,
            from_log=completion.cached,
            duration_s=timing.duration_s,
            ttft_s=timing.ttft_s,
            cost_usd=completion.cost_usd,
            **_told(first),
        )

    async def _score(
        self, scorers: Sequence[Scorer], item: Item, text: str, call_id: UUID | None
    ) -> Score | None:
        """Score an answer, one scorer after the other; gives the first one's score."""
        given = [
            await scored(self.client, self.experiment, scorer, item, text=text, call_id=call_id)
            for scorer in scorers
        ]
        return given[0] if given else None


def _told(given: Score | None) -> dict[str, Any]:
    """What `Ended` says of a score."""
    if given is None:
        return {}
    return {"value": given.value, "unscored": given.explanation if given.says_nothing else None}
