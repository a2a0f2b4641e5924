"""Experiments, reports and later changes in a log, written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from workbench.log import Log, Recorder

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


class KeptLog:
    """A log whose rows are written one by one; days count from the first of January 2026."""

    def __init__(self, home: Path) -> None:
        self.recorder = Recorder(home)
        self.log = Log(home)
        self._ids = count(1)

    def experiment(
        self,
        name: str,
        values: Sequence[float | None] = (1, 0, 1),
        *,
        models: Sequence[str] = ("sim/a",),
        day: int = 1,
        dataset: str = "set",
        content: str = "cafe",
        ids: Sequence[str] | None = None,
        targets: Sequence[str] | None = None,
        words: Sequence[str] | None = None,
        params: Mapping[str, Any] | None = None,
        scorer: str = "exact",
        samples: int | None = None,
        revision: str | None = None,
        dirty: bool = False,
    ) -> None:
        """An experiment: of each value a call, failed where it is `None`, and the score of the others."""
        at = BEGAN + timedelta(days=day)
        for model in models:
            run = f"{name}:{model}"
            made = {"id": run, "experiment": name, "started_at": at, "model": model, "dataset": dataset}
            made |= {"dataset_hash": content, "samples": samples or len(values), "epochs": 1}
            made |= {"params": params or {}, "revision": revision, "branch": "main", "dirty": dirty}
            self.add("runs", **made)
            for number, value in enumerate(values):
                sample = ids[number] if ids else f"s{number}"
                call = self.call(
                    name,
                    model,
                    sample,
                    None if value is None else f"said {value}",
                    at,
                    words=words and words[number],
                )
                if value is not None:
                    target = targets[number] if targets else "x"
                    self.score(call, name, model, sample, value=value, at=at, scorer=scorer, target=target)
        self.recorder.flush()

    def call(
        self,
        experiment: str,
        model: str,
        sample: str,
        text: str | None,
        at: datetime,
        *,
        words: str | None = None,
    ) -> str:
        """A call; without a text it failed."""
        provider, name = model.split("/")
        call = {"id": self.id(), "started_at": at, "provider": provider, "model": name, "protocol": "openai"}
        call |= {"experiment": experiment, "run": f"{experiment}:{model}", "sample": sample, "epoch": 0}
        call |= {"status": "error" if text is None else "ok", "text": text, "cached": False, "lag_s": 0.0}
        call |= {"duration_s": 0.1 + 1 / 3, "ttft_s": 0.1, "cost_usd": "0.000123456", "output_tokens": 2}
        call |= {"error_type": "OverloadedError" if text is None else None, "finish_reason": "stop"}
        request = {"model": name, "messages": [{"role": "user", "content": words or sample}]}
        self.add("calls", **call, request=request)
        return str(call["id"])

    def score(
        self,
        call: str,
        experiment: str,
        model: str,
        sample: str,
        *,
        value: float,
        at: datetime,
        scorer: str = "exact",
        target: str = "x",
    ) -> None:
        score = {"id": self.id(), "scored_at": at, "call_id": call, "experiment": experiment, "model": model}
        score |= {"run": f"{experiment}:{model}", "sample": sample, "epoch": 0, "value": value, "label": "y"}
        self.add("scores", **score, scorer=scorer, target=target)

    def report(
        self,
        *experiments: str,
        outcome: str = "fine",
        exit_code: int = 0,
        branch: str = "main",
        dirty: bool = False,
        day: int,
    ) -> None:
        at = BEGAN + timedelta(days=day, hours=1)
        row = {
            "id": self.id(),
            "made_at": at,
            "experiments": experiments,
            "outcome": outcome,
            "exit_code": exit_code,
            "branch": branch,
        }
        self.add("reports", **row, dirty=dirty)
        self.recorder.flush()

    def add(self, table: str, **row: Any) -> None:
        self.recorder.append(table, orjson.dumps(row))

    def id(self) -> str:
        return str(UUID(int=next(self._ids)))


@contextmanager
def kept_log(home: Path) -> Iterator[KeptLog]:
    kept = KeptLog(home)
    yield kept
    kept.recorder.close()
