"""Who scores an evaluation, and scoring one answer and keeping what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import orjson

from workbench.client import Client
from workbench.evals.dataset import Dataset
from workbench.evals.experiment import Item
from workbench.evals.records import score_row
from workbench.evals.scorers import Answer, Score, Scorer, Scoring, scorers_of


def checked(client: Client, scorers: Sequence[Scoring] | None, dataset: Dataset) -> tuple[Scorer, ...] | None:
    """The scorers that a user means, each of which can judge every sample; `None`: the samples name them.

    Raises:
        ConfigError: A scorer is none, two have the same name, or a model that one asks has no known provider
            or no key.
        DataError: A scorer can do nothing with a sample.
    """
    chosen = None if scorers is None else scorers_of(scorers)
    for scorer in chosen or ():
        for model in scorer.asks:
            client.full_name(model)
        for sample in dataset:
            scorer.check(sample)
    return chosen


async def scored(
    client: Client, experiment: str, scorer: Scorer, item: Item, *, text: str, call_id: UUID | None
) -> Score:
    """Score an answer, and write the score to the log; a client that replays has it there.

    Calls that the scorer makes bear the marks of the answer, but no run: they are not what was asked.
    """
    _, sample, epoch = item
    marks = {"judge": scorer.name, "judged": str(call_id)}
    asking = client.bind(experiment=experiment, sample=sample.id, epoch=epoch, **marks)
    given = await scorer.score(Answer(text=text, sample=sample, client=asking))
    if client.recording is None:
        row = score_row(experiment, item, scorer.name, given, call_id=call_id)
        await client.recorder.write("scores", orjson.dumps(row))
    return given
