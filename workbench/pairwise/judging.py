"""A model compares stored answers, and what it says becomes votes in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import pandas as pd

from workbench.analysis.preferences import judgements
from workbench.analysis.results import find_experiment, results
from workbench.client import Client
from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset
from workbench.evals.progress import EvaluationProgress
from workbench.evals.scorers.judging.asking import Judge, judge_name, judge_params
from workbench.evals.scorers.judging.verdicts import Verdicts
from workbench.log.labelling import Judgement
from workbench.log.schema import text
from workbench.pairwise.at_work import Judging
from workbench.pairwise.duels import Pair, answers_of, duels_of, pairs_of
from workbench.pairwise.outcome import PairsJudged, Spent
from workbench.pairwise.questions import questions_of, rubrics_of

TASK = """\
You compare two answers to the same question, fairly and strictly, by what is written below and by nothing \
else. Which of them is shown first means nothing, and a longer answer is not a better one. Where a reference \
is given, it is right. Where neither answer is better than the other, say so: it is a tie."""
BETTER = Verdicts(
    name="better",
    schema={"type": "string", "enum": ["first", "second", "tie"]},
    words="the answer that is better: first, second, or tie",
    read=lambda said: (None, said),
    params={},
)


async def judge_pairs(
    client: Client,
    experiment: str = "last",
    *,
    judge: str,
    rubric: str,
    pairs: Sequence[Pair] | None = None,
    samples: int | None = None,
    seed: int = 0,
    dataset: Dataset | None = None,
    name: str | None = None,
    system: str | None = None,
    budget_usd: Decimal | float | None = None,
    budget_calls: int | None = None,
    on_progress: Callable[[EvaluationProgress], None] | None = None,
    **params: Any,
) -> PairsJudged:
    """Let a model say which of two stored answers to a sample is better, in both orders.

    A judge that favours an order favours each answer once, and shows that it does so. Each order that was
    answered is a vote in the log, by a judge and not by a person; who asks the same again pays only for what
    is missing. The judge sees no names of models, and what they wrote is fenced off: a text that asks to be
    preferred is judged and not obeyed. No verdict (a refusal, a failed call, an answer that cannot be read)
    is no vote.

    Args:
        client: Who asks, and whose log has the answers.
        experiment: The experiment, by its id, the beginning of one, or `last`.
        judge: The model that judges, as `provider/model`.
        rubric: What makes one answer better than another; with `{input}` and further columns of `dataset`.
        pairs: Pairs of models, as `results` names them; all where not given.
        samples: How many samples, drawn at random; all where not given.
        seed: Of the draw.
        dataset: What was asked, where the judge is to be shown other words than the models were, as when
            prompts are compared, or the rubric has variables.
        name: Under which the log has the votes; `judge:provider/model` where not given. Give another one to
            judge the same with other parameters.
        system: Who the judge is and what it has to do, in place of our words.
        budget_usd: What this may cost, US dollars: no call is made that could break it.
        budget_calls: How many calls may be made.
        on_progress: Told after each call.
        params: Parameters of its calls; the temperature is 0 where the model takes one.

    Returns:
        Who won how often, with intervals, how often the orders disagree, and what it cost.

    Raises:
        ConfigError: Before anything was sent: a name, a pair, the rubric or a parameter has to be mended, the
            client replays, or the questions are not known.
        DataError: The log cannot be read.
    """
    if client.recording is not None:
        raise ConfigError("this client replays an experiment and asks nobody: make one without replay")
    model = client.full_name(judge)
    asked = Judge(model=model, task=system or TASK, verdicts=BETTER, params=judge_params(params))
    labeller = judge_name(name, model)
    found = await asyncio.to_thread(find_experiment, client.log, experiment)
    frame = await asyncio.to_thread(results, client.log, found)
    chosen = pairs_of(pairs, list(dict.fromkeys(frame["model"])))
    duels = duels_of(answers_of(frame), chosen, samples, seed)
    judging = Judging(
        client=client.within(usd=budget_usd, calls=budget_calls).bind(experiment=found, judge=labeller),
        judge=asked,
        labeller=labeller,
        question=rubric,
        experiment=found,
        rubrics=rubrics_of(rubric, duels, dataset),
        questions=await asyncio.to_thread(questions_of, client.log, duels, dataset),
        on_progress=on_progress,
        progress=EvaluationProgress(total=len(duels)),
        votes=await asyncio.to_thread(_votes, client, found, labeller, rubric, model),
    )
    await judging.work_off(duels)
    grouped = frame.dropna(subset=["cluster"])
    return PairsJudged(
        experiment=found,
        judge=labeller,
        asked=tuple(duels),
        votes={duel.calls: judging.votes[duel.calls] for duel in duels if duel.calls in judging.votes},
        pairs=tuple(chosen),
        clusters=dict(zip(grouped["sample"], grouped["cluster"], strict=True)),
        problems=tuple(judging.problems),
        stopped=judging.stopped,
        spent=await asyncio.to_thread(_spent, client, found, labeller),
    )


def _votes(
    client: Client, experiment: str, labeller: str, question: str, model: str
) -> dict[tuple[UUID, ...], Judgement]:
    """What the judge said before, by the calls in the order in which they were shown."""
    known = judgements(client.log, experiment=experiment, labeller=labeller, question=question, judges=True)
    return {vote.calls: vote for vote in known if vote.kind == "vote" and vote.judge == model}


def _spent(client: Client, experiment: str, labeller: str) -> Spent:
    """What comparing has cost so far; answers that were asked for once more because of their form count."""
    mine = f"tags['judge'] = {text(labeller)} AND tags['against'] IS NOT NULL"
    [row] = client.log.usage(by=(), where=f"{mine} AND experiment = {text(experiment)}").to_dict("records")
    cost = None if pd.isna(row["cost_usd"]) else Decimal(str(row["cost_usd"]))
    return Spent(calls=int(row["calls"] - row["cached"]), usd=cost, unknown=int(row["unknown_cost"]))
