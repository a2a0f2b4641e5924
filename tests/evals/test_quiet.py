"""Garbage collection while an evaluation is under way."""

from __future__ import annotations

import asyncio
import gc

import pytest

from workbench import Client
from workbench.evals.dataset import Dataset, Sample
from workbench.evals.progress import EvaluationProgress
from workbench.evals.quiet import heap_frozen
from workbench.evals.runs import evaluate

MODEL = "sim/swift"


def test_what_was_there_is_left_out_until_the_last_evaluation_ends() -> None:
    before = gc.get_freeze_count()
    with heap_frozen():
        with heap_frozen():
            pass
        assert gc.get_freeze_count() > 1_000
    assert gc.get_freeze_count() == before == 0


def test_a_heap_that_somebody_else_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        with heap_frozen(), heap_frozen():
            pass
        assert gc.get_freeze_count() > 1_000
    finally:
        gc.unfreeze()


async def test_an_evaluation_leaves_the_collector_as_it_was_also_where_it_is_stopped(client: Client) -> None:
    seen: list[int] = []
    begun = asyncio.Event()

    def look(_: EvaluationProgress) -> None:
        seen.append(gc.get_freeze_count())
        begun.set()

    samples = tuple(Sample(id=str(n), input=f"{n}?", target="1") for n in range(200))
    asked = Dataset(name="many", samples=samples)
    running = asyncio.create_task(evaluate(client, [MODEL], asked, on_progress=look))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert min(seen) > 1_000
    assert gc.get_freeze_count() == 0
