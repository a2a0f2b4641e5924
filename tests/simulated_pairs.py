"""Pairs of experiments whose truth is known: drawn at random, and written into a log as it keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.analysis.regression.measured import Measured
from workbench.analysis.regression.metrics import METRICS
from workbench.log import Store
from workbench.log.lock import to_ingest

ACCURACY = 0.8
"""Of the baseline, on the average: the chance of a right answer is Beta(.8, .2) over the samples."""
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_CALLS = """
INSERT INTO log.calls BY NAME
SELECT call_id::UUID AS id, began::TIMESTAMPTZ AS started_at, experiment, run, sample, epoch, status,
       provider, name AS model, text, duration_s, ttft_s, tpot_s, lag_s, input_tokens, output_tokens,
       cost_usd::DECIMAL(18,9) AS cost_usd, cached, attempts, finish_reason, error_type, error_message
FROM frame
"""
_SCORES = """
INSERT INTO log.scores BY NAME
SELECT call_id::UUID AS id, began::TIMESTAMPTZ AS scored_at, experiment, run, model, call_id::UUID AS call_id,
       sample, epoch, scorer, value, label, target, category, "cluster", explanation
FROM frame WHERE status = 'ok'
"""
_RUNS = """
INSERT INTO log.runs BY NAME
SELECT run AS id, experiment, any_value(began)::TIMESTAMPTZ AS started_at, any_value(model) AS model,
       'drawn' AS dataset, 'cafe' || count(DISTINCT sample) AS dataset_hash,
       count(DISTINCT sample) AS samples, count(DISTINCT epoch) AS epochs, '{}' AS params
FROM frame GROUP BY ALL
"""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is true of a baseline and its candidate.

    Attributes:
        samples: How many are asked.
        epochs: How often each.
        models: How many, each with strengths and weaknesses of its own.
        fall: By how much the chance of a right answer is lower for the candidate, as far as there is any: a
            fall of 0.05 lowers the accuracy by 0.049.
        templates: Whether samples are made from templates of 3 to 10 each, which the log knows as clusters.
        apart: By how much at most a template's chances differ between the two, one way or the other, each as
            likely: over all possible templates the mean is the same.
        operated: Whether answers take time and money, and one call in a hundred fails, one is refused.
        outage: Share of the candidate's calls that fail in a row.
    """

    samples: int
    epochs: int = 1
    models: int = 1
    fall: float = 0.0
    templates: bool = False
    apart: float = 0.0
    operated: bool = False
    outage: float = 0.0

    @property
    def metrics(self) -> tuple[str, ...]:
        """All by which its runs can differ."""
        return tuple(METRICS) if self.operated or self.outage else ("quality",)


Pair = tuple[pd.DataFrame, pd.DataFrame]
Array = NDArray[Any]


def drawn(scenario: Scenario, rng: np.random.Generator) -> Pair:
    """The rows of a baseline and of its candidate, as `results` gives them."""
    models = [_pair(scenario, f"sim/m{number}", rng) for number in range(scenario.models)]
    old, new = (pd.concat(frames, ignore_index=True) for frames in zip(*models, strict=True))
    return old, new


def as_measured(frame: pd.DataFrame, experiment: str = "drawn") -> Measured:
    """Such rows as an experiment that is in no log."""
    return Measured(
        experiment=experiment,
        started_at=BEGAN,
        dataset="drawn",
        dataset_hash=f"cafe{frame['sample'].nunique()}",
        dataset_version=None,
        samples=int(frame["sample"].nunique()),
        epochs=int(frame["epoch"].nunique()),
        settings={str(model): {} for model in dict.fromkeys(frame["model"])},
        rows=frame,
    )


def write(home: Path, pairs: Iterable[Pair]) -> list[tuple[str, str]]:
    """Put pairs into a new log; gives the ids of each one's candidate and baseline."""
    named: list[tuple[str, str]] = []
    frames = []
    for number, (old, new) in enumerate(pairs):
        named.append((f"new-{number:05}", f"old-{number:05}"))
        frames += [old.assign(experiment=named[-1][1]), new.assign(experiment=named[-1][0])]
    frame = pd.concat(frames, ignore_index=True)
    frame["call_id"] = [_id(number) for number in range(len(frame))]
    frame["run"] = frame["experiment"] + ":" + frame["model"]
    provider_and_name = frame["model"].str.partition("/")
    frame["provider"], frame["name"] = provider_and_name[0], provider_and_name[2]
    frame["began"], frame["lag_s"] = BEGAN.isoformat(), 0.0
    (home / "journal").mkdir(parents=True)
    with duckdb.connect() as db, to_ingest(home), Store(home).file.writing(db):
        db.register("frame", frame)
        for statement in (_CALLS, _SCORES, _RUNS):
            db.execute(statement)
    return named


