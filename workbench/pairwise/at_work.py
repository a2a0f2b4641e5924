"""A judge at work on pairs of answers: so many at once, each verdict kept as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from uuid import UUID

from workbench.client import Client
from workbench.errors import AuthenticationError, BudgetError, CallError, ModelNotFoundError
from workbench.evals.progress import Ended, EvaluationProgress
from workbench.evals.scorers.judging.asking import Judge, Verdict
from workbench.log.labelling import Judgement, keep
from workbench.pairwise.duels import Duel

AHEAD = 256  # calls whose answers are looked up together


@dataclass(kw_only=True, slots=True)
class Judging:
    """A judge at work on pairs of answers.

    Attributes:
        client: Who asks, within the budget.
        judge: Who is asked.
        labeller: Under which the log has its votes; `question` and `experiment` likewise.
        question: The rubric, as the user wrote it.
        experiment: Whose answers they are.
        rubrics: The rubric for each sample.
        questions: What the answers to each sample are answers to.
        on_progress: Told after each call.
        progress: How far it is.
        votes: What it said so far, by the calls in the order in which they were shown.
        problems: Why there is no vote, for each that is missing since it was asked.
        stopped: Why nothing more is asked, in words; empty while it is.
    """

    client: Client
    judge: Judge
    labeller: str
    question: str
    experiment: str
    rubrics: Mapping[str, str]
    questions: Mapping[str, str]
    on_progress: Callable[[EvaluationProgress], None] | None
    progress: EvaluationProgress
    votes: dict[tuple[UUID, ...], Judgement]
    problems: list[str] = field(default_factory=list)
    stopped: str = ""

    async def work_off(self, duels: Sequence[Duel]) -> None:
        """Ask for each verdict that is not there, and keep it as a vote."""
        work = self._foreseen(iter(duels))
        workers = min(self.client.concurrency_of(self.judge.model.split("/")[0]), len(duels))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(workers):
                    group.create_task(self._work(work))
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None

    def _foreseen(self, work: Iterator[Duel]) -> Iterator[Duel]:
        """The same work; what the log has of it is looked up for many at once."""
        while some := list(islice(work, AHEAD)):
            for duel in some:
                if duel.calls not in self.votes:
                    blocks, options = self._blocks(duel), self.judge.options(self.rubrics[duel.sample])
                    self.client.bind(epoch=duel.epoch).foresee(self.judge.model, blocks, **options)
            yield from some

    async def _work(self, work: Iterator[Duel]) -> None:
        for duel in work:
            self.progress.count(await self._end(duel))
            if self.on_progress is not None:
                self.on_progress(self.progress)

    async def _end(self, duel: Duel) -> Ended:
        ended = Ended(model=self.judge.model, sample=duel.sample, epoch=duel.epoch)
        if duel.calls in self.votes:
            return replace(ended, from_log=True)
        if self.stopped:
            return replace(ended, outcome="skipped")
        try:
            verdict = await self._ask(duel)
        except BudgetError as exc:
            self.stopped = str(exc)
            return replace(ended, outcome="skipped")
        if verdict.said is None:
            self.problems.append(verdict.problem)
            if isinstance(verdict.error, AuthenticationError | ModelNotFoundError):
                self.stopped = str(verdict.error)
        else:
            self.votes[duel.calls] = vote = self._vote(duel, verdict)
            await keep(self.client.recorder, vote)
        if isinstance(verdict.error, CallError):
            return replace(ended, outcome="error", error=verdict.error)
        completion = verdict.completion
        return replace(
            ended,
            from_log=completion is not None and completion.cached,
            cost_usd=None if completion is None else completion.cost_usd,
            duration_s=None if completion is None else completion.timing.duration_s,
        )

    async def _ask(self, duel: Duel) -> Verdict:
        judged, against = map(str, duel.calls)
        client = self.client.bind(sample=duel.sample, epoch=duel.epoch, judged=judged, against=against)
        return await self.judge.ask(client, self.rubrics[duel.sample], self._blocks(duel))

    def _blocks(self, duel: Duel) -> str:
        return duel.blocks(self.questions[duel.sample])

    def _vote(self, duel: Duel, verdict: Verdict) -> Judgement:
        chosen = {"first": duel.calls[:1], "second": duel.calls[1:], "tie": duel.calls}
        completion = verdict.completion
        return Judgement(
            kind="vote",
            labeller=self.labeller,
            question=self.question,
            calls=duel.calls,
            chosen=chosen[verdict.said],
            note=verdict.explanation or None,
            blind=True,
            experiment=self.experiment,
            sample=duel.sample,
            duration_s=None if completion is None else completion.timing.duration_s,
            judge=self.judge.model,
        )
