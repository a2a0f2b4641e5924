"""Scoring again what the log has, without a call to the models."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.client import Client
from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset
from workbench.evals.experiment import Run
from workbench.evals.prompts import Prompt
from workbench.evals.scorers import Scoring
from workbench.evals.scorers.table import scorers_for
from workbench.evals.scoring import checked, scored

PAGE = 1_000  # answers that are read together, so that memory does not grow with the experiment
_RUNS = "SELECT id, model, prompt, dataset, dataset_hash, samples FROM runs WHERE experiment = ? ORDER BY id"
# Answers that the tables show; what was redacted or pruned is not what the model said.
_ANSWERS = """
SELECT id, run, sample, epoch, text FROM (
    SELECT id, run, sample, epoch, CASE WHEN redacted IS NOT TRUE THEN text END AS text FROM calls
    WHERE experiment = $experiment AND run IS NOT NULL AND status = 'ok'
    QUALIFY row_number() OVER (PARTITION BY run, sample, epoch ORDER BY id DESC) = 1
)
WHERE id > $after ORDER BY id LIMIT $most
"""
_FIRST = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rescored:
    """What came of scoring an experiment again.

    Attributes:
        experiment: Its id.
        scorers: Who scored, by name.
        answers: How many answers were scored.
        unscored: Scores that say nothing, for the scorer could not judge the answer.
        gone: Answers whose text the log no longer has, which keep the scores that they had.
    """

    experiment: str
    scorers: tuple[str, ...]
    answers: int
    unscored: int
    gone: int

    def __str__(self) -> str:
        names = ", ".join(self.scorers) or "the scorers that the samples name"
        words = f"{self.answers:,} answers of {self.experiment} scored by {names}"
        if self.unscored:
            words += f"; {self.unscored:,} scores say nothing"
        if self.gone:
            words += f"; {self.gone:,} answers are no longer in the log"
        return words


async def rescore(
    client: Client,
    experiment: str,
    dataset: Dataset,
    *,
    scorers: Sequence[Scoring] | None = None,
    concurrency: int = 10,
    on_progress: Callable[[int], None] | None = None,
) -> Rescored:
    """Score the answers of an experiment again, by the same or by other scorers; no model of it is asked.

    New scores take the place of earlier ones by a scorer of the same name; those of others stay. The scorer
    that was first stays the one that tables show, unless they are asked for another.

    Args:
        client: Whose log has it; judges are asked through it.
        experiment: Its id.
        dataset: What was asked.
        scorers: As in `evaluate`; without it each sample is scored as its data set says.
        concurrency: How many answers are scored at once.
        on_progress: Told how many answers are scored.

    Raises:
        ConfigError: There is no such experiment, it asked other samples, a scorer is none, nothing would be
            scored at once, or the client replays.
        DataError: A scorer can do nothing with a sample, or the log cannot be read.
    """
    if client.recording is not None:
        raise ConfigError("this client replays an experiment and writes nothing: make one without replay")
    if not isinstance(dataset, Dataset):
        raise ConfigError(f"the data set is {dataset!r:.80}: give what workbench.load_dataset(…) makes of it")
    if concurrency < 1:
        raise ConfigError(f"concurrency is {concurrency!r}: score at least one answer at once")
    chosen = checked(client, scorers, dataset)
    runs = await asyncio.to_thread(_runs_of, client, experiment, dataset)
    samples = {sample.id: sample for sample in dataset}
    answers = unscored = gone = 0
    after = _FIRST
    slots = asyncio.Semaphore(concurrency)

    async def take(row: Mapping[str, Any]) -> int:
        sample = samples[row["sample"]]
        item = (runs[row["run"]], sample, int(row["epoch"]))
        async with slots:
            given = [
                await scored(client, experiment, scorer, item, text=row["text"], call_id=row["id"])
                for scorer in scorers_for(sample, chosen)
            ]
        return sum(score.says_nothing for score in given)

    while True:
        values = {"experiment": experiment, "after": after, "most": PAGE}
        page = await asyncio.to_thread(client.log.sql, _ANSWERS, values)
        if page.empty:
            break
        rows: list[dict[str, Any]] = page.to_dict("records")  # type: ignore[assignment]
        after = str(rows[-1]["id"])
        there = [row for row in rows if not pd.isna(row["text"])]
        gone += len(rows) - len(there)
        unscored += sum(await asyncio.gather(*(take(row) for row in there)))
        answers += len(there)
        if on_progress is not None:
            on_progress(answers)
    return Rescored(
        experiment=experiment,
        scorers=tuple(scorer.name for scorer in chosen or ()),
        answers=answers,
        unscored=unscored,
        gone=gone,
    )


def _runs_of(client: Client, experiment: str, dataset: Dataset) -> dict[str, Run]:
    rows = client.log.sql(_RUNS, [experiment]).to_dict("records")
    if not rows:
        raise ConfigError(
            f"no experiment {experiment!r} in the log: workbench.experiments(client.log) names them"
        )
    first = rows[0]
    if first["dataset_hash"] != dataset.hash:
        raise ConfigError(
            f"experiment {experiment!r} asked {first['dataset']!r}, {first['samples']} samples "
            f"({first['dataset_hash']}), and not {dataset.name!r}, {len(dataset)} samples ({dataset.hash}): "
            "give the same data set"
        )
    return {
        row["id"]: Run(
            id=row["id"],
            model=row["model"],
            prompt=Prompt(name=None if pd.isna(row["prompt"]) else row["prompt"]),
        )
        for row in rows
    }