def _id(number: int) -> str:
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _pair(scenario: Scenario, model: str, rng: np.random.Generator) -> Pair:
    templates = _templates(scenario.samples, rng) if scenario.templates else None
    chance = rng.beta(ACCURACY, 1 - ACCURACY, scenario.samples)
    if templates is not None:
        moved = scenario.apart / 2 * rng.uniform(-1, 1, templates.max() + 1)[templates]
    else:
        moved = np.zeros(scenario.samples)
    # From sample to sample alike in both: how long one waits for an answer, and how long it is.
    slow, long = rng.lognormal(0, 0.5, (2, scenario.samples))
    sides = (chance + moved, chance - moved - scenario.fall)
    old, new = (_answers(scenario, side, slow, long, rng) for side in sides)
    if scenario.outage:
        down = round(scenario.outage * scenario.samples * scenario.epochs)
        first = int(rng.integers(scenario.samples * scenario.epochs - down + 1))
        new["failed"][first : first + down] = True
    asked = _asked(scenario.samples, scenario.epochs).assign(model=model)
    if templates is not None:
        asked["cluster"] = np.char.add("t", np.tile(templates, scenario.epochs).astype(str))
    return _rows(asked, old), _rows(asked, new)


def _templates(samples: int, rng: np.random.Generator) -> Array:
    return np.repeat(np.arange(samples), rng.integers(3, 11, samples))[:samples]


@cache
def _asked(samples: int, epochs: int) -> pd.DataFrame:
    """What is known before there is an answer, in the order of asking: all samples, and all once more."""
    sample = np.char.add("s", np.char.zfill(np.arange(samples).astype(str), 4))
    return pd.DataFrame(
        {
            "model": "",
            "sample": np.tile(sample, epochs),
            "epoch": np.repeat(np.arange(epochs), samples),
            "status": "ok",
            "value": np.nan,
            "label": "",
            "target": "right",
            "category": None,
            "cluster": None,
            "scorer": "exact",
            "explanation": None,
            "text": "",
            "duration_s": np.nan,
            "ttft_s": np.nan,
            "tpot_s": np.nan,
            "under_load": False,
            "input_tokens": 100.0,
            "output_tokens": 50.0,
            "cost_usd": np.nan,
            "cached": False,
            "attempts": 1,
            "finish_reason": "stop",
            "error_type": None,
            "error_message": None,
        }
    )


def _answers(
    scenario: Scenario, chance: Array, slow: Array, long: Array, rng: np.random.Generator
) -> dict[str, Array]:
    """What the calls of one run come to, one number each."""
    sample = np.tile(np.arange(scenario.samples), scenario.epochs)
    calls = len(sample)
    found = {"right": rng.random(calls) < chance[sample], "failed": np.zeros(calls, dtype=bool)}
    if scenario.operated:
        found |= {"failed": rng.random(calls) < 0.01, "refused": rng.random(calls) < 0.01}
        found["tokens"] = np.ceil(100 * long[sample] * rng.lognormal(0, 0.2, calls))
        late = np.where(rng.random(calls) < 0.01, 10, 1)
        found["ttft_s"] = 0.3 * slow[sample] * rng.lognormal(0, 0.3, calls) * late
    return found


def _rows(asked: pd.DataFrame, found: dict[str, Array]) -> pd.DataFrame:
    right, failed = found["right"], found["failed"]
    label = np.where(right, "right", "wrong")
    columns: dict[str, Any] = {"value": right.astype(float), "label": label, "text": label}
    if "tokens" in found:
        refused, tokens, ttft_s = found["refused"], found["tokens"], found["ttft_s"]
        columns = {
            "value": np.where(refused, 0.0, right),
            "label": np.where(refused, np.array(None), label),
            "text": np.where(refused, "", label),
            "finish_reason": np.where(refused, "content_filter", "stop"),
            "output_tokens": tokens,
            "cost_usd": np.round(1e-6 * (100 + 4 * tokens), 9),
            "ttft_s": ttft_s,
            "duration_s": ttft_s + 0.01 * tokens,
            "tpot_s": 0.01,
        }
    frame = asked.assign(**columns)
    if failed.any():
        frame.loc[failed, _OF_AN_ANSWER] = None
        frame.loc[failed, ["status", "error_type", "error_message"]] = ["error", "OverloadedError", "busy"]
    return frame


_OF_AN_ANSWER = [
    *("value", "label", "target", "category", "cluster", "scorer", "explanation", "text"),
    *("duration_s", "ttft_s", "tpot_s", "input_tokens", "output_tokens", "cost_usd", "finish_reason"),
]
