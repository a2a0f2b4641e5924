"""A log with rows written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

import orjson
import pytest
from uuid6 import uuid7

from workbench.log import Recorder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def write(home: Path) -> Iterator[Callable[..., None]]:
    """Write a run: a call for each value, failed where it is `None`, and the score of the others."""
    recorder = Recorder(home)

    def run(
        experiment: str,
        model: str,
        *,
        values: Sequence[float | None],
        labels: Sequence[str | None] | None = None,
        durations: Sequence[float] | None = None,
        lags: Sequence[float | None] | None = None,
        cost: str | None = "0.001",
        epoch: int = 0,
        day: int = 1,
        dataset_hash: str = "cafe",
        samples: int | None = None,
        clusters: Sequence[str | None] | None = None,
        categories: Sequence[str | None] | None = None,
    ) -> None:
        provider, name = model.split("/")
        at = datetime(2026, 1, day, tzinfo=UTC)
        belongs = {"experiment": experiment, "run": f"{experiment}:{model}", "epoch": epoch}
        rows: list[tuple[str, dict[str, object]]] = []
        for number, (value, label, duration_s) in enumerate(
            zip(values, labels or repeat("x"), durations or repeat(0.1), strict=False)
        ):
            call_id, sample = str(uuid7()), f"s{number}"
            call = {"id": call_id, "started_at": at, "provider": provider, "model": name, "sample": sample}
            call |= {"lag_s": lags and lags[number]}
            call |= {"status": "error" if value is None else "ok", "duration_s": duration_s, "cached": False}
            call |= {"cost_usd": None if value is None else cost, "input_tokens": 10, "output_tokens": 2}
            rows.append(("calls", call | belongs))
            if value is not None:
                score = {"id": str(uuid7()), "scored_at": at, "model": model, "call_id": call_id}
                score |= {"sample": sample, "value": value, "label": label}
                score |= {
                    "cluster": clusters and clusters[number],
                    "category": categories and categories[number],
                }
                rows.append(("scores", score | belongs))
        made = {"id": f"{experiment}:{model}", "experiment": experiment, "started_at": at, "model": model}
        made |= {
            "dataset": "set",
            "dataset_hash": dataset_hash,
            "samples": samples or len(values),
            "epochs": 1,
        }
        rows.append(("runs", made))
        for written in [recorder.append(table, orjson.dumps(row)) for table, row in rows]:
            written.result()

    yield run
    recorder.close()
